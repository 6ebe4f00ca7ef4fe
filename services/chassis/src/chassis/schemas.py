"""What crosses the wire is strict: unknown members are refused, `true` is no number, `0` no date."""

import re
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from chassis.clock import today

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""Python alone would also read 2026-W48-1."""
EARLIEST = date(1900, 1, 1)
"""No day that anybody tells us of lies before it."""


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True, populate_by_name=True)


def _date_text(value: Any) -> Any:
    """pydantic's lax mode reads 0 as 1970-01-01 and its strict mode refuses every JSON date; this takes neither."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("date_text", "Should be a date such as 2026-11-23")


def _id_text(value: Any) -> Any:
    if isinstance(value, UUID):
        return value
    if isinstance(value, str) and len(value) == 36:
        try:
            return UUID(value)
        except ValueError:
            pass
    raise PydanticCustomError("id_text", "Should be an id such as 01938b5c-7d3e-7cc1-8000-0123456789ab")


def as_whole(value: Any) -> Any:
    """To JSON, 5.0 is as whole a number as 5."""
    return int(value) if type(value) is float and value.is_integer() and abs(value) < 2**53 else value


def _not_in_the_future(value: date) -> date:
    if value > today():
        raise PydanticCustomError("date_in_future", "Should be today or earlier")
    if value < EARLIEST:
        raise PydanticCustomError("date_too_early", "Should be in or after 1900")
    return value


def _clean(value: str) -> str:
    if any((ord(c) < 32 and c not in "\n\t") or ord(c) == 127 or 0xD800 <= ord(c) <= 0xDFFF for c in value):
        raise PydanticCustomError("text_not_clean", "Should hold no control characters")
    return value


def _one_line(value: str) -> str:
    if "\n" in value or "\t" in value or value != value.strip():
        raise PydanticCustomError("text_not_a_line", "Should be one line without spaces around it")
    return value


def _utc(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


Date = Annotated[date, BeforeValidator(_date_text)]
PastDate = Annotated[date, BeforeValidator(_date_text), AfterValidator(_not_in_the_future)]
"""The day on which something happened, in London."""
Id = Annotated[UUID, BeforeValidator(_id_text)]
Instant = Annotated[
    datetime,
    PlainSerializer(
        _utc,
        return_type=Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})],
        when_used="json",
    ),
]
WholeNumber = Annotated[int, BeforeValidator(as_whole), Strict()]
Flag = Annotated[bool, Strict()]
Line = Annotated[
    str,
    Strict(),
    Field(
        min_length=1,
        max_length=200,
        json_schema_extra={"pattern": r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?$"},
    ),
    AfterValidator(_clean),
    AfterValidator(_one_line),
]
Note = Annotated[
    str,
    Strict(),
    Field(max_length=4000, json_schema_extra={"pattern": r"^[^\x00-\x08\x0b-\x1f\x7f]*$"}),
    AfterValidator(_clean),
]
Code = Annotated[str, Strict(), Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
"""A stable slug: an agency, a service, a role, a purpose, a category."""
Word = Annotated[str, Field(max_length=100, pattern=r"^[!-~]+$")]
"""What a path or a query may name; whether there is such a thing is another question."""


class Written(Schema):
    """The answer to a write: what was made or changed, and no data that a later decision could withhold."""

    id: Id
    status: str
    etag: str | None = None


class LookupRequest(Schema):
    """Shape: at most 500 ids, in the body, since ids in an address reach access logs."""

    ids: list[Id] = Field(min_length=1, max_length=500)


class Money(Schema):
    """Units: whole pence."""

    pence: WholeNumber
