"""Dates have an order: nothing comes before what it rests on, and what is written down years late earns nothing alone.

An attacker here writes four acts of support of years ago down today, and dates a check, a freeze and a payment as it
suits.
"""

from collections.abc import Iterator

import pytest

from authority.earned import REACHED_ON, claims_of, code, confirm, record, settle_family, support
from authority.town import Town
from chassis.clock import today

AGREED = {"verdict": "agreed", "reason": "All is there"}


@pytest.fixture(scope="module")
def family(town: Town) -> Iterator[str]:
    yield settle_family(town, 91_001, "Earl")


def test_an_act_of_support_says_something_about_somebody(town: Town, family: str) -> None:
    lead = {"user": town.people["leo"], "service": "programme"}
    for act, body, refused in (
        ("lead-professional", {"user": "nobody", "service": "nowhere"}, "/body/service unknown_service"),
        ("lead-professional", {"user": "nobody", "service": "programme"}, "/body/user unknown_user"),
        ("lead-professional", lead | {"sector": "council"}, "/body/sector not_its_sector"),
        ("lead-professional", lead | {"name": "Nell Nobody"}, "/body/user user_or_name"),
        ("lead-professional", {"name": "Nell Nobody", "service": "nowhere"}, "/body/service unknown_service"),
        ("assessments", {"kind": "early_help", "needs": []}, "/body/needs needs_or_reason"),
    ):
        assert code(record(town, "cora", family, act, **body)) == (422, refused)
    assert record(town, "cora", family, "plans", goals=[]).status_code == 422
    assert record(town, "cora", family, "agreement-to-be-supported", agreed=True, date="2999-01-01").status_code == 422


def test_four_acts_of_years_ago_make_no_claim_until_a_second_person_confirms_them(town: Town, family: str) -> None:
    support(town, family)
    assert claims_of(town, family) == []
    cohort = {
        row["family"]: row for row in town.done(town.get("ana", "claims", "/v1/cohort", purpose="identify"))["items"]
    }
    assert family not in cohort or cohort[family]["attached_on"] is None
    # Neither who leads the family, nor somebody of elsewhere.
    assert code(confirm(town, "leo", family)) == (409, "confirmer-not-independent")
    assert confirm(town, "harriet", family).status_code == 403
    elsewhere = town.hire("carola", "programme_coordinator", "programme", areas=())
    assert code(confirm(town, elsewhere, family)) == (404, "family-not-found")
    # Cora wrote two of the four down herself: her word counts for the others, and theirs is still lacking.
    assert confirm(town, "cora", family).status_code == 201
    assert claims_of(town, family) == []
    assert code(confirm(town, "cora", family)) == (409, "confirmer-not-independent")
    assert confirm(town, "pia", family).status_code == 201
    [claim] = claims_of(town, family)
    assert claim["status"] == "drafted"
    assert code(confirm(town, "pia", family)) == (409, "nothing-to-confirm")


def test_checker_and_auditor_see_how_late_and_by_whom(town: Town, family: str) -> None:
    [claim] = claims_of(town, family)
    gate = {act["part"]: act for act in claim["evidence"]["gate"]}
    assert set(gate) == {"agreement_to_be_supported", "lead_professional", "assessment", "plan"}
    assert {act["recorded_on"] for act in gate.values()} == {today().isoformat()}
    assert all(act["days_late"] > 2000 for act in gate.values())
    assert gate["plan"]["recorded_by"] == town.people["leo"] and gate["plan"]["confirmed_by"] == town.people["cora"]
    assert gate["agreement_to_be_supported"]["confirmed_by"] == town.people["pia"]
    assert "late_entered" in claim["evidence"]["risks"]


def test_no_act_comes_before_the_one_that_it_rests_on(town: Town, family: str) -> None:
    [claim] = claims_of(town, family)
    check, on = f"/v1/claims/{claim['id']}/check", "2019-04-14"
    for day in ("1901-01-01", "2018-03-30"):
        early = town.post("clare", "claims", check, AGREED | {"date": day})
        assert code(early) == (422, "/body/date date_before_result") and REACHED_ON not in early.text
    assert code(town.post("clare", "claims", check, AGREED | {"date": "2999-01-01"}))[0] == 422
    town.done(town.post("clare", "claims", check, AGREED | {"date": on}))
    for day, refused in (("1990-01-01", "date_before_result"), ("2019-04-13", "date_out_of_order")):
        early = town.post("clare", "claims", "/v1/batches", {"framework": "2015", "date": day})
        assert code(early) == (422, f"/body/date {refused}")
    assert town.get("clare", "claims", f"/v1/claims/{claim['id']}").json()["status"] == "checked"


def test_fees_are_not_settled_before_their_year(town: Town) -> None:
    early = town.post("finn", "claims", "/v1/fees", {"framework": "2015", "year": "2017/18", "date": "1999-01-01"})
    assert code(early) == (422, "/body/date date_out_of_order")
