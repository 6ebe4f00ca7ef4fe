"""GraphQL documents and variables that the gateway may not run: each a problem, with no word of what they held."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from fixtures.platform import Platform
from hostile.canaries import ADDRESS, BORN, CANARIES, EMAIL, FORENAME, MADE_UP, NINO, SURNAME, UPN
from hostile.doors import Door, doors
from hostile.judge import judge, none
from hostile.world import World

Asked = dict[str, Any]
ACCEPTS = ("application/json", "application/graphql-response+json")
SOMEBODY = json.dumps(f"{FORENAME} {SURNAME} {NINO} {ADDRESS}")


NONSENSE = (
    "", " ", "{", "}", "nonsense", "{ me }", "{ me { } }", "{ me { service }", "query", "\ufeff", "\0", "#",
    "{ me { service } } }", "query ($a: ) { me { service } }", "\\u0000", "{ me { service \u2028 } } {",
    "{ me { service } } " + "}" * 900,
)  # fmt: skip


def no_documents(world: World) -> Iterator[Asked]:
    yield from ({"query": text} for text in NONSENSE)
    for word in CANARIES:
        quoted = json.dumps(word)
        yield {"query": word}
        yield {"query": f"{{ me {{ service }} }} {word}"}
        yield {"query": f"{{ {quoted} }}"}
        yield {"query": f"{{ family(id: {quoted} {{ id }} }}"}
        yield {"query": f'{{ me {{ service }} }} """{word}'}
        yield {"query": f'{{ me {{ service(x: "{word}\n") }} }}'}


def unknown_names(world: World) -> Iterator[Asked]:
    for name in (FORENAME, FORENAME.lower(), NINO, NINO.lower(), UPN, "Zebulonia_O_Quexworthy", MADE_UP):
        yield {"query": f"{{ {name} {{ id }} }}"}
        yield {"query": f"{{ me {{ {name} }} }}"}
        yield {"query": f"{{ me({name}: 1) {{ service }} }}"}
        yield {"query": f"{{ me {{ ...{name} }} }}"}
        yield {"query": f"{{ me {{ ... on {name} {{ service }} }} }}"}
        yield {"query": f"{{ me {{ service @{name} }} }}"}
        yield {"query": f"query (${name}: String) {{ me {{ service }} }}"}
        yield {"query": f"query ($a: {name}) {{ me(purpose: $a) {{ service }} }}"}
        yield {"query": f"fragment {name} on Me {{ service }} {{ me {{ service }} }}"}
        yield {
            "query": f"query {name} {{ me {{ service }} }} query {name} {{ me {{ service }} }}",
            "operationName": name,
        }
        yield {"query": "{ me { service } }", "operationName": name}


def wrong_values(world: World) -> Iterator[Asked]:
    odd = (NINO, "1.5", "true", "9" * 400, "null", '""', '"\\u0000"')
    for value in (SOMEBODY, f"[{SOMEBODY}]", f"{{a: {SOMEBODY}}}", *odd):
        yield {"query": f"{{ family(id: {value}) {{ id }} }}"}
        yield {"query": f"{{ families(first: {value}) {{ next }} }}"}
        if value not in ("null", '""'):
            yield {"query": f'{{ family(id: "{world.ids["family_id"]}", asAt: {value}) {{ id }} }}'}
            yield {"query": f"{{ me(purpose: {value}) {{ service }} }}"}
            yield {"query": f"{{ claims(filter: {value}) {{ next }} }}"}
            yield {"query": f"{{ claims(filter: {{status: {value}}}) {{ next }} }}"}
            yield {"query": f"{{ claims(after: {value}) {{ next }} }}"}
    payment = f'batch: "{world.ids["batch_id"]}", date: "2018-12-31", reference: "R"'
    pay = f'recordPayment(idempotencyKey: "12345678", input: {{{payment}, pence: '
    for value in (SOMEBODY, NINO, "1.5", "true", "9" * 30, "[1.5]", "-1e400"):
        yield {"query": f"mutation {{ {pay}{value}}}) {{ __typename }} }}"}
    yield {"query": f"mutation {{ setProtection(input: {SOMEBODY}, idempotencyKey: {SOMEBODY}) {{ __typename }} }}"}


def broken_variables(world: World) -> Iterator[Asked]:
    query = "query ($id: UUID!, $day: Date, $word: String) { family(id: $id, asAt: $day, purpose: $word) { id } }"
    whole = {"id": world.ids["family_id"]}
    bad: list[Any] = [SOMEBODY, [SOMEBODY], {NINO: SOMEBODY}, 1, 1.5, True, "\0" + NINO, BORN + "x", EMAIL, 10**40]
    for value in bad:
        yield {"query": query, "variables": {"id": value}}
        yield {"query": query, "variables": whole | {"day": value}}
        yield {"query": query, "variables": whole | {"word": value}}
        yield {"query": query, "variables": value}
    yield {"query": query}
    yield {"query": query, "variables": {"id": None}}
    for value in ("2017-02-30", "2017-W13-5", "0000-00-00", "20170331", ""):
        yield {"query": query, "variables": whole | {"day": value}}
    change = """mutation ($input: ConsentInput!, $key: String!) {
        recordConsent(input: $input, idempotencyKey: $key) { __typename }
    }"""
    for value in bad:
        yield {"query": change, "variables": {"input": value, "key": "12345678"}}
        yield {"query": change, "variables": {"input": {"person": value, "date": value}, "key": "12345678"}}


def deep_wide_and_many(world: World) -> Iterator[Asked]:
    family = f'family(id: "{world.ids["family_id"]}")'
    yield {"query": "{ " + "a { " * 5_000 + "b" + " }" * 5_000 + " }"}
    yield {"query": "{ me(purpose: " + "[" * 20_000 + "]" * 20_000 + ") { service } }"}
    yield {"query": "{ claims { items { " + "family { claims { " * 8 + "id" + " } }" * 8 + " } } }"}
    yield {"query": "{ me { " + "service " * 5_000 + "} }"}
    yield {"query": "{ " + " ".join(f"a{n}: me {{ service }}" for n in range(500)) + " }"}
    yield {"query": "{ me { " + " ".join(f"a{n}: service" for n in range(500)) + " } }"}
    yield {"query": "{ " + " ".join(f"a{n}: {family} {{ id }}" for n in range(60)) + " }"}
    yield {"query": "{ me { service " + "@include(if: true) " * 300 + "} }"}
    yield {"query": "{ me { ...A } } fragment A on Me { ...B } fragment B on Me { ...A }"}
    yield {"query": " ".join(f"query Q{n} {{ me {{ service }} }}" for n in range(100)), "operationName": "Q1"}
    yield {"query": "{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(19))}
    facts = "facts(first: 100) { items { id measure value from to unit } }"
    yield {"query": f"{{ families(first: 100) {{ items {{ members {{ person {{ {facts} }} }} }} }} }}"}
    yield {"query": "{ __schema { types { fields { type { fields { name } } } } } }"}
    yield {"query": "query (" + " ".join(f"$v{n}: Int" for n in range(600)) + ") { me { service } }"}
    yield {"query": '{ me(purpose: "' + NINO * 9_000 + '") { service } }'}
    yield {"query": "{ me { service } }", "variables": {"x": NINO * 12_000}}


def not_one_operation(world: World) -> Iterator[Asked]:
    yield {"query": "subscription { me { service } }"}
    yield {"query": "query A { me { service } } query B { me { service } }"}
    yield {"query": "fragment F on Me { service }"}
    yield {"query": "type Query { a: Int }"}
    yield {"query": ["{ me { service } }"]}
    yield {"query": None}
    yield {"document": "{ me { service } }"}
    yield {"query": "{ me { service } }", "operationName": [NINO]}
    yield {"query": "{ me { service } }", "extensions": NINO}


KINDS: list[Callable[[World], Iterator[Asked]]] = [
    no_documents, unknown_names, wrong_values, broken_variables, deep_wide_and_many, not_one_operation,
]  # fmt: skip


@pytest.fixture
def posting(platform: Platform) -> Door:
    return next(door for door in doors(platform, "gateway") if (door.method, door.path) == ("POST", "/graphql"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_cannot_be_run_is_a_problem_without_a_word_of_it(
    platform: Platform, world: World, posting: Door, kind: Callable[[World], Iterator[Asked]]
) -> None:
    wrong = []
    for asked in kind(world):
        for accept in ACCEPTS:
            answer = platform["gateway"].client.post(
                "/graphql", json=asked, headers=posting.headers() | {"Accept": accept}
            )
            wrong += sound(answer, posting, kind, asked)
    assert none(wrong)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_same_holds_for_what_is_asked_by_get(
    platform: Platform, world: World, kind: Callable[[World], Iterator[Asked]]
) -> None:
    wrong = []
    asking = next(door for door in doors(platform, "gateway") if (door.method, door.path) == ("GET", "/graphql"))
    for asked in kind(world):
        stated = {name: value if isinstance(value, str) else json.dumps(value) for name, value in asked.items()}
        query = urlencode(stated)
        if len(query) < 60_000:
            answer = platform["gateway"].client.get(f"/graphql?{query}", headers=asking.headers())
            wrong += sound(answer, asking, kind, asked)
    assert none(wrong)


def sound(answer: httpx.Response, door: Door, kind: Callable[..., Any], asked: Asked) -> list[str]:
    """What is wrong with an answer: a refusal says so in its status, or, in plain JSON, in `errors` alone."""
    wrong = judge(answer, door, f"graphql: {kind.__name__.replace('_', ' ')}")
    body = answer.json()
    if answer.status_code == 200:
        if "errors" not in body:
            wrong.append(f"{door.name}: ran {json.dumps(asked)[:200]}")
        else:
            # The form of a refusal is the same whatever its status.
            refusal = httpx.Response(400, headers=answer.headers, content=answer.content, request=answer.request)
            wrong += judge(refusal, door, f"graphql: {kind.__name__.replace('_', ' ')}, in plain JSON")
            statuses = [error["extensions"]["problem"]["status"] for error in body["errors"]]
            wrong += [f"{door.name}: {status} for {json.dumps(asked)[:200]}" for status in statuses if status >= 500]
    return wrong
