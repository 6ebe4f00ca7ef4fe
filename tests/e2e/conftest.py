"""One borough carried through one whole platform in each profile, with programs and servers killed on the way.

Every test here looks at the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from e2e.kills import Killer, how_often, plan
from fixtures.soak import times
from journey import story
from journey.platform import Addresses, Platform, Watch, find_free_ports, running_platform
from journey.profile import PROFILES
from journey.story import Outcome
from vocabulary.programs import PROGRAMS

FAMILIES, SEED = times(50, 200), 2016
KILLS = pytest.StashKey[list[str]]()


@dataclass
class Carried:
    """A borough at the end of its journey, on a platform that still runs."""

    outcome: Outcome
    platform: Platform
    killer: Killer


@pytest.fixture(scope="package", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """What makes a password slow to guess takes a fifth of a second of each sign-in; here nobody guesses."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IDENTITY_ARGON2_PASSES", "1")
        patch.setenv("IDENTITY_ARGON2_MEMORY", "64")
        yield


@pytest.fixture(scope="package", autouse=True)
def patience() -> Iterator[None]:
    """The programs wait longer for each other than they do in use: the machine has much else to do at once."""
    with pytest.MonkeyPatch.context() as patch:
        for program in PROGRAMS:
            patch.setenv(f"{program.upper()}_TIME_BUDGET", "30")
        patch.setenv("GATEWAY_OPERATION_TIMEOUT", "30")
        for program in ("CONSENT", "FAMILIES"):
            patch.setenv(f"{program}_STANDING_PATIENCE", "30")
        yield


# Of the folder, not of the session: seventeen processes that wait take as much CPU as they do when they work.
@pytest.fixture(scope="package", params=PROFILES)
def carried(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, cheap_passwords: None, patience: None
) -> Iterator[Carried]:
    var, profile = tmp_path_factory.mktemp("platform"), request.param
    with running_platform(var, Addresses(find_free_ports(profile)), profile, durable=False) as running:
        killer = Killer(running, plan(how_often(profile)))
        try:
            outcome = story.carry_borough(
                running.addresses, var, families=FAMILIES, seed=SEED, console=killer, profile=profile
            )
        finally:
            killer.wait()  # else it would start a server again that was stopped with the platform
            request.config.stash.setdefault(KILLS, []).append(killer.told())
        outcome.figures.write(var / "journey.json")
        Watch(running.addresses).wait_until_idle()
        yield Carried(outcome, running, killer)


@pytest.fixture
def var(carried: Carried) -> Path:
    return carried.platform.var


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """A run that failed says what was killed when: the seed gives the plan again, and not the moment."""
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        for told in config.stash.get(KILLS, []):
            terminalreporter.section("killed on the way")
            terminalreporter.write_line(told)
