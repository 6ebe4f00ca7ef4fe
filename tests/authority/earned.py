"""Families that earn a result in the town: a mother out of work who kept a job up, and her child who missed school."""

from typing import Any

import httpx

from authority.town import Town
from sandbox.identifiers import nino, upn
from unit.families.borough import attendance, claim

SUPPORTED_ON = "2017-09-04"
REACHED_ON = "2018-03-31"
"""The 182nd day in work since 1 October 2017."""
TERMS = {"autumn": ("2016-09-01", "2016-12-31"), "spring": ("2017-01-01", "2017-04-16"),
         "summer": ("2017-04-01", "2017-07-31")}  # fmt: skip
MISSED = {"sessions_possible": "120", "sessions_authorised_absent": "0", "sessions_unauthorised_absent": "40"}


def code(answer: httpx.Response) -> tuple[int, str]:
    """What a refusal says: its status, and which problem or which fault of the request it is."""
    body = answer.json()
    faults = [f"{fault['pointer']} {fault['code']}" for fault in body.get("errors", [])]
    assert all(fault["fix"] for fault in body.get("errors", []))
    return answer.status_code, "; ".join(faults) or body["type"].rpartition("/")[2]


def settle_family(town: Town, serial: int, surname: str) -> str:
    """A family whose mother found work after support began. Returns its id; nothing is recorded of its support."""
    claims = town.platform["claims"].runtime
    claims.settings = claims.settings.model_copy(update={"settle": 0.0})  # what is told is evaluated at once
    where = {"address_line": f"{serial} Earning Row", "postcode": "ZZ99 4EE", "uprn": f"9990000{serial}"}
    child = {"forename": "Edda", "surname": surname, "date_of_birth": "2008-05-17", "upn": upn(32, 2008, serial % 1000)}
    mother = {"forename": "Ebba", "surname": surname, "date_of_birth": "1980-02-03", "nino": nino(serial)}
    carer = {"carer_forename": "Ebba", "carer_surname": surname, "carer_relationship": "mother"}
    town.push("benefits", claim(f"CL-{serial}", **(mother | where)), covers_from="2016-09-01", covers_to="2017-08-31")
    for term, (begins, ends) in TERMS.items():
        row = attendance(term=term, **(child | carer | {"carer_same_address": "yes"} | MISSED | where))
        town.push("school_attendance", row, covers_from=begins, covers_to=ends)
    working = {"ended_on": "2017-09-30", "work_started_on": "2017-10-01"}
    kept_up = claim(f"CL-{serial}", **(mother | where | working))
    town.push("benefits", kept_up, covers_from="2017-09-01", covers_to="2018-12-31")
    ebba = town.person(f"CL-{serial}")
    found = town.done(town.post("ana", "families", "/v1/members/lookup", {"ids": [ebba]}, purpose="identify"))
    [belongs] = found["items"][0]["families"]
    family = str(belongs["family"])
    inform(town, family, serial)
    return family


def inform(town: Town, family: str, serial: int) -> None:
    """Give everybody in the family the privacy notice, and take the consent on which use for a claim rests."""
    text = {"code": f"earned-{serial}", "version": "1", "language": "en", "text": "What we do."}
    notice = town.done(town.post("iris", "consent", "/v1/notices", text))["id"]
    rows = town.done(town.get("cora", "families", f"/v1/families/{family}/members", purpose="support"))["items"]
    delivered = {"date": SUPPORTED_ON, "channel": "in_person", "persons": [row["person"] for row in rows]}
    town.done(town.post("cora", "consent", f"/v1/notices/{notice}/deliveries", delivered, purpose="support"))
    who = {row["role"]: row["person"] for row in rows}
    consent = {
        "person": who["child"], "given_by": "representative", "representative": who["adult"], "date": SUPPORTED_ON,
        "purposes": ["claim"], "categories": ["attendance"], "recipients": ["programme"], "notice": notice,
        "channel": "in_person",
    }  # fmt: skip
    town.done(town.post("cora", "consent", "/v1/consents", consent, purpose="support"))
    town.settle()


def record(town: Town, who: str, family: str, act: str, **body: Any) -> httpx.Response:
    """Record an act of support, of the day on which support began unless told otherwise."""
    return town.post(who, "families", f"/v1/families/{family}/{act}", {"date": SUPPORTED_ON} | body, purpose="support")


def support(town: Town, family: str, coordinator: str = "cora") -> None:
    """The four acts of the gate, written down today."""
    town.done(record(town, coordinator, family, "agreement-to-be-supported", agreed=True))
    lead = {"user": town.people["leo"], "service": "programme"}
    town.done(record(town, coordinator, family, "lead-professional", **lead))
    town.done(record(town, "leo", family, "assessments", kind="early_help", needs=["work"]))
    town.done(record(town, "leo", family, "plans", goals=[{"need": "work", "goal": "A job"}]))
    town.settle()


def confirm(town: Town, who: str, family: str) -> httpx.Response:
    """Somebody says that what was recorded late is borne out."""
    answer = record(town, who, family, "late-acts/confirmation", reason="Seen the paper file of that time")
    town.settle()
    return answer


def claims_of(town: Town, family: str) -> list[dict[str, Any]]:
    """The family's claims, as a claims officer reads them."""
    found: list[dict[str, Any]] = town.done(town.get("clare", "claims", "/v1/claims", params={"family": family}))[
        "items"
    ]
    return found
