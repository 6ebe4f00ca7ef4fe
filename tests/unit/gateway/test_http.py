"""GraphQL over HTTP, as its draft and its audits say."""

import pytest

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
    answer = gateway.post("{ me { client } }", accept=GRAPHQL)
    assert answer.status_code == 200 and answer.json()["data"] == {"me": None}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(gateway: Gateway, method: str) -> None:
    assert gateway.http.request(method, "/graphql", headers=ANA).status_code == 405
