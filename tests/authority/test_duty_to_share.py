"""The duty to share (Children Act 2004 s16LA): who may ask and be asked, who answers, and how far a yes reaches.

Joy, a child, and her mother June at 7 Fell Road: the school holds Joy's attendance, the police an incident of each, the
Jobcentre June's benefits. The council, the police, the health trust and the Jobcentre are there; Kindly is a charity
which the council has work for it, and Hearth a housing association which nobody has.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from authority.town import Town
from chassis.clock import now, today
from consent.models import Outbox, WelfareAnswer, WelfareRequest
from sandbox.identifiers import nino, upn
from unit.families.borough import attendance, claim, incident
from vocabulary.roles import list_rights
from vocabulary.safeguarding import EMERGENCY_ADVICE
from vocabulary.welfare import WELFARE

FELL = {"address_line": "7 Fell Road", "postcode": "ZZ99 7FL", "uprn": "999000007001"}
BORN = f"{today().year - 9}-03-04"
JOY_UPN, TOM_UPN = upn(1, today().year - 9, 971), upn(1, today().year - 9, 972)
JUNE_NINO = nino(991_971)
NOBODY = "01938b5c-7d3e-7cc1-8000-0123456789ab"
BY_NAME = {"name": "Joy Fell", "date_of_birth": BORN}
WHY = "She came to school with bruises, and says that nobody is at home at night."
HARM = "Her father would learn from it that she told us."
FOR_WELFARE = {"purpose": "welfare_of_child"}
POLICE, SOCIAL_CARE = "neighbourhood-policing", "childrens-social-care"


@dataclass
class Duty:
    """Shape: ids of people."""

    town: Town
    joy: str
    june: str
    tom: str
    asked: list[str] = field(default_factory=list)

    def body(self, holder: str = POLICE, **more: Any) -> dict[str, Any]:
        said = {
            "holder": holder, "child": BY_NAME, "function": "assess_need", "why": WHY, "referral": "REF-971",
            "categories": ["identity", "anti_social_behaviour"],
        }  # fmt: skip
        return {name: value for name, value in (said | more).items() if value is not None}

    def ask(self, who: str = "sade", holder: str = POLICE, **more: Any) -> httpx.Response:
        return self.town.post(who, "consent", "/v1/welfare-requests", self.body(holder, **more))

    def asks(self, who: str = "sade", holder: str = POLICE, **more: Any) -> str:
        id = str(self.town.done(self.ask(who, holder, **more))["id"])
        self.town.settle()
        return id

    def act(self, who: str, request: str, act: str, body: dict[str, Any] | None = None) -> httpx.Response:
        answer = self.town.post(who, "consent", f"/v1/welfare-requests/{request}/{act}", body or {})
        self.town.settle()
        return answer

    def answer(self, who: str, request: str, answer: str = "yes", **more: Any) -> httpx.Response:
        return self.act(who, request, "answer", {"answer": answer} | more)

    def show(self, who: str, request: str) -> dict[str, Any]:
        return self.town.done(self.town.get(who, "consent", f"/v1/welfare-requests/{request}"))

    def read(self, who: str, person: str, request: str, path: str = "", **more: Any) -> httpx.Response:
        headers = {"Ground": f"welfare_request {request}"} if request else {}
        return self.town.get(who, "families", f"/v1/people/{person}{path}", headers=headers, **(FOR_WELFARE | more))

    def facts(self, who: str, person: str, request: str) -> set[str]:
        answer = self.read(who, person, request, "/facts")
        return {fact["source"] for fact in self.town.done(answer)["items"]} if answer.is_success else set()

    def look_up(self, who: str, person: str, request: str, what: str = "people") -> list[dict[str, Any]]:
        """As those do who may read no person by themself."""
        answer = self.town.post(
            who, "families", f"/v1/{what}/lookup", {"ids": [person]},
            headers={"Ground": f"welfare_request {request}"}, **FOR_WELFARE,
        )  # fmt: skip
        return list(self.town.done(answer)["items"])

    def received(self, who: str, **params: Any) -> list[str]:
        page = self.town.get(who, "consent", "/v1/welfare-requests", params={"limit": 500, **params})
        return [item["id"] for item in self.town.done(page)["items"]]

    def late(self, request: str) -> None:
        """The day on which an answer was due has passed."""
        with self.town.platform["consent"].runtime.write() as session:
            of = update(WelfareRequest).where(WelfareRequest.id == UUID(request))
            session.execute(of.values(due_on=today() - timedelta(days=1)))


def no_such(answer: httpx.Response, title: str = "Welfare request not found") -> None:
    assert answer.status_code == 404, answer.text
    assert answer.json()["title"] == title and answer.json()["advice"] == EMERGENCY_ADVICE


@pytest.fixture(scope="module")
def duty(town: Town) -> Duty:
    for code, name, kind in (("kindly", "Kindly", "voluntary"), ("hearth", "Hearth Homes", "housing")):
        town.done(town.as_admin("POST", "identity", "/v1/agencies", json={"code": code, "name": name, "kind": kind}))
    for agency, code, sector in (("kindly", "kindly-families", "early-help"), ("hearth", "hearth-homes", "housing")):
        body = {"code": code, "name": code.title(), "sector": sector}
        town.done(town.as_admin("POST", "identity", f"/v1/agencies/{agency}/services", json=body))
    for name, role, service in (
        ("pam", "team_manager", POLICE), ("pete", "mash_worker", POLICE),
        ("sid", "childrens_social_worker", SOCIAL_CARE),
        ("edith", "team_manager", "education"), ("nell", "mash_worker", "school-nursing"),
        ("kay", "partner_practitioner", "kindly-families"), ("hal", "partner_practitioner", "hearth-homes"),
        ("job", "partner_practitioner", "jobcentre"), ("ivo", "information_governance_officer", "hearth-homes"),
    ):  # fmt: skip
        town.hire(name, role, service)
    town.settle()
    joy = {"forename": "Joy", "surname": "Fell", "date_of_birth": BORN, "sex": "female", **FELL}
    june = {"forename": "June", "surname": "Fell", "date_of_birth": "1988-01-02", "sex": "female", **FELL}
    carer = {"carer_forename": "June", "carer_surname": "Fell", "carer_relationship": "mother"}
    year = today().year - 1  # the last autumn that has ended: in 2016 they were not born yet
    autumn = {"academic_year": f"{year}/{(year + 1) % 100:02}"}
    town.push(
        "school_attendance",
        attendance(upn=JOY_UPN, **joy, **carer, carer_same_address="yes", **autumn),
        attendance(upn=TOM_UPN, forename="Tom", surname="Gill", date_of_birth=BORN, **autumn),
        covers_from=f"{year}-09-01",
        covers_to=f"{year}-12-31",
    )
    town.push("anti_social_behaviour", incident("INC-971", **june), incident("INC-972", **joy, role="victim"))
    town.push("benefits", claim("CL-971", nino=JUNE_NINO, **june))
    assert town.person("INC-972") == town.person(JOY_UPN)
    return Duty(town, town.person(JOY_UPN), town.person("CL-971"), town.person(TOM_UPN))


# --- an honest asker


def test_what_no_agreement_lets_go_goes_where_the_holder_answers_yes_and_the_log_says_why(duty: Duty) -> None:
    town = duty.town
    request = duty.asks()
    shown = duty.show("sade", request)
    assert (shown["status"], shown["overdue"], shown["acts_for"], shown["handling"]) == ("open", False, None, [])
    assert "people" not in shown and shown.get("outcome") is None
    assert duty.facts("sade", duty.joy, request) == set()
    assert request in duty.received("pam") and request in duty.received("petra")
    asked = duty.show("pam", request)
    assert [one["person"] for one in asked["people"]] == [duty.joy] and asked["why"] == WHY
    # Who answers looks at what their own service holds of her, and at nothing else.
    assert duty.facts("pam", duty.joy, request) == {POLICE}
    assert duty.answer("pam", request).status_code == 200
    outcome = duty.show("sade", request)["outcome"]
    assert (outcome["outcome"], outcome["people"], outcome["basis"]) == ("shared", [duty.joy], "legal_obligation")
    assert duty.facts("sade", duty.joy, request) == {POLICE}
    person = town.done(duty.read("sade", duty.joy, request))
    assert person["name"] == "Joy Fell" and "addresses" not in person  # address was not asked for
    assert person["access"]["covers"] == ["anti_social_behaviour", "identity"]
    log = town.done(town.get("petra", "consent", "/v1/sharing-log", params={"person": duty.joy, "limit": 500}))
    lines = [line for line in log["items"] if line["ground"] == "welfare_request"]
    hers = [line for line in lines if line["subject"] == town.people["sade"]]
    assert {(line["ground_reference"], line["basis"], line["purpose"], line["source"]) for line in hers} == {
        (request, "legal_obligation", "welfare_of_child", POLICE)
    }
    assert {line["category"] for line in hers} == {"identity", "anti_social_behaviour"}
    # Under no other ground or purpose does it go.
    assert duty.read("sade", duty.joy, "", purpose="safeguarding").status_code == 404
    assert duty.read("sade", duty.joy, "").status_code == 404
    assert duty.read("sade", duty.joy, request, purpose="safeguarding").status_code == 422


def test_a_yes_reaches_who_asked_and_nobody_else_of_whom_it_names_and_nothing_else(duty: Duty) -> None:
    request = duty.asks(categories=["anti_social_behaviour", "attendance", "address"])
    assert duty.answer("pam", request, categories=["anti_social_behaviour"]).status_code == 200
    assert duty.facts("sade", duty.joy, request) == {POLICE}
    for who in ("sid", "max", "nell"):
        assert duty.read(who, duty.joy, request).status_code == 404, who
    for person in (duty.june, duty.tom, NOBODY):
        assert duty.read("sade", person, request).status_code == 404
    for other in (NOBODY, "REF-971"):
        assert duty.read("sade", duty.joy, other).status_code == 404
    assert "ZZ99 7FL" not in duty.read("sade", duty.joy, request).text
    assert duty.answer("pam", request, categories=["anti_social_behaviour"]).status_code == 200, "again"
    assert duty.answer("pam", request, "nothing_held", reason="x").status_code == 409
    with duty.town.platform["consent"].runtime.write() as session:
        of = update(WelfareAnswer).where(WelfareAnswer.request == UUID(request))
        session.execute(of.values(shown_until=now()))
    assert duty.facts("sade", duty.joy, request) == set(), "it has ended"


def test_an_adults_data_goes_as_it_relates_to_a_named_child_and_the_jobcentres_never(duty: Duty) -> None:
    june = {"who": {"person": duty.june}, "relation": "parent", "why": "She is alone with her at night."}
    request = duty.asks(others=[june], categories=["anti_social_behaviour", "benefits", "identity"])
    asked = duty.show("pam", request)
    assert [(one["person"], one["relation"]) for one in asked["people"]] == [
        (duty.joy, "child"), (duty.june, "parent"),
    ]  # fmt: skip
    assert duty.answer("pam", request).status_code == 200
    assert duty.facts("sade", duty.june, request) == {POLICE}
    assert JUNE_NINO not in duty.read("sade", duty.june, request).text
    as_child = duty.asks(child={"person": duty.june})
    assert duty.answer("pam", as_child).json()["title"] == "Nothing held", "a grown-up is no child"
    refused = duty.ask(child={"name": "June Fell", "date_of_birth": "1988-01-02"})
    assert refused.status_code == 422 and refused.json()["errors"][0]["code"] == "not_a_child"
    for wrong in ({"relation": "friend"}, {"why": ""}):
        assert duty.ask(others=[june | wrong]).status_code == 422


def test_objection_restriction_and_missing_notice_do_not_stop_the_duty_and_protection_does_of_whereabouts(
    duty: Duty,
) -> None:
    town = duty.town
    request = duty.asks(holder="education", child={"name": "Tom Gill", "date_of_birth": BORN},
                        categories=["identity", "address", "attendance"])  # fmt: skip
    said = {"person": duty.tom, "date": today().isoformat()}
    town.done(town.post("iris", "consent", "/v1/objections", said | {"purposes": ["support", "welfare_of_child"]}))
    restriction = said | {"because": "accuracy_contested", "categories": [], "reason": "He was ill"}
    town.done(town.post("iris", "consent", "/v1/restrictions", restriction))
    assert duty.answer("edith", request).status_code == 200
    assert duty.facts("sade", duty.tom, request) == {"education"}
    assert "Mill Street" in duty.read("sade", duty.tom, request).text
    town.done(town.post("iris", "consent", "/v1/protections", said | {"kind": "location", "reason": "He fled"}))
    town.settle()
    hidden = duty.read("sade", duty.tom, request)
    assert hidden.status_code == 200 and "Mill Street" not in hidden.text and "Tom" in hidden.text


# --- whoever asks is told nothing


@pytest.fixture(scope="module")
def unknown(duty: Duty) -> str:
    return duty.asks(child={"name": "Nobody Here", "date_of_birth": BORN})


def test_a_child_of_whom_nobody_knows_is_asked_about_like_one_who_is_known(duty: Duty, unknown: str) -> None:
    known = duty.asks()
    one, other = (duty.show("sade", request) for request in (known, unknown))
    for view in (one, other):
        for name in ("id", "asked_at", "etag"):
            view.pop(name)
    assert one == other
    assert duty.answer("pam", unknown).json()["title"] == "Nothing held"
    assert duty.answer("pam", known, "nothing_held").json()["errors"][0]["code"] == "something_held"
    assert duty.answer("pam", unknown, "nothing_held").status_code == 200
    assert duty.answer("pam", known, "more_detrimental", reason=HARM).status_code == 200
    one, other = (duty.show("sade", request) for request in (known, unknown))
    for view in (one, other):
        for name in ("id", "asked_at", "etag"):
            view.pop(name)
        view["outcome"].pop("at")
    assert one == other and one["outcome"]["outcome"] == "not_shared"
    assert HARM not in str(duty.show("sade", known)) and HARM in str(duty.show("petra", known))
    assert duty.facts("sade", duty.joy, known) == set()
    assert duty.read("sade", duty.joy, known).status_code == 404


def test_more_detrimental_is_a_named_persons_reasoned_answer_and_may_be_told(duty: Duty) -> None:
    request = duty.asks()
    assert duty.answer("pam", request, "more_detrimental").status_code == 422
    assert duty.answer("pam", request, "more_detrimental", reason="").status_code == 422
    assert duty.answer("pam", request, "no").status_code == 422
    assert duty.answer("pam", request, "more_detrimental", reason=HARM, asker_may_know=True).status_code == 200
    view = duty.show("sade", request)
    assert view["outcome"]["outcome"] == "more_detrimental" and HARM not in str(view)
    (kept,) = duty.show("pete", request)["answers"]
    assert (kept["by"], kept["reason"], kept["rule"]) == (duty.town.people["pam"], HARM, None)


# --- who may ask and be asked


def test_whoever_shows_neither_relationship_nor_referral_is_told_that_there_is_nobody(duty: Duty) -> None:
    for who, child in (("sade", {"person": duty.joy}), ("sade", {"person": NOBODY}), ("noor", BY_NAME)):
        no_such(duty.ask(who, referral=None, child=child), "Person not found")
    for missing in ("why", "function", "categories", "child", "holder"):
        body = {name: value for name, value in duty.body().items() if name != missing}
        assert duty.town.post("sade", "consent", "/v1/welfare-requests", body).status_code == 422, missing
    wrongs: list[dict[str, Any]] = [
        {"why": ""}, {"function": "curiosity"}, {"categories": []}, {"categories": ["salaries"]},
    ]  # fmt: skip
    for wrong in wrongs:
        assert duty.ask(**wrong).status_code == 422, wrong


def test_who_leads_the_childs_family_needs_no_referral(duty: Duty) -> None:
    town = duty.town
    listed = town.done(town.get("ana", "families", "/v1/families", params={"limit": 500}, purpose="identify"))["items"]
    home = next(one["id"] for one in listed if duty.joy in {member["person"] for member in one["members"]})
    lead = {"date": today().isoformat(), "user": town.people["lena"], "service": "early-help"}
    town.done(town.post("cora", "families", f"/v1/families/{home}/lead-professional", lead))
    request = duty.asks("lena", referral=None, child={"person": duty.joy})
    no_such(duty.ask("lena", referral=None, child={"person": duty.tom}), "Person not found")
    no_such(duty.ask("lena", referral=None, child={"person": duty.june}), "Person not found")
    assert duty.answer("pam", request).status_code == 200
    # What a lead professional never sees is not shown to her by an answer either.
    assert [one["facts"] for one in duty.look_up("lena", duty.joy, request, "facts")] == [[]]
    assert "Joy" in str(duty.look_up("lena", duty.joy, request))
    assert duty.look_up("leo", duty.joy, request) == duty.look_up("lena", duty.tom, request) == []


@pytest.mark.parametrize("who", ["job", "hal", "kay"])
def test_the_jobcentre_an_association_and_a_charity_are_no_named_bodies(duty: Duty, who: str) -> None:
    refused = duty.ask(who)
    assert refused.status_code == 403 and refused.json()["title"] == "Not a named body"


@pytest.mark.parametrize("holder", ["jobcentre", "hearth-homes", "nobodys", SOCIAL_CARE])
def test_who_is_no_named_body_is_not_asked(duty: Duty, holder: str) -> None:
    refused = duty.ask(holder=holder)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/body/holder"


def test_a_charity_asks_while_it_acts_for_a_body_as_that_bodys_officer_says(duty: Duty) -> None:
    town = duty.town
    day = today().isoformat()
    said = {"service": "kindly-families", "contract": "C-12", "from": day, "to": day}
    path = "/v1/acting-services"
    assert town.post("ivo", "consent", path, said).status_code == 403, "an association lets nobody act"
    for who in ("kay", "pam", "sade"):
        assert town.post(who, "consent", path, said).status_code == 403
    for service in ("jobcentre", "education", "nobodys"):
        assert town.post("iris", "consent", path, said | {"service": service}).status_code == 422, service
    acting = town.done(town.post("iris", "consent", path, said))["id"]
    request = duty.asks("kay", categories=["identity"])
    assert duty.show("kay", request)["acts_for"] == "thornbury-council"
    assert duty.answer("pam", request).status_code == 200
    assert "Joy" in str(duty.look_up("kay", duty.joy, request))
    no_such(town.post("hana", "consent", f"{path}/{acting}/end", {"reason": "Over"}), "Acting service not found")
    assert town.post("iris", "consent", f"{path}/{acting}/end", {"reason": "Over"}).status_code == 200
    assert duty.ask("kay").status_code == 403
    assert "Joy" not in str(duty.look_up("kay", duty.joy, request))


def test_no_client_asks_or_answers_whatever_scopes_it_was_granted(duty: Duty) -> None:
    town, name = duty.town, "asking-machine"
    scopes = ["welfare-requests:ask", "welfare-requests:read", "welfare-requests:answer", "welfare-requests:review",
              "welfare-rules:write", "acting-services:write"]  # fmt: skip
    asked = {"client_id": name, "name": "Asks", "scopes": scopes, "grants": ["client_credentials"]}
    made = town.done(town.as_admin("POST", "identity", f"/v1/services/{SOCIAL_CARE}/clients", json=asked))
    town.clients[name] = name, made["secret"]
    request = duty.asks()
    for path, body in {
        "": duty.body(),
        f"/{request}/answer": {"answer": "yes"},
        f"/{request}/withdrawal": {"reason": "x"},
        f"/{request}/answer/withdrawal": {"reason": "x"},
        f"/{request}/answer/review": {"outcome": "justified", "note": "x"},
    }.items():
        answer = town.post(name, "consent", f"/v1/welfare-requests{path}", body)
        assert (answer.status_code, answer.json()["title"]) == (403, "Person needed"), path


# --- who answers, and who reads


def test_only_the_holders_people_answer_and_nobody_their_own(duty: Duty) -> None:
    town = duty.town
    request = duty.asks()
    for who in ("sid", "max", "tara", "iris", "hana", "nell", "edith"):
        no_such(duty.answer(who, request))
        no_such(duty.act(who, request, "answer/withdrawal", {"reason": "x"}))
        assert request not in duty.received(who)
    for who in ("leo", "noor", "ana", "cora"):
        assert duty.answer(who, request).status_code == 403
    no_such(duty.answer("pam", NOBODY))
    for who in ("sid", "nell", "lena"):
        no_such(town.get(who, "consent", f"/v1/welfare-requests/{request}"))
        no_such(duty.act(who, request, "withdrawal", {"reason": "x"}))
    town.hire("two", "team_manager", POLICE, "lead_professional")
    town.settle()
    own = duty.asks("two", holder="education")
    no_such(duty.answer("two", own))
    # An earlier release gave both roles together, and a token of then still says so.
    town.hire("both-duty", "childrens_social_worker", SOCIAL_CARE)
    town.settle()
    mine = duty.asks("both-duty", holder="education")
    both = ["childrens_social_worker", "information_governance_officer"]
    bearer = town.token("both-duty", roles=both, scope=" ".join(list_rights(both)))
    refused = town.send(
        bearer, "POST", "consent", f"/v1/welfare-requests/{mine}/answer", "safeguarding", json={"answer": "yes"}
    )
    assert refused.status_code == 403 and refused.json()["title"] == "Own welfare request", refused.text
    assert mine not in duty.received("both-duty") and "people" not in duty.show("both-duty", mine)


def test_who_is_barred_from_a_child_neither_asks_answers_nor_reads_about_them(duty: Duty) -> None:
    town = duty.town
    for name, role, service in (("bea", "childrens_social_worker", SOCIAL_CARE), ("bob", "mash_worker", POLICE)):
        town.hire(name, role, service)
        town.settle()
    seen = duty.asks("bea")
    assert duty.answer("pam", seen).status_code == 200 and "Joy" in duty.read("bea", duty.joy, seen).text
    open_one = duty.asks()
    for name in ("bea", "bob"):
        bar = {"user": town.people[name], "because": "relative", "people": [duty.joy], "families": []}
        town.done(town.post(name, "families", "/v1/bars", bar, purpose="safeguarding"))
    assert duty.read("bea", duty.joy, seen).status_code == 404
    anew = duty.asks("bea")
    assert duty.answer("pam", anew).json()["title"] == "Nothing held", "she asked about nobody"
    no_such(duty.answer("bob", open_one))
    no_such(town.get("bob", "consent", f"/v1/welfare-requests/{open_one}"))
    assert open_one not in duty.received("bob") and open_one in duty.received("pete")


def test_an_answer_is_taken_back_and_a_request_withdrawn_and_both_stay_in_the_history(duty: Duty) -> None:
    request = duty.asks()
    assert duty.act("pam", request, "answer/withdrawal", {"reason": "x"}).status_code == 409
    assert duty.answer("pete", request).status_code == 200
    assert duty.facts("sade", duty.joy, request) == {POLICE}
    assert duty.act("pam", request, "answer/withdrawal", {"reason": ""}).status_code == 422
    assert duty.act("pam", request, "answer/withdrawal", {"reason": "The wrong Joy"}).status_code == 200
    assert duty.facts("sade", duty.joy, request) == set() and duty.show("sade", request)["status"] == "open"
    assert duty.read("sade", duty.joy, request).status_code == 404
    assert duty.show("sade", request)["history"] == []
    assert duty.answer("pam", request).status_code == 200
    assert duty.facts("sade", duty.joy, request) == {POLICE}
    assert duty.act("sade", request, "withdrawal", {"reason": "She moved away"}).status_code == 200
    assert duty.read("sade", duty.joy, request).status_code == 404
    assert duty.answer("pam", request).json()["title"] == "Welfare request over"
    view = duty.show("pam", request)
    assert [step["kind"] for step in view["history"]] == ["answer_taken_back", "withdrawn"]
    assert [(one["kind"], one["ended_at"] is not None) for one in view["answers"]] == [("yes", True), ("yes", True)]


def test_an_agreement_says_how_and_not_whether(duty: Duty) -> None:
    """Education and early help have one: without a term for this, and none may name the purpose."""
    town = duty.town
    town.hire("eve", "lead_professional", "early-help")
    town.settle()
    request = duty.asks("eve", holder="education", categories=["identity"])
    (how,) = duty.show("eve", request)["handling"]
    assert how["retention"] and how["security"]
    agreements = town.done(town.get("iris", "consent", "/v1/agreements", params={"limit": 500}))["items"]
    body = next(one for one in agreements if one["id"] == how["agreement"])
    term = {name: value for name, value in body["terms"][0].items() if value is not None}
    named = ("supplier", "recipient", "tier", "from", "control", "retention", "security", "dpia", "review_by")
    draft = {name: body[name] for name in named} | {"terms": [term | {"purpose": "welfare_of_child"}]}
    refused = town.post("iris", "consent", "/v1/agreements", draft)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/body/terms/0/purpose"


# --- late answers


def test_an_unanswered_request_ages_is_listed_alarms_and_is_told_of_once(duty: Duty) -> None:
    request = duty.asks(urgent=True)
    assert date.fromisoformat(duty.show("sade", request)["due_on"]) <= today() + timedelta(days=5)
    consent = duty.town.platform["consent"]

    def alarms() -> bool:
        return "thinkfamily_welfare_requests_overdue 0.0" not in consent.figures()

    def told() -> int:
        with duty.town.platform["consent"].runtime.read() as session:
            kind = "org.thinkfamily.consent.welfare-request.overdue.v1"
            rows = session.scalars(select(Outbox.data).where(Outbox.type == kind))
            return [row["request"] for row in rows].count(request)

    assert request not in duty.received("pam", overdue=True) and not alarms()
    duty.late(request)
    duty.town.settle()
    own = duty.town.get("sade", "consent", "/v1/welfare-requests/own", params={"overdue": True})
    assert [one["id"] for one in duty.town.done(own)["items"]] == [request]
    assert duty.received("pam", overdue=True) == [request] and alarms()
    assert duty.show("sade", request)["overdue"]
    with duty.town.platform["consent"].runtime.read() as session:
        assert session.get_one(WelfareRequest, UUID(request)).overdue_told
    assert told() == 1
    assert duty.answer("pam", request, "nothing_held", reason="Nothing that bears on it").status_code == 200
    assert duty.received("pam", overdue=True) == [] and not alarms()


# --- standing rules


def rule(**more: Any) -> dict[str, Any]:
    said = {
        "holder": POLICE, "categories": ["anti_social_behaviour", "identity"], "asking_services": [SOCIAL_CARE],
        "asking_roles": ["childrens_social_worker"], "answers_at_most": 2, "from": today().isoformat(),
        "to": (today() + timedelta(days=30)).isoformat(), "reason": "Incidents with a child help an assessment.",
    }  # fmt: skip
    return said | more


@pytest.fixture
def standing(duty: Duty) -> Iterator[str]:
    """A rule of the police that Pam drafted and Petra confirmed, until the test has ended."""
    town = duty.town
    made = str(town.done(town.post("pam", "consent", "/v1/welfare-rules", rule()))["id"])
    waits = duty.asks()
    assert duty.show("sade", waits)["status"] == "open", "nobody has confirmed it"
    own = town.post("pam", "consent", f"/v1/welfare-rules/{made}/confirmation")
    assert own.status_code == 403 and own.json()["title"] == "Own rule"
    for who in ("iris", "hana", "tara"):
        no_such(town.post(who, "consent", f"/v1/welfare-rules/{made}/confirmation"), "Welfare rule not found")
    assert town.post("petra", "consent", f"/v1/welfare-rules/{made}/confirmation").status_code == 200
    yield made
    assert (
        town.post("pam", "consent", f"/v1/welfare-rules/{made}/end", {"reason": "The test is over"}).status_code == 200
    )


def test_a_rule_answers_yes_so_often_and_for_what_it_names_and_is_looked_at(duty: Duty, standing: str) -> None:
    town = duty.town
    others = [{"who": {"person": duty.june}, "relation": "parent", "why": "Alone with her"}]
    for more in ({"categories": ["address"]}, {"others": others}, {"child": {"person": duty.june}},
                 {"child": {"name": "Nobody Here", "date_of_birth": BORN}},
                 {"child": {"name": "Tom Gill", "date_of_birth": BORN}}):  # fmt: skip
        assert duty.show("sade", duty.asks(**more))["status"] == "open", more
    for who in ("max", "nell", "lena"):
        assert duty.show(who, duty.asks(who))["status"] == "open", who
    first = duty.asks(categories=["anti_social_behaviour"])
    assert duty.show("sade", first)["status"] == "answered" and duty.facts("sade", duty.joy, first) == {POLICE}
    (kept,) = duty.show("pete", first)["answers"]
    assert (kept["rule"], kept["by"], kept["to_review"]) == (standing, town.people["petra"], True)
    assert duty.show("sid", duty.asks("sid"))["status"] == "answered"
    assert duty.show("sid", duty.asks("sid"))["status"] == "open", "it answers two in a week"
    # The first is always drawn. Neither of the two who made the rule reviews it, nor another agency.
    assert first in duty.received("pete", review="due") and first not in duty.received("pete", review="overdue")
    found = {"outcome": "not_justified", "note": "She asked for a friend."}
    assert duty.act("pete", first, "answer/review", found).status_code == 403
    for maker in ("pam", "petra"):
        assert duty.act(maker, first, "answer/review", found).json()["title"] == "Own rule", maker
    third = town.hire("phil", "information_governance_officer", POLICE)
    no_such(duty.act("iris", first, "answer/review", found))
    with town.platform["consent"].runtime.write() as session:
        of = update(WelfareAnswer).where(WelfareAnswer.request == UUID(first))
        session.execute(of.values(review_by=today() - timedelta(days=1)))
    consent = town.platform["consent"]
    assert duty.received("pete", review="overdue") == [first]
    assert "thinkfamily_welfare_reviews_overdue 1.0" in consent.figures()
    assert duty.act(third, first, "answer/review", found).status_code == 200
    assert "thinkfamily_welfare_reviews_overdue 0.0" in consent.figures()
    assert duty.facts("sade", duty.joy, first) == set() and duty.show("sade", first)["status"] == "open"
    assert duty.act(third, first, "answer/review", found).json()["title"] == "No review due"
    steps = [step["kind"] for step in duty.show("pam", first)["history"]]
    assert steps == ["reviewed_not_justified"]


def test_a_rule_judges_nothing_about_whoever_is_protected_or_restricted(duty: Duty) -> None:
    """Tom is both, since an earlier test; his school says yes to whatever it is asked of others."""
    town = duty.town
    mine = rule(holder="education", categories=["attendance", "identity"])
    made = town.done(town.post("edith", "consent", "/v1/welfare-rules", mine))["id"]
    assert town.post("idris", "consent", f"/v1/welfare-rules/{made}/confirmation").status_code == 200
    tom: dict[str, Any] = {"child": {"person": duty.tom}, "categories": ["attendance"]}
    assert duty.show("sade", duty.asks(holder="education", **tom))["status"] == "open"
    joy: dict[str, Any] = {"child": {"person": duty.joy}, "categories": ["attendance"]}
    assert duty.show("sade", duty.asks(holder="education", **joy))["status"] == "answered"
    assert town.post("iris", "consent", f"/v1/welfare-rules/{made}/end", {"reason": "Looked at"}).status_code == 200
    assert duty.show("sade", duty.asks(holder="education", **joy))["status"] == "open"
    assert town.post("idris", "consent", f"/v1/welfare-rules/{made}/confirmation").status_code == 409


def test_a_rule_says_yes_only_for_a_service_of_ones_own_and_not_for_ever(duty: Duty) -> None:
    town, path = duty.town, "/v1/welfare-rules"
    for who in ("tara", "edith", "iris", "hana"):
        refused = town.post(who, "consent", path, rule())
        assert refused.status_code == 403 and refused.json()["title"] == "Not your service", who
    for who in ("sade", "max", "lena", "ana"):
        assert town.post(who, "consent", path, rule()).status_code == 403
    latest = (today() + timedelta(days=WELFARE.rule_stands_days + 1)).isoformat()
    wrongs: list[dict[str, Any]] = [
        {"answer": "no"}, {"to": latest}, {"to": "2026-01-01"}, {"answers_at_most": WELFARE.rule_answers + 1},
        {"answers_at_most": 0}, {"asking_services": []}, {"asking_services": ["nobodys"]}, {"categories": []},
        {"asking_services": [POLICE]}, {"asking_roles": ["claims_officer"]}, {"asking_roles": []},
    ]  # fmt: skip
    for wrong in wrongs:
        assert town.post("pam", "consent", path, rule(**wrong)).status_code == 422, wrong
    listed = town.done(town.get("iris", "consent", path))["items"]
    assert POLICE not in {one["holder"] for one in listed}
