"""Programs that stop, break or answer garbage: the part that was theirs is an error, and a change's outcome is told."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLNonNull, GraphQLObjectType
from starlette.responses import JSONResponse, Response

from fixtures.platform import NOWHERE
from gateway.clients.families import FamiliesClient
from gateway.schema import make_schema
from unit.gateway.standin import ACCESS, family_id, person_id
from unit.gateway.test_changes import CHANGES, with_key
from unit.gateway.under_test import Gateway

BRIEFLY = "200"
"""Milliseconds of a whole operation; they stand for the three seconds of the setting."""
ONE = family_id(1)
NOT_KNOWN = "The change may have been made: repeat it with the same idempotency key."
SELECTION = "__typename ... on Problem { httpStatus detail }"


LOST = {
    "it breaks": Response("boom", 500),
    "a proxy answers for it": Response("<html>", 504, media_type="text/html"),
    "a proxy says that it is away": Response("<html>", 503, media_type="text/html"),
    "a page": Response("<html>", 200, media_type="text/html"),
    "null": Response("null"),
    "nothing": JSONResponse({}),
    "a wrong type": JSONResponse({"id": 7, "status": None}),
    "a redirection": Response(status_code=307, headers={"Location": "http://127.0.0.1:1/"}),
    "a problem that is none": JSONResponse({"type": 1, "title": [], "status": 409, "detail": None}, 409),
    "faults that are none": JSONResponse({"type": "", "title": "", "status": 422, "detail": "", "errors": 5}, 422),
    "too much": Response(b"[" + b"0," * 9_000_000 + b"0]"),
}


@pytest.mark.parametrize("lost", LOST, ids=list(LOST))
@pytest.mark.parametrize(("call", "path", "_"), [CHANGES[0], CHANGES[-1]], ids=["families", "claims"])
def test_a_change_of_which_nothing_is_heard_may_have_been_made(
    gateway: Gateway, call: str, path: str, _: object, lost: str
) -> None:
    gateway.behind.answers[f"POST {path}"] = lambda _: LOST[lost]
    (result,) = gateway.ask(f"mutation {{ {with_key(call)} {{ {SELECTION} }} }}").values()
    assert result == {"__typename": "OutcomeNotKnown", "httpStatus": 503, "detail": NOT_KNOWN}


def test_a_change_that_is_not_answered_in_time_may_have_been_made(gateway: Gateway) -> None:
    gateway.behind.delay = 0.5
    call = with_key(CHANGES[0][0])
    (result,) = gateway.ask(f"mutation {{ {call} {{ {SELECTION} }} }}", Time_Budget=BRIEFLY).values()
    assert result == {"__typename": "OutcomeNotKnown", "httpStatus": 503, "detail": NOT_KNOWN}


def test_a_change_that_never_reached_its_program_is_not_said_to_be_possible(
    gateway_with: Callable[..., Gateway],
) -> None:
    gateway = gateway_with(families_url=NOWHERE)
    (result,) = gateway.ask(f"mutation {{ {with_key(CHANGES[0][0])} {{ {SELECTION} }} }}").values()
    assert result["__typename"] == "Unavailable"


@pytest.mark.parametrize("slug", ["outcome-not-known", "key-running"])
def test_a_program_that_does_not_know_the_outcome_is_passed_on_as_that(gateway: Gateway, slug: str) -> None:
    path, status = CHANGES[0][1], 409 if slug == "key-running" else 503
    gateway.behind.refuse(f"POST {path}", status, slug.replace("-", " "))
    (result,) = gateway.ask(f"mutation {{ {with_key(CHANGES[0][0])} {{ {SELECTION} }} }}").values()
    assert (result["__typename"], result["httpStatus"]) == ("OutcomeNotKnown", status)


def test_each_change_of_a_document_has_its_own_result(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is lost, the second breaks in a way that nobody foresaw, the third is done: each is told."""

    async def breaks(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(FamiliesClient, "name_lead_professional", breaks)
    gateway.behind.answers[f"POST {CHANGES[0][1]}"] = lambda _: LOST["null"]
    calls = [with_key(CHANGES[number][0], f"key-of-{number:04}") for number in (0, 1, 2)]
    answer = gateway.post(f"mutation {{ {' '.join(f'{call} {{ __typename }}' for call in calls)} }}").json()
    assert "errors" not in answer
    kinds = [result["__typename"] for result in answer["data"].values()]
    assert kinds == ["OutcomeNotKnown", "OutcomeNotKnown", "FamilyChanged"]


def test_what_is_shown_of_a_change_is_no_part_of_its_result(gateway: Gateway) -> None:
    gateway.behind.answers["POST /v1/families/lookup"] = lambda _: Response("null")
    calls = f"a: {with_key(CHANGES[0][0])} {{ ...F }} b: {with_key(CHANGES[2][0], 'key-of-0002')} {{ ...F }}"
    query = f"mutation {{ {calls} }} fragment F on FamilyChanged {{ status family {{ area }} }}"
    answer = gateway.post(query).json()
    assert answer["data"] == {key: {"status": "recorded", "family": None} for key in "ab"}
    assert [error["path"] for error in answer["errors"]] == [["a", "family"], ["b", "family"]]


def test_nothing_that_is_asked_for_is_above_another_part() -> None:
    """A field that is resolved may fail; if it could not be null, what stands beside it would be lost with it."""
    schema = make_schema()._schema
    certain = [
        f"{kind.name}.{name}"
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if getattr((field.extensions or {}).get("strawberry-definition"), "base_resolver", None)
        and isinstance(field.type, GraphQLNonNull)
    ]
    assert certain == []


PARTS: dict[str, tuple[str, str, str]] = {
    "facts": ("person", "POST /v1/facts/lookup", "families"),
    "consents": ("person", "POST /v1/consents/lookup", "consent"),
    "notices": ("person", "POST /v1/notices/lookup", "consent"),
    "links": ("person", f"GET /v1/people/{person_id(1)}/links", "families"),
    "sharingLog": ("person", "GET /v1/sharing-log", "consent"),
    "claims": ("family", "POST /v1/claims/lookup", "claims"),
    "eligibility": ("family", "POST /v1/eligibility/lookup", "claims"),
    "progress": ("family", "POST /v1/progress/lookup", "claims"),
    "timeline": ("family", f"GET /v1/families/{ONE}/timeline", "families"),
}
"""A part that another call brings than what it belongs to: the call, and the program that it goes to."""
WHOLE = {
    "person": (person_id(1), "person(id: $id) { name", {"name": "Person 1"}),
    "family": (ONE, "family(id: $id) { area", {"area": "thornbury"}),
}


def _ask_part(gateway: Gateway, part: str, **headers: str) -> Any:
    about = PARTS[part][0]
    id, opening, _ = WHOLE[about]
    query = f"query Q($id: UUID!) {{ me {{ subject }} {opening} {part} {{ __typename }} }} }}"
    return gateway.post(query, {"id": id}, **headers).json()


def _check_lost(answer: Any, part: str) -> dict[str, Any]:
    about = PARTS[part][0]
    assert answer["data"] == {"me": {"subject": "ana"}, about: {**WHOLE[about][2], part: None}}
    (error,) = answer["errors"]
    assert error["path"] == [about, part]
    problem: dict[str, Any] = error["extensions"]["problem"]
    return problem


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_refused_is_an_error_of_that_part(gateway: Gateway, part: str) -> None:
    gateway.behind.refuse(PARTS[part][1], 403, "Not allowed")
    assert _check_lost(_ask_part(gateway, part), part)["status"] == 403


@pytest.mark.parametrize("part", ["facts", "links", "claims"])
def test_a_part_that_is_not_there_in_time_is_an_error_of_that_part(
    gateway: Gateway, log: io.StringIO, part: str
) -> None:
    gateway.behind.delay, gateway.behind.slow = 0.5, {PARTS[part][1]}
    assert _check_lost(_ask_part(gateway, part, Time_Budget=BRIEFLY), part)["title"] == "Took too long"
    said = log.getvalue()
    assert f'"called": "{PARTS[part][2]}"' in said and '"how": "operation"' in said


def test_what_is_there_is_shown_when_the_time_is_over(gateway: Gateway) -> None:
    gateway.behind.delay, gateway.behind.slow = 0.5, {"GET /v1/families"}
    answer = gateway.post("{ me { subject } families { items { id } } }", Time_Budget=BRIEFLY).json()
    assert answer["data"] == {"me": {"subject": "ana"}, "families": None}
    assert [error["path"] for error in answer["errors"]] == [["families"]]


MANY: list[Any] = [{}] * 400_000
GARBAGE: dict[str, Any] = {
    "null": None,
    "an empty object": {},
    "a list": [],
    "a word": "x",
    "no items": {"items": None, "next": None},
    "items that are no list": {"items": {}, "next": None},
    "an item that is null": {"items": [None], "next": None},
    "an item that is empty": {"items": [{}], "next": None},
    "an item that is a number": {"items": [1], "next": None},
    "too many": {"items": MANY, "next": None},
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_that_parts_error_and_never_an_empty_list(
    gateway: Gateway, log: io.StringIO, part: str, garbage: str
) -> None:
    made = JSONResponse(GARBAGE[garbage])
    gateway.behind.answers[PARTS[part][1]] = lambda _: made
    assert _check_lost(_ask_part(gateway, part), part)["status"] == 502
    assert f'"called": "{PARTS[part][2]}"' in log.getvalue()


ROW = {"facts": {"person": person_id(1)}, "claims": {"family": ONE}}


@pytest.mark.parametrize("part", ROW)
@pytest.mark.parametrize("rows", [None, {}, "x", [None], [{}], [1], MANY], ids=lambda rows: str(rows)[:9])
def test_garbage_inside_of_a_row_is_that_parts_error(gateway: Gateway, part: str, rows: Any) -> None:
    made = JSONResponse({"items": [{**ROW[part], part: rows}]})
    gateway.behind.answers[PARTS[part][1]] = lambda _: made
    assert _check_lost(_ask_part(gateway, part), part)["status"] == 502


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("recorded_at", "2017-01-02T09:30:00"),
        ("from", "20170102"),
        ("from", "2017-W13-5"),
        ("fact", "{" + person_id(1) + "}"),
        ("measure", 1),
        ("unit", []),
    ],
)
def test_a_value_that_could_be_read_in_two_ways_is_not_read(gateway: Gateway, member: str, value: Any) -> None:
    fact = gateway.behind.fact(1, "asb.role") | {member: value}
    made = JSONResponse({"items": [{"person": person_id(1), "facts": [fact]}]})
    gateway.behind.answers[PARTS["facts"][1]] = lambda _: made
    assert _check_lost(_ask_part(gateway, "facts"), "facts")["status"] == 502


def test_a_number_that_is_none_is_not_read_as_none(gateway: Gateway) -> None:
    person = {"id": person_id(1), "formerly": [], "name": "Person 1", "access": ACCESS}
    made = Response(f'{{"items": [{person}], "next": NaN}}'.replace("'", '"'))
    gateway.behind.answers["POST /v1/people/lookup"] = lambda _: made
    answer = gateway.post("query Q($id: UUID!) { person(id: $id) { name } }", {"id": person_id(1)}).json()
    assert answer["data"] == {"person": None}
    assert answer["errors"][0]["extensions"]["problem"]["status"] == 502
