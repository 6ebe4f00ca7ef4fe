"""What is withheld must not be told by the side: by lists, totals, tags, or by what an answer differs in."""

from typing import Any

import pytest

from authority.town import Town
from claims.models import Claim, LedgerEntry
from sandbox.identifiers import nino, upn
from unit.families.borough import attendance, claim


@pytest.fixture(scope="module")
def paid(town: Town) -> dict[str, str]:
    """Two families, each with a paid claim: `open` of the coordinator's area, `hidden` at a protected address."""
    found: dict[str, str] = {}
    for number, which in enumerate(("open", "hidden")):
        home = {"address_line": f"{number} Xylo Lane", "postcode": "ZZ99 3XX", "uprn": f"99900008000{number}"}
        names = {"forename": f"Xan{which}", "surname": f"Xu{which}"}
        child = attendance(
            upn=upn(33, 2008, 901 + number), carer_forename="Xia", carer_surname=names["surname"],
            carer_relationship="mother", carer_same_address="yes", **(names | home),
        )  # fmt: skip
        town.push("school_attendance", child)
        mother = {"forename": "Xia", "surname": names["surname"], "date_of_birth": "1981-02-03"}
        town.push("benefits", claim(f"CL-X{number}", nino=nino(900010 + number), **(mother | home)),
                  covers_from="2016-09-01", covers_to="2016-12-31")  # fmt: skip
        people = [town.person(upn(33, 2008, 901 + number)), town.person(f"CL-X{number}")]
        if which == "hidden":
            for person in people:
                body = {"person": person, "kind": "location", "date": "2017-02-12", "reason": "On her word."}
                town.done(town.post("iris", "consent", "/v1/protections", body))
            town.settle()
        rows = town.done(town.post("ana", "families", "/v1/members/lookup", {"ids": people[:1]}))["items"]
        [found[which]] = [held["family"] for held in rows[0]["families"] if held["to"] is None]
    with town.platform["claims"].runtime.write() as session:
        for family in found.values():
            row = _claim_of(family)
            session.add(row)
            session.flush()
            session.add(_entry_of(row))
    return found


def _claim_of(family: str) -> Claim:
    from datetime import UTC, date, datetime
    from uuid import UUID

    return Claim(
        family=UUID(family), framework="tf-2015-2020", plan="p", plan_version=1, component="result", type="progress",
        result_date=date(2018, 7, 31), attached_on=date(2017, 10, 1), pence=80_000, status="paid",
        known_at=datetime(2018, 8, 1, tzinfo=UTC), material="", trace={}, uses=[], denied=[],
    )  # fmt: skip


def _entry_of(row: Claim) -> LedgerEntry:
    from datetime import date

    return LedgerEntry(
        kind="result", framework=row.framework, year="2018/19", pence=row.pence, on=date(2018, 9, 1),
        family=row.family, claim=row.id,
    )  # fmt: skip


def test_no_list_total_or_report_shows_a_coordinator_one_paid_family_more_than_she_meets(
    town: Town, paid: dict[str, str]
) -> None:
    ledger = town.done(town.get("cora", "claims", "/v1/ledger", purpose="identify", params={"limit": 500}))
    families = [row["family"] for row in ledger["items"]]
    assert paid["open"] in families and not {paid["hidden"], None} & set(families)
    assert ledger["totals"] == {
        "results": {"pence": sum(row["pence"] for row in ledger["items"])}, "fees": {"pence": 0}
    }  # fmt: skip
    claims = town.done(town.get("cora", "claims", "/v1/claims", purpose="identify", params={"status": "paid"}))["items"]
    assert sorted(row["family"] for row in claims) == sorted(families)
    whole = town.done(town.get("finn", "claims", "/v1/ledger", params={"limit": 500}))
    assert set(paid.values()) <= {row["family"] for row in whole["items"]}
    assert whole["totals"]["results"]["pence"] > ledger["totals"]["results"]["pence"]


def test_small_counts_are_told_only_to_who_works_with_the_claims(town: Town, paid: dict[str, str]) -> None:
    def show(who: str) -> Any:
        return town.done(town.get(who, "claims", "/v1/reports/results"))

    exact = show("finn")
    assert exact["withheld_below"] is None
    assert all(row["claims"] and row["value"] for row in exact["rows"])
    small = [row for row in exact["rows"] if row["claims"] < 5]
    for who in ("cora", "ana"):
        told = show(who)
        assert told["withheld_below"] == 5
        assert not [row for row in told["rows"] if row["claims"] is not None and row["claims"] < 5], who
        assert not [row for row in told["rows"] if row["claims"] is None and row["value"] is not None], who
        assert len([row for row in told["rows"] if row["claims"] is None]) >= (len(small) if who == "ana" else 1)


def test_a_family_out_of_reach_answers_like_one_that_is_not_at_every_door(town: Town, paid: dict[str, str]) -> None:
    from uuid import uuid4

    same = ("type", "title", "status", "detail")
    for who in ("cora", "leo"):
        for program, method, path, body in (
            ("families", "GET", "/v1/families/{}", None),
            ("families", "GET", "/v1/families/{}/members", None),
            ("families", "GET", "/v1/families/{}/timeline", None),
            ("families", "POST", "/v1/families/{}/steps", {"date": "2018-01-01", "step": "opened", "note": ""}),
            ("claims", "GET", "/v1/families/{}/eligibility", None),
            ("claims", "GET", "/v1/families/{}/progress", None),
        ):
            answers = [
                town.call(who, method, program, path.format(family), json=body, purpose="support")
                for family in (paid["hidden"], str(uuid4()))
            ]
            assert [answer.status_code for answer in answers] == [404, 404], (who, path)
            here, there = (answer.json() for answer in answers)
            assert [here[key] for key in same] == [there[key] for key in same]
            assert not {"etag", "location"} & set(answers[0].headers)
