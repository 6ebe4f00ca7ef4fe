"""Figures are there when they are needed: a scrape tells what was counted last, and asks nobody."""

import re
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from chassis import figures
from chassis.db import new_id
from chassis.figures import Figure, FigureGroup, Figures
from chassis.log import Entry
from chassis.program import Loops
from fixtures.stack import Programs, Running

from .test_chassis import make
from .toys.app import program

DOCUMENT = (Path(__file__).parents[3] / "docs/operations.md").read_text()
SAMPLE = re.compile(r"^(\w+)(?:\{([^}]*)\})? (\S+)$", re.MULTILINE)


@pytest.fixture
def toys(programs: Programs) -> Running:
    return programs.start(program)


def samples(text: str) -> dict[str, float]:
    """Shape: name{labels} → value."""
    return {f"{name}{{{labels}}}" if labels else name: float(value) for name, labels, value in SAMPLE.findall(text)}


def scrape(toys: Running) -> dict[str, float]:
    return samples(toys.client.get("/metrics").text)


class Hanging:
    """Stands for whatever is asked for a figure, and does not answer."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.heard, self.goes_on = threading.Event(), threading.Event()

    def instead_of(self, figure: Figure) -> Figure:
        def count() -> Any:
            self.asked[figure.name] += 1
            self.heard.set()
            self.goes_on.wait(60)
            return figure.count()

        return Figure(figure.name, figure.help, count, figure.labels, figure.is_instant)


@pytest.mark.parametrize("of", ["store", "log"])
def test_a_scrape_tells_what_is_known_while_a_server_hangs(
    toys: Running, programs: Programs, of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(toys)
    programs.deliver(toys)
    before = samples(toys.figures())
    counted = f'thinkfamily_figures_counted{{of="{of}"}}'
    hanging, group = Hanging(), toys.runtime.figures.groups[of]
    group.figures = [hanging.instead_of(figure) for figure in group.figures]
    group.start()
    try:
        assert hanging.heard.wait(60)
        monkeypatch.setattr(figures, "PATIENCE", 0.0)
        during = [scrape(toys) for _ in range(20)]
        assert hanging.asked.total() == 1, "who hangs is not asked again, and no scrape waits behind it"
        for found in during:
            assert found[f'thinkfamily_reachable{{of="{of}"}}'] == 0
            assert found[counted] == before[counted]
            assert found.keys() >= before.keys(), "what was known before is known still"
    finally:
        group.stop()
        hanging.goes_on.set()


def test_a_scrape_asks_neither_store_nor_log(toys: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    toys.figures()
    asked: list[str] = []
    event.listen(toys.runtime.engine, "checkout", lambda *_: asked.append("store"))
    for name in ("ends", "read", "prepare", "append"):
        monkeypatch.setattr(toys.runtime.log, name, lambda *_, name=name: asked.append(name))
    for _ in range(3):
        scrape(toys)
    assert asked == []
    assert all(group._asked.is_set() for group in toys.runtime.figures.groups.values()), "but has all counted anew"


def test_a_figure_that_fails_keeps_its_last_value_and_the_others_go_on() -> None:
    counts = {"broken": 1.0, "whole": 1.0}

    def broken() -> float:
        if counts["broken"] > 1:
            raise TimeoutError
        return counts["broken"]

    group = FigureGroup("store", [Figure("broken", "", broken), Figure("whole", "", lambda: counts["whole"])])
    group.count()
    counted_at, first = group.counted_at, group.answers
    counts.update(broken=2, whole=2)
    group.count()
    assert (group.last, group.counted_at) == ({"broken": {(): 1.0}, "whole": {(): 2.0}}, counted_at)
    assert (first, group.answers) == (True, False)


def test_the_age_of_the_oldest_waiting_event_grows_while_nothing_can_be_counted(
    toys: Running, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert samples(toys.figures())["thinkfamily_outbox_oldest_seconds"] == 0
    make(toys)
    toys.runtime.figures.count()
    counted_at = toys.runtime.figures.groups["store"].counted_at
    for later in (100.0, 4000.0):
        monkeypatch.setattr(time, "time", lambda later=later: counted_at + later)
        assert scrape(toys)["thinkfamily_outbox_oldest_seconds"] == pytest.approx(later, abs=60)
    monkeypatch.undo()
    programs.deliver(toys)
    assert samples(toys.figures())["thinkfamily_outbox_oldest_seconds"] == 0


def test_what_was_sent_and_handled_is_counted_by_topic(toys: Running, programs: Programs) -> None:
    programs.deliver(toys)  # makes the topics
    at_first = samples(toys.figures())
    assert not [name for name in at_first if "last_sent" in name or "last_read" in name], "never yet"
    for n in range(3):
        make(toys, key=f"key-{n:08}")
    programs.deliver(toys)
    poison = Entry(str(new_id()), "toys.toy", "key", b"no event")
    toys.runtime.log.append("toys", [poison])
    waiting = samples(toys.figures())
    behind = {name: value for name, value in waiting.items() if name.startswith("thinkfamily_listener_lag")}
    assert sum(behind.values()) == 1 and all("stream=" in name for name in behind)
    programs.deliver(toys)
    found = samples(toys.figures())
    assert found['thinkfamily_events_sent_total{topic="toys.toy"}'] == 4
    assert found['thinkfamily_events_handled_total{topic="toys.toy"}'] == 4, "one of them was parked"
    assert found["thinkfamily_parked_events"] == 1
    assert found["thinkfamily_last_sent_seconds"] >= 0 and found["thinkfamily_last_read_seconds"] >= 0
    assert sum(value for name, value in found.items() if name.startswith("thinkfamily_listener_lag")) == 0
    assert sum(value for name, value in found.items() if name.startswith("thinkfamily_log_end")) == 4


def test_one_replica_is_active_and_the_other_stands_by(toys: Running) -> None:
    heard = {name: threading.Event() for name in ("first", "second")}

    def step(name: str) -> bool:
        heard[name].set()
        return False

    first = Loops(toys.runtime, {"relay": lambda: step("first")})
    first.start()
    try:
        assert heard["first"].wait(60)
        assert scrape(toys)['thinkfamily_active{task="relay"}'] == 1
        other = type(toys.runtime)(**{**vars(toys.runtime), "traffic": type(toys.runtime.traffic)()})
        second = Loops(other, {"relay": lambda: step("second")})
        second.start()
        assert other.traffic.active == {"relay": False}
        first.stop()
        assert heard["second"].wait(60) and other.traffic.active == {"relay": True}
        second.stop()
        assert scrape(toys)['thinkfamily_active{task="relay"}'] == 0
    finally:
        first.stop()


def test_each_figure_is_explained_and_says_whether_replicas_tell_the_same(toys: Running) -> None:
    make(toys)
    text = toys.figures()
    told = dict(re.findall(r"^# HELP (\w+) (.+)$", text, re.MULTILINE))
    assert {name for name in told if name.startswith("process_")} >= {
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_open_fds",
    }
    ours = {name for name in told if name.startswith("thinkfamily_")}
    assert {name for name in ours if f"`{name}`" not in DOCUMENT and not name.endswith("_created")} == set()
    alike = {name for name, words in told.items() if "Every replica tells the same" in words}
    assert (
        alike
        == {
            "thinkfamily_outbox_pending",
            "thinkfamily_outbox_oldest_seconds",
            "thinkfamily_parked_events",
            "thinkfamily_listener_lag",
            "thinkfamily_listener_position",
            "thinkfamily_log_end",
            "thinkfamily_work_pending",
        }
        & ours
    )


def test_a_program_without_a_store_has_the_figures_of_its_process() -> None:
    assert list(Figures([]).collect()) == []
