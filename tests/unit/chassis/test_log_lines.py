"""What the log says while something is away: what failed, once, and then how often."""

import io
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
import pytest
import structlog
from pydantic import BaseModel, ConfigDict

from chassis.log import Stored
from chassis.parked import describe_parked
from chassis.program import Loops
from chassis.repeats import Repeats
from chassis.telemetry import placed, tell_repeats
from fixtures.platform import logging_to
from fixtures.stack import Programs

from .toys.app import program

ID = UUID(int=7)
SECRET = "Ruby Hargreaves, 4 Alder Court"
LIBRARIES = [
    ("kafka.conn", "%s: connecting to %s:%d [%s]", ("<BrokerConnection 1>", "127.0.0.1", 9092, "IPv4")),
    ("kafka.client", "Node %s connection failed -- refreshing metadata", (1,)),
    ("kafka.producer.sender", "Got error produce response on topic-partition %s (%s)", ("families.fact-3", "error")),
    ("sqlalchemy.pool.impl.QueuePool", "Invalidate connection %r (reason: %s:%s)", (object(), "Error", SECRET)),
]


@pytest.fixture
def lines() -> Iterator[Any]:
    stream = io.StringIO()
    with logging_to(stream):
        yield lambda: [orjson.loads(line) for line in stream.getvalue().splitlines()]


class Quick(Loops):
    IDLE = LONGEST_PAUSE = 0.0005


def test_an_outage_of_many_failures_is_a_few_lines(lines: Any, programs: Programs) -> None:
    runtime = programs.start(program).runtime
    steps: Counter[str] = Counter()

    def send() -> bool:
        steps["taken"] += 1
        if steps["taken"] <= 300:
            for logger, words, arguments in LIBRARIES:
                logging.getLogger(logger).warning(words, *arguments)
            away = TimeoutError(SECRET)
            raise placed(away, operation="send", topic="toys.toy", entries=steps["taken"])
        loops._stop.set()
        return False

    loops = Quick(runtime, {"relay": send})
    loops.start()
    for thread in loops._threads:
        thread.join(60)
    told = [line for line in lines() if line["event"] != "request"]
    assert len(told) == 2 * (len(LIBRARIES) + 1) + 1, "the first of each kind, their number at the end, and the end"
    first = next(line for line in told if line["event"] == "step failed")
    assert {name: first[name] for name in ("program", "loop", "operation", "topic", "error")} == {
        "program": program.name,
        "loop": "relay",
        "operation": "send",
        "topic": "toys.toy",
        "error": "TimeoutError",
    }
    assert all(line["program"] for line in told)
    assert [line["repeated"] for line in told if "repeated" in line] == [299] * (len(LIBRARIES) + 1)
    assert (told[-1]["event"], told[-1]["failures"]) == ("step works again", 300)
    assert SECRET not in str(told) and "Ruby" not in str(told)


def test_a_library_says_what_it_is_about_without_what_somebody_sent(lines: Any) -> None:
    for logger, words, arguments in LIBRARIES:
        logging.getLogger(logger).error(words, *arguments)
    logging.getLogger("sqlalchemy.engine").error("%(name)s has %(count)d %% of it", {"name": SECRET, "count": 3})
    connecting, _, sending, pool, named = lines()
    assert (connecting["about"], connecting["logger"]) == (
        "<BrokerConnection 1>: connecting to 127.0.0.1:9092 [IPv4]",
        "kafka.conn",
    )
    assert sending["about"] == "Got error produce response on topic-partition families.fact-3 (error)"
    assert pool["about"] == "Invalidate connection object (reason: -:-)"
    assert named["about"] == "- has 3 % of it"


def test_lines_that_say_something_else_are_each_told(lines: Any) -> None:
    log = structlog.get_logger()
    for line in (
        {"position": 1},
        {"position": 2},
        {"position": 2, "topic": "toys.toy"},
        {"position": 2, "error": "KeyError", "at": ["a.py:1 f"]},
        {"position": 2, "error": "KeyError", "at": ["b.py:1 f"]},
    ):
        log.error("failed", **line)
    for _ in range(3):
        log.info("request", status=503)
        logging.getLogger("kafka.net").warning(f"Task <object at {hex(id(object()))}> ran for {len(lines()) / 8}s")
    assert len(lines()) == 9


def test_what_goes_on_is_told_once_a_minute(lines: Any) -> None:
    now = 0.0
    repeats = Repeats(clock=lambda: now)
    told: list[int | None] = []
    for second in range(200):
        now = float(second)
        told.append(repeats.seen({"event": "failed", "held": second}))
    heard = [(second, held) for second, held in enumerate(told) if held is not None]
    assert heard == [(0, 0), (60, 59), (120, 59), (180, 59)]
    assert repeats.take_held() == [], "not a minute since it was told"
    now = 240.0
    assert repeats.take_held() == [({"event": "failed", "held": 199}, 19)]
    assert repeats.seen({"event": "failed", "held": 1}) == 0, "a new outage is told at once"


def test_what_was_held_back_is_told_when_it_works_again(lines: Any) -> None:
    for _ in range(4):
        structlog.get_logger().warning("away", what="toys", held=1)
    assert len(lines()) == 1
    tell_repeats(all=True)
    tell_repeats(all=True)
    assert [(line["event"], line.get("repeated"), line["level"]) for line in lines()] == [
        ("away", None, "warning"),
        ("away", 3, "warning"),
    ]


class Address(BaseModel):
    model_config = ConfigDict(extra="forbid")
    uprn: int


class Moved(BaseModel):
    address: Address


def broken_by(content: dict[str, Any]) -> tuple[Stored, Exception]:
    entry = Stored("families.person/3", 41, "families.person", "0198-ab", orjson.dumps({"data": content}))
    try:
        Moved.model_validate(content)
    except ValueError as broken:
        return entry, broken
    raise AssertionError("it is valid")


@pytest.mark.parametrize(
    ("entry", "broken", "field"),
    [
        (*broken_by({"address": {"uprn": SECRET}}), "/address/uprn"),
        (*broken_by({"address": {"uprn": 1, "ruby_hargreaves": 2}}), "/address/-"),
        (*broken_by({}), "/address"),
        (Stored("s/0", 41, "t", "k", b'{"data": {}}'), KeyError("uprn"), "/uprn"),
        (Stored("s/0", 41, "t", "k", b'{"data": {"name": "ruby"}}'), KeyError("ruby"), "-"),
        (Stored("s/0", 41, "t", "k", b"{}"), KeyError("Ruby Hargreaves"), "/-"),
        (Stored("s/0", 41, "t", "k", b"{}"), KeyError(), "-"),
        (Stored("s/0", 41, "t", "k", b"{}"), ValueError(SECRET), "-"),
    ],
)
def test_a_parked_event_is_named_with_the_field_that_is_wrong(entry: Stored, broken: Exception, field: str) -> None:
    told = describe_parked(entry, ID, broken)
    assert told == {
        "topic": entry.topic,
        "stream": entry.stream,
        "position": 41,
        "key": entry.key,
        "event_id": str(ID),
        "error": type(broken).__name__,
        "field": field,
    }


@pytest.mark.parametrize("key", ["Ruby Hargreaves", "RUBY", "ruby@example.org", "", "x" * 101])
def test_a_key_that_is_none_of_ours_is_not_told(key: str) -> None:
    told = describe_parked(Stored("s/0", 1, "t", key, b"{}"), ID, ValueError())
    assert told["key"] == "-"
