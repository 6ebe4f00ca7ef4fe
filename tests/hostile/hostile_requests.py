"""Requests to the gateway that are to cost more than they are worth, by class.

Each is refused. `bench/gateway_hostile.py` prints what that costs, `test_gateway_costs.py` holds how it is done. A
class's requests differ from number to number, so that nothing of one helps with the next.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

PATH = "/graphql"
AN_ID = "01930000-0000-7000-8000-000000000001"
OTHER_TYPES = {"Content-Type": "text/plain"}


@dataclass(frozen=True)
class HostileRequest:
    """Shape: `parsed` when its document is within the limits, and so is parsed and checked before it is refused."""

    kind: str
    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    parsed: bool = False


def hostile_requests(number: int) -> Iterator[HostileRequest]:
    """One or a few of each class."""
    for kind, document in documents(number):
        yield posted(kind, {"query": document})
    for kind, document in parsed_documents(number):
        yield posted(kind, {"query": document}, parsed=True)
    yield from with_variables(number)
    yield from no_documents(number)


def documents(n: int) -> Iterator[tuple[str, str]]:
    """Documents that ask for too much, or are none, which their outline tells."""
    family = f'family(id: "{AN_ID}")'
    yield "repeats", "{ me { " + "service " * 985 + f"}} }} # {n}"
    yield "repeats behind a quote", "{ me { " + "service " * 985 + f'}} }} #" {n}'
    yield "repeats with braces", f'{{ x{n}: person(id: "{AN_ID}") {{ ' + "facts { id } " * 120 + "} }"
    yield (
        "repeats in fragments",
        (
            f"query Q{n} {{ me {{ ...A ...B ...C ...D }} }} "
            + " ".join(f"fragment {name} on Me {{ {'service name ' * 14} }}" for name in "ABCD")
        ),
    )
    yield "aliases", "{ " + " ".join(f"a{n}_{i}: me {{ service }}" for i in range(160)) + " }"
    yield "aliases below", f"query Q{n} {{ me {{ " + " ".join(f"a{i}: service" for i in range(300)) + " } }"
    yield (
        "fragments in a circle",
        (
            f"query Q{n} {{ me {{ ...F0 }} }} "
            + " ".join(f"fragment F{i} on Me {{ ...F{(i + 1) % 19} ...F{(i + 2) % 19} }}" for i in range(19))
        ),
    )
    yield (
        "fragments that double",
        (
            f"query Q{n} {{ {family} {{ ...F0 }} }} "
            + " ".join(f"fragment F{i} on Family {{ ...F{i + 1} ...F{i + 1} }}" for i in range(17))
            + " fragment F17 on Family { id area }"
        ),
    )
    yield "directives", f"query Q{n} {{ me {{ service {'@include(if: true) ' * 120} }} }}"
    yield "deep braces", f"query Q{n} {{ " + "a { " * 300 + "b" + " }" * 300 + " }"
    yield (
        "deep types",
        f"query Q{n} {{ claims {{ items {{ {nested('family { claims { items {', 6, '} } }')} }} }} }}",
    )
    yield "deep lists", f"query Q{n} {{ me(purpose: " + "[" * 900 + ") { service } }"
    yield "deep objects", f"query Q{n} {{ claims(filter: " + "{a: " * 300 + "1" + "}" * 300 + ") { next } }"
    yield "a page of many digits", f"query Q{n} {{ families(first: {'7' * 4_301}) {{ next }} }}"
    yield "a long page", f"query Q{n} {{ families(first: {10_000 + n}) {{ next }} }}"
    yield (
        "a page in a page",
        (
            f"query Q{n} {{ families(first: 100) {{ items {{ members {{ person {{ facts {{ items {{ id measure value "
            "from to unit source category record recordedAt } } } } } } }"
        ),
    )
    yield (
        "introspection",
        f"query Q{n} {{ __schema {{ types {{ {nested('fields { type {', 4, '} }')} }} }} }}",
    )
    yield (
        "introspection many times",
        f"query Q{n} {{ " + " ".join(f"a{i}: __schema {{ types {{ name }} }}" for i in range(60)) + "}",
    )
    yield "unknown fields", f"query Q{n} {{ me {{ " + " ".join(f"field{n}_{i}" for i in range(490)) + " } }"
    yield "many operations", " ".join(f"query Q{n}_{i} {{ me {{ service }} }}" for i in range(120))
    yield "not closed", f"query Q{n} {{ me {{ " + "service name agency " * 300
    yield "closed too often", f"query Q{n} {{ me {{ service }} }}" + " }" * 900
    yield "comments", "#\n" * 4_900 + f"{{ me {{ service }} }} #{n}"
    yield "one long comment", f"{{ me {{ service }} }} #{n}" + "x" * 30_000
    yield "blanks", f"query Q{n} {{ me {{ " + " \t\n,\ufeff" * 5_000 + "service } }"
    yield "brackets", f"#{n}\n" + "[{(!$@:=|&" * 990
    yield "half a string", f'query Q{n} {{ me(purpose: "' + "\\\\" * 4_900
    yield "block strings", f"query Q{n} {{ me(purpose: " + '"""\\"""' * 1_200
    yield "one long string", f'query Q{n} {{ me(purpose: "{"x" * 35_000}") {{ service }} }}'
    yield "a name of many letters", f"{{ {'service' * 1_400}{n} }}"
    yield "subscription", f"subscription S{n} {{ me {{ service }} }}"
    yield "a schema", " ".join(f"type T{n}_{i} {{ a: Int }}" for i in range(150))
    yield "many variables", f"query Q{n}({' '.join(f'$v{i}: Int' for i in range(240))}) {{ me {{ service }} }}"
    yield "a long list of values", f"query Q{n} {{ me(purpose: [{' '.join('1' for _ in range(950))}]) {{ service }} }}"
    yield "a long object", f"query Q{n} {{ claims(filter: {{{' '.join(f'a{i}: 1' for i in range(300))}}}) {{ next }} }}"


def parsed_documents(n: int) -> Iterator[tuple[str, str]]:
    """Documents within the limits that only the whole check finds wrong: what a caller may bring is bounded."""
    fields = " ".join(
        f"... on Me @include(if: $v) {{ {name} }}"
        for name in ("subject", "name", "client", "agency", "service", "roles", "areas", "purposes", "scopes")
    )
    yield "a wrong value", f"query Q{n} {{ me(purpose: {n}) {{ service }} }}"
    yield "a wrong value in fragments", f"{{ me {{ ...F{n} }} }} fragment F{n} on Me {{ service @include(if: {n}) }}"
    yield "a wrong argument", f"query Q{n} {{ me(nobody{n}: 1) {{ service }} }}"
    yield "an unused fragment", f"{{ me {{ service }} }} fragment F{n} on Me {{ service }}"
    yield "an unknown variable, late", f"query Q{n} {{ me {{ {fields} }} }}"


def with_variables(n: int) -> Iterator[HostileRequest]:
    page = f"query Q($n{n}: Int) {{ families(first: $n{n}) {{ next }} }}"
    person = "query Q($id: UUID!) { person(id: $id) { name } }"
    consent = """mutation Q($input: ConsentInput!, $key: String!) {
        recordConsent(input: $input, idempotencyKey: $key) { __typename }
    }"""
    yield posted("a huge number as a variable", {"query": page, "variables": {f"n{n}": 10**18}}, parsed=False)
    digits = f'{{"query": {json.dumps(page)}, "variables": {{"n{n}": {"7" * 30_000}}}}}'
    yield HostileRequest("a number of many digits as a variable", "POST", PATH, digits.encode())
    for value in ("x" * 30_000, [str(n)] * 6_000, {f"k{i}": n for i in range(2_500)}):
        yield posted("a large variable of another type", {"query": person, "variables": {"id": value}}, parsed=True)
    many = {"purposes": [n] * 9_000, "categories": [None] * 4_000}
    yield posted("many wrong values", {"query": consent, "variables": {"input": many, "key": "x"}}, parsed=True)
    unused = {f"v{i}": n for i in range(2_500)}
    yield posted("variables that nobody asked for", {"query": page, "variables": {f"n{n}": 101} | unused})
    deep = '{"query": "{ me { service } }", "variables": {"a": ' + "[" * 18_000 + "]" * 18_000 + "}}"
    yield HostileRequest("deep variables", "POST", PATH, deep.encode())
    escapes = '{"query": "{ me { service } }", "variables": {"a": "' + "\\u0000" * 6_000 + f'", "b": {n}}}}}'
    yield HostileRequest("escaped zero bytes", "POST", PATH, escapes.encode())
    halves = '{"query": "' + "\\ud800" * 6_000 + f'", "b": {n}}}'
    yield HostileRequest("half surrogates", "POST", PATH, halves.encode())
    twice = "{" + ", ".join(f'"query": "{{ me {{ a{n} }} }}"' for _ in range(1_000)) + "}"
    yield HostileRequest("a member a thousand times", "POST", PATH, twice.encode())


def no_documents(n: int) -> Iterator[HostileRequest]:
    me = {"query": "{ me { service } }"}
    yield posted("a batch", [me | {"operationName": f"Q{n}"}] * 500)
    yield posted("no document", {"query": ["{ me { service } }"] * 500, "n": n})
    yield posted("a hash in place of a document", {"extensions": {"persistedQuery": {"sha256Hash": f"{n:064x}"}}})
    yield HostileRequest("not UTF-8", "POST", PATH, json.dumps(me).encode()[:-1] + b"\xff" * 30_000)
    yield HostileRequest("a byte order mark", "POST", PATH, b"\xef\xbb\xbf" + json.dumps(me).encode())
    yield HostileRequest("cut off", "POST", PATH, b'{"query": "' + b"{ me { service } } " * 1_500)
    yield HostileRequest("too large", "POST", PATH, b'{"query": "' + b" " * 41_000 + b'"}')
    yield HostileRequest("of another type", "POST", PATH, json.dumps(me).encode(), OTHER_TYPES)
    yield HostileRequest("encoded", "POST", PATH, b"\x1f\x8b" * 9_000, {"Content-Encoding": "gzip"})
    yield HostileRequest(
        "a change by GET", "GET", f"{PATH}?query={quote(f'mutation M{n} {{ __typename }}')}", headers={}
    )
    yield HostileRequest("parameters a thousand times", "GET", f"{PATH}?" + "&".join(["query=%7B"] * 1_000), headers={})
    repeats = quote("{ me { " + "service " * 985 + f"}} }} # {n}")
    yield HostileRequest("repeats by GET", "GET", f"{PATH}?query={repeats}", headers={})


def nested(opening: str, times: int, closing: str) -> str:
    return f"{opening} " * times + "id" + f" {closing}" * times


def posted(kind: str, body: Any, *, parsed: bool = False) -> HostileRequest:
    return HostileRequest(kind, "POST", PATH, json.dumps(body, ensure_ascii=False).encode(), parsed=parsed)
