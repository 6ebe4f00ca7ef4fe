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


@dataclass(frozen=True)
class Room:
    """A module, by the path that a reader looks for."""

    path: str
    tree: ast.Module


TABLES = {"Outbox", "OutboxKey"}
WRITES = {"insert", "upsert", "write_rows", "add"}


def finds_rows_past_emit(room: Room) -> Iterator[str]:
    """Statements that insert into the outbox's tables, and objects of them."""
    for call in (node for node in ast.walk(room.tree) if isinstance(node, ast.Call)):
        made = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if made in TABLES or (made in WRITES and names_in(*call.args) & TABLES):
            yield f"{room.path}:{call.lineno} writes to the outbox past emit"


def names_in(*nodes: ast.expr) -> set[str]:
    inner = [each for node in nodes for each in ast.walk(node)]
    named = {each.id for each in inner if isinstance(each, ast.Name)}
    return named | {each.attr for each in inner if isinstance(each, ast.Attribute)}


ONLY_EMIT_WRITES_EVENTS = Rule(
    says="Only `emit` writes to the outbox: so each event is numbered, bounded and belongs to a trace",
    finds=finds_rows_past_emit,
    valid={
        "emit": Room("claims/service.py", ROOM),
        "looks at it": Room("claims/service.py", ast.parse("select(Outbox.seq)")),
        "marks rows": Room("chassis/relay.py", ast.parse("update(Outbox.__table__).values(position=1)")),
    },
    invalid={
        "a statement": (Room("claims/service.py", ast.parse("insert(Outbox.__table__)")), "past emit"),
        "a row": (Room("claims/service.py", ast.parse("session.add(Outbox(id=1))")), "past emit"),
    },
)


def test_only_emit_writes_to_the_outbox() -> None:
    rooms = [Room(str(path), tree) for name in (*SERVICES, "chassis") for path, tree in sources(name)]
    ONLY_EMIT_WRITES_EVENTS.check(*(room for room in rooms if not room.path.endswith("chassis/outbox.py")))


@pytest.mark.parametrize("name", SERVICES)
def test_every_published_event_is_told_by_a_room(name: str) -> None:
    rooms = [tree for path, tree in sources(name) if path.name != "events.py"]
    events = frozenset(event.__name__ for event in program(name).events)
    EVERY_EVENT_IS_TOLD.check(Told(events, rooms, events & NOT_YET))
