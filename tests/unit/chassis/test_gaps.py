"""A log that lacks what was not heard yet: seen in health, a figure and a line, and mended as the runbook says."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient
from sqlalchemy import select
from structlog.testing import capture_logs

from chassis import cli
from chassis.gaps import list_gaps, list_reached
from chassis.listener import Listener, listen_once
from chassis.log import kafka as kafka_log
from chassis.log.kafka import connected
from chassis.relay import Relay
from chassis.runtime import make_runtime
from fixtures.footing import ON_PRODUCTION
from fixtures.stack import Programs, Running

from .test_chassis import make
from .toys.app import Base, Heard, program

RUNBOOK = Path(__file__).parents[3] / "docs" / "operations.md"


@pytest.fixture
def toys(programs: Programs) -> Running:
    return programs.start(program)


def heard(toys: Running) -> set[tuple[str, int]]:
    with toys.runtime.read() as session:
        return {(str(row.toy), row.times) for row in session.scalars(select(Heard))}


def steps_of_the_runbook() -> list[list[str]]:
    """The commands of the section about gaps, as they are printed."""
    section = RUNBOOK.read_text().partition("## When the log has a gap")[2].partition("\n## ")[0]
    return [line.split() for line in re.findall(r"^python -m chassis\.cli PROGRAM (.+)$", section, re.MULTILINE)]


def run(toys: Running, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> int:
    """A command, in a runtime of its own over the store and the log of a program under test."""
    monkeypatch.setattr(cli, "load", lambda name: program)
    monkeypatch.setattr(cli, "make_runtime", lambda *_, **__: make_runtime(toys.runtime.settings))
    monkeypatch.setattr(cli, "set_up_logging", lambda *_: None)
    return cli.main(["toys", *arguments])


def lose_the_log(toys: Running) -> None:
    """Delete what the log holds, as an operator could by mistake. The relay makes it again."""
    settings = toys.runtime.settings
    if settings.kafka_servers:
        log: Any = toys.runtime.log
        admin = connected(KafkaAdminClient, log._common)
        admin.delete_topics([f"{settings.kafka_prefix}toys.toy"])
        admin.close()
    else:
        shutil.rmtree(settings.var / "log")
        toys.runtime.log._local.__dict__.clear()  # type: ignore[attr-defined]


def send(relay: Relay) -> None:
    for _ in range(60):  # each try waits for the broker itself
        try:
            while relay.step():
                pass
            return
        except Exception as away:
            last = away
    raise AssertionError("The relay does not get through") from last


def test_a_listener_that_lost_its_log_says_so_and_hears_all_by_the_runbook(
    toys: Running, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        make(toys, key=f"key-{n:08}")
    programs.deliver(toys)
    before = heard(toys)
    monkeypatch.setattr(kafka_log, "PATIENCE", 1.0)
    lose_the_log(toys)
    make(toys, key="key-00000003")
    send(toys.relay)  # which makes the log again, and one event stands in it
    listener = Listener(toys.runtime, program.reactions)
    with capture_logs() as lines:
        for _ in range(3):
            step(listener)
    ready = toys.client.get("/health/ready")
    gaps = ready.json()["gaps"]
    assert ready.status_code == 503 and set(gaps.values()) == {"shorter-than-read"} and gaps == list_gaps(toys.runtime)
    toys.runtime.figures.count()
    told = toys.client.get("/metrics").text
    assert all(
        f'thinkfamily_listener_gaps{{reason="shorter-than-read",stream="{stream}"}} 1.0' in told for stream in gaps
    )
    seen = [(line["stream"], line["reason"]) for line in lines if line["event"] == "log gap"]
    assert sorted(seen) == sorted(gaps.items()), "once a stream"

    steps = steps_of_the_runbook()
    assert [words[0] for words in steps] == ["republish", "rebuild"]
    monkeypatch.setattr("chassis.relay.LOOK_BACK", 0.0)
    for words in steps:
        assert run(toys, monkeypatch, words) == 0
        send(toys.relay)
        send(toys.relay)
        if words[0] == "republish":  # it is as long as before now, and still another one
            toys.runtime.state.pop("gaps")
            listener = Listener(toys.runtime, program.reactions)
            step(listener)
            assert list_gaps(toys.runtime) == gaps, "a listener that starts now knows it as well"
    for _ in range(3):
        step(listener)
    assert toys.client.get("/health/ready").status_code == 200 and not list_gaps(toys.runtime)
    assert before < heard(toys) and len(heard(toys)) == 4, "all is heard"
    assert {times for _, times in heard(toys)} == {1}, "and nothing twice"


def step(listener: Listener) -> None:
    for _ in range(60):
        try:
            while listener.step():
                pass
            return
        except Exception as away:
            last = away
    raise AssertionError("The listener does not get through") from last


@ON_PRODUCTION  # a file is one stream
def test_a_gap_stops_the_one_stream(toys: Running, programs: Programs) -> None:
    for n in range(12):
        make(toys, key=f"key-{n:08}")
    programs.deliver(toys)
    reached = list_reached(toys.runtime)
    first, *others = sorted(reached)
    assert others
    positions = Base.metadata.tables["position"]
    with toys.runtime.write() as session:
        session.execute(positions.update().where(positions.c.stream == first).values(position=reached[first] + 50))
    for n in range(12, 36):
        make(toys, key=f"key-{n:08}")
    while toys.relay.step():
        pass
    while listen_once(toys.runtime, program.reactions):
        pass
    assert list_gaps(toys.runtime) == {first: "shorter-than-read"}
    now = list_reached(toys.runtime)
    assert now[first] == reached[first] + 50 and sum(now[stream] for stream in others) > sum(
        reached[stream] for stream in others
    )


def test_commands_without_what_they_need_change_nothing(toys: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    make(toys)
    send(toys.relay)
    assert run(toys, monkeypatch, ["republish"]) == 2
    assert run(toys, monkeypatch, ["republish", "--from", "0", "--topic", "games.toy"]) == 2
    assert run(toys, monkeypatch, ["rebuild", "--stream", "never/0"]) == 2
    assert run(toys, monkeypatch, ["rebuild"]) == 0
    with pytest.raises(SystemExit):
        run(toys, monkeypatch, ["republish", "--from", "2026-11-28T09:00:00"])
    assert not toys.relay.step()
    assert run(toys, monkeypatch, ["republish", "--from", "2999-01-01T00:00:00Z"]) == 0
    assert not toys.relay.step()
