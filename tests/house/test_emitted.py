"""Every event that a program publishes is told by some room of it: a schema that nobody emits misleads its readers."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from .houses import SERVICES, program, sources
from .rules import Rule

NOT_YET: frozenset[str] = frozenset()
"""Published before anybody tells them; one that is told must leave this list."""


@dataclass(frozen=True)
class Told:
    """Shape: `events` are classes of events by name, `rooms` the modules that could emit them, `not_yet` those of the
    events that nobody is expected to."""

    events: frozenset[str]
    rooms: Sequence[ast.Module]
    not_yet: frozenset[str] = frozenset()


def finds_never_told(program: Told) -> Iterator[str]:
    named = {node.id for room in program.rooms for node in ast.walk(room) if isinstance(node, ast.Name)}
    named |= {node.attr for room in program.rooms for node in ast.walk(room) if isinstance(node, ast.Attribute)}
    yield from (
        f"{event} is published and told by no room" for event in sorted(program.events - named - program.not_yet)
    )
    yield from (f"{event} is told, and listed as not yet" for event in sorted(program.not_yet & named))


ROOM = ast.parse("emit(session, ConsentGiven(consent=consent.id))\nkind = events.ConsentWithdrawn")

EVERY_EVENT_IS_TOLD = Rule(
    says="Every published event is told by some room of its program",
    finds=finds_never_told,
    valid={
        "told by name and through its module": Told(frozenset({"ConsentGiven", "ConsentWithdrawn"}), [ROOM]),
        "not yet told, and listed so": Told(frozenset({"SealSet"}), [ROOM], frozenset({"SealSet"})),
    },
    invalid={
        "told by nobody": (Told(frozenset({"ObjectionRaised"}), [ROOM]), "ObjectionRaised is published and told"),
        "told meanwhile": (Told(frozenset({"ConsentGiven"}), [ROOM], frozenset({"ConsentGiven"})), "listed as not yet"),
    },
)


@pytest.mark.parametrize("name", SERVICES)
def test_every_published_event_is_told_by_a_room(name: str) -> None:
    rooms = [tree for path, tree in sources(name) if path.name != "events.py"]
    events = frozenset(event.__name__ for event in program(name).events)
    EVERY_EVENT_IS_TOLD.check(Told(events, rooms, events & NOT_YET))
