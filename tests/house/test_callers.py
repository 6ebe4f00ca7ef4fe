"""Who asks is what a verified token says. No request says it of itself, and none says it of somebody else."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from .houses import ROOT, SERVICES
from .rules import Rule

OF_A_CALLER = frozenset({"caller", "subject", "client", "agency", "service", "roles"})
"""What a token says of whoever asks."""
OF_OTHERS = {
    ("consent", "/v1/acting-services", "service"): "of whoever works for the agency",
    ("families", "/v1/families/{family_id}/lead-professional", "service"): "of the lead who is named",
    ("families", "/v1/families/{family_id}/team", "service"): "of the team's new member",
    ("identity", "/v1/users", "service"): "of somebody whom an administrator registers",
    ("identity", "/v1/users", "roles"): "of somebody whom an administrator registers",
    ("identity", "/v1/users/{user_id}", "service"): "of somebody whom an administrator changes",
    ("identity", "/v1/users/{user_id}", "roles"): "of somebody whom an administrator changes",
}
"""(program, path, member): of whom else it is said. A new entry must not be about whoever sends the request."""


@dataclass(frozen=True)
class Contract:
    """A program's openapi.json."""

    program: str
    document: dict[str, Any]
    of_others: dict[tuple[str, str, str], str] = field(default_factory=lambda: OF_OTHERS)


def members(document: dict[str, Any], schema: Any, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The names of all members of a schema, and of those that it refers to."""
    if isinstance(schema, list):
        for one in schema:
            yield from members(document, one, seen)
    if not isinstance(schema, dict):
        return
    name = schema.get("$ref", "").rpartition("/")[2]
    if name and name not in seen:
        yield from members(document, document["components"]["schemas"][name], seen | {name})
    yield from schema.get("properties", {})
    inner = [schema.get(kind) for kind in ("items", "anyOf", "oneOf", "allOf", "additionalProperties")]
    yield from members(document, [*schema.get("properties", {}).values(), *inner], seen)


def finds_told_callers(contract: Contract) -> Iterator[str]:
    listed = {(path, name) for program, path, name in contract.of_others if program == contract.program}
    met = set[tuple[str, str]]()
    for path, methods in contract.document["paths"].items():
        for method, operation in methods.items():
            kinds = operation.get("requestBody", {}).get("content", {}).values()
            told = OF_A_CALLER & set(members(contract.document, [kind["schema"] for kind in kinds]))
            met |= {(path, name) for name in told}
            for name in sorted(told):
                if (path, name) not in listed:
                    yield f"{contract.program}: {method.upper()} {path} takes `{name}` from JSON"
    # An entry that is needed no longer would let a caller in unseen one day.
    yield from (f"{contract.program}: {path} takes no `{name}` any more" for path, name in sorted(listed - met))


def toys(*names: str, of_others: dict[tuple[str, str, str], str] | None = None) -> Contract:
    """A contract with one route, whose body refers to an object with these members."""
    held = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    body = {"content": {"application/json": {"schema": {"properties": {"toys": {"items": {"$ref": "#/c/s/Toy"}}}}}}}
    document = {"paths": {"/v1/toys": {"post": {"requestBody": body}}}, "components": {"schemas": {"Toy": held}}}
    return Contract("toys", document, of_others or {})


NO_TOLD_CALLER = Rule(
    says="No request says who asks: a verified token does",
    finds=finds_told_callers,
    valid={
        "what is asked": toys("name", "purpose"),
        "somebody else": toys("service", of_others={("toys", "/v1/toys", "service"): "of who makes the toy"}),
    },
    invalid={
        "a caller": (toys("name", "caller"), "POST /v1/toys takes `caller` from JSON"),
        "an agency, deep inside": (toys("agency"), "takes `agency`"),
        "roles": (toys("roles"), "takes `roles`"),
        "nobody, where somebody else was": (
            toys("name", of_others={("toys", "/v1/toys", "service"): "of who makes the toy"}),
            "takes no `service` any more",
        ),
    },
)


def contract_of(name: str) -> Contract:
    return Contract(name, json.loads((ROOT / "services" / name / "contract" / "openapi.json").read_text()))


@pytest.mark.parametrize("name", SERVICES)
def test_no_request_says_who_asks(name: str) -> None:
    NO_TOLD_CALLER.check(contract_of(name))
