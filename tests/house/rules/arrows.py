"""Which module imports which: between programs, between the rooms of a noun, and between nouns."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .calls import Sources

ABOVE = {
    "models": {"routes", "service", "repository", "worker", "app", "schemas"},
    "repository": {"routes", "service", "worker", "app"},
    "service": {"routes", "app"},
    "schemas": {"routes", "service", "repository", "worker", "app"},
    "problems": {"routes", "service", "repository", "worker", "app", "models", "schemas"},
    "events": {"routes", "service", "repository", "worker", "app"},
}
"""What a room may not import: routes → service → repository → models."""
COMMANDS = {"bootstrap", "__main__"}
"""Started by people, above everything."""


@dataclass(frozen=True)
class Program:
    """A program's sources.

    Shape: `others` are the programs that it may not import. `circles` are those that are still there, each as it would
    be found; one that has gone must leave the list.
    """

    name: str
    sources: Sources
    others: frozenset[str] = frozenset()
    circles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Nouns:
    """The nouns of a program, lowest first: each may import those before it, and none behind it.

    Shape: `beside` are the packages of the program that are no nouns (all may import its models). `back` are the arrows
    that still run the other way, each `importer → imported`; one that has gone must leave this list, so that it can
    only become shorter.
    """

    program: str
    sources: Sources
    order: Sequence[str]
    beside: frozenset[str] = frozenset({"models", "migrations"})
    back: frozenset[str] = frozenset()


def imports(tree: ast.Module) -> list[str]:
    """Every module, and every name of one, that a module imports."""
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def finds_crossings(program: Program) -> Iterator[str]:
    """Imports of another program."""
    for module, tree in program.sources.items():
        for each in imports(tree):
            if each.split(".")[0] in program.others:
                yield f"{module} imports {each}"


def finds_climbing(program: Program) -> Iterator[str]:
    """Imports of a room above one's own."""
    for module, tree in program.sources.items():
        rooms = [part for part in module.split(".")[1:] if part in ABOVE]
        if not rooms:
            continue
        for each in imports(tree):
            if each.startswith(f"{program.name}.") and each.split(".")[-1] in ABOVE[rooms[-1]]:
                yield f"{module} imports {each}"


def finds_users_of_the_root(program: Program) -> Iterator[str]:
    """Imports of the composition root by anybody but a command."""
    for module, tree in program.sources.items():
        if module.split(".")[-1] not in COMMANDS and f"{program.name}.app" in imports(tree):
            yield f"{module} imports {program.name}.app"


def arrows_between(program: str, sources: Sources) -> set[tuple[str, str]]:
    """Each pair of modules of different nouns of which the first imports the second."""
    found: set[tuple[str, str]] = set()
    for module, tree in sources.items():
        for each in imports(tree):
            target = each if each in sources else each.rpartition(".")[0]
            ends = {noun(program, module), noun(program, target)}
            if target in sources and "" not in ends and len(ends) == 2:
                found.add((module, target))
    # `from families import people` and `from families.people import service` name the package on the way.
    packages = {target for _, target in found if target.count(".") == 1}
    deeper = {(module, target.rpartition(".")[0]) for module, target in found if target not in packages}
    return {(module, target) for module, target in found if target not in packages or (module, target) not in deeper}


def noun(program: str, module: str) -> str:
    """The package of a program that a module stands in; nothing for a module beside them, such as `problems`."""
    parts = module.split(".")
    return parts[1] if parts[0] == program and len(parts) > 2 else ""


def finds_arrows_back(nouns: Nouns) -> Iterator[str]:
    """Arrows from a noun to one that stands behind it, nouns without a place in the order, and arrows long gone."""
    packages = {noun(nouns.program, module) for module in nouns.sources} - {""} - nouns.beside
    for each in sorted(packages - set(nouns.order)):
        yield f"{each} has no place in the order of {nouns.program}'s nouns: say which it stands on"
    for each in sorted(set(nouns.order) - packages):
        yield f"{each} stands in the order of {nouns.program}'s nouns and is none"
    order = {each: index for index, each in enumerate(nouns.order)}
    back = set()
    for module, target in sorted(arrows_between(nouns.program, nouns.sources)):
        above, below = noun(nouns.program, module), noun(nouns.program, target)
        if above in order and below in order and order[above] < order[below]:
            back.add(f"{module} → {target}")
    for arrow in sorted(back - nouns.back):
        yield f"{arrow} runs back: {nouns.program}'s nouns stand on each other as {' ← '.join(nouns.order)}"
    for arrow in sorted(nouns.back - back):
        yield f"{arrow} runs back no longer: take it off the list"


def finds_circles(program: Program) -> Iterator[str]:
    """Modules that import each other, directly or through others: none of them can be read, or moved, alone."""
    edges: dict[str, set[str]] = defaultdict(set)
    for module, tree in program.sources.items():
        for each in imports(tree):
            target = each if each in program.sources else each.rpartition(".")[0]
            # A package is named on the way to its modules; that alone is no wish to have it.
            if target in program.sources and target != module and not module.startswith(f"{target}."):
                edges[module].add(target)
    found = {" → ".join([*circle, circle[0]]) for circle in circles(edges)}
    yield from (f"{circle} is a circle" for circle in sorted(found - program.circles))
    yield from (f"{circle} is a circle no longer: take it off the list" for circle in sorted(program.circles - found))


def circles(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The groups of nodes each of which leads to all others of its group, sorted (Tarjan)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        number[node] = lowest[node] = len(number)
        stack.append(node)
        for target in sorted(edges.get(node, ())):
            if target not in number:
                visit(target)
                lowest[node] = min(lowest[node], lowest[target])
            elif target in stack:
                lowest[node] = min(lowest[node], number[target])
        if lowest[node] == number[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(sorted(group))

    for node in sorted(edges):
        if node not in number:
            visit(node)
    return sorted(found)
