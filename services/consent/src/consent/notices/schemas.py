from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from chassis.schemas import Code, Id, Instant, Line, Note, PastDate, Schema, as_whole
from consent.models import Notice

Channel = Literal["letter", "in_person", "email"]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)]


def _as_text(value: object) -> object:
    number = as_whole(value)
    return str(number) if type(number) is int and 0 <= number < 1_000_000 else value


NoticeVersion = Annotated[
    Line,
    BeforeValidator(_as_text, json_schema_input_type=Line | Annotated[int, Field(ge=0, lt=1_000_000)]),
    Field(description="Such as 2 or 2017-09", examples=["2017-09"]),
]


class NoticeRequest(Schema):
    """A privacy notice, as people are given it."""

    code: Code
    version: NoticeVersion
    language: Language
    text: Annotated[Note, Field(min_length=1)]


class NoticeView(Schema):
    id: UUID
    code: str
    version: str
    language: str
    text: str
    recorded_at: Instant
    etag: str

    @classmethod
    def of(cls, notice: Notice) -> "NoticeView":
        names = ("id", "code", "version", "language", "text", "recorded_at")
        return cls(**{name: getattr(notice, name) for name in names}, etag=ONLY)


ONLY = '"v1"'
"""What was published or given is never changed: there is one version of it."""


def _no_one_twice(people: object) -> object:
    if isinstance(people, list) and all(isinstance(person, str) for person in people):
        return list(dict.fromkeys(people))
    return people


class DeliveryRequest(Schema):
    date: PastDate
    channel: Channel
    persons: Annotated[list[Id], Field(min_length=1, max_length=500), BeforeValidator(_no_one_twice)]


class DeliveryView(Schema):
    id: UUID
    notice: UUID
    date: date
    channel: str
    persons: list[UUID]
    recorded_at: Instant
    etag: str


class GivenNotice(Schema):
    """A notice that a person was given."""

    delivery: UUID
    notice: UUID
    code: str
    version: str
    language: str
    date: date
    channel: str


class PersonNotices(Schema):
    person: UUID
    notices: list[GivenNotice]
