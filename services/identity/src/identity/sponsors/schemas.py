from datetime import date
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from chassis.schemas import Code, Date, Instant, Line, Schema


class SponsorRequest(Schema):
    """Shape: `sponsor` is an agency's code; without `to` until somebody ends it."""

    sponsor: Code
    from_: Date = Field(alias="from")
    to: Date | None = None
    reason: Line

    @model_validator(mode="after")
    def _is_a_time(self) -> Self:
        if self.to is not None and self.to < self.from_:
            raise PydanticCustomError("ends_before_it_begins", "Should end on or after the day on which it begins")
        return self


class SponsorView(Schema):
    id: UUID
    agency: str
    sponsor: str
    from_: date = Field(alias="from")
    to: date | None
    reason: str
    ended_at: Instant | None


class SponsorList(Schema):
    """Shape: all sponsors of one agency; there are few, so they come on one page."""

    items: list[SponsorView]
