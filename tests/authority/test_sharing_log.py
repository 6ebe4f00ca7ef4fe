"""The sharing log says what was shown, and refusals tell nobody who has a record.

An officer of a partner reads the log and the decisions to find out which agencies know a family. Nobody's log holds a
line about a record that there is not.
"""

from typing import Any

import pytest

from authority.town import Town
from sandbox.identifiers import upn
from unit.families.borough import attendance

SEEN_BY = ("ana", "identify")


@pytest.fixture(scope="module")
def lily(town: Town) -> str:
    """A girl of whom the school alone has a record."""
    number = upn(1, 2008, 940)
    town.push("school_attendance", attendance(upn=number, forename="Lily", surname="Ledger"))
    return town.person(number)


def lines(town: Town, who: str, person: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = town.done(town.get(who, "consent", "/v1/sharing-log", params={"person": person}))[
        "items"
    ]
    return found


def test_the_log_holds_a_line_a_record_that_was_shown_and_none_that_there_is_not(town: Town, lily: str) -> None:
    assert town.get("ana", "families", f"/v1/people/{lily}").status_code == 200
    logged = {(line["category"], line["source"]) for line in lines(town, "iris", lily)}
    assert logged == {("identity", "education"), ("address", "education")}
    before = len(lines(town, "iris", lily))
    assert town.get("ana", "families", f"/v1/people/{lily}/facts").status_code == 200
    after = lines(town, "iris", lily)[before:]
    assert {(line["category"], line["source"]) for line in after} == {("attendance", "education")}


def test_a_search_leaves_no_line_about_whom_it_does_not_show(town: Town, lily: str) -> None:
    before = len(lines(town, "iris", lily))
    wrong_day = {"name": "Lily Ledger", "date_of_birth": "1999-01-01"}
    assert town.done(town.post("ana", "families", "/v1/people/search", wrong_day))["items"] == []
    assert len(lines(town, "iris", lily)) == before
    assert town.done(town.post("ana", "families", "/v1/people/search", {"name": "Lily Ledger"}))["items"]
    assert len(lines(town, "iris", lily)) > before


def test_an_officer_of_another_agency_learns_from_no_decision_who_has_a_record(town: Town, lily: str) -> None:
    town.get("ana", "families", f"/v1/people/{lily}")
    decision = lines(town, "iris", lily)[-1]["decision"]
    nobody = "/v1/decisions/01938b5c-7d3e-7cc1-8000-0123456789ab"
    for who in ("petra", "jonas", "hana"):
        theirs, nobodys = town.get(who, "consent", f"/v1/decisions/{decision}"), town.get(who, "consent", nobody)
        assert theirs.status_code == nobodys.status_code == 404
        same = ("type", "title", "status", "detail")
        assert [theirs.json().get(name) for name in same] == [nobodys.json().get(name) for name in same]
    own = town.done(town.get("iris", "consent", f"/v1/decisions/{decision}"))
    assert "identity" in own["covers"]
    assert town.get("ana", "consent", f"/v1/decisions/{decision}").status_code == 403
