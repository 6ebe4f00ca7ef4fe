"""What must hold after programs and servers were killed in the middle of things, beside every figure being true."""

from collections import Counter

import pytest

from chassis.cli import load
from e2e.conftest import Carried
from e2e.kills import KILLS, all_told, plan, taken_in_by
from journey.profile import LOOPS, PROGRAMS, STORING

pytestmark = pytest.mark.timeout(1800)


def test_a_plan_comes_again_from_its_seed_and_spares_nobody() -> None:
    victims = ["families", "claims", "kafka"]
    assert plan(victims, seed=7) == plan(victims, seed=7) != plan(victims, seed=8)
    counts = Counter(kill.victim for kill in plan(victims, seed=7))
    assert set(counts) == set(victims) and max(counts.values()) - min(counts.values()) <= 1


def test_the_processes_of_a_platform_are_the_commands_of_its_programs() -> None:
    for program in PROGRAMS:
        assert load(program).commands() == ["serve", *LOOPS.get(program, ())]


def test_everybody_was_killed_and_every_figure_is_true_all_the_same(carried: Carried) -> None:
    assert len(carried.killed) == KILLS
    assert carried.outcome.figures.differing == []


def test_every_event_is_in_the_log_and_each_keys_in_their_order(carried: Carried) -> None:
    for program, told in all_told(carried.platform).items():
        assert told.unsent == 0 and told.sent, program
        assert told.heard == told.sent, program
        for place, sequence in told.sequences.items():
            assert sequence == list(range(1, len(sequence) + 1)), place


def test_every_event_was_handled_by_whoever_listens_for_it_and_none_was_parked(carried: Carried) -> None:
    everything = all_told(carried.platform)
    for program in STORING:
        reactions = load(program).reactions
        wanted = {
            id
            for speaker in reactions.by_producer()
            for id in everything[speaker].heard
            if everything[speaker].types[id] in reactions.types
        }
        handled, parked = taken_in_by(carried.platform, program)
        assert (handled, parked) == (wanted, 0), program
