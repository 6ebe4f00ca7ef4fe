"""Mutations: the request that each sends, its answer, and problems as types."""

from typing import Any

import pytest
from starlette.responses import JSONResponse

from unit.gateway.standin import family_id, person_id
from unit.gateway.under_test import Gateway

ONE, TWO = family_id(1), family_id(2)
KEY = "key-0123456789"
NONCE = "5e" * 32

CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    (
        f'recordAgreementToBeSupported(family: "{ONE}", input: {{date: "2017-09-04", agreed: true}}, KEY)',
        f"/v1/families/{ONE}/agreement-to-be-supported",
        {"date": "2017-09-04", "agreed": True},
    ),
    (
        f'nameLeadProfessional(family: "{ONE}", input: {{date: "2017-09-04", user: "{TWO}", service: "early-help", '
        'sector: "council"}, KEY)',
        f"/v1/families/{ONE}/lead-professional",
        {"date": "2017-09-04", "user": TWO, "service": "early-help", "sector": "council"},
    ),
    (
        f'recordAssessment(family: "{ONE}", input: {{date: "2017-09-11", kind: early_help, needs: ["work"]}}, KEY)',
        f"/v1/families/{ONE}/assessments",
        {"date": "2017-09-11", "kind": "early_help", "needs": ["work"], "note": ""},
    ),
    (
        f'agreePlan(family: "{ONE}", input: {{date: "2017-09-18", assessment: "{TWO}", '
        'goals: [{need: "work", goal: "A job"}]}, KEY)',
        f"/v1/families/{ONE}/plans",
        {"date": "2017-09-18", "assessment": TWO, "goals": [{"need": "work", "goal": "A job"}]},
    ),
    (
        f'decideMatch(review: "{ONE}", input: {{verdict: same, reason: "One birth certificate."}}, KEY)',
        f"/v1/match-reviews/{ONE}/decision",
        {"verdict": "same", "reason": "One birth certificate."},
    ),
    (
        f'mergePeople(person: "{ONE}", input: {{other: "{TWO}", reason: "One after all.", again: true}}, KEY)',
        f"/v1/people/{ONE}/merge",
        {"other": TWO, "reason": "One after all.", "again": True},
    ),
    (
        f'reopenMatch(review: "{ONE}", input: {{reason: "Two certificates."}}, KEY)',
        f"/v1/match-reviews/{ONE}/reopening",
        {"reason": "Two certificates."},
    ),
    (
        f'unmergePeople(person: "{ONE}", input: {{person: "{TWO}", reason: "Twins."}}, KEY)',
        f"/v1/people/{ONE}/unmerge",
        {"person": TWO, "reason": "Twins."},
    ),
    (
        'askPremisesLowering(uprn: "999000000077", input: {kind: ordinary, reason: "Sold.", date: "2018-02-01"}, KEY)',
        "/v1/premises/999000000077/lowerings",
        {"kind": "ordinary", "reason": "Sold.", "date": "2018-02-01"},
    ),
    (
        f'decidePremisesLowering(uprn: "999000000077", lowering: "{ONE}", input: {{verdict: confirmed, '
        'reason: "Seen.", date: "2018-02-02"}, KEY)',
        f"/v1/premises/999000000077/lowerings/{ONE}/decision",
        {"verdict": "confirmed", "reason": "Seen.", "date": "2018-02-02"},
    ),
    (
        f'deliverNotice(notice: "{ONE}", input: {{date: "2017-09-04", channel: letter, '
        f'persons: ["{person_id(1)}"]}}, KEY)',
        f"/v1/notices/{ONE}/deliveries",
        {"date": "2017-09-04", "channel": "letter", "persons": [person_id(1)]},
    ),
    (
        f'recordConsent(input: {{person: "{person_id(1)}", date: "2017-09-04", purposes: ["claim"], '
        f'categories: ["attendance"], notice: "{ONE}", channel: in_person}}, KEY)',
        "/v1/consents",
        {
            "person": person_id(1),
            "given_by": "person",
            "date": "2017-09-04",
            "purposes": ["claim"],
            "categories": ["attendance"],
            "recipients": [],
            "notice": ONE,
            "channel": "in_person",
        },
    ),
    (
        f'withdrawConsent(consent: "{ONE}", input: {{date: "2018-02-01"}}, KEY)',
        f"/v1/consents/{ONE}/withdrawal",
        {"date": "2018-02-01"},
    ),
    (
        f'correctNoticeDelivery(notice: "{ONE}", delivery: "{TWO}", input: {{persons: ["{person_id(1)}"], '
        'reason: "Returned by post."}, KEY)',
        f"/v1/notices/{ONE}/deliveries/{TWO}/correction",
        {"persons": [person_id(1)], "reason": "Returned by post."},
    ),
    (
        f'correctConsent(consent: "{ONE}", input: {{reason: "Another child."}}, KEY)',
        f"/v1/consents/{ONE}/correction",
        {"reason": "Another child."},
    ),
    (
        f'makeAccessReport(input: {{person: "{person_id(1)}", reference: "RR 1", askedOn: "2018-02-01", '
        f'keepBack: [{{decision: "{ONE}", because: serious_harm}}]}}, KEY)',
        "/v1/access-reports",
        {
            "person": person_id(1),
            "reference": "RR 1",
            "asked_on": "2018-02-01",
            "keep_back": [{"decision": ONE, "because": "serious_harm"}],
        },
    ),
    (
        f'raiseObjection(input: {{person: "{person_id(1)}", date: "2018-02-01", purposes: ["support"]}}, KEY)',
        "/v1/objections",
        {"person": person_id(1), "date": "2018-02-01", "purposes": ["support"]},
    ),
    (
        f'answerObjection(objection: "{ONE}", input: {{answer: upheld, date: "2018-02-01", reason: "Because."}}, KEY)',
        f"/v1/objections/{ONE}/answer",
        {"answer": "upheld", "date": "2018-02-01", "reason": "Because."},
    ),
    (
        f'withdrawObjection(objection: "{ONE}", input: {{date: "2018-02-01", reason: "Because."}}, KEY)',
        f"/v1/objections/{ONE}/withdrawal",
        {"date": "2018-02-01", "reason": "Because."},
    ),
    (
        f'askToLiftProtection(protection: "{ONE}", input: {{date: "2018-02-01", reason: "Because."}}, KEY)',
        f"/v1/protections/{ONE}/lift",
        {"date": "2018-02-01", "reason": "Because."},
    ),
    (
        f'confirmProtectionLift(protection: "{ONE}", input: {{date: "2018-02-01", reason: "Because."}}, KEY)',
        f"/v1/protections/{ONE}/lift/confirmation",
        {"date": "2018-02-01", "reason": "Because."},
    ),
    (
        f'refuseProtectionLift(protection: "{ONE}", input: {{date: "2018-02-01", reason: "Because."}}, KEY)',
        f"/v1/protections/{ONE}/lift/refusal",
        {"date": "2018-02-01", "reason": "Because."},
    ),
    (
        f'setProtection(input: {{person: "{person_id(1)}", date: "2018-02-01", reason: "Fled."}}, KEY)',
        "/v1/protections",
        {"person": person_id(1), "kind": "location", "date": "2018-02-01", "reason": "Fled."},
    ),
    (
        'openEnquiry(input: {reference: "CSC-1", kind: s47, begun: "2018-02-01", '
        f'subjects: [{{person: "{TWO}"}}]}}, KEY)',
        "/v1/enquiries",
        {"reference": "CSC-1", "kind": "s47", "begun": "2018-02-01", "subjects": [{"person": TWO}]},
    ),
    (
        f'addEnquirySubjects(enquiry: "{ONE}", input: {{subjects: [{{person: "{TWO}"}}], reason: "A brother"}}, KEY)',
        f"/v1/enquiries/{ONE}/subjects",
        {"subjects": [{"person": TWO}], "reason": "A brother"},
    ),
    (
        f'removeEnquirySubject(enquiry: "{ONE}", person: "{TWO}", reason: "Another", KEY)',
        f"/v1/enquiries/{ONE}/subjects/{TWO}/removal",
        {"reason": "Another"},
    ),
    (
        f'closeEnquiry(enquiry: "{ONE}", input: {{date: "2018-02-01", reason: "Done"}}, KEY)',
        f"/v1/enquiries/{ONE}/close",
        {"date": "2018-02-01", "reason": "Done"},
    ),
    (
        f'reopenEnquiry(enquiry: "{ONE}", reason: "Too soon", KEY)',
        f"/v1/enquiries/{ONE}/reopen",
        {"reason": "Too soon"},
    ),
    (
        f'useEmergencyAccess(input: {{people: [{{person: "{TWO}"}}], reason: "He is locked in."}}, KEY)',
        "/v1/emergency-access",
        {"people": [{"person": TWO}], "reason": "He is locked in."},
    ),
    (
        f'reviewEmergencyAccess(access: "{ONE}", input: {{outcome: justified, note: "It was."}}, KEY)',
        f"/v1/emergency-access/{ONE}/reviews",
        {"outcome": "justified", "note": "It was."},
    ),
    (
        f'answerGovernanceNote(note: "{ONE}", answer: "Spoken with her.", KEY)',
        f"/v1/governance-notes/{ONE}/answer",
        {"answer": "Spoken with her."},
    ),
    (
        f'recordBar(input: {{user: "{ONE}", because: relative, people: ["{TWO}"]}}, KEY)',
        "/v1/bars",
        {"user": ONE, "because": "relative", "people": [TWO], "families": []},
    ),
    (f'liftBar(bar: "{ONE}", reason: "Another Kit", KEY)', f"/v1/bars/{ONE}/lift", {"reason": "Another Kit"}),
    (
        f'recordCover(input: {{covered: "{ONE}", covering: "{TWO}", from: "2018-02-01", to: "2018-02-09", '
        'reason: "Leave"}, KEY)',
        "/v1/covers",
        {"covered": ONE, "covering": TWO, "from": "2018-02-01", "to": "2018-02-09", "reason": "Leave"},
    ),
    (f'endCover(cover: "{ONE}", reason: "Back", KEY)', f"/v1/covers/{ONE}/end", {"reason": "Back"}),
    (
        f'checkClaim(claim: "{ONE}", input: {{verdict: agreed, reason: "All there.", date: "2018-12-31"}}, KEY)',
        f"/v1/claims/{ONE}/check",
        {"verdict": "agreed", "reason": "All there.", "date": "2018-12-31"},
    ),
    (
        'freezeBatch(input: {framework: "2015", date: "2018-12-31"}, KEY)',
        "/v1/batches",
        {"framework": "2015", "date": "2018-12-31"},
    ),
    (f'drawSample(batch: "{ONE}", nonce: "{NONCE}", KEY)', f"/v1/batches/{ONE}/sample", {"nonce": NONCE}),
    (f'drawSample(batch: "{ONE}", KEY)', f"/v1/batches/{ONE}/sample", {}),
    (
        f'abandonBatch(batch: "{ONE}", input: {{reason: "The nonce is lost.", date: "2019-01-09"}}, KEY)',
        f"/v1/batches/{ONE}/abandon",
        {"reason": "The nonce is lost.", "date": "2019-01-09"},
    ),
    (
        f'commitNonce(input: {{framework: "2015", hash: "{NONCE}"}}, KEY)',
        "/v1/sample-commitments",
        {"framework": "2015", "hash": NONCE},
    ),
    (
        f'recordFinding(batch: "{ONE}", input: {{claim: "{TWO}", verdict: upheld, reason: "Seen.", '
        'date: "2018-12-31"}, KEY)',
        f"/v1/batches/{ONE}/findings",
        {"claim": TWO, "verdict": "upheld", "reason": "Seen.", "date": "2018-12-31"},
    ),
    (
        f'submitBatch(batch: "{ONE}", input: {{date: "2019-01-10"}}, KEY)',
        f"/v1/batches/{ONE}/submit",
        {"date": "2019-01-10"},
    ),
    (
        f'recordPayment(input: {{batch: "{ONE}", date: "2019-02-01", pence: 4000000000, reference: "TF-1"}}, KEY)',
        "/v1/payments",
        {"batch": ONE, "date": "2019-02-01", "pence": 4_000_000_000, "reference": "TF-1"},
    ),
    (
        f'reversePayment(payment: "{ONE}", input: {{reason: "Another batch.", date: "2019-02-02"}}, KEY)',
        f"/v1/payments/{ONE}/reverse",
        {"reason": "Another batch.", "date": "2019-02-02"},
    ),
    (
        f'recordRepayment(input: {{claim: "{ONE}", date: "2019-02-01", pence: 80000, reference: "B7"}}, KEY)',
        "/v1/repayments",
        {"claim": ONE, "date": "2019-02-01", "pence": 80_000, "reference": "B7"},
    ),
    (
        f'reverseRepayment(repayment: "{ONE}", input: {{reason: "Another claim.", date: "2019-02-02"}}, KEY)',
        f"/v1/repayments/{ONE}/reverse",
        {"reason": "Another claim.", "date": "2019-02-02"},
    ),
    (
        f'answerQuestion(question: "{ONE}", input: {{answer: same_family, reason: "Seen.", date: "2019-02-02"}}, KEY)',
        f"/v1/questions/{ONE}/answers",
        {"answer": "same_family", "reason": "Seen.", "date": "2019-02-02"},
    ),
    (
        f'confirmAnswer(question: "{ONE}", input: {{answer: "{TWO}", reason: "Seen.", date: "2019-02-02"}}, KEY)',
        f"/v1/questions/{ONE}/confirm",
        {"answer": TWO, "reason": "Seen.", "date": "2019-02-02"},
    ),
]
NAMES = [change[0].partition("(")[0] for change in CHANGES]


def with_key(call: str, key: str = KEY) -> str:
    return call.replace("KEY", f'idempotencyKey: "{key}"')


@pytest.mark.parametrize(("call", "path", "body"), CHANGES, ids=NAMES)
def test_a_change_goes_to_its_program_once_with_its_key(
    gateway: Gateway, call: str, path: str, body: dict[str, Any]
) -> None:
    (result,) = gateway.ask(f"mutation {{ {with_key(call)} {{ __typename }} }}", Purpose="support").values()
    assert result["__typename"] not in ("NotAllowed", "NotFound", "NotValid", "Conflict", "Unavailable")
    (sent,) = gateway.behind.calls
    assert (sent.method, sent.path) == ("POST", path)
    assert sent.body == body
    assert sent.headers["idempotency-key"] == KEY and sent.headers["purpose"] == "support"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "NotValid"),
        (401, "NotAllowed"),
        (403, "NotAllowed"),
        (404, "NotFound"),
        (409, "Conflict"),
        (412, "Conflict"),
        (422, "NotValid"),
        (429, "Unavailable"),
        (408, "Unavailable"),
        (500, "OutcomeNotKnown"),
        (503, "Unavailable"),
    ],
)
@pytest.mark.parametrize(("call", "path", "_"), CHANGES[:1] + CHANGES[-1:], ids=NAMES[:1] + NAMES[-1:])
def test_a_refused_change_is_a_typed_problem(
    gateway: Gateway, call: str, path: str, _: object, status: int, kind: str
) -> None:
    faults = [{"pointer": "/body/date", "code": "date_in_future", "detail": "Should be today or earlier", "fix": "…"}]
    gateway.behind.refuse(f"POST {path}", status, "Told you", errors=faults)
    selection = "__typename ... on Problem { title httpStatus type errors { pointer code } }"
    (result,) = gateway.ask(f"mutation {{ {with_key(call)} {{ {selection} }} }}").values()
    assert result["__typename"] == kind
    if status not in (500,):
        assert (result["title"], result["httpStatus"]) == ("Told you", status)
        assert result["errors"] == [{"pointer": "/body/date", "code": "date_in_future"}]


def test_what_is_shown_after_a_change_is_loaded_after_it(gateway: Gateway) -> None:
    call = with_key(CHANGES[1][0])
    query = f"mutation {{ {call} {{ ... on FamilyChanged {{ id status family {{ id area }} }} }} }}"
    result = gateway.ask(query)["nameLeadProfessional"]
    assert result["family"] == {"id": ONE, "area": "thornbury"}
    assert gateway.behind.paths() == [f"POST {CHANGES[1][1]}", "POST /v1/families/lookup"]


def test_two_changes_of_one_request_each_show_what_is_then(gateway: Gateway) -> None:
    areas = iter(["north", "south"])
    gateway.behind.answers["POST /v1/families/lookup"] = lambda _: JSONResponse(
        {"items": [gateway.behind.family(1) | {"area": next(areas)}]}
    )
    change = with_key(CHANGES[0][0])
    part = f"{change} {{ ... on FamilyChanged {{ family {{ area }} }} }}"
    data = gateway.ask(f"mutation {{ a: {part} b: {part} }}")
    assert [data[name]["family"]["area"] for name in "ab"] == ["north", "south"]


def test_premises_are_flagged_without_a_key_since_the_same_again_changes_nothing(gateway: Gateway) -> None:
    path = "/v1/premises/999000000077"
    gateway.behind.answers[f"PUT {path}"] = lambda _: JSONResponse({"status": "refuge", "etag": '"v1"'})
    said = 'input: {kind: refuge, reason: "On her word.", date: "2018-02-01"}'
    call = f'flagPremises(uprn: "999000000077", {said}) {{ ... on PremisesFlagged {{ status }} }}'
    assert gateway.ask(f"mutation {{ {call} }}")["flagPremises"] == {"status": "refuge"}
    (sent,) = gateway.behind.calls
    assert (sent.method, sent.path) == ("PUT", path)
    assert sent.body == {"kind": "refuge", "reason": "On her word.", "date": "2018-02-01"}


def test_a_withdrawal_tells_what_goes_on(gateway: Gateway) -> None:
    continues = [{"purpose": "identify", "category": "attendance", "basis": "public_task", "recipient": "programme"}]
    gateway.behind.answers[f"POST /v1/consents/{ONE}/withdrawal"] = lambda _: JSONResponse(
        {"id": ONE, "status": "withdrawn", "etag": None, "continues": continues}
    )
    call = with_key(next(call for call, *_ in CHANGES if call.startswith("withdrawConsent")))
    selection = "... on ConsentWithdrawn { status continues { purpose category basis recipient } }"
    result = gateway.ask(f"mutation {{ {call} {{ {selection} }} }}")["withdrawConsent"]
    assert result == {"status": "withdrawn", "continues": continues}


@pytest.mark.parametrize("key", ["", "short", "x" * 201, "with space in it", "line\\nbreak-line", "schlüssel-12345"])
def test_a_key_that_no_header_can_carry_is_a_problem(gateway: Gateway, key: str) -> None:
    call = with_key(CHANGES[0][0], key)
    result = gateway.ask(f"mutation {{ {call} {{ ... on NotValid {{ httpStatus errors {{ pointer code }} }} }} }}")
    assert result["recordAgreementToBeSupported"] == {
        "httpStatus": 422,
        "errors": [{"pointer": "/idempotencyKey", "code": "not_a_key"}],
    }
    assert gateway.behind.calls == []
