"""One borough carried through one whole platform, with programs killed on the way; every test here looks at the end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from journey import story
from journey.console import Console, Step
from journey.platform import Addresses, Platform, free_ports, platform
from journey.story import Outcome

FAMILIES, SEED = 80, 2016
KILLS = {
    # The step of the journey, counted by name, and after how many seconds which program is killed.
    ("pushes", 1): [(0.7, "families"), (2.5, "claims")],
    ("acts", 1): [(1.0, "families"), (2.5, "claims")],
    ("pushes", 5): [(0.5, "families")],
    ("claims", 1): [(0.4, "claims"), (1.5, "families")],
    ("claims", 2): [(0.8, "claims")],
}


class Killer(Console):
    """A console that, while the journey's steps go on, kills programs as a crash would."""

    def __init__(self, running: Platform) -> None:
        super().__init__(quiet=True)
        self.killed: list[str] = []
        self._running = running
        self._steps: dict[str, int] = {}

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Step]:
        self._steps[name] = self._steps.get(name, 0) + 1
        for seconds, program in KILLS.get((name, self._steps[name]), []):
            threading.Timer(seconds, self._kill, [program]).start()
        with super().step(name, title) as step:
            yield step

    def _kill(self, program: str) -> None:
        if program in self._running.processes():  # it may be just starting again
            self._running.kill(program)
            self.killed.append(program)


@dataclass
class Carried:
    """A borough at the end of its journey, on a platform that still runs."""

    outcome: Outcome
    platform: Platform
    killed: list[str]


@pytest.fixture(scope="session")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carried]:
    var = tmp_path_factory.mktemp("platform")
    with platform(var, Addresses(free_ports())) as running:
        console = Killer(running)
        outcome = story.carry(running.addresses, var, families=FAMILIES, seed=SEED, console=console)
        outcome.figures.write(var / "journey.json")
        yield Carried(outcome, running, console.killed)


@pytest.fixture
def var(carried: Carried) -> Path:
    return carried.platform.var
