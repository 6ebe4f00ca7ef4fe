"""Programs and servers killed at random points of a journey, and what must hold of the log all the same.

Where and what is killed follows from a seed (`KILL_SEED`), so that a run that went wrong can be had again.
"""

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select

from chassis.cli import load
from chassis.runtime import Runtime, make_runtime, running
from chassis.tables import Inbox, Outbox, ParkedEvent
from fixtures.tokens import TRUSTED
from journey.console import Console, Step
from journey.platform import Platform
from journey.profile import STORING

SEED = int(os.environ.get("KILL_SEED", "2016"))
KILLS = 30
STEPS = 38
"""Steps of a journey in which something is still happening, at which a kill may begin to be due."""
LATEST = 4.0
"""Seconds into a step, at most, after which the kill comes."""
SERVERS = ("postgres", "kafka")


@dataclass(frozen=True)
class Kill:
    """Who is killed, how many seconds into which step; a server stays away for a while."""

    step: int
    seconds: float
    victim: str
    away: float


def plan(victims: list[str], seed: int = SEED, kills: int = KILLS) -> list[Kill]:
    """Everybody is killed as often as everybody else, in an order and at points that the seed gives."""
    random = Random(seed)
    chosen: list[str] = []
    while len(chosen) < kills:
        chosen += random.sample(victims, len(victims))
    return [
        Kill(random.randint(3, STEPS), random.uniform(0, LATEST), victim, random.uniform(0.2, 2.0))
        for victim in chosen[:kills]
    ]


class Killer(Console):
    """A console that, while the journey's steps go on, kills as the plan says."""

    def __init__(self, platform: Platform, kills: list[Kill]) -> None:
        super().__init__()
        self.killed: list[str] = []
        self._platform, self._kills = platform, kills
        self._step = 0
        self._one_at_a_time = threading.Lock()
        self._under_way: list[threading.Timer] = []

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Step]:
        self._step += 1
        for kill in self._kills:
            if kill.step == self._step:
                timer = threading.Timer(kill.seconds, self._carry_out, [kill])
                timer.start()
                self._under_way.append(timer)
        with super().step(name, title) as step:
            yield step

    def wait(self) -> None:
        """Until the last kill is done, and what was killed is being started again."""
        for timer in self._under_way:
            timer.join()

    def _carry_out(self, kill: Kill) -> None:
        with self._one_at_a_time:
            if kill.victim in SERVERS:
                assert self._platform.servers is not None
                server: Any = getattr(self._platform.servers, kill.victim)
                server.kill()
                time.sleep(kill.away)
                server.start()
            else:
                until = time.monotonic() + 30
                while kill.victim not in self._platform.processes():  # it is just being started
                    assert time.monotonic() < until, f"{kill.victim} does not come back"
                    time.sleep(0.1)
                self._platform.kill(kill.victim)
            self.killed.append(kill.victim)
            self.line(f"     killed {kill.victim}")


@contextmanager
def runtime_of(platform: Platform, program: str) -> Iterator[Runtime]:
    """A look at a program's store and log from beside it."""
    settings: dict[str, Any] = {"var": platform.var}
    if platform.servers is not None:
        settings |= {
            "database_url": platform.servers.postgres.url(program, program),
            "kafka_servers": platform.servers.kafka.servers,
        }
    with running(make_runtime(load(program).settings(**settings), keys=TRUSTED)) as runtime:
        yield runtime


@dataclass
class Told:
    """What a program has told: `sent` is in its outbox, `heard` in the log; each key's sequence numbers in order."""

    sent: set[UUID]
    unsent: int
    heard: set[UUID]
    types: dict[UUID, str]
    sequences: dict[tuple[str, str], list[int]]


def told_by(platform: Platform, program: str) -> Told:
    topics = load(program).topics
    with runtime_of(platform, program) as runtime:
        with runtime.read() as session:
            sent = set(session.scalars(select(Outbox.id)))
            unsent = session.scalar(select(func.count()).where(Outbox.position.is_(None))) or 0
        heard: set[UUID] = set()
        types: dict[UUID, str] = {}
        sequences: dict[tuple[str, str], list[int]] = defaultdict(list)
        reached: dict[str, int] = {}
        while entries := runtime.log.read(program, topics, reached, 1000):
            for entry in entries:
                event = orjson.loads(entry.value)
                reached[entry.stream] = entry.position
                if (id := UUID(event["id"])) not in heard:  # the second copy of an event is nobody's concern
                    heard.add(id)
                    types[id] = event["type"]
                    sequences[entry.topic, entry.key].append(event["sequence"])
    return Told(sent, unsent, heard, types, dict(sequences))


def taken_in_by(platform: Platform, program: str) -> tuple[set[UUID], int]:
    """The events that a program has handled, and how many it could not handle."""
    with runtime_of(platform, program) as runtime, runtime.read() as session:
        parked = session.scalar(select(func.count()).select_from(ParkedEvent)) or 0
        return set(session.scalars(select(Inbox.id))), parked


def all_told(platform: Platform) -> dict[str, Told]:
    return {program: told_by(platform, program) for program in STORING}
