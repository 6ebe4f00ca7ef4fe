from datetime import date
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from chassis.clock import today
from chassis.schemas import Date, Id, Instant, Schema
from claims.batches.schemas import FindingView
from claims.claims.schemas import ClaimView, Reason


class VisitRequest(Schema):
    """Shape: the visit has all days from `from` to `to`, both included."""

    visitor: Id = Field(description="Who visits, by their id in identity: somebody with the role assurance_visitor")
    from_: Date = Field(alias="from")
    to: Date
    batches: list[Id] = Field(min_length=1, max_length=100, description="The batches whose samples are looked at")
    reason: Reason

    @model_validator(mode="after")
    def check_days(self) -> Self:
        if self.to < self.from_:
            raise PydanticCustomError("ends_before_it_begins", "`to` should be `from` or a later day")
        if self.from_ < today():
            raise PydanticCustomError("date_in_past", "`from` should be today or later")
        return self


class CloseRequest(Schema):
    reason: Reason


class VisitView(Schema):
    """Shape: `status` is planned, running, over or closed."""

    id: Id
    visitor: str
    from_: date = Field(alias="from")
    to: date
    batches: list[UUID]
    status: str
    reason: str
    opened_by: str
    opened_at: Instant
    closed_by: str | None
    closed_because: str | None
    closed_at: Instant | None
    etag: str


class VisitedClaimView(Schema):
    """A claim of the sample. Shape: `claim` names its evidence, and who checked it and recorded its gate; `prepared_by`
    are the people who recorded or decided what the draft rests on; findings are oldest first."""

    claim: ClaimView
    prepared_by: list[str]
    checked_by: str | None
    frozen_by: str | None
    findings: list[FindingView]
