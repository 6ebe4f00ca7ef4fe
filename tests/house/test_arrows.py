"""Arrows point one way: routes → service → repository → models; no program imports another."""

import ast

import pytest

from .houses import PROGRAMS, SERVICES, sources

ABOVE = {
    "models": {"routes", "service", "repository", "worker", "app", "schemas"},
    "repository": {"routes", "service", "worker", "app"},
    "service": {"routes", "app"},
    "schemas": {"routes", "service", "repository", "worker", "app"},
    "problems": {"routes", "service", "repository", "worker", "app", "models", "schemas"},
    "events": {"routes", "service", "repository", "worker", "app"},
}

COMMANDS = {"bootstrap", "__main__"}
"""Started by people, above everything."""


def imports(tree: ast.Module) -> list[str]:
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_program_imports_another(name: str) -> None:
    others = set(PROGRAMS) - {name} | {"sandbox", "journey"}
    crossing = [
        f"{path.name} imports {module}"
        for path, tree in sources(name)
        for module in imports(tree)
        if module.split(".")[0] in others
    ]
    assert crossing == []


@pytest.mark.parametrize("name", SERVICES)
def test_no_room_imports_one_above_it(name: str) -> None:
    climbing = [
        f"{path.parent.name}/{path.name} imports {module}"
        for path, tree in sources(name)
        for module in imports(tree)
        if module.startswith(f"{name}.") and module.split(".")[-1] in ABOVE.get(path.stem, set())
    ]
    assert climbing == []


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_imports_the_composition_root(name: str) -> None:
    importing = {path.stem for path, tree in sources(name) if f"{name}.app" in imports(tree)}
    assert importing <= COMMANDS
