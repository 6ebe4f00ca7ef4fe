"""One borough carried through one whole platform in each profile, with programs and servers killed on the way.

Every test here looks at the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from e2e.kills import SEED as KILL_SEED
from e2e.kills import SERVERS, Killer, plan
from journey import story
from journey.platform import Addresses, Platform, Watch, free_ports, platform
from journey.profile import PROFILES
from journey.story import Outcome

FAMILIES, SEED = 80, 2016


@dataclass
class Carried:
    """A borough at the end of its journey, on a platform that still runs."""

    outcome: Outcome
    platform: Platform
    killed: list[str]


@pytest.fixture(scope="session", params=PROFILES)
def carried(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carried]:
    var, profile = tmp_path_factory.mktemp("platform"), request.param
    with platform(var, Addresses(free_ports(profile)), profile, durable=False) as running:
        victims = [part.name for part in running.parts] + (list(SERVERS) if running.servers else [])
        console = Killer(running, plan(victims))
        console.line(f"to kill as in this run: KILL_SEED={KILL_SEED}")
        outcome = story.carry(running.addresses, var, families=FAMILIES, seed=SEED, console=console, profile=profile)
        outcome.figures.write(var / "journey.json")
        console.wait()
        Watch(running.addresses).until_idle()
        yield Carried(outcome, running, console.killed)


@pytest.fixture
def var(carried: Carried) -> Path:
    return carried.platform.var
