"""Holds the gateway's types against the contracts that they mirror."""

import dataclasses
import enum
import types
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from strawberry.scalars import JSON

from gateway.json_mapping import MIRRORED, Component, MappedField, WholeNumber, fields_of
from unit.gateway.openapi import Schema, component, name_of, without_null

PLAIN: dict[Any, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    WholeNumber: {"type": "integer"},
    float: {"type": "number"},
    UUID: {"type": "string", "format": "uuid"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}
"""What a type of the gateway is in a contract. A plain text and JSON are looked at by hand."""


VOCABULARY = {
    *("purpose", "purposes", "category", "categories", "basis", "article_9", "article_10", "schedule_1"),
}
"""Members whose values consent lists at paths of its own, and which grow with it; descriptions do not repeat them."""


def is_input(kind: type[Any]) -> bool:
    return bool(kind.__strawberry_definition__.is_input)


def check_all(documents: dict[str, Schema]) -> list[str]:
    """Every way in which a type of the gateway is not as a contract that it mirrors."""
    return [fault for kind in MIRRORED for fault in check(kind, documents)]


def check(kind: type[Any], documents: dict[str, Schema]) -> list[str]:
    found = []
    for where in MIRRORED[kind]:
        schemas = documents[where.program]["components"]["schemas"]
        label = f"{kind.__name__} ({where.program} {where.schema})"
        if where.schema not in schemas:
            found.append(f"{label}: there is no such component")
            continue
        faults = _input_faults if is_input(kind) else _output_faults
        found += [f"{label}: {fault}" for fault in faults(kind, where, schemas[where.schema])]
    return found


def _output_faults(kind: type[Any], where: Component, schema: Schema) -> Iterator[str]:
    for field in fields_of(kind):
        if field.member is None:
            continue
        if field.member not in schema["properties"]:
            yield f"`{field.member}` is no member of it"
            continue
        required = field.member in schema.get("required", [])
        if field.may_be_absent and required:
            yield f"`{field.member}` is always there, but is marked as one that may be absent"
        if not field.may_be_absent and not required:
            yield f"`{field.member}` may be absent, but is not marked so"
        inner, nullable = without_null(schema["properties"][field.member])
        yield from _nullability_faults(field, nullable)
        yield from _type_faults(kind, field.member, _without_none(field.hint)[0], inner, where)


def _nullability_faults(field: MappedField, nullable: bool) -> Iterator[str]:
    hint, shown_as_null = _without_none(field.hint)
    # A list that is left out is shown as an empty one.
    absent_is_null = field.may_be_absent and get_origin(hint) is not list
    if (nullable or absent_is_null) and not shown_as_null:
        yield f"`{field.member}` may be null, but {field.name} may not"
    if shown_as_null and not nullable and not field.may_be_absent:
        yield f"`{field.member}` is never null, but {field.name} may be"


def _input_faults(kind: type[Any], where: Component, schema: Schema) -> Iterator[str]:
    hints = get_type_hints(kind)
    sent = {field.name.rstrip("_"): field for field in dataclasses.fields(kind)}
    for name, field in sent.items():
        if name not in schema["properties"]:
            yield f"`{name}` is no member of it"
            continue
        hint, optional = _without_none(hints[field.name])
        inner, _ = without_null(schema["properties"][name])
        # What is null is left out, so a required member must have a value of its own.
        if optional and name in schema.get("required", []):
            yield f"`{name}` is required, but may be left out"
        yield from _type_faults(kind, name, hint, inner, where)
    yield from (f"`{name}` cannot be sent" for name in schema["properties"] if name not in sent)


def _type_faults(kind: type[Any], member: str, hint: Any, schema: Schema, where: Component) -> Iterator[str]:
    if get_origin(hint) is list:
        if schema.get("type") != "array":
            yield f"`{member}` is no list"
        else:
            yield from _type_faults(kind, member, get_args(hint)[0], schema["items"], where)
    elif dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if Component(where.program, name_of(schema) or "") not in MIRRORED.get(hint, ()):
            yield f"`{member}` is {name_of(schema)}, which {hint.__name__} does not mirror"
    elif isinstance(hint, type) and issubclass(hint, enum.Enum):
        if {one.value for one in hint} != set(values_of(schema)):
            yield f"`{member}` has the values {values_of(schema)}"
    elif hint is str and is_input(kind) and member not in VOCABULARY and values_of(schema):
        yield f"`{member}` has the values {values_of(schema)}, and any text may be sent"
    elif hint is str:
        yield from _text_faults(kind, member, schema)
    elif hint is JSON:
        if not _is_free(schema):
            yield f"`{member}` has a form of its own, and is shown as JSON"
    elif not _is_plain(kind, hint, schema):
        yield f"`{member}` is {schema.get('format', schema.get('type'))}"


def _is_plain(kind: type[Any], hint: Any, schema: Schema) -> bool:
    wanted = PLAIN[hint]
    # An input's id or day may be sent where any text is taken.
    free = is_input(kind) and "format" not in schema
    return wanted["type"] == schema.get("type") and (free or wanted.get("format") == schema.get("format"))


def _text_faults(kind: type[Any], member: str, schema: Schema) -> Iterator[str]:
    if schema.get("type") != "string" or "format" in schema:
        yield f"`{member}` is {schema.get('format', schema.get('type'))}, and is shown as text"
    unsaid = [value for value in values_of(schema) if member not in VOCABULARY and value not in (kind.__doc__ or "")]
    if unsaid:
        yield f"`{member}` may be {', '.join(unsaid)}, which the description does not say"


def values_of(schema: Schema) -> list[str]:
    """The few values that a text may have; none where it may be any."""
    values: list[str] = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return values


def _is_free(schema: Schema) -> bool:
    """Whether nothing is promised of a value's form."""
    if "anyOf" in schema:
        return all(_is_free(part) or part.get("type") in ("string", "integer") for part in schema["anyOf"])
    if schema.get("type") == "array":
        return _is_free(schema["items"])
    return schema.get("type") == "object" and schema.get("additionalProperties") is True


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in (Union, types.UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        return parts[0], len(parts) < len(get_args(hint))
    return hint, False


def members_of(kind: type[Any]) -> list[str]:
    """The members of JSON that a type reads, or that an input sends."""
    if is_input(kind):
        return [field.name.rstrip("_") for field in dataclasses.fields(kind)]
    return [field.member for field in fields_of(kind) if field.member is not None]


def schema_of(documents: dict[str, Schema], where: Component) -> Schema:
    return component(documents[where.program], where.schema)
