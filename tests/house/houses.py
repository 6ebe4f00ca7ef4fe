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
    return ROOT / name if name == "gateway" else ROOT / "services" / name


def program(name: str) -> Program:
    return load(name)


def sources(name: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((folder(name) / "src" / name).rglob("*.py")):
        yield path, parsed(path)
