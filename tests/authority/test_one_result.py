"""One result for the same people, and news of a claim before it is paid: as somebody would try to be paid twice."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

import pytest

from authority.town import Town
from sandbox.identifiers import nino, upn
from unit.families.borough import attendance, claim

HOME = {"address_line": "41 Twice Street", "postcode": "ZZ99 4TT", "uprn": "999000041041"}
PUPIL = {"forename": "Tobias", "surname": "Twice", "date_of_birth": "2008-06-02", "sex": "male", **HOME}
MOTHER = {"forename": "Theresa", "surname": "Twice", "date_of_birth": "1981-04-03", "sex": "female", **HOME}
CARER = {
    "carer_forename": "Theresa",
    "carer_surname": "Twice",
    "carer_relationship": "mother",
    "carer_same_address": "yes",
}
TERMS = {
    "autumn": ("2016-09-01", "2016-12-31"),
    "spring": ("2017-01-01", "2017-04-16"),
    "summer": ("2017-04-01", "2017-07-31"),
}
SON, REF, INSURED = upn(1, 2008, 941), "CL-TWICE", nino(941041)
DAY = "2019-01-15"


@dataclass
class Twice:
    """A family whose result was drafted, since the mother kept her job."""

    town: Town
    family: str
    mother: str
    son: str

    def claims(self) -> dict[str, str]:
        """The section's claims. Shape: family → status."""
        items = self.town.done(self.town.get("clare", "claims", "/v1/claims", params={"limit": 200}))["items"]
        return {item["family"]: item["status"] for item in items}

    def questions(self, kind: str) -> list[dict[str, Any]]:
        found = self.town.get("clare", "claims", "/v1/questions", params={"kind": kind, "limit": 200})
        items: list[dict[str, Any]] = self.town.done(found)["items"]
        return [item for item in items if self.family in item["families"]]


def out_of_work(town: Town) -> None:
    row = claim(REF, nino=INSURED, started_on="2016-10-03", **MOTHER)
    town.push("benefits", row, covers_from="2016-09-01", covers_to="2017-09-30")


def jobs(town: Town, until: str = "") -> None:
    row = claim(
        REF, nino=INSURED, started_on="2016-10-03", ended_on="2017-11-30", work_started_on="2017-12-01",
        work_ended_on=until, **MOTHER,
    )  # fmt: skip
    town.push("benefits", row, covers_from="2016-09-01", covers_to="2018-12-31")


def attach(town: Town, family: str, on: str = "2017-10-02") -> None:
    """The four parts of the gate, of years ago and written down today: somebody else than who wrote them confirms."""
    path = f"/v1/families/{family}"
    town.done(town.post("cora", "families", f"{path}/agreement-to-be-supported", {"date": on, "agreed": True}))
    lead = {"date": on, "user": town.people["leo"], "service": "programme"}
    town.done(town.post("cora", "families", f"{path}/lead-professional", lead))
    found = {"date": on, "kind": "early_help", "needs": ["work", "attendance"], "note": ""}
    assessment = town.done(town.post("cora", "families", f"{path}/assessments", found))["id"]
    plan = {"date": on, "assessment": assessment, "goals": [{"need": "work", "goal": "A job that she keeps"}]}
    town.done(town.post("cora", "families", f"{path}/plans", plan))
    seen = {"date": DAY, "reason": "Seen the paper file of that time"}
    town.done(town.post("pia", "families", f"{path}/late-acts/confirmation", seen, purpose="support"))


@pytest.fixture(scope="module")
def twice(town: Town) -> Twice:
    for term, (begins, ends) in TERMS.items():
        missed = {"sessions_authorised_absent": "30"}
        row = attendance(SON, term, **PUPIL, **CARER, **missed)
        town.push("school_attendance", row, covers_from=begins, covers_to=ends)
    out_of_work(town)
    jobs(town)
    mother, son = town.person(REF), town.person(SON)
    found = town.done(town.post("cora", "families", "/v1/members/lookup", {"ids": [son]}))["items"]
    family = found[0]["families"][0]["family"]
    attach(town, family)
    town.settle()
    return Twice(town, family, mother, son)


def test_a_second_family_of_the_same_people_is_asked_about_and_has_no_result(twice: Twice) -> None:
    town = twice.town
    assert twice.claims()[twice.family] == "drafted"
    nominated = {"area": "thornbury", "reason": "Known to the school", "date": "2017-09-01"}
    second = town.done(town.post("cora", "families", "/v1/families", nominated))["id"]
    for who, role in ((twice.mother, "adult"), (twice.son, "child")):
        body = {"person": who, "role": role, "from": "2017-09-01"}
        town.done(town.post("cora", "families", f"/v1/families/{second}/members", body))
    attach(town, second)
    town.settle()
    assert second not in twice.claims()
    [question] = twice.questions("same_people")
    assert set(question["families"]) == {twice.family, second}
    assert (question["status"], len(question["shared"])) == ("open", 2)
    path = f"/v1/questions/{question['id']}"
    body = {"answer": "different_family", "reason": "Another household", "date": DAY}
    # Whoever nominated it cannot say that it is another family, nor does anybody else but a claims officer.
    for who in ("cora", "leo", "ana", "otto", "finn", "iris", "petra"):
        assert town.post(who, "claims", f"{path}/answers", body).status_code in (403, 404), who
        assert town.get(who, "claims", path).status_code in (403, 404), who
    # One claims officer alone lets no money go out.
    said = town.done(town.post("clare", "claims", f"{path}/answers", body))
    assert said["status"] == "proposed"
    confirmed = {"answer": said["id"], "reason": "Another household", "date": DAY}
    alone = town.post("clare", "claims", f"{path}/confirm", confirmed)
    assert (alone.status_code, alone.json()["title"]) == (409, "Second person needed")
    town.settle()
    assert second not in twice.claims()
    same = {"answer": "same_family", "reason": "One mother and her son", "date": DAY}
    assert town.done(town.post("clare", "claims", f"{path}/answers", same))["status"] == "answered"
    town.settle()
    assert twice.claims()[twice.family] == "drafted" and second not in twice.claims()


def test_a_job_corrected_to_three_weeks_after_submission_is_not_paid(twice: Twice) -> None:
    town = twice.town
    [drafted] = [
        item["id"]
        for item in town.done(town.get("clare", "claims", "/v1/claims", params={"status": "drafted"}))["items"]
        if item["family"] == twice.family
    ]
    checking = town.hire("dora", "claims_officer", "programme")
    checked = {"verdict": "agreed", "reason": "The evidence bears it", "date": DAY}
    town.done(town.post(checking, "claims", f"/v1/claims/{drafted}/check", checked))
    batch = submit(town, drafted)
    jobs(town, until="2017-12-21")
    town.settle()
    [question] = twice.questions("news")
    assert (question["effect"], question["status"]) == ("hold", "open")
    payment = {"batch": batch, "date": DAY, "pence": 80_000, "reference": "TF-941"}
    held = town.post("faye", "claims", "/v1/payments", payment)
    assert (held.status_code, held.json()["held"]) == (409, [drafted])
    stands = {"answer": "stands", "reason": "It is what it is", "date": DAY}
    assert town.post("faye", "claims", f"/v1/questions/{question['id']}/answers", stands).status_code == 403
    falls = {"answer": "falls", "reason": "The job ended after three weeks", "date": DAY}
    town.done(town.post("clare", "claims", f"/v1/questions/{question['id']}/answers", falls))
    assert twice.claims()[twice.family] == "retracted"
    assert town.post("faye", "claims", "/v1/payments", payment).status_code == 409


def submit(town: Town, checked: str) -> str:
    """Freeze, sample, uphold and submit, each by whose part it is. Returns the batch."""
    nonce = secrets.token_bytes(32)
    handed = {"framework": "2015", "hash": hashlib.sha256(nonce).hexdigest()}
    town.done(town.post("otto", "claims", "/v1/sample-commitments", handed))
    batch = town.done(town.post("clare", "claims", "/v1/batches", {"framework": "2015", "date": DAY}))["id"]
    drawn = town.done(town.post("otto", "claims", f"/v1/batches/{batch}/sample", {"nonce": nonce.hex()}))
    assert checked in drawn["sample"]
    for claimed in drawn["sample"]:
        finding = {"claim": claimed, "verdict": "upheld", "reason": "The evidence bears it", "date": DAY}
        town.done(town.post("otto", "claims", f"/v1/batches/{batch}/findings", finding))
    town.done(town.post("finn", "claims", f"/v1/batches/{batch}/submit", {"date": DAY}))
    return str(batch)
