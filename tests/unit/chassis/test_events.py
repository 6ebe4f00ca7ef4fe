"""What leaves with an event: its trace, its size, and what becomes of what is too large or not understood."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from chassis.db import new_id
from chassis.events import LARGEST_EVENT
from chassis.listener import unpark
from chassis.outbox import emit
from chassis.program import Loops
from chassis.relay import count_waiting
from fixtures.stack import Programs, Running
from fixtures.tokens import as_

from .test_chassis import ANA, count, make
from .test_poison import append, told
from .toys.app import Base, Heard, ParkedEvent, Toy, ToyMade, program

OUTBOX = Base.metadata.tables["outbox"]


@pytest.fixture
def toys(programs: Programs) -> Running:
    return programs.start(program)


def send(toys: Running) -> None:
    while toys.relay.step():
        pass


def in_the_log(toys: Running) -> Iterator[dict[str, Any]]:
    reached: dict[str, int] = {}
    while entries := toys.runtime.log.read("toys", ["toys.toy"], reached, 100):
        yield from (orjson.loads(entry.value) for entry in entries)
        reached |= {entry.stream: entry.position for entry in entries}


def test_every_event_belongs_to_a_trace(toys: Running, programs: Programs) -> None:
    """Of a request, of a step of a loop, of a command that began none, and of a release that kept none."""
    given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    toys.client.post(
        "/v1/toys", json={"name": "Bear"}, headers=as_(ANA, Idempotency_Key="key-00000001") | {"traceparent": given}
    )
    steps: list[int] = []

    def step() -> bool:
        with toys.runtime.write() as session:
            emit(session, ToyMade(toy=new_id()))
        with toys.runtime.write() as session:
            emit(session, ToyMade(toy=new_id()))
        steps.append(1)
        loops._stop.set()
        return False

    loops = Loops(toys.runtime, {"work.toys": step})
    loops.start()
    for thread in loops._threads:
        thread.join(60)
    loops.stop()
    assert steps == [1]
    with toys.runtime.write() as session:
        emit(session, ToyMade(toy=new_id()))
        session.execute(update(OUTBOX).where(OUTBOX.c.seq == 4).values(trace=None))
    send(toys)
    traces = [event["traceparent"] for event in sorted(in_the_log(toys), key=lambda event: event["time"])]
    assert len(traces) == 4 and all(len(trace) == 55 for trace in traces)
    of_trace = [trace[3:35] for trace in traces]
    assert of_trace[0] == given[3:35], "a request's trace goes on"
    assert of_trace[1] == of_trace[2], "a step is one trace"
    assert len(set(of_trace)) == 3


def test_what_would_be_too_large_an_event_is_refused_and_nothing_is_written(
    toys: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.outbox.LARGEST_EVENT", 20)
    status, problem = make(toys)
    assert (status, problem["title"], problem["limit"]) == (422, "Too much for one event", 20)
    assert [(fault["pointer"], fault["code"]) for fault in problem["errors"]] == [("/toy", "event_too_large")]  # type: ignore[attr-defined]
    assert (count(toys, Toy), count_waiting(toys.runtime)) == (0, 0)
    monkeypatch.undo()
    assert make(toys)[0] == 201, "its key is free again"


def test_what_lies_too_large_in_an_outbox_is_set_aside_and_told_and_holds_nobody_back(
    toys: Running, programs: Programs
) -> None:
    make(toys)
    with toys.runtime.write() as session:  # an earlier release wrote it
        session.execute(update(OUTBOX).values(data={"toy": "x" * (5 << 20)}))
    make(toys, key="key-00000002")
    with capture_logs() as said:
        programs.deliver(toys)
    assert (count_waiting(toys.runtime), count(toys, Heard), count(toys, ParkedEvent)) == (0, 1, 1)
    with toys.runtime.read() as session:
        parked = session.scalars(select(ParkedEvent)).one()
    assert parked.reason == "SetAside" and parked.event["setaside"] == "too-large"
    lines = [line for line in said if line["event"] == "event set aside"]
    assert len(lines) == 1 and str(parked.id) in str(lines[0])
    assert unpark(toys.runtime, program.reactions) == (0, 1), "its data is still not there"


def test_the_limit_at_emit_leaves_room_below_what_the_log_takes(toys: Running) -> None:
    assert toys.runtime.log.largest > LARGEST_EVENT * 2


LATER = {
    "a later version": {"type": "org.thinkfamily.toys.toy.made.v2"},
    "a kind that is not known yet": {"type": "org.thinkfamily.toys.toy.mended.v1"},
}


@pytest.mark.parametrize("what", LATER)
def test_what_is_of_a_later_release_is_parked_until_one_understands_it(
    toys: Running, programs: Programs, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(program.reactions, "_by_type", dict(program.reactions._by_type))
    append(toys, "k", told(**LATER[what]))
    make(toys)
    programs.deliver(toys)
    with toys.runtime.read() as session:
        parked = session.scalars(select(ParkedEvent)).one()
    assert (parked.reason, parked.type, count(toys, Heard)) == ("NotUnderstood", LATER[what]["type"], 1)
    assert unpark(toys.runtime, program.reactions) == (0, 1)
    program.reactions._by_type[LATER[what]["type"]] = program.reactions._by_type["org.thinkfamily.toys.toy.made.v1"]
    assert unpark(toys.runtime, program.reactions) == (1, 0)
    assert (count(toys, ParkedEvent), count(toys, Heard)) == (0, 2)


def test_what_a_program_ignores_is_neither_handled_nor_parked(
    toys: Running, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program.reactions, "_ignored", set[str]())
    program.reactions.ignores("toys.toy", "toy.mended")
    append(toys, "k", told(type="org.thinkfamily.toys.toy.mended.v1"))
    programs.deliver(toys)
    assert (count(toys, ParkedEvent), count(toys, Heard)) == (0, 0)
    with pytest.raises(ValueError, match=r"toy\.made"):
        program.reactions.ignores("toys.toy", "toy.made")
