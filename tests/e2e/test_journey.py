"""The whole journey, held against what is true of the borough."""

import json
from pathlib import Path
from typing import Any

import pytest

from e2e.conftest import Carried
from journey.data_folder import NAMES

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture
def figures(carried: Carried) -> dict[str, Any]:
    return carried.outcome.figures.as_json()


def test_every_figure_is_what_the_truth_says(figures: dict[str, Any]) -> None:
    assert figures["differing"] == []


def test_paid_results_and_fees_equal_what_is_owed_to_the_penny(figures: dict[str, Any]) -> None:
    assert figures["claims"]["paid_pence"] == figures["claims"]["truth_pence"] > 0
    assert figures["fees"]["pence"] == figures["fees"]["truth_pence"] > 0


def test_no_record_is_linked_to_somebody_else_and_after_review_none_is_left_apart(figures: dict[str, Any]) -> None:
    assert figures["matching"]["wrong_links"] == 0
    assert figures["matching"]["precision"] == 1.0
    assert 0.9 < figures["matching"]["recall"] <= 1.0
    assert figures["matching"]["recall_after_review"] == 1.0


def test_after_a_withdrawal_nobody_is_shown_what_rested_on_consent(figures: dict[str, Any]) -> None:
    assert figures["withdrawal"]["held_before"] > 0, "nothing was shown before, so nothing could leak"
    assert figures["withdrawal"]["answers_checked"] > 100
    assert figures["withdrawal"]["leaks"] == 0


def test_the_figures_are_written_with_the_agreed_names(figures: dict[str, Any], var: Path) -> None:
    written = json.loads((var / "journey.json").read_text())
    assert written == figures
    assert {"profile", "families", "seconds"} <= set(written)
    assert {"wrong_links", "precision", "recall", "recall_after_review"} <= set(written["matching"])
    assert {"paid_pence", "truth_pence"} <= set(written["claims"])
    assert {"pence", "truth_pence"} <= set(written["fees"])
    assert {"answers_checked", "leaks"} <= set(written["withdrawal"])


def test_no_log_line_holds_a_name_an_identifier_or_an_address(carried: Carried, var: Path) -> None:
    borough = carried.outcome.borough
    people = borough.people.values()
    private = {person.nino for person in people if person.nino} | {person.upn for person in people if person.upn}
    private |= {premises.postcode for premises in borough.all_premises} | {
        premises.address_line for premises in borough.all_premises
    }
    private |= {f"{person.forename} {person.surname}" for person in people}
    private |= {str(premises.uprn) for premises in borough.all_premises}
    private |= {each.name for each in carried.outcome.cast.people.values()}
    for log in (var / "logs").glob("*.log"):
        text = log.read_text()
        found = {value for value in private if value in text}
        assert not found, f"{log.name} holds {len(found)} values of the borough"


def test_all_that_a_platform_keeps_is_what_a_reset_deletes(var: Path) -> None:
    assert {path.name for path in var.iterdir()} <= NAMES


def test_many_figures_were_compared_with_the_truth(figures: dict[str, Any]) -> None:
    """A verdict that all agree says nothing where nothing was compared."""
    assert figures["compared"] >= 60


def test_a_family_that_is_nominated_a_second_time_is_asked_about(figures: dict[str, Any]) -> None:
    assert figures["nomination"]["questions"] == 1
