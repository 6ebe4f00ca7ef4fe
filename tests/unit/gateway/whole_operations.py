"""Operations that ask for every field of the schema, with arguments that the contracts allow."""

from dataclasses import fields
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

from gateway.json_mapping import MIRRORED
from unit.gateway.openapi import A_DIGEST, AN_ID, EXAMPLES, TEXT, Maker, Schema, component

SCALARS: dict[str, Any] = {
    "UUID": AN_ID,
    "String": TEXT,
    "Date": EXAMPLES["date"],
    "WholeNumber": 7,
    "Int": 10,
    "Boolean": True,
}


BY_NAME: dict[str, Any] = {"after": None, "asAt": None, "idempotencyKey": "key-0123456789", "nonce": A_DIGEST}
"""Not of a day of the past, as at which some parts are refused."""


def operation(kind: str, name: str, schema: GraphQLSchema, documents: dict[str, Schema]) -> tuple[str, dict[str, Any]]:
    """A document that asks for one field of `Query` or `Mutation` and all below it, and its variables."""
    root = schema.type_map[kind]
    assert isinstance(root, GraphQLObjectType)
    field = root.fields[name]
    stated = ", ".join(f"${argument}: {one.type}" for argument, one in field.args.items())
    passed = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    document = f"{kind.lower()} ({stated}) {{ {name}({passed}) {selection(field, ())} }}"
    values = {argument: _argument(argument, one.type, documents) for argument, one in field.args.items()}
    return document, values


def selection(field: GraphQLField, above: tuple[str, ...]) -> str:
    """Everything below a field, but what leads back to a type that it lies below of."""
    kind = get_named_type(field.type)
    if isinstance(kind, GraphQLUnionType):
        done = kind.types[0]  # what was done; the other members of each union are the problems
        return f"{{ ... on {done.name} {_members(done, above)} }}"
    return _members(kind, above) if isinstance(kind, GraphQLObjectType) else ""


def _members(kind: GraphQLObjectType, above: tuple[str, ...]) -> str:
    here = (*above, kind.name)
    members = [
        f"{name} {selection(field, here)}"
        for name, field in kind.fields.items()
        if get_named_type(field.type).name not in here
    ]
    return f"{{ {' '.join(members)} }}"


def _argument(name: str, kind: Any, documents: dict[str, Schema]) -> Any:
    if isinstance(kind, GraphQLNonNull):
        return _argument(name, kind.of_type, documents)
    if isinstance(kind, GraphQLInputObjectType):
        return _input(kind, documents)
    return _plain(name, kind)


def _plain(name: str, kind: Any) -> Any:
    inner = get_named_type(kind)
    return next(iter(inner.values)) if isinstance(inner, GraphQLEnumType) else BY_NAME.get(name, SCALARS[inner.name])


def _input(kind: GraphQLInputObjectType, documents: dict[str, Schema]) -> dict[str, Any]:
    origin = kind.extensions["strawberry-definition"].origin
    if origin not in MIRRORED:  # a filter
        return {name: _plain(name, one.type) for name, one in kind.fields.items()}
    (where,) = MIRRORED[origin]
    document = documents[where.program]
    sent = Maker(document).make(component(document, where.schema))
    return _renamed_members(sent, kind)


def _renamed_members(sent: dict[str, Any], kind: GraphQLInputObjectType) -> dict[str, Any]:
    origin = kind.extensions["strawberry-definition"].origin
    names = dict(zip((field.name.rstrip("_") for field in fields(origin)), kind.fields, strict=True))
    return {names[member]: _renamed(value, kind.fields[names[member]].type) for member, value in sent.items()}


def _renamed(value: Any, kind: Any) -> Any:
    """A value by the schema's names, with an id where the schema takes ids and the contract any text."""
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    assert isinstance(value, list) == isinstance(inner, GraphQLList)
    if isinstance(inner, GraphQLList):
        return [_renamed(one, inner.of_type) for one in value]
    if isinstance(inner, GraphQLInputObjectType):
        return _renamed_members(value, inner)
    return AN_ID if isinstance(inner, GraphQLScalarType) and inner.name == "UUID" else value
