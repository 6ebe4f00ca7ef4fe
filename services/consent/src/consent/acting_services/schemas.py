from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chassis.schemas import Code, Date, Instant, Line, Note, Schema
from consent.models import ActingService

EndReason = Annotated[Note, StringConstraints(min_length=1, max_length=500)]


class ActingServiceRequest(Schema):
    """A service of another agency that works for yours. Shape: `contract` is its reference, and names nobody."""

    service: Code
    contract: Line
    from_: Date = Field(alias="from")
    to: Date

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to < self.from_:
            raise PydanticCustomError("ends_before_it_begins", "Should end on or after the day on which it begins")
        return self


class ActingServiceEnd(Schema):
    reason: EndReason


class ActingServiceView(Schema):
    """Shape: `agency` is the body for which it acts."""

    id: UUID
    service: str
    agency: str
    contract: str
    from_: date = Field(serialization_alias="from")
    to: date
    by: str
    recorded_at: Instant
    status: Literal["standing", "ended"]
    ended_by: str | None
    ended_at: Instant | None
    ended_reason: str | None

    @classmethod
    def of(cls, kept: ActingService) -> Self:
        names = ("id", "service", "agency", "contract", "by", "recorded_at", "ended_by", "ended_at", "ended_reason")
        given = {name: getattr(kept, name) for name in names}
        status = "standing" if kept.ended_at is None else "ended"
        return cls(**given, from_=kept.begins, to=kept.ends, status=status)
