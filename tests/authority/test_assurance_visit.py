"""The department's visitor sees the samples of the visit's batches, on its days, and nothing else.

An attacker here is an official who looks a day too early or too late, at another batch's claim, or for people; and an
officer of another agency, or somebody with a hand in claims, who would open a visit.
"""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from authority.earned import claims_of, code, confirm, settle_family, support
from authority.town import Town
from chassis.clock import today
from sandbox.supplying import Agreement, terms

ON = "2019-04-14"
NOBODY = "01938b5c-7d3e-7cc1-8000-0123456789ab"
SAME = ("type", "title", "status", "detail")
DAYS = (today(), today() + timedelta(days=2))
REASON = "The department's visit of this autumn"


@dataclass(frozen=True)
class Sample:
    """A batch whose sample was drawn, and a claim of it."""

    batch: str
    family: str
    claim: str
    bundle: str
    child: str


@pytest.fixture(scope="module", autouse=True)
def ministry(town: Town) -> None:
    """The department's service, its officer, two visitors, and agreements over all but benefits."""
    made = {"code": "ministry", "name": "The ministry", "kind": "department"}
    assert town.as_admin("POST", "identity", "/v1/agencies", json=made).status_code == 201
    assurance = {"code": "assurance", "name": "Assurance", "sector": "department"}
    assert town.as_admin("POST", "identity", "/v1/agencies/ministry/services", json=assurance).status_code == 201
    town.hire("minna", "information_governance_officer", "assurance")
    for visitor in ("vera", "viggo"):
        town.hire(visitor, "assurance_visitor", "assurance")
    town.settle()
    for supplier, categories in (("education", "attendance identity address"), ("programme", "support")):
        agreed = Agreement(supplier, "assurance", terms("claim", categories), notice_given_by="supplier")
        drafted = town.done(town.post("minna", "consent", "/v1/agreements", agreed.request))["id"]
        for who, side in (("minna", "recipient"), ("iris", "supplier")):
            signed = {"date": agreed.starts_on.isoformat(), "side": side}
            town.done(town.post(who, "consent", f"/v1/agreements/{drafted}/sign", signed))
    town.hire("quentin", "claims_officer", "programme")


@pytest.fixture(scope="module")
def sample(town: Town) -> Iterator[Sample]:
    yield draw(town, 91_310, "Visited")


@pytest.fixture(scope="module")
def other(town: Town, sample: Sample) -> Iterator[Sample]:
    yield draw(town, 91_311, "Unvisited")


@pytest.fixture(scope="module")
def visit(town: Town, sample: Sample) -> Iterator[str]:
    yield town.done(open_visit(town, "iris", sample.batch))["id"]
    town.settle()


def draw(town: Town, serial: int, surname: str) -> Sample:
    family = settle_family(town, serial, surname)
    support(town, family)
    for who in ("cora", "pia"):
        town.done(confirm(town, who, family))
    [drafted] = claims_of(town, family)
    agreed = {"verdict": "agreed", "reason": "All is there", "date": ON}
    town.done(town.post("quentin", "claims", f"/v1/claims/{drafted['id']}/check", agreed))
    nonce = secrets.token_hex(32)
    digest = hashlib.sha256(bytes.fromhex(nonce)).hexdigest()
    town.done(town.post("otto", "claims", "/v1/sample-commitments", {"framework": "2015", "hash": digest}))
    batch = town.done(town.post("clare", "claims", "/v1/batches", {"framework": "2015", "date": ON}))["id"]
    drawn = town.done(town.post("otto", "claims", f"/v1/batches/{batch}/sample", {"nonce": nonce}))
    assert drafted["id"] in drawn["sample"]
    finding = {"claim": drafted["id"], "verdict": "upheld", "reason": "Seen", "date": ON}
    town.done(town.post("otto", "claims", f"/v1/batches/{batch}/findings", finding))
    town.settle()
    rows = town.done(town.get("cora", "families", f"/v1/families/{family}/members", purpose="support"))["items"]
    [child] = [row["person"] for row in rows if row["role"] == "child"]
    return Sample(batch, family, drafted["id"], drafted["evidence"]["bundle"], child)


def open_visit(
    town: Town, who: str, *batches: str, days: tuple[date, date] = DAYS, visitor: str = "vera"
) -> httpx.Response:
    begins, ends = (day.isoformat() for day in days)
    body = {
        "visitor": town.people[visitor], "from": begins, "to": ends, "batches": list(batches), "reason": REASON,
    }  # fmt: skip
    answer = town.post(who, "claims", "/v1/assurance-visits", body)
    town.settle()
    return answer


def look(town: Town, who: str, visit: str, bundle: str) -> list[httpx.Response]:
    """All that a visitor can ask for by an id."""
    paths = (f"/v1/assurance-visits/{visit}", f"/v1/assurance-visits/{visit}/claims")
    return [town.get(who, "claims", path) for path in paths] + [
        town.get(who, "families", f"/v1/evidence-bundles/{bundle}")
    ]


def refuse_all(town: Town, who: str, visit: str, bundle: str) -> None:
    """Every door answers as for what nobody has."""
    for theirs, nobodys in zip(look(town, who, visit, bundle), look(town, who, NOBODY, NOBODY), strict=True):
        assert theirs.status_code == nobodys.status_code == 404, theirs.text
        assert [theirs.json().get(name) for name in SAME] == [nobodys.json().get(name) for name in SAME]
    listed = town.done(town.get(who, "claims", "/v1/assurance-visits"))["items"]
    assert visit not in [each["id"] for each in listed]


def move_today(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    for module in ("claims.reach", "claims.visits.service", "families.evidence.repository"):
        monkeypatch.setattr(f"{module}.today", lambda: day)


def test_within_its_days_the_visitor_sees_the_sample_and_who_did_what(town: Town, sample: Sample, visit: str) -> None:
    shown, claims, bundle = (town.done(answer) for answer in look(town, "vera", visit, sample.bundle))
    assert (shown["status"], shown["batches"], shown["reason"]) == ("running", [sample.batch], REASON)
    [row] = [each for each in claims["items"] if each["claim"]["id"] == sample.claim]
    assert (row["checked_by"], row["frozen_by"]) == (town.people["quentin"], town.people["clare"])
    assert [(each["verdict"], each["by"]) for each in row["findings"]] == [("upheld", town.people["otto"])]
    # The result rests on benefit records, which the law keeps from the department's service, whatever was agreed.
    assert (row["claim"]["verdict"], row["claim"]["evidence"]) == ("withheld", None)
    assert row["findings"][0]["reason"] is None
    assert {fact["category"] for fact in bundle["content"]["facts"]} == {"attendance"}
    assert bundle["content"]["support"]["plans"] and not bundle["whole"]
    for answer in look(town, "vera", visit, sample.bundle):
        assert not [word for word in ("Edda", "Ebba", "Visited", "Earning Row", "ZZ99") if word in answer.text]


def test_what_the_visitor_read_stands_in_the_sharing_log(town: Town, sample: Sample, visit: str) -> None:
    for answer in look(town, "vera", visit, sample.bundle):
        town.done(answer)
    logged = town.get("iris", "consent", "/v1/sharing-log", params={"person": sample.child, "limit": 500})
    theirs = [line for line in town.done(logged)["items"] if town.people["vera"] in str(line)]
    assert {line["purpose"] for line in theirs} == {"claim"}
    assert "assurance" in str(theirs)


def test_another_visitor_and_another_batch_are_nobodys(town: Town, sample: Sample, other: Sample, visit: str) -> None:
    refuse_all(town, "viggo", visit, sample.bundle)
    shown = town.done(town.get("vera", "claims", f"/v1/assurance-visits/{visit}/claims"))["items"]
    assert other.claim not in [each["claim"]["id"] for each in shown]
    theirs = town.get("vera", "families", f"/v1/evidence-bundles/{other.bundle}")
    nobodys = town.get("vera", "families", f"/v1/evidence-bundles/{NOBODY}")
    assert theirs.status_code == nobodys.status_code == 404
    assert [theirs.json().get(name) for name in SAME] == [nobodys.json().get(name) for name in SAME]
    # The auditor's doors are as they were, and the visitor's is nobody else's.
    town.done(town.get("otto", "families", f"/v1/evidence-bundles/{other.bundle}"))
    for who in ("iris", "otto"):
        town.done(town.get(who, "claims", f"/v1/assurance-visits/{visit}"))
        assert code(town.get(who, "claims", f"/v1/assurance-visits/{visit}/claims")) == (404, "visit-not-found")


def test_a_day_before_and_a_day_after_every_door_is_shut(
    town: Town, sample: Sample, visit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins, ends = DAYS
    for day in (begins - timedelta(days=1), ends + timedelta(days=1)):
        move_today(monkeypatch, day)
        refuse_all(town, "vera", visit, sample.bundle)
    move_today(monkeypatch, ends)
    for answer in look(town, "vera", visit, sample.bundle):
        town.done(answer)


DOORS: list[tuple[str, str, str, Any]] = [
    ("GET", "families", "/v1/families", None), ("GET", "families", "/v1/families/{family}", None),
    ("GET", "families", "/v1/families/{family}/members", None), ("GET", "families", "/v1/people/{child}", None),
    ("POST", "families", "/v1/people/search", {"identifier": {"scheme": "upn", "value": "A801432008310"}}),
    ("POST", "families", "/v1/members/lookup", {"ids": ["{child}"]}),
    ("POST", "families", "/v1/facts/lookup", {"ids": ["{child}"]}),
    ("GET", "claims", "/v1/claims", None), ("GET", "claims", "/v1/claims/{claim}", None),
    ("POST", "claims", "/v1/claims/lookup", {"ids": ["{family}"]}), ("GET", "claims", "/v1/batches", None),
    ("GET", "claims", "/v1/batches/{batch}", None), ("GET", "claims", "/v1/batches/{batch}/sampling", None),
    ("GET", "claims", "/v1/batches/{batch}/findings", None), ("GET", "claims", "/v1/ledger", None),
    ("GET", "claims", "/v1/reports/results", None), ("GET", "claims", "/v1/cohort", None),
    ("GET", "consent", "/v1/sharing-log", None), ("GET", "consent", "/v1/consents?person={child}", None),
    ("GET", "identity", "/v1/users", None),
]  # fmt: skip


def test_the_visitor_finds_no_people_and_no_lists(town: Town, sample: Sample, visit: str) -> None:
    for method, program, path, body in DOORS:
        sent = body and {key: [sample.child] if key == "ids" else value for key, value in body.items()}
        asked = path.format(family=sample.family, child=sample.child, claim=sample.claim, batch=sample.batch)
        assert town.call("vera", method, program, asked, json=sent).status_code == 403, path


def test_nobody_but_the_councils_officer_opens_a_visit(town: Town, sample: Sample) -> None:
    for officer in ("petra", "hana", "minna", "idris"):
        for batch in (sample.batch, NOBODY):
            assert code(open_visit(town, officer, batch)) == (404, "batch-not-found"), officer
        assert town.done(town.get(officer, "claims", "/v1/assurance-visits"))["items"] == []
    for who in ("vera", "otto", "clare", "cora", "finn"):
        assert open_visit(town, who, sample.batch).status_code == 403, who
    assert code(open_visit(town, "iris", sample.batch, NOBODY)) == (404, "batch-not-found")


def test_a_visit_is_for_a_visitor_and_for_days_to_come(town: Town, sample: Sample) -> None:
    for who in ("otto", "minna"):
        refused = open_visit(town, "iris", sample.batch, visitor=who)
        assert code(refused) == (422, "/body/visitor unknown_visitor")
    begins = today()
    for days, said in (
        ((begins, begins + timedelta(days=31)), "/body/to visit_too_long"),
        ((begins - timedelta(days=1), begins), "date_in_past"),
        ((begins + timedelta(days=1), begins), "ends_before_it_begins"),
    ):
        status, fault = code(open_visit(town, "iris", sample.batch, days=days))
        assert status == 422 and fault.endswith(said), fault
    refused = town.as_admin("POST", "identity", "/v1/users", json={
        "email": "spy@town.example", "name": "Spy", "service": "school-nursing", "password": "x" * 20,
        "roles": ["assurance_visitor"], "areas": [],
    })  # fmt: skip
    assert refused.status_code == 422


@pytest.mark.parametrize("closer", ["iris", "otto"])
def test_either_of_two_people_closes_it_and_no_door_is_left_open(town: Town, other: Sample, closer: str) -> None:
    visit = town.done(open_visit(town, "iris", other.batch, visitor="viggo"))["id"]
    for answer in look(town, "viggo", visit, other.bundle):
        town.done(answer)
    path, reason = f"/v1/assurance-visits/{visit}/close", {"reason": "They left early"}
    for who, status in (("vera", 403), ("clare", 403), ("petra", 404), ("minna", 404)):
        assert town.post(who, "claims", path, reason).status_code == status
    town.done(town.post(closer, "claims", path, reason))
    town.settle()
    refuse_all(town, "viggo", visit, other.bundle)
    assert code(town.post("iris", "claims", path, reason)) == (409, "visit-not-open")
    kept = town.done(town.get("iris", "claims", f"/v1/assurance-visits/{visit}"))
    assert (kept["status"], kept["closed_by"], kept["closed_because"]) == (
        "closed", town.people[closer], "They left early",
    )  # fmt: skip
