"""A body, or a value, that a JSON schema allows: what the tests then spoil at one point."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

Schema = dict[str, Any]
TYPES = {"string": str, "integer": int, "number": float, "boolean": bool, "array": list, "object": dict}
_serial = count(1)


class Samples:
    """Shape: `document` is an OpenAPI document, whose references are followed."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            found: Any = self._document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def sample(self, schema: Schema) -> Any:
        """A value with every member that the schema names."""
        schema = self.resolve(schema)
        for choices in ("anyOf", "oneOf"):
            if choices in schema:
                kinds = [self.resolve(one) for one in schema[choices]]
                return self.sample(next(kind for kind in kinds if kind.get("type") != "null"))
        if "allOf" in schema:
            return self.sample(schema["allOf"][0])
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        kind = next(iter([schema.get("type")] if isinstance(schema.get("type"), str) else schema.get("type", [])), None)
        if kind == "object":
            return {name: self.sample(inner) for name, inner in schema.get("properties", {}).items()}
        if kind == "array":
            return [self.sample(schema.get("items", {}))] * max(1, schema.get("minItems", 1))
        if kind == "integer":
            return max(1, schema.get("minimum", 1))
        if kind == "boolean":
            return False  # what is true may change more than a test wants, such as all keys
        return _text(schema)

    def types(self, schema: Schema) -> set[str]:
        """The JSON types that a schema allows."""
        schema = self.resolve(schema)
        for choices in ("anyOf", "oneOf", "allOf"):
            if choices in schema:
                return set().union(*(self.types(one) for one in schema[choices]))
        if "const" in schema or "enum" in schema:
            return {json_type(value) for value in schema.get("enum", [schema.get("const")])}
        kind = schema.get("type")
        return {kind} if isinstance(kind, str) else set(kind or TYPES)

    def strings(self, schema: Schema, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
        """Where in a sample of this schema strings stand."""
        schema = self.resolve(schema)
        for choices in ("anyOf", "oneOf", "allOf"):
            if choices in schema:
                kinds = [self.resolve(one) for one in schema[choices]]
                yield from self.strings(next(kind for kind in kinds if kind.get("type") != "null"), path)
                return
        if schema.get("type") == "object":
            for name, inner in schema.get("properties", {}).items():
                yield from self.strings(inner, (*path, name))
        elif schema.get("type") == "array":
            yield from self.strings(schema.get("items", {}), (*path, 0))
        elif "string" in self.types(schema):
            yield path


def json_type(value: Any) -> str:
    if value is None:
        return "null"
    return next(name for name, kind in TYPES.items() if type(value) is kind)


def _text(schema: Schema) -> str:
    if schema.get("format") == "uuid":
        return str(UUID(int=(0x7000_8000 << 64) + next(_serial)))
    if schema.get("format") == "date":
        return date(2017, 3, 31).isoformat()
    for word in (
        "sample",
        "2017/18",
        "100000000001",
        "https://a.example/back",
        "en",
        "A" * 43,
        "sam@a.example",
        "0f" * 32,
        "A" * 342,
    ):
        if re.search(schema.get("pattern", ""), word) and len(word) >= schema.get("minLength", 0):
            return word.ljust(schema.get("minLength", 0), "e")
    raise AssertionError(f"No word of ours fits {schema.get('pattern')}: add one")


def put(value: Any, path: tuple[str | int, ...], other: Any) -> Any:
    """A copy of a value in which `other` stands at this path."""
    if not path:
        return other
    if isinstance(value, list):
        return [put(inner, path[1:], other) if index == path[0] else inner for index, inner in enumerate(value)]
    return {name: put(inner, path[1:], other) if name == path[0] else inner for name, inner in value.items()}
