"""What somebody else has written into the log: whatever it is, it is parked, and the events behind it are handled."""

import re
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from chassis.clock import now
from chassis.db import new_id
from chassis.events import envelope
from chassis.listener import unpark
from chassis.log.base import Entry
from fixtures.footing import ON_PRODUCTION
from fixtures.stack import Programs, Running

from .test_chassis import count, make
from .toys.app import Base, Heard, ParkedEvent, program

TYPE = "org.thinkfamily.toys.toy.made.v1"


def told(**members: Any) -> bytes:
    toy = {"toy": str(new_id()), "fails": False}
    event = envelope(
        id=new_id(), topic="toys.toy", type=TYPE, key="k", sequence=1, at=now(), trace=None, data=toy
    )  # fmt: skip
    return orjson.dumps(dict(event) | members)


POISON = {
    "no JSON": ("k", b"\xff\x00\x01"),
    "nothing": ("k", b""),
    "null": ("k", b"null"),
    "a list": ("k", b"[]"),
    "too deep": ("k", b"[" * 100_000),
    "a sequence that is no number": ("k", told(sequence="x")),
    "no data": ("k", told(data=None)),
    "half a character": ("k", told().replace(b'"k"', b'"\\ud800"')),
    "a zero byte in its data": ("k", told(data={"toy": "\0", "fails": False})),
    "a zero byte in its key": ("a\0b", b"{}"),
}


@pytest.fixture
def toys(programs: Programs) -> Running:
    return programs.start(program)


def append(toys: Running, key: str, value: bytes) -> None:
    toys.runtime.log.prepare(["toys.toy"])
    toys.runtime.log.append("toys", [Entry(str(new_id()), "toys.toy", key, value)])


@pytest.mark.parametrize("what", POISON)
def test_poison_is_parked_and_what_stands_behind_it_is_handled(toys: Running, programs: Programs, what: str) -> None:
    append(toys, *POISON[what])
    make(toys)
    programs.deliver(toys)
    assert (count(toys, ParkedEvent), count(toys, Heard)) == (1, 1)
    lags = re.findall(r"^thinkfamily_listener_lag\S* (\S+)$", toys.figures(), re.MULTILINE)
    assert lags and set(lags) == {"0.0"}


@ON_PRODUCTION  # SQLite has no such limit that could be met here
def test_an_event_that_asks_too_much_of_the_store_is_parked(
    toys: Running, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """psycopg counts it among the errors of a store that is away, for which a listener would wait for ever."""
    hear = program.reactions.to(TYPE)
    assert hear is not None

    def choke(session: Session, events: Any) -> None:
        if any(event.data["fails"] for event in events):
            session.execute(text("SELECT repeat('x', 2000000000)"))
        hear(session, events)

    monkeypatch.setitem(program.reactions._by_type, TYPE, choke)
    append(toys, "k", told(data={"toy": str(new_id()), "fails": True}))
    make(toys)
    programs.deliver(toys)
    assert (count(toys, ParkedEvent), count(toys, Heard)) == (1, 1)


def test_what_this_release_does_not_know_stays_parked(toys: Running) -> None:
    parked = {"id": new_id(), "topic": "toys.toy", "key": "k", "reason": "KeyError", "at": now()}
    with toys.runtime.write() as session:
        event = orjson.loads(told(type="org.thinkfamily.toys.toy.mended.v1"))
        session.execute(Base.metadata.tables["parked_event"].insert(), [parked | {"type": "x", "event": event}])
    assert unpark(toys.runtime, program.reactions) == (0, 1)
    assert count(toys, ParkedEvent) == 1


def test_an_event_of_an_earlier_name_is_heard_from_the_log(
    toys: Running, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program.reactions, "_by_type", dict(program.reactions._by_type))
    monkeypatch.setattr(program.reactions, "_retired", set[str]())
    program.reactions.renamed("toys.toy", "toy.built", "toy.made", {"thing": "toy"})
    former = {"type": "org.thinkfamily.toys.toy.built.v1", "data": {"thing": str(new_id()), "fails": False}}
    append(toys, "k", told(**former))
    programs.deliver(toys)
    assert (count(toys, ParkedEvent), count(toys, Heard)) == (0, 1)
