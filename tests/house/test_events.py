"""What is told to others has a schema, a topic, and no direct identifier."""

import importlib
import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pytest

from chassis.events import Event

from .houses import PROGRAMS, SERVICES, program
from .rules import Rule
from .test_stores import PERSONAL

TOPIC = re.compile(r"[a-z]+\.[a-z-]+")


@dataclass(frozen=True)
class Published:
    """A service's events. Shape: `defined` are the classes of its module, `published` those of its program."""

    service: str
    defined: frozenset[type[Event]]
    published: tuple[type[Event], ...]


@dataclass(frozen=True)
class Heard:
    """Types of events. Shape: `published` by any service, `heard` by any reaction."""

    published: frozenset[str]
    heard: frozenset[str]


@dataclass(frozen=True)
class Listened:
    """A program's side of the topics that it listens to. Shape: types; `told` are those that stand on these topics."""

    program: str
    told: frozenset[str]
    reacted: frozenset[str]
    ignored: frozenset[str]


def finds_unpublished(events: Published) -> Iterator[str]:
    published = set(events.published)
    yield from (f"{each.__name__} is defined and not published" for each in events.defined - published)
    yield from (f"{each.__name__} is published and not defined in events.py" for each in published - events.defined)
    types = [event.type() for event in events.published]
    yield from (
        f"{each} is the type of two events" for each in sorted({each for each in types if types.count(each) > 1})
    )
    for event in events.published:
        if not TOPIC.fullmatch(event.topic) or not event.topic.startswith(f"{events.service}."):
            yield f"{event.__name__} is on {event.topic}, which is no topic of {events.service}"
        if not event.model_json_schema()["properties"]:
            yield f"{event.__name__} says nothing"


def finds_identifiers(events: Sequence[type[Event]]) -> Iterator[str]:
    for event in events:
        yield from (f"{event.type()} has {field}" for field in event.model_fields if PERSONAL.search(field))


def finds_unpublished_reactions(events: Heard) -> Iterator[str]:
    yield from (f"{kind} is waited for and published by nobody" for kind in sorted(events.heard - events.published))


def finds_not_understood(listened: Listened) -> Iterator[str]:
    known = listened.reacted | listened.ignored
    yield from (f"{listened.program} neither reacts to {kind} nor ignores it" for kind in sorted(listened.told - known))
    yield from (
        f"{listened.program} ignores {kind}, which nobody tells there"
        for kind in sorted(listened.ignored - listened.told)
    )


class ToyLent(Event):
    topic: ClassVar[str] = "toys.toy"
    name: ClassVar[str] = "ToyLent"
    toy: str


class ToyLentAgain(Event):
    topic: ClassVar[str] = "toys.toy"
    name: ClassVar[str] = "ToyLent"
    toy: str


class ToyLostElsewhere(Event):
    topic: ClassVar[str] = "games.toy"
    name: ClassVar[str] = "ToyLost"
    toy: str


class ToyLostSilently(Event):
    topic: ClassVar[str] = "toys.toy"
    name: ClassVar[str] = "ToyLost"


class ToyLentTo(Event):
    topic: ClassVar[str] = "toys.toy"
    name: ClassVar[str] = "ToyLentTo"
    surname: str


def toys(*defined: type[Event], published: tuple[type[Event], ...] | None = None) -> Published:
    return Published("toys", frozenset(defined), defined if published is None else published)


EVENTS_ARE_PUBLISHED = Rule(
    says="Every event that a service defines is published, once, on a topic of its own and with a schema",
    finds=finds_unpublished,
    valid={"one event": toys(ToyLent)},
    invalid={
        "defined only": (toys(ToyLent, published=()), "ToyLent is defined and not published"),
        "published only": (toys(published=(ToyLent,)), "ToyLent is published and not defined"),
        "two of one type": (toys(ToyLent, ToyLentAgain), "is the type of two events"),
        "on another's topic": (toys(ToyLostElsewhere), "is on games.toy, which is no topic of toys"),
        "without a field": (toys(ToyLostSilently), "ToyLostSilently says nothing"),
    },
)
NO_DIRECT_IDENTIFIER = Rule[Sequence[type[Event]]](
    says="No event has a field for a direct identifier",
    finds=finds_identifiers,
    valid={"a toy": [ToyLent]},
    invalid={"whom it was lent to": ([ToyLentTo], "has surname")},
)
WHAT_IS_HEARD_IS_SAID = Rule(
    says="Every event that somebody reacts to is published by somebody",
    finds=finds_unpublished_reactions,
    valid={"heard and said": Heard(frozenset({"ToyLent.v1"}), frozenset({"ToyLent.v1"}))},
    invalid={"heard only": (Heard(frozenset(), frozenset({"ToyLent.v1"})), "ToyLent.v1 is waited for")},
)

KNOWN = frozenset({"ToyLent.v1"})
NONE: frozenset[str] = frozenset()
WHAT_IS_TOLD_IS_UNDERSTOOD = Rule(
    says="A program says of each event on its topics what it does about it: what it does not name, it parks",
    finds=finds_not_understood,
    valid={
        "reacted to": Listened("games", KNOWN, KNOWN, NONE),
        "ignored": Listened("games", KNOWN, NONE, KNOWN),
        "reacted to in words of then": Listened("games", KNOWN, KNOWN | {"ToyGiven.v1"}, NONE),
    },
    invalid={
        "not named": (Listened("games", KNOWN, NONE, NONE), "games neither reacts to ToyLent.v1"),
        "ignored and never told": (Listened("games", KNOWN, KNOWN, frozenset({"ToyLost.v1"})), "ignores ToyLost.v1"),
    },
)


@pytest.mark.parametrize("name", SERVICES)
def test_every_event_that_a_service_defines_is_published_with_topic_and_schema(name: str) -> None:
    module = importlib.import_module(f"{name}.events")
    defined = {
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Event) and kind.__module__ == module.__name__ and "name" in vars(kind)
    }
    EVENTS_ARE_PUBLISHED.check(Published(name, frozenset(defined), tuple(program(name).events)))


@pytest.mark.parametrize("name", SERVICES)
def test_no_event_has_a_field_for_a_direct_identifier(name: str) -> None:
    NO_DIRECT_IDENTIFIER.check(program(name).events)


def test_every_event_that_somebody_reacts_to_is_published_by_somebody() -> None:
    published = {event.type() for name in SERVICES for event in program(name).events}
    heard = {kind for name in PROGRAMS for kind in program(name).reactions.types}
    WHAT_IS_HEARD_IS_SAID.check(Heard(frozenset(published), frozenset(heard)))


def test_a_program_says_of_each_event_on_its_topics_what_it_does_about_it() -> None:
    events = [event for name in SERVICES for event in program(name).events]
    listened = []
    for name in PROGRAMS:
        reactions = program(name).reactions
        topics = {topic for of_producer in reactions.by_producer().values() for topic in of_producer}
        told = frozenset(event.type() for event in events if event.topic in topics)
        listened.append(Listened(name, told, reactions.types, reactions.ignored))
    WHAT_IS_TOLD_IS_UNDERSTOOD.check(*listened)
