"""Dead letters in a person's hands, by the commands of the runbook."""

import json

import pytest
from sqlalchemy import select

from chassis.listener import Listener, unpark
from chassis.parked_events import count_parked, list_parked
from fixtures.stack import Programs, Running

from .test_chassis import count, make
from .test_gaps import run
from .test_poison import append, told
from .toys import app
from .toys.app import Base, Heard, ParkedEvent, program

BY = ["--by", "Ada Ops"]
V2 = "org.thinkfamily.toys.toy.made.v2"


@pytest.fixture
def toys(programs: Programs) -> Running:
    return programs.start(program)


def acts(toys: Running) -> list[tuple[str, str]]:
    with toys.runtime.read() as session:
        events = [parked.event for parked in session.scalars(select(ParkedEvent).order_by(ParkedEvent.at))]
    return [(act["act"], act["by"]) for event in events for act in event.get("x-acts", [])]


def test_parked_events_are_listed_shown_dropped_and_handled_each_with_a_witness(
    toys: Running, programs: Programs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for n in range(2):
        make(toys, key=f"key-{n:08}", name="breaks")
    append(toys, "Ann Smith, 1 Elm Road", b"Ann Smith")
    programs.deliver(toys)
    parked = list_parked(toys.runtime)
    first, second = (str(line.id) for line in parked if line.reason == "ValueError")
    capsys.readouterr()

    assert run(toys, monkeypatch, ["parked"]) == 0
    listed = capsys.readouterr().out
    assert all(str(line.id) in listed for line in parked) and len(parked) == 3 and "Ann" not in listed

    assert run(toys, monkeypatch, ["parked", "--id", first]) == 2, "nobody said who looks"
    assert run(toys, monkeypatch, ["parked", "--id", first, *BY]) == 0
    shown = capsys.readouterr().out
    assert json.loads(shown[shown.index("{\n") : shown.rindex("}") + 1])["data"]["fails"] is True
    assert acts(toys) == [("shown", "Ada Ops")]

    for lacking in (["--id", first], ["--id", first, *BY], BY, ["--id", first, "--reason", "told twice"]):
        assert run(toys, monkeypatch, ["drop", *lacking]) == 2
    assert count_parked(toys.runtime) == 3
    assert run(toys, monkeypatch, ["drop", "--id", first, *BY, "--reason", "told twice"]) == 0
    assert run(toys, monkeypatch, ["drop", "--id", first, *BY, "--reason", "told twice"]) == 2, "it is dropped already"
    assert acts(toys) == [("shown", "Ada Ops"), ("dropped", "Ada Ops")]
    assert (count_parked(toys.runtime), count(toys, ParkedEvent)) == (2, 3)

    monkeypatch.setattr(app, "mended", True)
    assert run(toys, monkeypatch, ["unpark", "--id", second]) == 0
    assert run(toys, monkeypatch, ["unpark"]) == 1, "what is no event stays"
    heard = count(toys, Heard)
    with toys.runtime.write() as session:
        session.execute(Base.metadata.tables["position"].update().values(position=0))
    programs.deliver(toys)
    assert count(toys, Heard) == heard == 1, "what was dropped is not handled when it is told again"


def test_a_listener_that_understands_more_handles_what_waited_for_it(
    toys: Running, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(toys, "k", told(type=V2))
    make(toys, name="breaks")
    programs.deliver(toys)
    assert count_parked(toys.runtime) == 2
    monkeypatch.setattr(program.reactions, "_by_type", dict(program.reactions._by_type))
    program.reactions._by_type[V2] = program.reactions._by_type["org.thinkfamily.toys.toy.made.v1"]
    Listener(toys.runtime, program.reactions).step()
    assert (count_parked(toys.runtime), count(toys, Heard)) == (1, 1), "the other one waits for a person"
    assert unpark(toys.runtime, program.reactions) == (0, 1)
