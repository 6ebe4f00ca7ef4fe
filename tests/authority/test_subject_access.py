"""Who saw what about a person is handed to that person, and neither to strangers nor with a trace of an enquiry.

A partner's officer asks for a report about a council's child; a worker and a machine ask for one; a father asks for his
while an enquiry about his son is open, to find out whether there is one.
"""

from typing import Any

import pytest

from authority.town import Town
from sandbox.identifiers import upn
from unit.families.borough import attendance

NOBODY = "01938b5c-7d3e-7cc1-8000-0123456789ab"
SAME = ("type", "title", "status", "detail")


@pytest.fixture(scope="module")
def ivy(town: Town) -> str:
    """A girl of whom the school alone has a record, and at whom the analyst has looked."""
    number = upn(1, 2008, 960)
    town.push("school_attendance", attendance(upn=number, forename="Ivy", surname="Access"))
    ivy = town.person(number)
    assert town.get("ana", "families", f"/v1/people/{ivy}").status_code == 200
    families = town.platform["families"]
    families.client.get("/health/live")
    families.runtime.flush()
    return ivy


def ask(town: Town, who: str, person: str, **more: Any) -> Any:
    body = {"person": person, "reference": "RR 2026/14", "asked_on": "2026-11-02"} | more
    return town.post(who, "consent", "/v1/access-reports", body)


def report(town: Town, person: str) -> dict[str, Any]:
    made = town.done(ask(town, "iris", person))["id"]
    return town.done(town.get("iris", "consent", f"/v1/access-reports/{made}"))


def test_the_councils_officer_hands_a_person_what_the_log_says_of_them(town: Town, ivy: str) -> None:
    (line,) = report(town, ivy)["lines"]
    assert (line["recipient"], line["role"], line["source"]) == ("Programme", "Analyst", "Education")
    assert (line["categories"], line["sent"]) == (["Address", "Identity"], "Sent")
    assert "Ivy" not in str(line) and town.people["ana"] not in str(line)


@pytest.mark.parametrize("who", ["petra", "jonas", "hana"])
def test_an_officer_who_holds_nothing_of_them_learns_nothing(town: Town, ivy: str, who: str) -> None:
    theirs, nobodys = ask(town, who, ivy), ask(town, who, NOBODY)
    assert theirs.status_code == nobodys.status_code == 404
    assert [theirs.json().get(name) for name in SAME] == [nobodys.json().get(name) for name in SAME]
    made = report(town, ivy)["id"]
    for path in ("", "/page", "/table", "/kept-back"):
        theirs, nobodys = (town.get(who, "consent", f"/v1/access-reports/{id}{path}") for id in (made, NOBODY))
        assert theirs.status_code == nobodys.status_code == 404
        assert [theirs.json().get(name) for name in SAME] == [nobodys.json().get(name) for name in SAME]


def test_no_worker_and_no_machine_makes_one(town: Town, ivy: str) -> None:
    for who in ("ana", "leo", "max", "otto", "pat"):
        assert ask(town, who, ivy).status_code == 403
    asked = {
        "client_id": "case-system", "name": "Case system", "scopes": ["subject-access:write"],
        "grants": ["client_credentials"],
    }  # fmt: skip
    granted = town.done(town.as_admin("POST", "identity", "/v1/services/programme/clients", json=asked))
    town.clients["case-system"] = "case-system", granted["secret"]
    assert ask(town, "case-system", ivy).json()["title"] == "Person needed"


def test_an_open_enquiry_leaves_no_trace_in_what_is_handed_over(town: Town, ivy: str) -> None:
    before = report(town, ivy)
    opened = town.post("sade", "families", "/v1/enquiries", {
        "kind": "s47", "reference": "CSC-960", "subjects": [{"person": ivy}], "begun": "2026-11-20",
    }, purpose="safeguarding")  # fmt: skip
    enquiry = town.done(opened)["id"]
    looked = town.get(
        "max", "families", f"/v1/people/{ivy}", headers={"Ground": f"enquiry {enquiry}"}, purpose="safeguarding"
    )
    assert looked.status_code == 200
    after = report(town, ivy)
    assert [before[name] for name in ("lines", "explanation")] == [after[name] for name in ("lines", "explanation")]
    kept = town.done(town.get("iris", "consent", f"/v1/access-reports/{after['id']}/kept-back"))["items"]
    assert {one["because"] for one in kept} == {"child_protection"}
