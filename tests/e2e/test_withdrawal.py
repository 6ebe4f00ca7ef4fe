"""After a withdrawal, everybody entitled is asked through every door; what rests on public task goes on."""

import pytest

from e2e.conftest import Carried
from journey.withdrawal import ASKERS, Withdrawals, holds_attendance
from sandbox.model import Act

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def withdrawn(carried: Carried) -> list[Act]:
    found = [act for act in carried.outcome.borough.acts if act.kind == "consent_withdrawn"]
    assert len(found) >= 3
    return found


@pytest.fixture
def asking(carried: Carried) -> Withdrawals:
    return Withdrawals(carried.outcome.api, carried.outcome.cast, carried.outcome.register)


def test_no_door_shows_any_role_what_rested_on_a_withdrawn_consent(asking: Withdrawals, withdrawn: list[Act]) -> None:
    answers = [
        (door, holds_attendance(answer)) for act in withdrawn for door, answer in asking.ask_every_door(act, ASKERS)
    ]
    assert [door for door, told in answers if told] == []
    assert len(answers) > 40 * len(withdrawn)


def test_families_that_withdrew_are_in_nobodys_list_of_how_families_stand(
    asking: Withdrawals, withdrawn: list[Act]
) -> None:
    asking.check_cohort(withdrawn)
    assert (asking.checked > 0, asking.leaks) == (True, 0)


def test_what_the_school_sends_on_its_own_task_still_serves_to_identify(
    asking: Withdrawals, withdrawn: list[Act]
) -> None:
    assert all(asking.public_task_goes_on(act) for act in withdrawn)


def test_with_the_consent_standing_the_same_doors_do_show_attendance(carried: Carried, asking: Withdrawals) -> None:
    """Else the tests above would find nothing whatever the platform did."""
    borough = carried.outcome.borough
    gone = {act.family for act in borough.acts if act.kind == "consent_withdrawn"}
    given = next(
        act
        for act in borough.acts
        if act.kind == "consent_given"
        and act.family not in gone
        and borough.truth.families[act.family].story == 1
        and carried.outcome.register.family_id(act.family)
    )
    shown = {door for door, answer in asking.ask_every_door(given, ("ana", "clare")) if holds_attendance(answer)}
    assert {"ana eligibility", "ana progress", "ana facts", "ana graphql family", "clare progress"} <= shown
