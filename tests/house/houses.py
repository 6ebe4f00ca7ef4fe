"""Where things stand, for the tests that hold the house's truths."""

import ast
from collections.abc import Iterator
from pathlib import Path

from chassis.cli import load
from chassis.program import Program
from fixtures.sources import parsed

ROOT = Path(__file__).parents[2]
SERVICES = ["identity", "families", "consent", "claims"]
PROGRAMS = [*SERVICES, "gateway"]


def folder(name: str) -> Path:
    return ROOT / name if name == "gateway" else ROOT / "services" / name


def program(name: str) -> Program:
    return load(name)


def sources(name: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((folder(name) / "src" / name).rglob("*.py")):
        yield path, parsed(path)
