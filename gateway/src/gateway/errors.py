"""Errors of GraphQL: each carries a problem in `extensions.problem`, and nothing of what went on inside."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from graphql import GraphQLError, GraphQLSchema, get_named_type

from chassis.problems import Problem, ServerFault
from gateway.problems import DocumentNotValid, DocumentTooDeep, DocumentTooLong

Body = dict[str, Any]

PASSED_ON = ("type", "title", "status", "detail", "errors", "advice")


class Refused(Exception):
    """Another program refused. Shape: `body` is its RFC 9457 problem, cut to the members that are passed on."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__()
        self.body: Body = {name: body[name] for name in PASSED_ON if name in body}


def is_problem(body: Any, status: int) -> bool:
    """Whether an answer is a problem of the program as RFC 9457 and our contracts have it."""
    if not isinstance(body, dict) or body.get("status") != status:
        return False
    if not all(isinstance(body.get(name), str) for name in ("type", "title", "detail")):
        return False
    faults = body.get("errors", [])
    return isinstance(body.get("advice", ""), str) and isinstance(faults, list) and all(map(_is_fault, faults))


def _is_fault(fault: Any) -> bool:
    if not isinstance(fault, dict) or not all(
        isinstance(fault.get(name), str) for name in ("pointer", "code", "detail")
    ):
        return False
    return isinstance(fault.get("fix", ""), str)


def problem_of(cause: BaseException | None, base: str) -> Body:
    """The problem that a caller is told. What nobody foresaw becomes ServerFault, without a word of its message."""
    if isinstance(cause, Refused):
        return cause.body
    return (cause if isinstance(cause, Problem) else ServerFault()).body(base)


def error_of(problem: Problem, base: str, current: str = "") -> Body:
    """An error that belongs to no part of an answer. Shape: `current` is the request id, where it must be told."""
    return {"message": problem.title, "extensions": _extensions(problem.body(base, request_id=current))}


def _extensions(problem: Body) -> Body:
    """The problem, and its name as clients of GraphQL look for one: `FAMILY_NOT_FOUND`."""
    return {"problem": problem, "code": problem["type"].rpartition("/")[2].replace("-", "_").upper()}


def format_error(error: GraphQLError, base: str, schema: GraphQLSchema) -> Body:
    """One error of an answer.

    Strawberry's MaskErrors sees only results of execution; errors of its own machinery pass it by with their message.
    All errors of an answer go through here, so all are masked.
    """
    formatted = error.formatted
    problem = problem_of(_cause(error, schema), base)
    answer: Body = {"message": problem["title"], "extensions": _extensions(problem)}
    return answer | {name: formatted[name] for name in ("locations", "path") if name in formatted}


def _cause(error: GraphQLError, schema: GraphQLSchema) -> BaseException | None:
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if isinstance(cause, RecursionError):
        return DocumentTooDeep()
    if isinstance(cause, GraphQLError):
        return _problem_of_document(error, schema) if error.path is None else None
    return cause


def _problem_of_document(error: GraphQLError, schema: GraphQLSchema) -> Problem:
    if "Document contains more tha" in error.message:
        return DocumentTooLong()
    if "nested too deeply" in error.message:
        return DocumentTooDeep()
    return DocumentNotValid(_leave_out_values(error.message, schema_names(schema)))


NAMES_ONLY = re.compile(
    r"Cannot query field '|Unknown (argument|type|fragment|directive) '|Cannot spread fragment '|Fragment '"
    r"|Fields '\w+' conflict|Field '\w+' (of type|must not have|argument|is not defined|of required type)"
    r"|Directive '@|There can be only one |This anonymous operation|Variable '\$\w+' (is|of)"
)
"""graphql-core's messages that hold names of the document and the schema, and no value."""

QUOTED = re.compile(r"'([^']*)'")

ENUM = re.compile(r"(?:does not exist in|Enum) '(\w+)'(?: enum| cannot represent)")
"""How graphql-core says that a value is none of an enum's, in a document or in its variables."""

SYNTAX = re.compile(r"(Syntax Error: (?:Expected \S+, found|Unexpected) \S+)")


@cache
def schema_names(schema: GraphQLSchema) -> frozenset[str]:
    """Every name that the schema has. Any other in a document is its writer's own, and may be somebody's."""
    names = {*schema.type_map, *(f"@{directive.name}" for directive in schema.directives)}
    names |= {argument for directive in schema.directives for argument in directive.args}
    for kind in schema.type_map.values():
        names |= {*getattr(kind, "values", {}), *getattr(kind, "fields", {})}
        for field in getattr(kind, "fields", {}).values():
            names |= {*getattr(field, "args", {}), str(get_named_type(field.type))}
    return frozenset(names)


def _leave_out_values(message: str, known: frozenset[str]) -> str:
    """A value in a document may be somebody's date of birth, and problems are logged; only known shapes pass."""
    if NAMES_ONLY.match(message) and '"' not in message:
        return QUOTED.sub(lambda quoted: quoted[0] if _parts(quoted[1]) <= known else "'?'", message)
    if (enum := ENUM.search(message)) and enum[1] in known:
        return f"A value is none of those of the enum '{enum[1]}'."
    if syntax := SYNTAX.match(message):
        return f"{syntax[1].rstrip('.')}."
    return ""


def _parts(name: str) -> set[str]:
    """The names in what is quoted: `Family.id` and `[Family!]!` are made of such."""
    return set(name.strip("[]!").split("."))
