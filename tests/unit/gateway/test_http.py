"""GraphQL over HTTP, as its draft and its audits say."""

import http.client
import json
import threading
from collections.abc import Callable

import httpx
import pytest
from graphql import get_introspection_query
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from fixtures.stack import Programs
from fixtures.tokens import as_, token
from unit.gateway.under_test import ANA, Gateway

GRAPHQL = "application/graphql-response+json"
BATCH = "01930000-0000-7000-8000-000000000001"
SUBMIT = f'submitBatch(batch: "{BATCH}", input: {{date: "2019-01-01"}}, idempotencyKey: "key-01234")'
CHANGE = f"mutation {{ {SUBMIT} {{ __typename }} }}"
FORMS = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/graphql",
    "",
]


def test_a_query_may_come_by_get(gateway: Gateway) -> None:
    query = "query Q($first: Int) { families(first: $first) { next } }"
    answer = gateway.http.get("/graphql", params={"query": query, "variables": '{"first": 3}'}, headers=ANA)
    assert answer.json() == {"data": {"families": {"next": "more"}}}
    assert "limit=3" in gateway.behind.calls[0].query


def test_a_change_may_not_come_by_get(gateway: Gateway) -> None:
    answer = gateway.http.get("/graphql", params={"query": CHANGE}, headers=ANA)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert gateway.behind.calls == []


@pytest.mark.parametrize("kind", FORMS)
def test_what_a_form_of_another_site_could_send_is_refused(gateway: Gateway, kind: str) -> None:
    headers = {**ANA, "Content-Type": kind}
    answer = gateway.http.post("/graphql", content=b'{"query": "{ me { client } }"}', headers=headers)
    assert answer.status_code == 415 and gateway.behind.calls == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"7",
        b'"{ me { client } }"',
        b"{}",
        b'{"query": 7}',
        b'{"query": ""}',
        b'{"query": "{ me { client } }", "variables": [1]}',
        b'{"query": "{ me { client } }", "variables": 0}',
        b'{"query": "{ me { client } }", "extensions": "x"}',
        b'{"query": "{ me { client } }", "operationName": 7}',
        b'{"query": "{ me { client } }", "operationName": "Nobody"}',
        b'{"query": "query A { me { client } } query B { me { client } }"}',
        b"\xff\xfe",
    ],
)
def test_a_body_that_holds_no_single_operation_is_refused(gateway: Gateway, body: bytes) -> None:
    headers = {**ANA, "Content-Type": "application/json"}
    answer = gateway.http.post("/graphql", content=body, headers=headers)
    assert answer.status_code == 400 and answer.headers["Content-Type"] == "application/json; charset=utf-8"
    (error,) = answer.json()["errors"]
    assert "data" not in answer.json() and error["extensions"]["problem"]["status"] == 400
    assert gateway.behind.calls == []


def test_a_document_that_is_not_valid_has_no_data(gateway: Gateway) -> None:
    answer = gateway.post("{ nothing }", accept=GRAPHQL)
    assert answer.status_code == 400 and "data" not in answer.json()
    assert answer.headers["Content-Type"].startswith(GRAPHQL)
    assert gateway.post("{ nothing }").status_code == 200


def test_an_answer_with_a_refused_part_is_an_answer_all_the_same(gateway: Gateway) -> None:
    gateway.behind.refuse("GET /v1/whoami", 403, "Not allowed")
    answer = gateway.post("{ me { client name } }", accept=GRAPHQL)
    assert answer.status_code == 200 and answer.json()["data"] == {"me": {"client": "portal", "name": None}}
    assert [error["path"] for error in answer.json()["errors"]] == [["me", "name"]]


def test_what_the_token_says_waits_for_nobody(gateway: Gateway) -> None:
    """Identity was away, and with it which purposes the caller may state."""
    gateway.behind.refuse("GET /v1/whoami", 503, "Unavailable")
    me = gateway.ask("{ me { subject client agency service roles areas purposes scopes } }")["me"]
    assert (me["subject"], me["client"]) == ("ana", "portal") and me["purposes"] and me["scopes"]
    assert gateway.behind.calls == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(gateway: Gateway, method: str) -> None:
    assert gateway.http.request(method, "/graphql", headers=ANA).status_code == 405


@pytest.mark.parametrize("gap", ["\n", "\r\n", "\t"])
def test_a_query_in_an_address_may_have_lines(gateway: Gateway, gap: str) -> None:
    answer = gateway.http.get("/graphql", params={"query": f"{{{gap}  me {{{gap}client }} }}"}, headers=ANA)
    assert answer.json() == {"data": {"me": {"client": "portal"}}}
    for path in ("/graphql?query=%7B%00%7D", "/graphql?query=%7B%1b%7D", "/problems/too%0Alarge"):
        assert gateway.http.get(path, headers=ANA).status_code == 422


@pytest.mark.parametrize("accept", ["application/json", f"{GRAPHQL}, application/json;q=0.9"])
def test_a_hash_in_place_of_a_document_is_told_apart(gateway: Gateway, accept: str) -> None:
    asked = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}
    answer = gateway.http.post("/graphql", json=asked, headers={**ANA, "Accept": accept})
    (error,) = answer.json()["errors"]
    assert error["message"] == "PersistedQueryNotSupported" and answer.status_code == 400


def test_the_schema_is_shown_to_roles_of_the_setting(gateway: Gateway) -> None:
    query = {"query": "{ __schema { queryType { name } } }"}
    (error,) = gateway.http.post("/graphql", json=query, headers=ANA).json()["errors"]
    assert error["extensions"]["problem"]["title"] == "Introspection is off"
    adam = as_(token("adam", roles=["platform_administrator"]))
    answer = gateway.http.post("/graphql", json={"query": get_introspection_query()}, headers=adam)
    assert answer.json()["data"]["__schema"]["queryType"]["name"] == "Query"


def test_a_client_that_hangs_up_ends_the_request_behind_it(stateless: Programs) -> None:
    asked, left = threading.Event(), threading.Event()

    async def wait(request: Request) -> JSONResponse:
        asked.set()
        while (await request.receive())["type"] != "http.disconnect":
            pass
        left.set()
        return JSONResponse({})

    behind = stateless.serve(Starlette(routes=[Route("/{path:path}", wait)]))
    gateway = Gateway(stateless, identity_url=behind)
    address = httpx.URL(gateway.running.url)
    client = http.client.HTTPConnection(address.host, address.port)
    body = json.dumps({"query": "{ me { name } }"})
    client.request("POST", "/graphql", body, {**ANA, "Content-Type": "application/json"})
    assert asked.wait(60) and not left.is_set()
    client.close()
    assert left.wait(60)


def test_pages_of_other_origins_may_ask_where_a_setting_says_so(
    gateway: Gateway, gateway_with: Callable[..., Gateway]
) -> None:
    portal, other = "https://portal.example", "https://other.example"
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    open_to_one = gateway_with(cors_origins=[portal])
    allowed = open_to_one.http.options("/graphql", headers={"Origin": portal, **asks})
    assert allowed.status_code == 200 and allowed.headers["Access-Control-Allow-Origin"] == portal
    answer = open_to_one.post("{ me { client } }", Origin=portal)
    assert answer.headers["Access-Control-Allow-Origin"] == portal
    assert "Access-Control-Allow-Credentials" not in answer.headers
    for closed, origin in ((open_to_one, other), (gateway, portal)):
        answer = closed.http.options("/graphql", headers={"Origin": origin, **asks})
        assert answer.status_code >= 400 and "Access-Control-Allow-Origin" not in answer.headers
        assert "Access-Control-Allow-Origin" not in closed.post("{ me { client } }", Origin=origin).headers
