"""Between the JSON of the programs and the types of the schema: names and types decide, there is nothing to list."""

import dataclasses
import types
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from strawberry import UNSET

Row = Mapping[str, Any]
T = TypeVar("T")


def read(kind: type[T], row: Row, **given: Any) -> T:
    """A type of the schema from an answer.

    Shape: a field takes the member of its name, or the one that its metadata call `wire`. A member that is not there
    was withheld or never was; both are null. `given` is for fields that are not on the wire, and is handed down.
    """
    values = {}
    for name, wire, hint in _fields(kind):  # type: ignore[arg-type]  # mypy: a class is hashable
        values[name] = given[name] if name in given else _value(hint, row.get(wire), given)
    return kind(**values)


def read_all(kind: type[T], rows: list[Row] | None, **given: Any) -> list[T]:
    return [read(kind, row, **given) for row in rows or []]


def write(value: Any) -> Any:
    """An input of the schema as JSON; what was left out stays out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        items = {field.name.rstrip("_"): getattr(value, field.name) for field in dataclasses.fields(value)}
        return {name: write(item) for name, item in items.items() if item is not None and item is not UNSET}
    if isinstance(value, list):
        return [write(item) for item in value]
    if isinstance(value, UUID | date):
        return str(value)
    return value


@cache
def _fields(kind: type[Any]) -> list[tuple[str, str, Any]]:
    hints = get_type_hints(kind)
    return [
        (field.name, field.metadata.get("wire", field.name.rstrip("_")), hints[field.name])
        for field in dataclasses.fields(kind)
        if field.init
    ]


def _value(hint: Any, value: Any, given: dict[str, Any]) -> Any:
    if value is None:
        # A list that was withheld as a whole is null where the schema allows it, else empty.
        return [] if get_origin(hint) is list else None
    origin = get_origin(hint)
    if origin is Annotated:
        return _value(get_args(hint)[0], value, given)
    if origin in (Union, types.UnionType):
        return _value(next(part for part in get_args(hint) if part is not type(None)), value, given)
    if origin is list:
        return [_value(get_args(hint)[0], item, given) for item in value]
    if hint is UUID:
        return UUID(value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is date:
        return date.fromisoformat(value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return read(hint, value, **given)
    return value
