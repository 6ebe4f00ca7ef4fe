"""Programs and servers killed at random points of a journey, and what must hold of the log all the same.

Who is killed, and how far into which step, follows from a seed (`KILL_SEED`): the same seed gives the same plan. What
the programs are doing at that moment does not follow from it, so each kill is told with when it in fact came.
"""

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx
import orjson
from sqlalchemy import func, select

from chassis.cli import load
from chassis.http import trusted
from chassis.runtime import Runtime, make_runtime, running
from chassis.tables import Inbox, Outbox, ParkedEvent
from fixtures.soak import SEED as SOAK_SEED
from fixtures.soak import SOAK
from fixtures.tokens import TRUSTED
from journey.console import Console, Step
from journey.platform import START_SECONDS, Platform, is_ready, url_of
from journey.profile import Profile, list_parts
from journey.servers.kafka import SUPER_USER
from vocabulary.programs import SERVICES

SEED = int(os.environ.get("KILL_SEED", SOAK_SEED))
STEPS = 38
"""Steps of a journey in which something is still happening, at which a kill may begin to be due."""
LATEST = 4.0
"""Seconds into a step, at most, after which the kill comes."""
BACK_SECONDS = 60.0
"""How long a part may take to be there again."""
SERVERS = ("postgres", "kafka")
A_FEW = 3
"""How many parts are killed on servers in each run, beside a relay and the servers."""


@dataclass(frozen=True)
class Kill:
    """Who is killed, how many seconds into which step; a server stays away for a while."""

    step: int
    seconds: float
    victim: str
    away: float


@dataclass(frozen=True)
class Killed:
    """A kill as it came: later than planned where another was under way, or the victim was just starting again."""

    victim: str
    step: int
    title: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.victim}, {self.seconds:.2f} s after step {self.step} began ({self.title})"


def how_often(profile: Profile, soak: bool = SOAK) -> dict[str, int]:
    """How often each is killed on a journey: most often what all others stand on, and who takes over from another.

    In each run a share of it: on files every program once, on servers each server, a relay and a few others, whom the
    seed draws.
    """
    names = [part.name for part in list_parts(profile, 0)]
    relays = [part.name for part in list_parts(profile, 0) if part.command == "relay"]
    if profile == "embedded":
        return dict.fromkeys(names, 6 if soak else 1)
    if soak:
        return {name: 2 if name in relays else 1 for name in names} | dict.fromkeys(SERVERS, 4)
    random = Random(SEED)
    others = random.sample([name for name in names if name not in relays], A_FEW)
    return dict.fromkeys([random.choice(relays), *others, *SERVERS], 1)


def plan(often: Mapping[str, int], seed: int = SEED) -> list[Kill]:
    """Everybody is killed as often as said, in an order and at points that the seed gives."""
    random = Random(seed)
    chosen = [victim for victim, times in often.items() for _ in range(times)]
    random.shuffle(chosen)
    return [
        Kill(random.randint(3, STEPS), random.uniform(0, LATEST), victim, random.uniform(0.2, 2.0)) for victim in chosen
    ]


class Killer(Console):
    """A console that, while the journey's steps go on, kills as the plan says.

    Shape: `killed` are the kills that came, `failed` what went wrong with others, in words.
    """

    def __init__(self, platform: Platform, kills: list[Kill]) -> None:
        super().__init__()
        self.killed: list[Killed] = []
        self.failed: list[str] = []
        self._platform, self._kills = platform, kills
        self._step, self._title, self._began = 0, "", time.monotonic()
        self._one_at_a_time = threading.Lock()
        self._under_way: list[threading.Timer] = []

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Step]:
        self._step, self._title, self._began = self._step + 1, title, time.monotonic()
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

    def told(self) -> str:
        """What was killed when, and what of the plan went wrong."""
        lines = [f"KILL_SEED={SEED}, {len(self.killed)} of {len(self._kills)} kills in {self._platform.profile}:"]
        lines += [f"  {killed}" for killed in self.killed] + [f"  failed: {failed}" for failed in self.failed]
        return "\n".join(lines)

    def _carry_out(self, kill: Kill) -> None:
        """In a thread of its own, whose exceptions nobody would see."""
        with self._one_at_a_time:
            try:
                if kill.victim in SERVERS:
                    self._kill_server(kill)
                else:
                    self._kill_part(kill.victim)
            except Exception as failed:
                self.failed.append(f"{kill.victim}, due {kill.seconds:.2f} s after step {kill.step} began: {failed!r}")
                self.print_line(f"     FAILED to kill {self.failed[-1]}")

    def _kill_server(self, kill: Kill) -> None:
        assert self._platform.servers is not None
        server: Any = getattr(self._platform.servers, kill.victim)
        assert server.pid, "it does not run"
        try:
            with self._noted(kill.victim):
                server.kill()
            time.sleep(kill.away)
        finally:
            server.start()

    def _kill_part(self, victim: str) -> None:
        await_part(self._platform, victim)  # it may just be being started
        with self._noted(victim):
            self._platform.kill(victim)

    @contextmanager
    def _noted(self, victim: str) -> Iterator[None]:
        killed = Killed(victim, self._step, self._title, time.monotonic() - self._began)
        yield
        self.killed.append(killed)
        self.print_line(f"     killed {victim}")


def await_part(platform: Platform, name: str) -> int:
    """The process id of a part, once it is there."""
    until = time.monotonic() + BACK_SECONDS
    while (pid := platform.processes().get(name)) is None:
        assert time.monotonic() < until, f"{name} does not come back"
        time.sleep(0.1)
    return pid


def await_ready(platform: Platform, names: Iterable[str]) -> None:
    """Until these parts say that they are: a process that is there may still be starting, and do nothing yet."""
    until = time.monotonic() + START_SECONDS
    waiting = [part for part in platform.parts if part.name in names]
    with httpx.Client(timeout=5, verify=trusted()) as http:
        while waiting := [part for part in waiting if not is_ready(http, url_of(part))]:
            assert time.monotonic() < until, f"{waiting[0].name} does not come back"
            time.sleep(0.1)


@contextmanager
def runtime_of(platform: Platform, program: str) -> Iterator[Runtime]:
    """A look at a program's store and log from beside it."""
    settings: dict[str, Any] = {"var": platform.var}
    if platform.servers is not None:
        settings |= {
            "database_url": platform.servers.postgres.url(program, program),
            "kafka_servers": platform.servers.kafka.servers,
            # Who looks may read what the program only writes.
            "kafka_user": SUPER_USER,
            "kafka_password_file": platform.servers.kafka.password_file,
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
    return {program: told_by(platform, program) for program in SERVICES}


HOLDER = """
SELECT activity.client_port FROM pg_locks AS lock JOIN pg_stat_activity AS activity USING (pid)
WHERE lock.locktype = 'advisory' AND lock.granted AND activity.datname = %s
AND (lock.classid::bigint << 32) | lock.objid::bigint = hashtextextended(%s, 0)
"""
"""The lock of `chassis.relay.only_one`, as PostgreSQL shows it: its number in two halves."""


def holder(platform: Platform, program: str, task: str) -> str:
    """The part that does a task which only one at a time may do; empty while none does."""
    assert platform.servers is not None
    with platform.servers.postgres.connect() as connection:
        row = connection.execute(HOLDER, (program, f"{program}.{task}")).fetchone()
    if row is None:
        return ""
    socket = socket_between(row[0], platform.servers.postgres.port)
    return next((name for name, pid in platform.processes().items() if socket in open_files(pid)), "")


def socket_between(port: int, server: int) -> str:
    """What the kernel calls the socket of a client's connection on this machine; empty when it is closed."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, *_, inode = line.split()[:10]
        if (int(local.rpartition(":")[2], 16), int(remote.rpartition(":")[2], 16)) == (port, server):
            return f"socket:[{inode}]"
    return ""


def open_files(pid: int) -> set[str]:
    found: set[str] = set()
    with suppress(OSError):  # it ended while we looked
        for each in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                found.add(str(each.readlink()))
    return found
