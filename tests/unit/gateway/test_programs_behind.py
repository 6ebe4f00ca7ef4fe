"""The gateway before the real programs: the schema and what they answer fit each other."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from chassis.clock import today
from fixtures.directory import LOU
from fixtures.stack import Programs
from unit.gateway.borough import ANA, COLE, CORA, HARRIET, IRIS, Borough


@pytest.fixture(scope="module")
def borough(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Borough]:
    """One family, pushed by three partners; what tests of this file do to it, later ones find."""
    programs = Programs(tmp_path_factory.mktemp("borough"))
    try:
        opened = Borough.open(programs)
        opened.agree()
        opened.push_all()
        yield opened
    finally:
        programs.close()


FAMILY = """
query Family($id: UUID!, $purpose: String) {
  family(id: $id, purpose: $purpose) {
    id area composedOn etag
    access { purpose covers ask { service email } }
    support { agreedOn declinedOn assessment { id date } plan { id date } team }
    leadProfessional { user service sector date }
    members { role from to name personId }
    timeline { items { on kind } }
  }
}
"""


def family(borough: Borough) -> str:
    (found,) = borough.ask(ANA, '{ families(purpose: "identify") { items { id } } }')["families"]["items"]
    return str(found["id"])


def member(borough: Borough, role: str) -> str:
    shown = borough.ask(ANA, FAMILY, {"id": family(borough), "purpose": "identify"})["family"]
    return next(str(one["personId"]) for one in shown["members"] if one["role"] == role)


def change(borough: Borough, who: dict[str, str], name: str, arguments: str, wanted: str = "", key: str = "") -> Any:
    key = key or f"key-{uuid4()}"
    shown = "... on Problem { httpStatus title errors { pointer code } }"
    query = f'mutation {{ {name}({arguments}, idempotencyKey: "{key}") {{ __typename {wanted} {shown} }} }}'
    return borough.ask(who, query)[name]


def test_the_caller_is_who_the_token_says(borough: Borough) -> None:
    me = borough.ask(ANA, "{ me { subject service roles purposes scopes name } }")["me"]
    assert (me["subject"], me["service"], me["roles"]) == ("ana", "programme", ["analyst"])


def test_an_analyst_sees_the_family_the_people_and_what_is_stated(borough: Borough) -> None:
    shown = borough.ask(
        ANA,
        """{ families(first: 5, purpose: "identify") { next items {
               area access { purpose covers ask { service } }
               members { role name person { name dateOfBirth sex identifiers { scheme value source }
                 addresses { addressLine postcode uprn source from to }
                 facts { items { id measure from to value unit source category record recordedAt } } } } } } }""",
    )["families"]
    (found,) = shown["items"]
    assert shown["next"] is None and found["area"] == "thornbury"
    assert found["access"]["purpose"] == "identify" and "attendance" in found["access"]["covers"]
    people = {one["role"]: one["person"] for one in found["members"]}
    assert {one["name"] for one in found["members"]} == {"Nell Quillfeather", "Orla Quillfeather"}
    assert people["child"]["dateOfBirth"] == "2008-05-17"
    assert {"scheme": "upn", "value": "Y000000000016", "source": "education"} in people["child"]["identifiers"]
    assert people["adult"]["addresses"][0]["postcode"] == "ZZ99 1AB"
    sessions = [fact for fact in people["child"]["facts"]["items"] if fact["measure"] == "sessions.possible"]
    assert [fact["value"] for fact in sessions] == [120, 120, 120]
    assert sessions[0]["recordedAt"].endswith("Z")


def test_claims_says_why_a_family_is_eligible(borough: Borough) -> None:
    query = """{ families(first: 5, purpose: "identify") { items {
      eligibility { asAt eligible criteria { criterion verdict reason persons } missing plan attachedOn }
      progress { asAt route needs { criterion } } claims { items { id } } } }
      cohort(purpose: "identify") { items { state familyId criteria } } }"""
    (found,) = borough.ask(ANA, query)["families"]["items"]
    assert found["eligibility"]["eligible"] is True
    needs = {need["criterion"]: need["verdict"] for need in found["eligibility"]["criteria"]}
    assert needs == {"attendance": "met", "crime_asb": "met", "work": "met"}
    assert "plan" in found["eligibility"]["missing"] and found["claims"]["items"] == []


def test_an_eligible_familys_needs_come_with_what_was_counted(borough: Borough) -> None:
    query = """{ families(first: 5, purpose: "identify") { items {
      eligibility { criteria { criterion persons figures } } } } }"""
    (found,) = borough.ask(ANA, query)["families"]["items"]
    needs = {need["criterion"]: need for need in found["eligibility"]["criteria"]}
    child = member(borough, "child")
    assert needs["attendance"]["persons"] == [child]
    assert needs["attendance"]["figures"] == {child: {"possible": 360, "absent": 120}}
    assert needs["crime_asb"]["figures"] == {child: {"events": 1}}


def test_who_has_no_agreement_gets_the_bytes_of_what_does_not_exist(borough: Borough) -> None:
    there, nowhere = family(borough), str(uuid4())
    for query in (
        "query Q($id: UUID!) { family(id: $id) { id } }",
        'query Q($id: UUID!) { family(id: $id, asAt: "2018-01-01") { id } }',
        "query Q($id: UUID!) { person(id: $id) { id } }",
    ):
        asked = HARRIET | {"Purpose": "support"}
        assert borough.post(asked, query, {"id": there}).content == borough.post(asked, query, {"id": nowhere}).content
    child = member(borough, "child")
    query = "query Q($id: UUID!) { person(id: $id) { id name } }"
    answers = [borough.post(HARRIET | {"Purpose": "support"}, query, {"id": id}).content for id in (child, nowhere)]
    assert answers[0] == answers[1]
    assert borough.ask(HARRIET, '{ families(purpose: "support") { items { id } } }')["families"]["items"] == []


def test_a_coordinator_attaches_the_family(borough: Borough) -> None:
    found = family(borough)
    about = f'purpose: "support", family: "{found}"'
    wanted = "... on FamilyChanged { id status family { id } }"
    day = "2017-09-04"
    agreed = change(
        borough, CORA, "recordAgreementToBeSupported", f'{about}, input: {{date: "{day}", agreed: true}}', wanted
    )
    assert agreed["__typename"] == "FamilyChanged" and agreed["family"] == {"id": found}
    lead = f'{{date: "{day}", user: "{LOU}", service: "early-help"}}'
    assert change(borough, CORA, "nameLeadProfessional", f"{about}, input: {lead}")["__typename"] == "FamilyChanged"
    assessment = f'{{date: "{day}", kind: early_help, needs: ["work", "attendance"]}}'
    assessed = change(borough, CORA, "recordAssessment", f"{about}, input: {assessment}", wanted)
    plan = f'{{date: "{day}", assessment: "{assessed["id"]}", goals: [{{need: "work", goal: "A job"}}]}}'
    planned = change(borough, CORA, "agreePlan", f"{about}, input: {plan}", wanted, key="the-plan-of-nell")
    again = change(borough, CORA, "agreePlan", f"{about}, input: {plan}", wanted, key="the-plan-of-nell")
    assert planned["id"] == again["id"]
    other = change(borough, CORA, "agreePlan", f"{about}, input: {plan.replace('job', 'bus')}", "", "the-plan-of-nell")
    assert (other["__typename"], other["httpStatus"]) == ("NotValid", 422)
    shown = borough.ask(CORA, FAMILY, {"id": found, "purpose": "support"})["family"]
    assert shown["leadProfessional"]["date"] == day
    assert shown["support"]["agreedOn"] == day and shown["support"]["plan"]["id"] == planned["id"]
    assert {"plan", "assessment"} <= {moment["kind"] for moment in shown["timeline"]["items"]}
    borough.settle()
    query = f'{{ family(id: "{found}", purpose: "identify") {{ eligibility {{ attachedOn missing }} }} }}'
    # Written down years after it was done, it earns nothing until somebody else has seen what bears it.
    waiting = ["agreement_to_be_supported", "lead_professional", "assessment", "plan"]
    assert borough.ask(ANA, query)["family"]["eligibility"] == {"attachedOn": None, "missing": waiting}
    seen = f'{about}, input: {{date: "{day}", reason: "Seen the paper file."}}'
    assert change(borough, CORA, "confirmLateActs", seen)["__typename"] == "Conflict"
    assert change(borough, COLE, "confirmLateActs", seen, wanted)["status"] == "confirmed"
    borough.settle()
    assert borough.ask(ANA, query)["family"]["eligibility"] == {"attachedOn": day, "missing": []}


def test_a_change_that_is_not_valid_or_not_within_reach_is_a_typed_problem(borough: Borough) -> None:
    late = 'input: {date: "2999-01-01", agreed: true}, purpose: "support"'
    refused = change(borough, CORA, "recordAgreementToBeSupported", f'family: "{family(borough)}", {late}')
    assert refused["__typename"] == "NotValid"
    assert [fault["code"] for fault in refused["errors"]] == ["date_in_future"]
    unknown = change(
        borough, CORA, "recordAgreementToBeSupported", f'family: "{uuid4()}", {late.replace("2999", "2018")}'
    )
    assert (unknown["__typename"], unknown["httpStatus"]) == ("NotFound", 404)
    denied = change(
        borough, ANA, "recordAgreementToBeSupported", f'family: "{family(borough)}", {late.replace("2999", "2018")}'
    )
    assert (denied["__typename"], denied["httpStatus"]) == ("NotAllowed", 403)


def test_consent_is_given_and_withdrawn_and_stands_with_the_person(borough: Borough) -> None:
    text = {"code": "tf", "version": "1", "language": "en", "text": "What we do."}
    notice = borough.rest("consent", "/v1/notices", text, IRIS, "notice")["id"]
    child = member(borough, "child")
    delivery = f'notice: "{notice}", input: {{date: "2017-09-04", channel: letter, persons: ["{child}"]}}'
    assert change(borough, IRIS, "deliverNotice", delivery)["__typename"] == "NoticeDelivered"
    given = (
        f'input: {{person: "{child}", date: "2017-09-04", purposes: ["claim"], categories: ["attendance"], '
        f'notice: "{notice}", channel: in_person}}'
    )
    recorded = change(borough, CORA, "recordConsent", given, "... on ConsentRecorded { id status }")
    assert recorded["__typename"] == "ConsentRecorded"
    withdrawal = f'consent: "{recorded["id"]}", input: {{date: "{today()}"}}'
    wanted = "... on ConsentWithdrawn { status continues { purpose category basis recipient } }"
    withdrawn = change(borough, CORA, "withdrawConsent", withdrawal, wanted)
    assert withdrawn["status"] == "withdrawn"
    parts = "consents { items { id status purposes withdrawnOn } } notices { items { code } }"
    query = f'{{ person(id: "{child}") {{ {parts} }} }}'
    (held,) = borough.ask(CORA | {"Purpose": "support"}, query)["person"]["consents"]["items"]
    assert held == {"id": recorded["id"], "status": "withdrawn", "purposes": ["claim"], "withdrawnOn": str(today())}


def test_the_officer_sees_agreements_and_each_sharing(borough: Borough) -> None:
    agreements = borough.ask(IRIS, "{ agreements { items { supplier recipient status from terms { category } } } }")
    assert {one["supplier"] for one in agreements["agreements"]["items"]} >= {"education", "jobcentre"}
    assert {one["status"] for one in agreements["agreements"]["items"]} == {"in_force"}
    wanted = "{ items { at service purpose category source } }"
    log = borough.ask(IRIS, f'{{ sharingLog(person: "{member(borough, "child")}", first: 100) {wanted} }}')
    assert ("programme", "identify", "attendance", "education") in {
        (line["service"], line["purpose"], line["category"], line["source"]) for line in log["sharingLog"]["items"]
    }


def test_the_officer_makes_a_report_for_a_person_and_sees_what_it_keeps_back(borough: Borough) -> None:
    child = member(borough, "child")
    borough.ask(ANA, f'{{ person(id: "{child}", purpose: "identify") {{ name }} }}')
    said = f'input: {{person: "{child}", reference: "RR 1", askedOn: "{today()}"}}'
    made = change(borough, IRIS, "makeAccessReport", said, "... on AccessReportMade { id status }")
    assert (made["__typename"], made["status"]) == ("AccessReportMade", "made")
    wanted = "person reference explanation lines { items { day recipient role categories source sent } next }"
    shown = borough.ask(IRIS, f'{{ accessReport(id: "{made["id"]}") {{ {wanted} }} }}')["accessReport"]
    assert shown["person"] == child and "Programme" in {line["recipient"] for line in shown["lines"]["items"]}
    asked = f'{{ keptBack(accessReport: "{made["id"]}") {{ items {{ because law }} }} }}'
    assert borough.ask(IRIS, asked)["keptBack"] == {"items": []}
    assert change(borough, ANA, "makeAccessReport", said)["__typename"] == "NotAllowed"


def test_after_a_protection_nothing_locates_the_person(borough: Borough) -> None:
    adult = member(borough, "adult")
    protected = change(
        borough,
        IRIS,
        "setProtection",
        f'input: {{person: "{adult}", date: "{today()}", reason: "On the refuge\'s word"}}',
    )
    assert protected["__typename"] == "ProtectionSet"
    query = f'{{ person(id: "{adult}", purpose: "identify") {{ name addresses {{ postcode }} }} }}'
    answer = borough.post(ANA, query)
    assert answer.json()["data"]["person"] == {"name": "Orla Quillfeather", "addresses": None}
    assert "ZZ99" not in answer.text


def test_batches_and_payments_of_nobody_are_typed_problems(borough: Borough) -> None:
    for name, arguments in {
        "checkClaim": f'claim: "{uuid4()}", input: {{verdict: agreed, reason: "Seen.", date: "2018-12-31"}}',
        "submitBatch": f'batch: "{uuid4()}", input: {{date: "2018-12-31"}}',
        "drawSample": f'batch: "{uuid4()}", nonce: "{"5e" * 32}"',
        "recordPayment": f'input: {{batch: "{uuid4()}", date: "2018-12-31", pence: 1, reference: "TF-1"}}',
    }.items():
        assert change(borough, CORA, name, arguments)["__typename"] == "NotAllowed"
