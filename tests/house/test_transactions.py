"""No call to another program inside a transaction: a slow neighbour must not hold our locks, nor a lock deadlock us."""

import ast
from collections import defaultdict

import pytest

from .houses import SERVICES, sources

OPENING = {"read", "write", "reading", "writing"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(call: ast.Call) -> str:
    target = call.func
    return target.attr if isinstance(target, ast.Attribute) else target.id if isinstance(target, ast.Name) else ""


def calls(nodes: list[ast.stmt] | Function) -> set[str]:
    roots = nodes if isinstance(nodes, list) else [nodes]
    return {name_of(node) for root in roots for node in ast.walk(root) if isinstance(node, ast.Call)}


def opens_transaction(node: ast.With) -> bool:
    return any(
        isinstance(item.context_expr, ast.Call)
        and name_of(item.context_expr) in ("read", "write", "reading", "writing")
        for item in node.items
    )


def takes_session(function: Function) -> bool:
    arguments = [*function.args.args, *function.args.kwonlyargs]
    return any(argument.arg == "session" for argument in arguments)


@pytest.mark.parametrize("name", SERVICES)
def test_no_other_program_is_called_inside_a_transaction(name: str) -> None:
    functions: dict[str, list[Function]] = defaultdict(list)
    for _, tree in sources(name):
        for node in ast.walk(tree):
            if isinstance(node, Function):
                functions[node.name].append(node)
    # Names that, in every function of that name, lead to another program.
    leaving = {"client"}
    grew = True
    while grew:
        more = {
            called
            for called, bodies in functions.items()
            if called not in leaving and all(calls(body) & leaving for body in bodies)
        }
        grew, leaving = bool(more), leaving | more
    found = []
    for path, tree in sources(name):
        for node in ast.walk(tree):
            if isinstance(node, ast.With) and opens_transaction(node):
                inside = calls(node.body) & leaving
            elif isinstance(node, Function) and takes_session(node):
                inside = calls(node) & leaving
            else:
                continue
            if inside:
                found.append(f"{path.parent.name}/{path.name}:{node.lineno} calls {sorted(inside)}")
    assert found == []
