"""What must hold after programs and servers were killed in the middle of things, beside every figure being true."""

import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from chassis.cli import load
from e2e.conftest import Carried
from e2e.kills import (
    BACK_SECONDS,
    SEED,
    SERVERS,
    Kill,
    Killer,
    all_told,
    await_part,
    await_ready,
    holder,
    how_often,
    plan,
    taken_in_by,
    told_by,
)
from families.events import SupportStepped
from journey.platform import Addresses, Platform, Watch
from journey.profile import list_parts
from journey.seeding import iso
from vocabulary.programs import PROGRAMS, SERVICES

pytestmark = pytest.mark.timeout(1800)


def test_a_plan_comes_again_from_its_seed_and_kills_each_as_often_as_said() -> None:
    often = {"families": 1, "claims": 2, "kafka": 4}
    assert plan(often, seed=7) == plan(often, seed=7) != plan(often, seed=8)
    assert Counter(kill.victim for kill in plan(often, seed=7)) == often


def test_on_both_footings_together_there_are_kills_enough_of_everybody() -> None:
    embedded, production = how_often("embedded", soak=True), how_often("production", soak=True)
    assert sum(embedded.values()) + sum(production.values()) >= 60
    assert set(embedded) == set(PROGRAMS) and min(embedded.values()) >= 6
    assert set(production) == {part.name for part in list_parts("production", 0)} | set(SERVERS)
    assert min(production.values()) >= 1
    assert min(production[name] for name in SERVERS) >= 4
    for relay in (part.name for part in list_parts("production", 0) if part.command == "relay"):
        assert production[relay] >= 2


def test_each_run_kills_a_share_of_it() -> None:
    embedded, production = how_often("embedded", soak=False), how_often("production", soak=False)
    assert embedded == dict.fromkeys(PROGRAMS, 1)
    assert set(production) > set(SERVERS) and set(production.values()) == {1}
    killed = [part for part in list_parts("production", 0) if part.name in production]
    assert len(killed) >= 4 and any(part.command == "relay" for part in killed)
    assert any(part.command != "relay" for part in killed)


def test_a_kill_is_told_with_the_step_and_the_second_at_which_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Platform(Path("nowhere"), Addresses())
    monkeypatch.setattr(platform, "processes", lambda: {"families": 7})
    monkeypatch.setattr(platform, "kill", lambda part: None)
    killer = Killer(platform, [Kill(1, 0.2, "families", 0.0)])
    with killer.step("first", "one step"):
        pass
    with killer.step("second", "another"):
        killer.wait()
    (killed,) = killer.killed
    assert (killed.victim, killed.step, killed.title) == ("families", 2, "another"), "it was due in the one before"
    assert str(killed) in killer.told() and f"KILL_SEED={SEED}, 1 of 1 kills" in killer.told()


def test_a_kill_that_fails_is_told_with_what_was_killed() -> None:
    """It happens in a thread of its own: what is raised there would be seen by nobody."""
    killer = Killer(Platform(Path("nowhere"), Addresses()), [Kill(1, 0.0, "kafka", 0.0)])
    with killer.step("first", "a step"):
        pass
    killer.wait()
    assert killer.killed == [] and len(killer.failed) == 1
    assert f"KILL_SEED={SEED}, 0 of 1 kills" in killer.told() and killer.failed[0] in killer.told()


def test_the_processes_of_a_platform_are_the_commands_of_its_programs() -> None:
    for program in PROGRAMS:
        assert load(program).commands() == list(PROGRAMS[program].commands)


def test_everybody_was_killed_and_every_figure_is_true_all_the_same(carried: Carried) -> None:
    killer = carried.killer
    assert killer.failed == [], killer.told()
    assert Counter(kill.victim for kill in killer.killed) == how_often(carried.platform.profile), killer.told()
    assert carried.outcome.figures.differing == []


def test_every_event_is_in_the_log_and_each_keys_in_their_order(carried: Carried) -> None:
    for program, told in all_told(carried.platform).items():
        assert told.unsent == 0 and told.sent, program
        assert told.heard == told.sent, program
        for stream, sequence in told.sequences.items():
            assert sequence == list(range(1, len(sequence) + 1)), stream


def test_every_event_was_handled_by_whoever_listens_for_it_and_none_was_parked(carried: Carried) -> None:
    everything = all_told(carried.platform)
    for program in SERVICES:
        reactions = load(program).reactions
        wanted = {
            id
            for speaker in reactions.by_producer()
            for id in everything[speaker].heard
            if everything[speaker].types[id] in reactions.types
        }
        handled, parked = taken_in_by(carried.platform, program)
        assert (handled, parked) == (wanted, 0), program


@pytest.mark.parametrize("carried", ["production"], indirect=True)  # on a laptop nobody stands by
def test_when_the_active_relay_is_killed_the_other_one_takes_over_and_sends_what_comes(carried: Carried) -> None:
    platform = carried.platform
    pair = {"families.relay", "families.relay.standby"}
    await_ready(platform, pair)
    active = await_holder(platform, pair)
    (other,) = pair - {active}
    pid = await_part(platform, other)
    until = time.monotonic() + BACK_SECONDS
    while holder(platform, "families", "relay") != other:
        # The supervisor starts it again at once; were it to be the first to ask, nobody would have taken over.
        with suppress(KeyError, ProcessLookupError):
            platform.kill(active)
        assert time.monotonic() < until, f"{other} does not take over from {active}"
        time.sleep(0.05)

    before = told_by(platform, "families").sent
    outcome = carried.outcome
    family = next(found for each in outcome.borough.families.values() if (found := outcome.register.family_id(each.id)))
    step = {"date": iso(outcome.borough.waves[-1].pushed_on), "step": "opened"}
    outcome.api.post(outcome.cast["pia"], "families", f"/v1/families/{family}/steps", step, act="a step after a crash")
    Watch(platform.addresses).wait_until_idle()
    after = told_by(platform, "families")
    assert [after.types[id] for id in after.heard - before] == [SupportStepped.type()]
    assert (after.sent, after.unsent) == (after.heard, 0)

    await_ready(platform, [active])
    assert holder(platform, "families", "relay") == other, "who is back stands by"
    assert platform.processes()[other] == pid, "it did not have to be started for it"


def await_holder(platform: Platform, pair: set[str]) -> str:
    until = time.monotonic() + BACK_SECONDS
    while (found := holder(platform, "families", "relay")) not in pair:
        assert time.monotonic() < until, "no relay is active"
        time.sleep(0.1)
    return found
