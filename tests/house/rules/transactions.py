"""No call to another program inside a transaction: a slow neighbour must not hold our locks, nor a lock deadlock us.

    with runtime.write() as session:
        decided = sharing.decide(runtime, …)      found: `decide` asks consent over HTTP while we hold the writers' lock

Shape: a transaction is the body of a `with` over `Runtime.read` or `Runtime.write`, or over whatever yields inside one,
and the whole of a function that is handed a session.
"""

import ast
from collections.abc import Iterator

from sqlalchemy.orm import Session

from .calls import Code, Function, Routine, Sources

OPENING = {"chassis.runtime.Runtime.read", "chassis.runtime.Runtime.write", "chassis.db.reading", "chassis.db.writing"}
SESSIONS = {"sqlalchemy.orm.Session", "sqlalchemy.orm.session.Session"}
LEAVING = {
    "chassis.runtime.Runtime.client",
    *(f"httpx.{verb}" for verb in ("delete", "get", "head", "options", "patch", "post", "put", "request", "stream")),
    *(f"httpx.Client.{verb}" for verb in ("delete", "get", "patch", "post", "put", "request", "send", "stream")),
    "urllib.request.urlopen",
    "socket.create_connection",
}
"""Where a program is left; whatever calls one of these leaves too."""
COMMON = {name for kind in (dict, list, set, str, bytes, Session) for name in dir(kind)}
"""A method of these names, of something that cannot be told, is nearly always a container's or the session's."""


def finds_calls_in_transactions(subject: tuple[str, Sources]) -> Iterator[str]:
    """Shape: the program to look through, and every source that its names may lead to."""
    program, sources = subject
    code = Code(sources)
    gone = {name for name in OPENING | LEAVING if name.startswith("chassis.")} - code.routines.keys()
    yield from (f"{name} is gone: this rule looks for it and would find nothing" for name in sorted(gone))
    leaving, opening = leaves(code), opens(code)
    for routine in code.routines.values():
        if routine.module.split(".")[0] != program:
            continue
        for line, inside in transactions(code, routine, opening):
            if found := sorted(name for name in code.mentions(inside, routine) if name in leaving):
                called = ", ".join(name.removeprefix("?") for name in found)
                yield f"{routine.name}, line {line}, calls {called} inside a transaction"


def leaves(code: Code) -> set[str]:
    """Every name that leads to another program.

    Shape: with `?name` for each method that does, since the owner of a call cannot always be told.
    """
    leaving = set(LEAVING)
    grew = True
    while grew:
        before = len(leaving)
        leaving |= {name for name, called in code.graph.items() if called & leaving}
        owned = {name for name in leaving & code.routines.keys() if code.routines[name].owner}
        leaving |= {f"?{name.rpartition('.')[2]}" for name in owned | LEAVING if _is_rare(name)}
        grew = len(leaving) > before
    return leaving


def _is_rare(name: str) -> bool:
    method = name.rpartition(".")[2]
    return (
        method not in COMMON and not method.startswith("__") and not name.startswith(("httpx.", "socket.", "urllib."))
    )


def opens(code: Code) -> set[str]:
    """Every function that opens a transaction for its caller: it returns one, or yields inside of one."""
    opening = set(OPENING)
    grew = True
    while grew:
        more = {name for name, routine in code.routines.items() if _hands_on(code, routine, opening)}
        grew, opening = bool(more - opening), opening | more
    return opening


def _hands_on(code: Code, routine: Routine, opening: set[str]) -> bool:
    return any(
        (isinstance(node, ast.Return) and node.value is not None and _opened(code, node.value, routine, opening))
        or (
            isinstance(node, ast.With | ast.AsyncWith) and _yields(node) and bool(_bodies(code, node, routine, opening))
        )
        for node in ast.walk(routine.node)
    )


def _yields(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Yield) for each in ast.walk(node))


def transactions(code: Code, routine: Routine, opening: set[str]) -> Iterator[tuple[int, list[ast.AST]]]:
    """Each transaction of a function: the line where it begins, and what is inside."""
    for node in ast.walk(routine.node):
        if isinstance(node, Function) and _is_handed_session(code, node, routine):
            yield node.lineno, list(node.body)
        elif isinstance(node, ast.With | ast.AsyncWith) and (inside := _bodies(code, node, routine, opening)):
            yield node.lineno, inside


def _bodies(code: Code, node: ast.With | ast.AsyncWith, routine: Routine, opening: set[str]) -> list[ast.AST]:
    for index, item in enumerate(node.items):
        if _opened(code, item.context_expr, routine, opening):
            return [*(later.context_expr for later in node.items[index + 1 :]), *node.body]
    return []


def _opened(code: Code, node: ast.expr, routine: Routine, opening: set[str]) -> bool:
    """Whether an expression opens a transaction, or may: `runtime.read() if asks else runtime.write()`."""
    if isinstance(node, ast.IfExp):
        return _opened(code, node.body, routine, opening) or _opened(code, node.orelse, routine, opening)
    if not isinstance(node, ast.Call):
        return False
    called = code.called(node.func, routine)
    return bool(called & opening) or bool(called & {"?read", "?write"} and not node.args and not node.keywords)


def _is_handed_session(code: Code, node: Function, routine: Routine) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return any(
        each.arg == "session" or code.annotated(each.annotation, routine.module) & SESSIONS for each in arguments
    )
