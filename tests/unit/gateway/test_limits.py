"""Hostile documents are refused before anything of them runs, and soon."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from graphql import OperationDefinitionNode, parse, specified_rules, validate

from gateway.limits import RULES_OF, RULES_OF_SEVERAL, find_rules
from gateway.schema import make_schema
from unit.gateway.standin import family_id
from unit.gateway.under_test import ANA, Gateway


def doubling(levels: int) -> str:
    """Fragments that each use the next one twice: short to write, 2^levels fields to answer."""
    parts = [f"fragment F{n} on Family {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)]
    return (
        f'{{ family(id: "{family_id(1)}") {{ ...F0 }} }} ' + " ".join(parts) + f" fragment F{levels} on Family {{ id }}"
    )


SUBMIT = f'submitBatch(batch: "{family_id(1)}", input: {{date: "2019-01-01"}}, idempotencyKey: "k") {{ __typename }}'

FACT = "fragment F on Fact { id measure value from to unit }"

HOSTILE = {
    "deep": "{ claims " + "{ items { family { claims " * 4 + "{ id }" + " } } }" * 4 + " }",
    "deep brackets": "{ " + "a { " * 300 + "b" + " }" * 300 + " }",
    "deep lists": "{ me(x: " + "[" * 300 + "]) { client } }",
    "empty braces": "{ me { } }",
    "long": "{ me { " + "client " * 3000 + "} }",
    "aliases": "{ " + " ".join(f"m{n}: me {{ client }}" for n in range(16)) + " }",
    "aliases in fragments": "{ me { ...A ...A ...A } } fragment A on Me { "
    + " ".join(f"c{n}: client" for n in range(6))
    + " }",
    "directives": "{ me { client " + "@include(if: true) " * 11 + "} }",
    "directives of an operation": "query " + "@include(if: true) " * 11 + "{ me { client } }",
    "fields that double": doubling(18),
    "long page": "{ families(first: 101) { next } }",
    "page of none": "{ families(first: 0) { next } }",
    "page below none": "{ families(first: -5) { next } }",
    "costly": "{ families(first: 100) { items { members { person { facts "
    "{ items { id measure value from to unit } } } } } } }",
    "costly through a fragment": "{ families(first: 100) { ...P } } fragment P on FamilyPage { items { ...F } } "
    "fragment F on Family { members { person { facts { items { id measure value from to unit } } } } }",
    "a call for each": "{ families(first: 50) { items { members { person { links { items { how } } } } } } }",
    "many changes": "mutation { " + " ".join(f"m{n}: {SUBMIT}" for n in range(16)) + " }",
    "fragments that meet themselves": "{ me { ...A } } fragment A on Me { ...B } fragment B on Me { ...A }",
    "a fragment in itself": "{ me { ...A } } fragment A on Me { ...A client }",
    "many operations": " ".join(f"query Q{n} {{ me {{ client }} }}" for n in range(21)),
    "schema": "{ __schema { types { name } } }",
    "schema behind a fragment": "{ ...S } fragment S on Query { __schema { types { name } } }",
    "a type": '{ __type(name: "Person") { name } }',
    "unknown field": "{ me { password } }",
    "subscription": "subscription { me { client } }",
    "nonsense": "{ me {{ }",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_before_anything_runs(gateway: Gateway, name: str) -> None:
    answer = gateway.post(HOSTILE[name], accept="application/graphql-response+json")
    assert answer.status_code == 400, answer.text
    assert gateway.behind.calls == []
    assert "Traceback" not in answer.text and "recursion" not in answer.text.lower()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("deep", "document-too-deep"),
        ("deep brackets", "document-too-deep"),
        ("deep lists", "document-too-deep"),
        ("long", "document-too-long"),
        ("aliases", "too-many-aliases"),
        ("aliases in fragments", "too-many-aliases"),
        ("directives", "too-many-directives"),
        ("fields that double", "too-costly"),
        ("long page", "page-too-long"),
        ("costly", "too-costly"),
        ("costly through a fragment", "too-costly"),
        ("a call for each", "too-costly"),
        ("many operations", "too-many-definitions"),
        ("schema behind a fragment", "introspection-off"),
        ("unknown field", "document-not-valid"),
        ("empty braces", "document-not-valid"),
        ("nonsense", "document-not-valid"),
    ],
)
def test_the_refusal_says_which_limit_it_was_and_has_a_page(gateway: Gateway, name: str, problem: str) -> None:
    found = gateway.refused(HOSTILE[name])
    assert found["type"].endswith(f"/problems/{problem}") and found["status"] == 400
    assert gateway.http.get(urlsplit(found["type"]).path).json()["title"] == found["title"]


def test_a_page_given_as_a_variable_counts_as_what_it_is(gateway: Gateway) -> None:
    query = (
        "query Q($n: Int = 100) { families(first: $n) { items { members { person { facts { items { ...F } } } } } } } "
        + FACT
    )
    assert gateway.ask(query, {"n": 5})["families"]["items"]
    calls = len(gateway.behind.calls)
    assert gateway.refused(query, {"n": 100})["title"] == "Too costly"
    assert gateway.refused(query)["title"] == "Too costly"
    assert gateway.refused(query, {"n": 1000})["title"] == "Page too long"
    assert len(gateway.behind.calls) == calls


def test_a_default_in_one_operation_does_not_hide_another(gateway: Gateway) -> None:
    part = "query %s($n: Int = %d) { ...P } "
    fragment = (
        "fragment P on Query { families(first: $n) { items { members { person { facts { items { ...F } } } } } } } "
        + FACT
    )
    body = {"query": part % ("A", 1) + part % ("B", 100) + fragment, "operationName": "A"}
    (error,) = gateway.http.post("/graphql", json=body, headers=ANA).json()["errors"]
    assert error["extensions"]["problem"]["title"] == "Too costly"


def test_a_larger_body_than_allowed_is_not_read(gateway: Gateway) -> None:
    answer = gateway.post("{ me { client } }", {"x": "y" * 100_000})
    assert answer.status_code == 413 and gateway.behind.calls == []


def test_a_longer_query_in_an_address_than_allowed_is_not_read(gateway_with: Callable[..., Gateway]) -> None:
    gateway = gateway_with(longest_query=1_000)
    answer = gateway.http.get("/graphql", params={"query": "{ me { client } }" + " " * 1_000}, headers=ANA)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["problem"]["limit"]) == (
        413,
        1_000,
    ) and gateway.behind.calls == []


def test_operations_in_a_list_are_refused(gateway: Gateway) -> None:
    body = json.dumps([{"query": "{ me { client } }"}] * 3)
    answer = gateway.http.post("/graphql", content=body, headers={**ANA, "Content-Type": "application/json"})
    assert answer.status_code == 400 and gateway.behind.calls == []


def test_an_operation_that_takes_too_long_is_given_up(gateway_with: Callable[..., Gateway]) -> None:
    gateway = gateway_with(operation_timeout=0.3)
    gateway.behind.delay = 2
    found = gateway.refused("{ me { name } }")
    assert (found["status"], found["title"]) == (503, "Took too long")


def test_a_program_that_takes_too_long_is_given_up(gateway_with: Callable[..., Gateway]) -> None:
    gateway = gateway_with(timeout=0.3)
    gateway.behind.delay = 2
    assert gateway.refused("{ me { name } }")["status"] == 503


def test_introspection_is_for_development(gateway_with: Callable[..., Gateway]) -> None:
    gateway = gateway_with(development=True)
    assert gateway.ask("{ __schema { queryType { name } } }")["__schema"]["queryType"]["name"] == "Query"


def test_a_document_that_may_name_somebody_is_not_kept(gateway: Gateway) -> None:
    documents = gateway.running.app.state.documents
    kept = len(documents)
    for n in range(5):
        gateway.ask(f'{{ family(id: "{family_id(n)}") {{ id }} }}')
        gateway.ask(f"{{ me {{ client }} }} # for Robin {n}")
    assert len(documents) == kept
    for _ in range(2):
        gateway.ask("query Kept($id: UUID!) { family(id: $id) { id } }", {"id": family_id(1)})
    assert len(documents) == kept + 1


RIGHT = (
    "{ me { service } }",
    "query A { me { service } } query B { me { roles } }",
    "query ($a: String) { me(purpose: $a) { service } }",
    "{ me { ...F ... on Me { roles } } } fragment F on Me { service @include(if: true) }",
)
WRONG = (
    "{ me(purpose: 1) { service } }",
    '{ me(purpose: "a", purpose: "b") { service } }',
    "{ me { service } } { me { roles } }",
    "query A { me { service } } query A { me { roles } }",
    "query ($a: Nobody) { me(purpose: $a) { service } }",
    "query ($a: Me) { me(purpose: $a) { service } }",
    "query ($a: Int) { me(purpose: $a) { service } }",
    "query ($a: String, $a: String) { me(purpose: $a) { service } }",
    "query ($a: String) { me { service } }",
    "{ me(purpose: $a) { service } }",
    "{ me { service @nobody } }",
    "{ me { service @include(if: true) @include(if: true) } }",
    "{ me { service @include } }",
    "query @include(if: true) { me { service } }",
    "{ me { ... on Claim { id } } }",
    "{ me { ...F } } fragment F on Claim { id }",
    "{ me { ...F } } fragment F on Me { service } fragment F on Me { roles }",
    "{ me { a: service a: roles } }",
    "{ claims(filter: {status: paid, status: paid}) { next } }",
    "{ me { service } } type Nobody { id: ID }",
)
"""One for each rule that only the whole check holds."""


@pytest.mark.parametrize("document", [*RIGHT, *WRONG])
def test_rules_that_are_left_out_would_have_found_nothing(document: str) -> None:
    schema, node = make_schema()._schema, parse(document)
    chosen = find_rules(document, sum(isinstance(one, OperationDefinitionNode) for one in node.definitions))
    told = [[error.message for error in validate(schema, node, rules)] for rules in (chosen, specified_rules)]
    assert told[0] == told[1] and bool(told[0]) is (document in WRONG)


def test_the_rules_that_may_be_left_out_are_graphql_cores() -> None:
    known = {rule.__name__ for rule in specified_rules}
    assert known >= {name for names in RULES_OF.values() for name in names} | RULES_OF_SEVERAL
    assert len(find_rules("{ me { service } }", 1)) < len(specified_rules) // 2
