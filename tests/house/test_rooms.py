"""A program's page names every room of it, so that a reader finds what is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from .houses import PROGRAMS, folder
from .rules import Rule

NO_ROOMS = {"migrations", "models", "data", "schema", "clients"}
"""Folders that are no nouns: each is named after what it holds."""


@dataclass(frozen=True)
class Described:
    """Shape: `page` is a program's README, `rooms` the folders of its nouns."""

    page: str
    rooms: Sequence[str]


def finds_rooms_unnamed(program: Described) -> Iterator[str]:
    """Each room is written as `room` or `room/`."""
    for room in program.rooms:
        if f"`{room}/" not in program.page and f"`{room}`" not in program.page:
            yield f"the README names no room {room}"


PAGE = "| `agreements/` | between services |\n| `notices` `consents/` | what people were told |"

EVERY_ROOM_IS_NAMED = Rule(
    says="A program's README names every room, so that a reader finds what is there",
    finds=finds_rooms_unnamed,
    valid={"rooms with and without a stroke": Described(PAGE, ["agreements", "notices", "consents"])},
    invalid={"a new room": (Described(PAGE, ["agreements", "complaints"]), "no room complaints")},
)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_programs_page_names_every_room(name: str) -> None:
    source = folder(name) / "src" / name
    rooms = sorted({path.parent.name for path in source.glob("*/*.py")} - NO_ROOMS)
    EVERY_ROOM_IS_NAMED.check(Described((folder(name) / "README.md").read_text(), rooms))
