"""Between the JSON of the programs and the types of the schema.

A type's fields say which members of the JSON are read; `mirrors` says which component of which program's contract the
type shows. A test holds every type against that contract. At run time an answer that lacks a member, or has one of
another type, is refused: a member that was renamed must not become null in silence.
"""

import dataclasses
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from strawberry import UNSET
from strawberry.scalars import JSON
from strawberry.types.private import StrawberryPrivate, is_private

from gateway.problems import UpstreamAnswerNotValid

Row = Mapping[str, Any]
T = TypeVar("T")
Kind = TypeVar("Kind", bound=type[Any])

WholeNumber = NewType("WholeNumber", int)
"""A whole number below 2^53."""


class _MayBeAbsent:
    """Marks a field whose member the contract does not require."""


class _FromAnswer:
    """Marks a private field that is a member of the answer all the same."""


class _WholeBody:
    """Marks a field that takes the whole answer and not a member of it."""


MaybeAbsent = Annotated[T | None, _MayBeAbsent]
"""A member that is left out where it is withheld or never was: `name: MaybeAbsent[str]`. It is shown as null."""

NoneIfAbsent = Annotated[list[T], _MayBeAbsent]
"""A list that is left out when it is empty."""

Unshown = Annotated[T, StrawberryPrivate(), _FromAnswer]
"""A member that is read, and is no field: `claim_ids: Unshown[list[UUID]]`, from which a field cuts its pages."""

WholeBody = Annotated[JSON, _WholeBody]
"""The whole answer as it came."""


@dataclasses.dataclass(frozen=True)
class Component:
    """A schema under `components` of a program's OpenAPI."""

    program: str
    schema: str


MIRRORED: dict[type[Any], tuple[Component, ...]] = {}
"""Which components each type of the schema shows, or each input is sent as."""


def mirrors(**components: str) -> Callable[[Kind], Kind]:
    """Says which component a type shows, by program: `@mirrors(families="PersonView")`.

    Shape: with several programs, each of them answers (or takes) the type's members in the same form.
    """

    def register(kind: Kind) -> Kind:
        MIRRORED[kind] = tuple(Component(program, schema) for program, schema in components.items())
        return kind

    return register


@dataclasses.dataclass(frozen=True)
class MappedField:
    """A field that is read from JSON. Shape: `member` is the JSON's name, None for the whole answer."""

    name: str
    member: str | None
    hint: Any
    may_be_absent: bool


def read_object(kind: type[T], row: Any, **given: Any) -> T:
    """A type of the schema from an answer.

    Shape: a field takes the member of its name, or the one that its metadata call `member`. `given` is for private
    fields, which are not in the JSON, and is handed down. Errors: UpstreamAnswerNotValid.
    """
    # What is nested may be of several programs; what holds it is of one.
    with answer_of(_program_of(kind)):
        return _read_object(kind, row, given)


def _program_of(kind: type[Any]) -> str:
    programs = {component.program for component in MIRRORED.get(kind, ())}
    return programs.pop() if len(programs) == 1 else ""


def _read_object(kind: type[T], row: Any, given: dict[str, Any]) -> T:
    if not isinstance(row, Mapping):
        raise UpstreamAnswerNotValid(f"`{kind.__name__}` is no object.")
    values = {name: value for name, value in given.items() if name in _private_names(kind)}
    for field in fields_of(kind):
        if field.member is None:
            values[field.name] = row
        elif field.member in row:
            values[field.name] = _value(field.hint, row[field.member], given, f"{kind.__name__}.{field.member}")
        elif field.may_be_absent:
            values[field.name] = [] if get_origin(field.hint) is list else None
        else:
            raise UpstreamAnswerNotValid(f"`{kind.__name__}.{field.member}` is missing.")
    return kind(**values)


@contextmanager
def answer_of(program: str) -> Iterator[None]:
    """What is found not to be valid in here was answered by this program, for the log."""
    try:
        yield
    except UpstreamAnswerNotValid as fault:
        fault.program = fault.program or program
        raise


def read_objects(kind: type[T], rows: list[Row], **given: Any) -> list[T]:
    """Errors: UpstreamAnswerNotValid."""
    return [read_object(kind, row, **given) for row in rows]


def member_of(hint: Any, row: Any, name: str, where: str) -> Any:
    """One member of an answer that is not read whole. Shape: `hint` is its type, `where` what the answer is.

    Errors: UpstreamAnswerNotValid.
    """
    if not isinstance(row, Mapping) or name not in row:
        raise UpstreamAnswerNotValid(f"`{name}` is missing in {where}.")
    return _value(hint, row[name], {}, f"{where} {name}")


def write_input(value: Any) -> Any:
    """An input of the schema as JSON; what was left out stays out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        items = {field.name.rstrip("_"): getattr(value, field.name) for field in dataclasses.fields(value)}
        return {name: write_input(item) for name, item in items.items() if item is not None and item is not UNSET}
    if isinstance(value, list):
        return [write_input(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID | date):
        return str(value)
    return value


def fields_of(kind: Any) -> tuple[MappedField, ...]:
    """The fields of a type that are read from JSON: all that its constructor takes but the private ones."""
    return _fields_of(kind)


@cache
def _fields_of(kind: Any) -> tuple[MappedField, ...]:
    hints, private = get_type_hints(kind, include_extras=True), _private_names(kind)
    found = []
    for field in dataclasses.fields(kind):
        if field.init and field.name not in private:
            hint, marks = _without_marks(hints[field.name])
            member = None if _WholeBody in marks else field.metadata.get("member", field.name.rstrip("_"))
            found.append(MappedField(field.name, member, hint, _MayBeAbsent in marks))
    return tuple(found)


def _private_names(kind: Any) -> frozenset[str]:
    return _private_names_of(kind)


@cache
def _private_names_of(kind: Any) -> frozenset[str]:
    hints = get_type_hints(kind, include_extras=True).items()
    return frozenset(name for name, hint in hints if is_private(hint) and _FromAnswer not in get_args(hint))


def _without_marks(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(hint) is Annotated:
        return get_args(hint)[0], get_args(hint)[1:]
    return hint, ()


def _whole_below(most: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= most:
            raise ValueError
        return value

    return check


def _of_type(*wanted: type[Any]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
            raise ValueError
        return value

    return check


def _id(value: Any) -> UUID:
    if not isinstance(value, str) or len(value) != 36:  # UUID() takes braces and `urn:` as well
        raise ValueError
    return UUID(value)


def _day(value: Any) -> date:
    if not isinstance(value, str) or len(value) != 10 or value[4] != "-" or value[7] != "-":  # not 2017-W13-5
        raise ValueError
    return date.fromisoformat(value)


def _instant(value: Any) -> datetime:
    """Without a time zone it would be read as one of this machine's."""
    if not isinstance(value, str) or (instant := datetime.fromisoformat(value)).tzinfo is None:
        raise ValueError
    return instant


READERS: dict[Any, Callable[[Any], Any]] = {
    str: _of_type(str),
    bool: _of_type(bool),
    int: _whole_below(2**31),
    WholeNumber: _whole_below(2**53),
    float: _of_type(int, float),
    UUID: _id,
    date: _day,
    datetime: _instant,
    JSON: lambda value: value,
}
"""How a value of each type that holds no other is read. Errors: ValueError."""


def _value(hint: Any, value: Any, given: dict[str, Any], where: str) -> Any:
    hint, _ = _without_marks(hint)
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return _value(next(part for part in get_args(hint) if part is not type(None)), value, given, where)
    if origin is list:
        if not isinstance(value, list):
            raise UpstreamAnswerNotValid(f"`{where}` is no list.")
        return [_value(get_args(hint)[0], item, given, where) for item in value]
    if hint in READERS:
        try:
            return READERS[hint](value)
        except ValueError:
            # The value itself may be somebody's, so only the member is named.
            raise UpstreamAnswerNotValid(f"`{where}` is not of its type.") from None
    return read_object(hint, value, **given)
