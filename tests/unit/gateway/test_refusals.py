"""A refusal of a program becomes `extensions.problem`; an unforeseen error tells nothing of itself."""

import io
from collections.abc import Callable

import pytest
from starlette.responses import JSONResponse, Response

from unit.gateway.standin import ACCESS, family_id, person_id
from unit.gateway.under_test import Gateway

FAMILY = f'{{ family(id: "{family_id(1)}") {{ id area }} }}'
SECRET = "Zebedee Quux 1 Hidden Lane"
PAYMENT = f'batch: "{family_id(1)}", date: "2018-12-31", reference: "R"'
RECORD_PAYMENT = f'mutation {{ recordPayment(input: {{{PAYMENT}, pence: %s}}, idempotencyKey: "k") {{ __typename }} }}'


def test_a_refusal_is_passed_on_without_what_is_not_for_the_caller(gateway: Gateway) -> None:
    gateway.behind.refuse("POST /v1/families/lookup", 403, "Not allowed", scope="families:read", errors=[])
    answer = gateway.post(FAMILY).json()
    assert answer["data"] == {"family": None}
    (error,) = answer["errors"]
    assert error["message"] == "Not allowed" and error["path"] == ["family"]
    assert error["extensions"] == {
        "problem": {
            "type": "http://program.example/problems/not-allowed",
            "title": "Not allowed",
            "status": 403,
            "detail": "As told.",
            "errors": [],
        },
        "code": "NOT_ALLOWED",
    }


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_program_that_breaks_is_not_available(gateway: Gateway, status: int) -> None:
    gateway.behind.answers["POST /v1/families/lookup"] = lambda _: Response(SECRET, status)
    answer = gateway.post(FAMILY)
    assert answer.json()["errors"][0]["extensions"]["problem"]["status"] == 503
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "made",
    [
        Response(SECRET, 404),
        Response(f"<html>{SECRET}</html>", 403, media_type="text/html"),
        JSONResponse({"detail": SECRET}, 404),
        JSONResponse({"type": "x", "title": SECRET, "status": 200}, 403),
        JSONResponse({"type": "x", "title": SECRET, "status": 403}, 403),
        JSONResponse([SECRET], 400),
        Response(status_code=302, headers={"Location": "http://127.0.0.1:1/" + "x"}),
    ],
)
def test_an_answer_that_is_no_problem_is_not_repeated(gateway: Gateway, made: Response) -> None:
    gateway.behind.answers["POST /v1/families/lookup"] = lambda _: made
    answer = gateway.post(FAMILY)
    assert answer.json()["errors"][0]["extensions"]["problem"]["status"] == 503
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "made",
    [
        Response(SECRET, 200),
        JSONResponse({"items": SECRET}),
        JSONResponse({"items": [{"id": SECRET}]}),
        JSONResponse({"items": [{"id": family_id(1), "composed_on": SECRET, "members": SECRET}]}),
        JSONResponse({SECRET: 1}),
    ],
)
def test_an_answer_that_is_not_as_agreed_is_masked(gateway: Gateway, made: Response) -> None:
    gateway.behind.answers["POST /v1/families/lookup"] = lambda _: made
    query = f'{{ family(id: "{family_id(1)}") {{ composedOn members {{ role }} }} }}'
    answer = gateway.post(query)
    assert answer.status_code == 200
    problem = answer.json()["errors"][0]["extensions"]["problem"]
    assert (problem["status"], problem["title"]) == (502, "Upstream answer not valid")
    assert SECRET not in answer.text


def test_a_program_that_is_not_there_is_not_available(gateway_with: Callable[..., Gateway]) -> None:
    gateway = gateway_with(families_url="http://127.0.0.1:9")
    found = gateway.refused(FAMILY)
    assert (found["status"], found["title"]) == (503, "Not available at the moment")


def test_one_refused_part_leaves_the_others(gateway: Gateway) -> None:
    gateway.behind.refuse("POST /v1/eligibility/lookup", 403, "Not allowed")
    answer = gateway.post(f'{{ family(id: "{family_id(1)}") {{ area eligibility {{ eligible }} }} }}').json()
    assert answer["data"] == {"family": {"area": "thornbury", "eligibility": None}}
    assert answer["errors"][0]["path"] == ["family", "eligibility"]


def test_out_of_reach_and_unknown_are_the_same_bytes(gateway: Gateway) -> None:
    query = "query Q($id: UUID!) { family(id: $id) { id } }"
    unknown, unreached = (gateway.post(query, {"id": family_id(n)}) for n in (900, 901))
    assert unknown.content == unreached.content
    assert unknown.json()["errors"][0]["extensions"]["problem"]["type"].endswith("/problems/family-not-found")
    people = [gateway.post(f'{{ person(id: "{person_id(n)}") {{ name }} }}') for n in (900, 901)]
    assert people[0].content == people[1].content
    assert people[0].json()["errors"][0]["extensions"]["problem"]["type"].endswith("/problems/person-not-found")


def test_what_is_withheld_is_null_like_what_does_not_exist(gateway: Gateway) -> None:
    gateway.behind.answers["POST /v1/people/lookup"] = lambda call: JSONResponse(
        {"items": [{"id": id, "formerly": [], "access": ACCESS} for id in call.body["ids"]]}
    )
    data = gateway.ask(
        f'{{ person(id: "{person_id(1)}") {{ name dateOfBirth sex identifiers {{ scheme }} addresses {{ uprn }} }} }}'
    )
    assert data["person"] == {"name": None, "dateOfBirth": None, "sex": None, "identifiers": None, "addresses": None}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query Q($id: UUID!) { person(id: $id) { name } }", {"id": SECRET}),
        ("query Q($id: UUID!) { person(id: $id) { name } }", {"id": {"name": SECRET}}),
        (f'{{ person(id: "{SECRET}") {{ name }} }}', None),
        (f'{{ person(id: ["{SECRET}"]) {{ name }} }}', None),
        (f'{{ family(id: "{family_id(1)}", asAt: "{SECRET}") {{ id }} }}', None),
        (f'{{ family(id: "{family_id(1)}", asAt: "2018-02-30") {{ id }} }}', None),
        (f'{{ family(id: "{family_id(1)}", asAt: "20180228") {{ id }} }}', None),
        (f'{{ family(id: "{family_id(1)}", asAt: 20180228) {{ id }} }}', None),
        (RECORD_PAYMENT % f'"{SECRET}"', None),
        (RECORD_PAYMENT % "true", None),
        (RECORD_PAYMENT % 2**53, None),
        (f'{{ claims(filter: {{status: {{a: "{SECRET}"}}}}) {{ next }} }}', None),
        (f'{{ claims(filter: {{status: "{SECRET}"}}) {{ next }} }}', None),
        ("{ claims(filter: {status: Zebedee}) { next } }", None),
        ("query Q($f: ClaimFilter) { claims(filter: $f) { next } }", {"f": {"status": SECRET}}),
        (f'{{ person(id: "x") "{SECRET}" }}', None),
        (f'{{ person(id: """{SECRET}""" {{ name }} }}', None),
        ("query Q($f: ClaimFilter) { claims(filter: $f) { next } }", {"f": {SECRET: 1}}),
        ("query Q($f: ClaimFilter) { claims(filter: $f) { next } }", {"f": [SECRET, 3]}),
        ("query Q($x: Int) { families(first: $x) { next } }", {"x": SECRET}),
    ],
)
def test_a_value_that_is_not_valid_is_never_repeated(gateway: Gateway, query: str, variables: object) -> None:
    answer = gateway.post(query, variables, accept="application/graphql-response+json")  # type: ignore[arg-type]
    assert answer.status_code == 400, answer.text
    assert not any(word in answer.text for word in ("Zebedee", "Quux", "Hidden"))
    assert answer.json()["errors"][0]["extensions"]["problem"]["detail"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("{ zebedee { id } }", "Cannot query field '?' on type 'Query'."),
        ("{ me { name(zebedee: 1) } }", "Unknown argument '?' on field 'Me.name'."),
        (
            "{ family { id } }",
            "Field 'family' argument 'id' of type 'UUID!' is required, but it was not provided.",
        ),
        (
            "{ me { ...A } } fragment A on Me { service } fragment B on Me { zebedee: name }",
            "Fragment '?' is never used.",
        ),
        ("{ me { ...zebedee } }", "Unknown fragment '?'."),
        ("{ claims(filter: {status: zebedee}) { next } }", "A value is none of those of the enum 'ClaimStatus'."),
        ('{ claims(filter: {status: "paid"}) { next } }', "A value is none of those of the enum 'ClaimStatus'."),
        ("{ enquiries(status: OPEN) { next } }", "A value is none of those of the enum 'EnquiryStatus'."),
        ("{ me { ... on zebedee { id } } }", "Unknown type '?'."),
        ("{ me { client @zebedee } }", "Unknown directive '?'."),
        ("query ($zebedee: String) { me { client } }", "Variable '?' is never used."),
        ("query zebedee($zebedee: String) { me { client } }", None),
        ("query ($a: zebedee) { me(purpose: $a) { client } }", None),
        ("query zebedee { me { client } } query zebedee { me { client } }", None),
        ("fragment zebedee on Me { client } { me { client } }", "Fragment '?' is never used."),
        ("{ me { zebedee: client zebedee: agency } }", None),
        ("{ me { client { id } } }", "Field 'client' must not have a selection since type 'String!' has no subfields."),
        ("{ me { clients } }", None),
    ],
)
def test_a_name_is_repeated_only_when_the_schema_has_it(gateway: Gateway, query: str, said: str | None) -> None:
    answer = gateway.post(query)
    assert answer.json()["errors"] and "zebedee" not in answer.text.lower()
    if said is not None:
        assert answer.json()["errors"][0]["extensions"]["problem"]["detail"] == said


def test_a_purpose_that_is_no_word_is_refused_here(gateway: Gateway) -> None:
    assert gateway.refused('{ me(purpose: "support\\r\\nX-Evil: 1") { client } }')["status"] == 422
    assert gateway.behind.calls == []


def test_nothing_of_a_request_stands_in_the_log(gateway: Gateway, log: io.StringIO) -> None:
    gateway.behind.answers["POST /v1/people/lookup"] = lambda _: JSONResponse({"items": [{"id": SECRET}]})
    gateway.post(f'{{ person(id: "{person_id(1)}") {{ name }} }}')
    gateway.post("query Q($id: UUID!) { person(id: $id) { name } }", {"id": SECRET})
    said = log.getvalue()
    assert "Zebedee" not in said and person_id(1) not in said
