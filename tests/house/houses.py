"""Where things stand, for the tests that hold the house's truths."""

import ast
from collections.abc import Iterator
from pathlib import Path

from chassis.cli import load
from chassis.program import Program
from fixtures.sources import parsed
from vocabulary.programs import PROGRAMS as DECLARED
from vocabulary.programs import SERVICES

__all__ = ["PROGRAMS", "ROOT", "SERVICES", "folder", "program", "sources"]

ROOT = Path(__file__).parents[2]
PROGRAMS = list(DECLARED)


def folder(name: str) -> Path:
    if name in DECLARED:
        return ROOT / DECLARED[name].home
    return ROOT / name if name in ("sandbox", "journey") else ROOT / "services" / name


def program(name: str) -> Program:
    return load(name)


def modules(*names: str) -> dict[str, ast.Module]:
    """Every module of these programs by its dotted name, without the migrations, which are history."""
    found: dict[str, ast.Module] = {}
    for name in names:
        for path, tree in sources(name):
            parts = path.relative_to(folder(name) / "src").with_suffix("").parts
            if "migrations" not in parts and "alembic" not in parts:
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = tree
    return found


def sources(name: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((folder(name) / "src" / name).rglob("*.py")):
        yield path, parsed(path)
