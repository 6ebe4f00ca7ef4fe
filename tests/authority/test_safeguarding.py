"""Safeguarding: who is met on an open enquiry, in an emergency, as cover; and who is not, whatever they state.

The Stones: Kit, a child, and his father Ned at 4 Ford Lane; Ned's benefits came from the Jobcentre, his incidents from
the police. Una is a neighbour's child, and Eli one whom early help supports.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from authority.town import Town, list_by_pages
from chassis.clock import today
from families.models.safeguarding import EmergencyAccess
from sandbox.identifiers import nino, upn
from unit.families.borough import attendance, claim, incident
from vocabulary.safeguarding import EMERGENCY_ADVICE

FORD = {"address_line": "4 Ford Lane", "postcode": "ZZ99 4FD", "uprn": "999000004001"}
MOOR = {"address_line": "9 Moor Row", "postcode": "ZZ99 4WR", "uprn": "999000004002"}
MERE = {"address_line": "2 Mere Close", "postcode": "ZZ99 4WS", "uprn": "999000004003"}
KIT, UNA, ELI = upn(1, 2009, 911), upn(1, 2009, 912), upn(1, 2009, 913)
NED_NINO = nino(991_911)
REASON = "The school rang: he says that he is locked in at night."
NOBODY = "01938b5c-7d3e-7cc1-8000-0123456789ab"
SAFE = {"purpose": "safeguarding"}


@dataclass
class Case:
    """Shape: ids of people, and of the enquiry about Kit."""

    town: Town
    kit: str
    ned: str
    una: str
    eli: str
    enquiry: str

    def read(self, who: str, person: str, ground: str = "", path: str = "", **more: Any) -> httpx.Response:
        headers = {"Ground": ground} if ground else {}
        return self.town.get(who, "families", f"/v1/people/{person}{path}", headers=headers, **(SAFE | more))

    def sources(self, answer: httpx.Response) -> set[str]:
        body = self.town.done(answer)
        return {row["source"] for name in ("identifiers", "addresses") for row in body.get(name) or []}

    def open(self, who: str, *people: str, reference: str, **more: Any) -> httpx.Response:
        body: dict[str, Any] = {"reference": reference, "kind": "s47", "begun": today().isoformat()}
        body |= {"subjects": [{"person": person} for person in people]}
        return self.town.post(who, "families", "/v1/enquiries", body | more, **SAFE)

    def act(self, who: str, path: str, body: Any, **more: Any) -> httpx.Response:
        return self.town.post(who, "families", path, body, **(SAFE | more))

    def log_of(self, person: str) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = self.town.done(
                self.town.get("iris", "consent", "/v1/sharing-log", params={"person": person, "limit": 500, **after})
            )
            lines += page["items"]
            if not page["next"]:
                return lines
            after = {"after": page["next"]}


def nothing_there(answer: httpx.Response) -> None:
    """404 in the words of what does not exist, with whom to turn to."""
    assert answer.status_code == 404, answer.text
    assert answer.json()["title"] == "Person not found" and answer.json()["advice"] == EMERGENCY_ADVICE


@pytest.fixture(scope="module")
def case(town: Town) -> Case:
    for name, role, service in (
        ("theo", "team_manager", "childrens-social-care"),
        ("mina", "team_manager", "early-help"),
        ("cal", "lead_professional", "early-help"),
        ("dc", "mash_worker", "neighbourhood-policing"),
        ("pc", "mash_worker", "neighbourhood-policing"),
    ):
        town.hire(name, role, service)
    town.settle()
    kit = {"forename": "Kit", "surname": "Stone", "date_of_birth": "2009-04-03", **FORD}
    ned = {"forename": "Ned", "surname": "Stone", "date_of_birth": "1979-01-02", "sex": "male", **FORD}
    carer = {"carer_forename": "Ned", "carer_surname": "Stone", "carer_relationship": "father"}
    town.push(
        "school_attendance",
        attendance(upn=KIT, **kit, **carer, carer_same_address="yes"),
        attendance(upn=UNA, forename="Una", surname="Moor", date_of_birth="2009-04-03", **MOOR),
        attendance(upn=ELI, forename="Eli", surname="Mere", date_of_birth="2009-08-09", **MERE),
    )
    town.push("anti_social_behaviour", incident("INC-911", **ned))
    town.push("benefits", claim("CL-911", nino=NED_NINO, **ned))
    found = Case(town, town.person(KIT), town.person("CL-911"), town.person(UNA), town.person(ELI), "")
    answer = found.open("sade", found.kit, reference="CSC-911")
    found.enquiry = town.done(answer)["id"]
    return found


@pytest.fixture
def on_enquiry(case: Case) -> str:
    return f"enquiry {case.enquiry}"


# --- the enquiry


@pytest.mark.parametrize("who", ["max", "sade", "tara"])
def test_without_a_ground_safeguarding_staff_meet_nobody(case: Case, who: str) -> None:
    nothing_there(case.read(who, case.kit))
    nothing_there(case.read(who, NOBODY))


@pytest.mark.parametrize("who", ["max", "sade", "tara"])
def test_an_open_enquiry_shows_its_people_and_their_household_and_the_log_says_why(
    case: Case, on_enquiry: str, who: str
) -> None:
    assert case.sources(case.read(who, case.kit, on_enquiry)) == {"education"}
    family = case.town.get(who, "families", "/v1/families", headers={"Ground": on_enquiry}, **SAFE)
    (shown,) = case.town.done(family)["items"]
    assert {case.kit, case.ned} == {member["person"] for member in shown["members"]}
    lines = [line for line in case.log_of(case.kit) if line["subject"] == case.town.people[who]]
    assert {(line["ground"], line["ground_reference"], line["purpose"]) for line in lines} == {
        ("enquiry", case.enquiry, "safeguarding")
    }


def test_an_enquiry_leads_to_nobody_else(case: Case, on_enquiry: str) -> None:
    nothing_there(case.read("max", case.una, on_enquiry))
    listed = case.town.post(
        "max", "families", "/v1/people/lookup", {"ids": [case.kit, case.una]}, headers={"Ground": on_enquiry}, **SAFE
    )
    assert [item["id"] for item in case.town.done(listed)["items"]] == [case.kit]


@pytest.mark.parametrize(
    "ground", [f"enquiry {NOBODY}", "enquiry CSC-911", f"emergency {NOBODY}", f"cover {NOBODY}", "team housing"]
)
def test_a_ground_that_does_not_hold_answers_like_what_does_not_exist(case: Case, ground: str) -> None:
    nothing_there(case.read("max", case.kit, ground))


@pytest.mark.parametrize("ground", ["curiosity 1", "enquiry"])
def test_what_is_no_ground_is_refused(case: Case, ground: str) -> None:
    answer = case.read("max", case.kit, ground)
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/header/ground"


def test_an_enquiry_is_no_ground_for_support(case: Case, on_enquiry: str) -> None:
    answer = case.read("tara", case.kit, on_enquiry, purpose="support")
    assert answer.status_code == 422


@pytest.mark.parametrize("who", ["dc", "pc", "mina"])
def test_another_agencys_or_services_enquiry_is_none(case: Case, on_enquiry: str, who: str) -> None:
    nothing_there(case.read(who, case.kit, on_enquiry))
    shown = case.town.get(who, "families", f"/v1/enquiries/{case.enquiry}", **SAFE)
    assert shown.status_code == 404 and shown.json()["advice"] == EMERGENCY_ADVICE
    assert case.town.done(case.town.get(who, "families", "/v1/enquiries", **SAFE))["items"] == []


def test_the_police_open_no_enquiry_whatever_their_token_says(case: Case) -> None:
    said = {"roles": ["childrens_social_worker"], "scope": "enquiries:write"}
    body = {"reference": "POL-1", "kind": "s47", "begun": today().isoformat(), "subjects": [{"person": case.una}]}
    bearer = case.town.token("pc", **said)
    headers = {"Authorization": f"Bearer {bearer}", "Purpose": "safeguarding", "Idempotency-Key": "police-enquiry"}
    refused = case.town.platform["families"].client.post("/v1/enquiries", json=body, headers=headers)
    assert refused.status_code == 403 and refused.json()["scope"] == "enquiries:write"
    assert case.open("max", case.una, reference="POL-1").status_code == 403
    assert (
        case.open(
            "ana",
            case.una,
            reference="POL-1",
        ).status_code
        == 403
    )


def test_an_enquiry_about_nobody_is_refused_and_somebody_is_found_by_name_and_birth(case: Case) -> None:
    nothing_there(case.open("sade", NOBODY, reference="CSC-912"))
    by_name = [{"name": "Una Moor", "date_of_birth": "2009-04-03"}]
    opened = case.town.done(case.open("sade", reference="CSC-912", subjects=by_name))["id"]
    shown = case.town.done(case.town.get("sade", "families", f"/v1/enquiries/{opened}", **SAFE))
    assert shown["subjects"] == [case.una]
    for wrong in ({"name": "Una Moor", "date_of_birth": "2009-04-04"}, {"identifier": NED_NINO}):
        # The National Insurance number came from the Jobcentre alone, whose data names nobody here.
        nothing_there(case.open("sade", reference="CSC-913", subjects=[wrong]))
    assert case.open("sade", case.una, reference="CSC-912").status_code == 409


def test_a_closed_enquiry_is_none_until_it_is_reopened_and_all_of_it_stays_in_the_history(case: Case) -> None:
    opened = case.town.done(case.open("sade", case.una, reference="CSC-920"))["id"]
    ground, path = f"enquiry {opened}", f"/v1/enquiries/{opened}"
    assert case.read("max", case.una, ground).status_code == 200
    closed = case.act("sade", f"{path}/close", {"date": today().isoformat(), "reason": "No further action"})
    assert case.town.done(closed)["status"] == "closed"
    nothing_there(case.read("max", case.una, ground))
    nothing_there(case.read("sade", case.una, ground))
    further = {"subjects": [{"person": case.kit}], "reason": "A brother"}
    assert case.act("sade", f"{path}/subjects", further).status_code == 409
    assert case.act("sade", f"{path}/reopen", {"reason": "Closed by mistake"}).status_code == 200
    assert case.act("sade", f"{path}/subjects", further).status_code == 200
    assert case.read("max", case.kit, ground).status_code == 200
    assert case.act("sade", f"{path}/subjects/{case.kit}/removal", {"reason": "Another Kit"}).status_code == 200
    nothing_there(case.read("max", case.kit, ground))
    history = case.town.done(case.town.get("max", "families", path, **SAFE))["history"]
    assert [step["step"] for step in history] == ["opened", "closed", "reopened", "subjects_added", "subject_removed"]
    assert case.act("max", f"{path}/close", {"date": today().isoformat(), "reason": "Tidy"}).status_code == 403


# --- what binds an enquiry, and what does not


def test_the_jobcentres_rows_reach_nobody_through_an_enquiry(case: Case, on_enquiry: str) -> None:
    facts = case.town.done(case.read("max", case.ned, on_enquiry, "/facts"))["items"]
    assert facts and {fact["source"] for fact in facts} == {"neighbourhood-policing"}


def test_objection_and_restriction_stop_routine_work_and_not_the_enquiry(case: Case, on_enquiry: str) -> None:
    body = {"person": case.ned, "date": today().isoformat()}
    objection = body | {"purposes": ["identify", "support", "safeguarding"]}
    case.town.done(case.town.post("iris", "consent", "/v1/objections", objection))
    facts = "/facts"
    before = case.town.done(case.read("max", case.ned, on_enquiry, facts))["items"]
    assert case.town.done(case.read("ana", case.ned, "", facts, purpose="identify"))["items"] == []
    restriction = body | {"because": "accuracy_contested", "categories": [], "reason": "He says it was his brother"}
    case.town.done(case.town.post("iris", "consent", "/v1/restrictions", restriction))
    assert case.town.done(case.read("max", case.ned, on_enquiry, facts))["items"] == before != []
    assert "name" not in case.town.done(case.read("ana", case.ned, "", purpose="identify"))


def test_a_protected_address_stays_hidden_from_an_enquiry(case: Case) -> None:
    opened = case.town.done(case.open("sade", case.una, reference="CSC-930"))["id"]
    ground = f"enquiry {opened}"
    assert "ZZ99 4WR" in case.read("max", case.una, ground).text
    protection = {"person": case.una, "kind": "location", "date": today().isoformat(), "reason": "The refuge's word"}
    case.town.done(case.town.post("iris", "consent", "/v1/protections", protection))
    shown = case.read("max", case.una, ground)
    assert (
        shown.status_code == 200 and "Una" in shown.text and "ZZ99" not in shown.text and "Moor Row" not in shown.text
    )
    case.town.settle()
    family = case.town.get("max", "families", "/v1/families", headers={"Ground": ground}, **SAFE)
    assert "thornbury" not in family.text and "ZZ99" not in family.text


# --- emergency access


def use(case: Case, who: str, *people: str) -> httpx.Response:
    body = {"people": [{"person": person} for person in people], "reason": REASON}
    return case.act(who, "/v1/emergency-access", body)


def test_emergency_access_shows_whom_it_names_at_once_to_who_asked_and_nobody_else(case: Case) -> None:
    access = case.town.done(use(case, "max", case.una))["id"]
    ground = f"emergency {access}"
    assert "Una" in case.read("max", case.una, ground).text
    nothing_there(case.read("max", case.kit, ground))
    nothing_there(case.read("sade", case.una, ground))
    line = next(line for line in case.log_of(case.una) if line["ground"] == "emergency")
    assert (line["ground_reference"], line["agreement"]) == (access, None)
    for who in ("ana", "leo", "tara", "noor"):
        assert use(case, who, case.una).status_code == 403
    nothing_there(use(case, "max", NOBODY))
    with case.town.platform["families"].runtime.write() as session:
        ended = update(EmergencyAccess).where(EmergencyAccess.id == UUID(access))
        session.execute(ended.values(expires_at=EmergencyAccess.begun_at))
    nothing_there(case.read("max", case.una, ground))


def test_a_second_person_reviews_it_and_a_late_review_is_listed_and_alarms(case: Case) -> None:
    access = case.town.done(use(case, "sade", case.kit))["id"]
    path = f"/v1/emergency-access/{access}/reviews"
    found = {"outcome": "not_justified", "note": "Nobody had rung, as the call list shows."}
    for who, status in (("sade", 403), ("max", 403), ("dc", 403)):
        assert case.act(who, path, found).status_code == status
    case.town.hire("police_manager", "team_manager", "neighbourhood-policing")
    other = case.act("police_manager", path, found)
    assert other.status_code == 404 and other.json()["advice"] == EMERGENCY_ADVICE
    with case.town.platform["families"].runtime.write() as session:
        session.execute(
            update(EmergencyAccess).where(EmergencyAccess.id == UUID(access)).values(review_by=date(2017, 9, 1))
        )

    def overdue() -> list[str]:
        page = case.town.get("tara", "families", "/v1/emergency-access", params={"status": "overdue"}, **SAFE)
        return [item["id"] for item in case.town.done(page)["items"]]

    families = case.town.platform["families"]
    assert overdue() == [access]
    assert "thinkfamily_emergency_reviews_overdue 1.0" in families.figures()
    assert case.act("tara", path, found).status_code == 201
    assert overdue() == [] and "thinkfamily_emergency_reviews_overdue 0.0" in families.figures()
    notes = case.town.done(case.town.get("iris", "families", "/v1/governance-notes"))["items"]
    (note,) = [note for note in notes if note["about"] == access]
    assert case.town.done(case.town.get("petra", "families", "/v1/governance-notes"))["items"] == []
    answered = {"answer": "Spoken with her and with her manager."}
    assert case.town.post("petra", "families", f"/v1/governance-notes/{note['id']}/answer", answered).status_code == 404
    assert case.town.post("iris", "families", f"/v1/governance-notes/{note['id']}/answer", answered).status_code == 200
    corrected = {"outcome": "justified", "note": "The call stood on the other list."}
    assert case.act("theo", path, corrected).status_code == 201
    own = case.town.done(case.town.get("sade", "families", "/v1/emergency-access/own", **SAFE))["items"]
    shown = next(item for item in own if item["id"] == access)
    assert shown["outcome"] == "justified" and [review["outcome"] for review in shown["reviews"]][-2:] == [
        "not_justified", "justified",
    ]  # fmt: skip


def test_nobody_reviews_their_own_whatever_roles_they_hold(case: Case) -> None:
    case.town.hire("both", "childrens_social_worker", "childrens-social-care", "team_manager")
    access = case.town.done(use(case, "both", case.kit))["id"]
    own = case.act("both", f"/v1/emergency-access/{access}/reviews", {"outcome": "justified", "note": "It was needed."})
    assert own.status_code == 403 and own.json()["title"] == "Own emergency access"


def test_no_client_is_the_second_person_whatever_scopes_it_was_granted(case: Case) -> None:
    """An administrator can grant these scopes to a client; but who reviews, bars and covers answers for it by name."""
    name, town = "reviewing-machine", case.town
    scopes = ["emergency-access:use", "emergency-access:review", "governance-notes:write", "bars:write", "covers:write"]
    asked = {"client_id": name, "name": "Reviews", "scopes": scopes, "grants": ["client_credentials"]}
    made = town.done(town.as_admin("POST", "identity", "/v1/services/childrens-social-care/clients", json=asked))
    town.clients[name] = name, made["secret"]
    used = town.done(
        town.post(
            "sade", "families", "/v1/emergency-access",
            {"people": [{"person": case.kit}], "reason": "He rang and then was silent."}, purpose="safeguarding",
        )
    )["id"]  # fmt: skip
    ids = {"covered": town.people["sade"], "covering": town.people["theo"], "from": "2026-11-01", "to": "2026-11-30"}
    attempts = {
        f"/v1/emergency-access/{used}/reviews": {"outcome": "justified", "note": "All is well, says the machine."},
        "/v1/emergency-access": {"people": [{"person": case.kit}], "reason": "He rang and then was silent."},
        "/v1/covers": ids | {"reason": "On leave"},
        "/v1/bars": {"user": name, "because": "other", "people": [case.kit]},
    }
    for path, body in attempts.items():
        answer = town.post(name, "families", path, body)
        assert (answer.status_code, answer.json()["title"]) == (403, "Person needed"), path
    for path in ("/v1/emergency-access", "/v1/governance-notes", "/v1/covers", "/v1/bars"):
        assert town.get(name, "families", path).status_code == 403, path
    theirs = town.done(town.get("theo", "families", "/v1/emergency-access", params={"status": "to_review"}))["items"]
    assert used in [each["id"] for each in theirs], "it is reviewed by nobody yet"


# --- bars


def home_of(case: Case, person: str) -> str:
    listed = case.town.get("ana", "families", "/v1/families", params={"limit": 500}, purpose="identify")
    families = case.town.done(listed)["items"]
    return next(str(one["id"]) for one in families if person in {member["person"] for member in one["members"]})


def test_who_is_barred_from_a_relative_meets_them_by_no_role_enquiry_or_emergency(case: Case, on_enquiry: str) -> None:
    town = case.town
    for name in ("rae", "ria"):
        town.hire(name, "childrens_social_worker", "childrens-social-care")
    town.hire("ray", "analyst", "programme")
    town.settle()
    because = {"because": "relative", "people": [case.kit], "families": []}
    rae = town.people["rae"]
    bar = town.done(case.act("rae", "/v1/bars", because | {"user": rae}))["id"]
    own = because | {"user": town.people["ray"]}
    rays = town.done(town.post("ray", "families", "/v1/bars", own, purpose="identify"))["id"]
    for person in (case.kit, case.ned):
        nothing_there(case.read("rae", person, on_enquiry))
        nothing_there(use(case, "rae", person))
        nothing_there(case.open("rae", person, reference="CSC-940"))
        assert case.read("ray", person, purpose="identify").status_code == 404
    for who, purpose, ground in (("ray", "identify", {}), ("rae", "safeguarding", {"Ground": on_enquiry})):
        listed = town.get(who, "families", "/v1/families", headers=ground, purpose=purpose, params={"limit": 500})
        assert case.kit not in listed.text and case.ned not in listed.text
        looked = town.post(
            who, "families", "/v1/facts/lookup", {"ids": [case.kit, case.una]}, headers=ground, purpose=purpose
        )
        assert case.kit not in looked.text
    # Nor as an analyst who settles who is who, nor in claims.
    assert case.kit not in town.get("ray", "families", "/v1/links", purpose="identify", params={"limit": 500}).text
    for verb, other in (("merge", {"other": case.una}), ("unmerge", {"person": case.una})):
        settled = town.post(
            "ray", "families", f"/v1/people/{case.kit}/{verb}", other | {"reason": "One"}, purpose="identify"
        )
        assert settled.status_code == 404
    town.settle()
    home = home_of(case, case.kit)
    for who, status in (("ana", 200), ("ray", 404)):
        eligibility = town.get(who, "claims", f"/v1/families/{home}/eligibility", purpose="claim")
        assert eligibility.status_code == status
    # Her colleague, who is no relative, meets them.
    assert case.read("ria", case.kit, on_enquiry).status_code == 200
    lift = {"reason": "It was another Kit Stone"}
    refused = case.act("rae", f"/v1/bars/{bar}/lift", lift)
    assert refused.status_code == 403 and refused.json()["title"] == "Own bar"
    for who in ("ria", "mina", "petra"):
        assert town.post(who, "families", f"/v1/bars/{bar}/lift", lift).status_code == 404
    assert case.act("tara", f"/v1/bars/{bar}/lift", lift).status_code == 200
    assert case.read("rae", case.kit, on_enquiry).status_code == 200
    town.done(town.post("iris", "families", f"/v1/bars/{rays}/lift", lift))
    town.settle()
    assert town.get("ray", "claims", f"/v1/families/{home}/eligibility", purpose="claim").status_code == 200
    shown = next(
        one for one in town.done(town.get("tara", "families", "/v1/bars", **SAFE))["items"] if one["id"] == bar
    )
    assert (shown["status"], shown["lifted_by"], shown["people"]) == ("lifted", town.people["tara"], [case.kit])


def test_bars_cover_and_notes_come_in_pages(case: Case) -> None:
    town = case.town
    cover = {"from": str(today()), "to": str(today()), "reason": "On leave"}
    for name in ("sade", "ria"):
        body = cover | {"covered": town.people["rae"], "covering": town.people[name]}
        town.done(case.act("tara", "/v1/covers", body))
        bar = {"because": "neighbour", "people": [NOBODY], "families": [], "user": town.people[name]}
        town.done(case.act(name, "/v1/bars", bar))
    for who, path in (("tara", "/v1/covers"), ("rae", "/v1/covers/own"), ("tara", "/v1/bars")):
        listed = town.done(town.get(who, "families", path, **SAFE))
        assert listed["next"] is None and len(listed["items"]) > 1, path
        assert list_by_pages(town, who, "families", path, **SAFE) == listed["items"]
        for limit in ("0", "501", "x"):
            assert town.get(who, "families", path, params={"limit": limit}, **SAFE).status_code == 422
    noted = town.done(town.get("iris", "families", "/v1/governance-notes"))["items"]
    assert list_by_pages(town, "iris", "families", "/v1/governance-notes") == noted
    foreign = town.done(town.get("tara", "families", "/v1/bars", params={"limit": 1}, **SAFE))["next"]
    assert town.get("tara", "families", "/v1/covers", params={"after": foreign}, **SAFE).status_code == 400


def test_a_bar_is_recorded_by_themself_or_their_manager_and_says_nothing_of_who_exists(case: Case) -> None:
    town = case.town
    body = {"because": "neighbour", "people": [NOBODY], "families": [], "user": town.people["max"]}
    assert case.act("tara", "/v1/bars", body).status_code == 201
    for who in ("sade", "mina", "dc"):
        refused = case.act(who, "/v1/bars", body)
        assert refused.status_code == 403 and refused.json()["title"] == "Not your team"
    shown = town.done(town.get("max", "families", "/v1/bars", **SAFE))["items"][-1]
    assert "people" not in shown or shown["people"] is None


# --- cover and team


def test_a_manager_and_who_covers_meet_the_families_of_the_team_and_the_log_says_so(case: Case) -> None:
    town = case.town
    home = home_of(case, case.eli)
    lead = {"date": today().isoformat(), "user": town.people["lena"], "service": "early-help"}
    town.done(town.post("cora", "families", f"/v1/families/{home}/lead-professional", lead))
    path, support = f"/v1/families/{home}", {"purpose": "support"}
    assert town.get("lena", "families", path).status_code == 200
    assessed = {"date": today().isoformat(), "kind": "early_help", "needs": ["attendance"]}
    town.done(town.post("lena", "families", f"{path}/assessments", assessed))

    def reads(who: str, ground: str) -> int:
        return town.get(who, "families", path, headers={"Ground": ground} if ground else {}, **support).status_code

    assert (reads("mina", ""), reads("mina", "team early-help"), reads("mina", "team housing")) == (404, 200, 404)
    assert (reads("tara", "team early-help"), reads("cal", "team early-help")) == (404, 404)
    cover = {"covered": town.people["lena"], "covering": town.people["cal"], "from": today().isoformat(),
             "to": today().isoformat(), "reason": "Leave"}  # fmt: skip
    assert town.post("cal", "families", "/v1/covers", cover).status_code == 403
    assert town.post("tara", "families", "/v1/covers", cover, **support).status_code == 422
    assert town.post("mina", "families", "/v1/covers", cover | {"to": "2040-01-01"}, **support).status_code == 422
    made = town.done(town.post("mina", "families", "/v1/covers", cover, **support))["id"]
    ground = f"cover {made}"
    assert (reads("cal", ""), reads("cal", ground), reads("leo", ground)) == (404, 200, 404)
    lines = [line for line in case.log_of(case.eli) if line["ground"] in ("cover", "team")]
    assert {(line["ground"], line["ground_reference"]) for line in lines} == {("cover", made), ("team", "early-help")}
    assert town.post("tara", "families", f"/v1/covers/{made}/end", {"reason": "Back"}, **support).status_code == 404
    assert town.post("mina", "families", f"/v1/covers/{made}/end", {"reason": "Back"}, **support).status_code == 200
    assert reads("cal", ground) == 404


# --- the emergency line


def test_the_emergency_line_stands_wherever_nothing_can_be_shown(case: Case, on_enquiry: str) -> None:
    for who, path, purpose in (
        ("max", f"/v1/enquiries/{NOBODY}", "safeguarding"),
        ("max", f"/v1/families/{NOBODY}", "safeguarding"),
        ("max", f"/v1/people/{NOBODY}/facts", "safeguarding"),
        ("max", "/v1/enquiries/x/y", ""),
    ):
        answer = case.town.get(who, "families", path, purpose=purpose)
        assert answer.status_code == 404 and answer.json()["advice"] == EMERGENCY_ADVICE, path
    routine = case.town.get("ana", "families", f"/v1/people/{NOBODY}", purpose="identify")
    assert routine.status_code == 404 and "advice" not in routine.json()


ASKED = """query ($person: UUID!) { person(id: $person) { name facts { items { source } } } }"""


def test_graphql_meets_on_the_same_ground_and_says_whom_to_turn_to(case: Case, on_enquiry: str) -> None:
    def ask(who: str, person: str, ground: str = "", **more: Any) -> dict[str, Any]:
        headers = {"Ground": ground} if ground else {}
        body = {"query": ASKED, "variables": {"person": person}}
        return case.town.done(case.town.post(who, "gateway", "/graphql", body, headers=headers, **(SAFE | more)))

    shown = ask("max", case.kit, on_enquiry)
    assert shown["data"]["person"]["name"] == "Kit Stone" and shown["extensions"]["advice"] == EMERGENCY_ADVICE
    nobody = ask("max", NOBODY, on_enquiry)
    assert nobody["data"]["person"] is None and nobody["extensions"]["advice"] == EMERGENCY_ADVICE
    assert ask("max", case.una, on_enquiry) == nobody == ask("max", case.kit)
    assert "extensions" not in ask("ana", NOBODY, purpose="identify")
    refused = case.town.post(
        "max", "gateway", "/graphql", {"query": "{ bars { next } }"}, headers={"Ground": "x"}, **SAFE
    )
    assert refused.status_code == 422
    opened = """mutation ($input: EnquiryInput!) { openEnquiry(input: $input, idempotencyKey: "graphql-enquiry") {
        ... on SafeguardingRecorded { status } ... on Problem { title advice } } }"""
    enquiry = {"reference": "CSC-950", "kind": "s17", "begun": "2018-01-01", "subjects": [{"person": NOBODY}]}
    answer = case.town.post("sade", "gateway", "/graphql", {"query": opened, "variables": {"input": enquiry}}, **SAFE)
    assert case.town.done(answer)["data"]["openEnquiry"] == {"title": "Person not found", "advice": EMERGENCY_ADVICE}
