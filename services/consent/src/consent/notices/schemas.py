from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from chassis.schemas import Code, Id, Instant, Line, Note, PastDate, Schema, as_whole
from consent.acts.schemas import ActStepView, Reason
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
    agency: str | None = Field(description="Which agency published it; null for those of before this was kept")
    recorded_at: Instant
    etag: str

    @classmethod
    def of(cls, notice: Notice) -> "NoticeView":
        names = ("id", "code", "version", "language", "text", "agency", "recorded_at")
        return cls(**{name: getattr(notice, name) for name in names}, etag=ONLY)


ONLY = '"v1"'
"""What was published is never changed: there is one version of it."""


def _no_one_twice(people: object) -> object:
    if isinstance(people, list) and all(isinstance(person, str) for person in people):
        return list(dict.fromkeys(people))
    return people


Persons = Annotated[list[Id], Field(min_length=1, max_length=500), BeforeValidator(_no_one_twice)]


class DeliveryRequest(Schema):
    """Shape: `received_by` took the notice for children who cannot read it themselves."""

    date: PastDate
    channel: Channel
    persons: Persons
    received_by: Id | None = None

    @model_validator(mode="after")
    def _received_for_others(self) -> Self:
        if self.received_by in self.persons:
            raise PydanticCustomError("received_by", "Should name somebody who received it for the persons")
        return self


class DeliveryCorrectionRequest(Schema):
    """These people were not given the notice after all. Example of a reason: returned by post."""

    persons: Persons
    reason: Reason


class DeliveryView(Schema):
    """Shape: `persons` were given the notice, `not_delivered` were not after all; of both, those within your reach."""

    id: UUID
    notice: UUID
    language: str
    date: date
    channel: str
    persons: list[UUID]
    received_by: UUID | None
    not_delivered: list[UUID]
    steps: list[ActStepView]
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
