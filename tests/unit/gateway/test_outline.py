"""The outline of a document says the same of it as graphql-core's parser does, or refuses what that refuses."""

from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    parse,
    print_ast,
)
from hypothesis import HealthCheck, given, settings
from hypothesis_graphql import from_schema

from gateway.outline import OutlineLimits, Selected, Spread, WrongWord, locate_word, read_outline, split_words
from gateway.problems import DocumentTooDeep
from unit.gateway.under_test import Gateway

TAKEN = [
    "{ a }",
    "\ufeff{a,,b}",
    "query Q { a: b(first: 3, x: {y: [1, -2.5e3, true, null, RED, $z]}) @include(if: $v) { c } }",
    "query ($v: [[Int!]!]! = [[1]], $n: Int = 7 @d) { a(first: $n) ...F ... on T @x { b } ... @y { c } ... { d } }"
    " fragment F on T @z(a: 1) { e }",
    '{ a(b: "} { # \\" \\u00e9", c: "", d: """ } " "" \\""" \\ """, e: """""") { f } }',
    "{ a # } { \"\n b # '''\r c}",
    "mutation M{a}query N{b}",
    "{ on: fragment query: on fragment(first: 10) { query } }",
    "subscription { a }",
]
REFUSED = [
    "", " ", "#", "{", "}", "{}", "{ a", "{ a { } }", "{ a }}", "{ a( }", "{ a() }", "{ a(b) }", "{ a(b:) }",
    "{ a(b: [) }", "{ a(b: [}]) }", "{ a(b: \"x) }", '{ a(b: """x) }', "{ a(b: 'x') }", "{ a: }", "{ : a }", "{ ... }",
    "{ ...on }", "{ ... on { a } }", "query Q", "query Q { a } b", "fragment on on T { a }", "fragment F { a }",
    "type T { a: Int }", '"x" { a }', "query ($a) { b }", "query ($a: [Int) { b }", "query ($a: Int]) { b }", "{ a @ }",
    "{ a @b( }", "{ a.b }", "{ a .. b }", "{ é }", "{ a \0 }", "{ 1a }", "{ a(b: (1)) }", "{ a(b: 1 { c } }",
]  # fmt: skip
LIMITS = OutlineLimits(
    characters=10**6,
    words=10**6,
    depth=20,
    definitions=99,
    aliases=99,
    directives=99,
    repeats=99,
    values=999,
)
SOME = """
    type Query { a(first: Int, x: In): Query b: [Query!]! c(y: [[String]]): String d: Float }
    type Mutation { m(x: In!): Query }
    input In { s: String, n: Int, l: [In!], f: Float }
"""


def described(document: DocumentNode) -> list[Any]:
    """What an outline holds, of what the parser made."""
    found: list[Any] = []
    for part in document.definitions:
        if isinstance(part, OperationDefinitionNode):
            defaults = {
                one.variable.name.value for one in part.variable_definitions or () if one.default_value is not None
            }
            name = part.name.value if part.name else ""
            found.append((part.operation.value, name, None, len(part.directives or ()), defaults, below(part)))
        else:
            assert isinstance(part, FragmentDefinitionNode)
            of = part.type_condition.name.value
            found.append(("fragment", part.name.value, of, len(part.directives or ()), set(), below(part)))
    return found


def below(node: Any) -> list[Any]:
    found: list[Any] = []
    for part in node.selection_set.selections if node.selection_set else ():
        directives = len(part.directives or ())
        if isinstance(part, FieldNode):
            words = {one.name.value: split_words(print_ast(one.value)) for one in part.arguments or ()}
            first = {name: "".join(said[:2]) if said[0] == "$" else said[0] for name, said in words.items()}
            first = {name: word for name, word in first.items() if not word.startswith('"')}
            key = part.alias.value if part.alias else part.name.value
            found.append((part.name.value, key, directives, first, below(part)))
        elif isinstance(part, FragmentSpreadNode):
            found.append((part.name.value, directives))
        else:
            found.append((part.type_condition and part.type_condition.name.value, directives, below(part)))
    return found


def outlined(document: str) -> list[Any]:
    outline = read_outline(document, split_words(document), LIMITS)
    return [
        (one.kind, one.name, one.of, one.directives, set(one.defaults), [part_of(part) for part in one.below])
        for one in outline.definitions
    ]


def part_of(part: Any) -> Any:
    if isinstance(part, Selected):
        words = {name: word for name, word in part.arguments.items() if not word.startswith('"')}
        return part.name, part.key, part.directives, words, [part_of(one) for one in part.below or ()]
    if isinstance(part, Spread):
        return part.name, part.directives
    return part.of, part.directives, [part_of(one) for one in part.below]


@pytest.mark.parametrize("document", TAKEN)
def test_what_the_parser_takes_has_the_same_outline(document: str) -> None:
    node = parse(document)
    assert outlined(document) == described(node)
    words = len(split_words(document))
    assert parse(document, max_tokens=words + document.count("#"))  # it counts comments too
    with pytest.raises(GraphQLError, match="tokens"):
        parse(document, max_tokens=words - 1)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=from_schema(SOME))
def test_of_any_document_that_may_be_made_too(document: str) -> None:
    assert outlined(document) == described(parse(document))


@pytest.mark.parametrize("document", REFUSED)
def test_what_has_no_outline_the_parser_refuses_too(document: str) -> None:
    with pytest.raises(WrongWord):
        outlined(document)
    if document not in ("{}", "{ a { } }", '"x" { a }', "type T { a: Int }"):  # it takes these
        with pytest.raises(GraphQLError):
            parse(document)


def test_what_nests_too_deep_is_not_read_to_its_end() -> None:
    for document in (
        "{a" * 21 + "}" * 21,
        "{ a(b: " + "[" * 500 + "]" * 500 + ") }",
        "query ($a: " + "[" * 99 + ") {a}",
    ):
        with pytest.raises(DocumentTooDeep):
            read_outline(document, split_words(document), LIMITS)


@pytest.mark.parametrize(
    ("document", "line", "column"),
    [
        ("{ me {\n  password } }", 2, 3),
        ("{ me { } }", 1, 8),
        ("{ me {\r\n\n ...Nobody } }", 3, 2),
        ("{ me", 1, 5),
    ],
)
def test_a_wrong_word_is_pointed_at(gateway: Gateway, document: str, line: int, column: int) -> None:
    (error,) = gateway.post(document).json()["errors"]
    assert error["locations"] == [{"line": line, "column": column}]


def test_a_word_is_found_by_its_number() -> None:
    assert [locate_word("{ a # x\n b }", number) for number in (0, 1, 2, 3, 9)] == [
        {"line": 1, "column": 1},
        {"line": 1, "column": 3},
        {"line": 2, "column": 2},
        {"line": 2, "column": 4},
        {"line": 2, "column": 5},
    ]
