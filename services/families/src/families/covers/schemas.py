from datetime import date
from uuid import UUID

from pydantic import Field

from chassis.schemas import Date, Instant, Line, Schema


class CoverRequest(Schema):
    """Shape: days are inclusive. A cover may be recorded ahead."""

    covered: Line = Field(description="Whose families they are")
    covering: Line = Field(description="Who stands in")
    from_: Date = Field(alias="from")
    to: Date
    reason: Line


class CoverEndRequest(Schema):
    reason: Line


class CoverView(Schema):
    id: UUID
    covered: str
    covering: str
    from_: date = Field(alias="from")
    to: date
    reason: str
    recorded_by: str
    recorded_at: Instant
    ended_on: date | None
    ended_by: str | None
    ended_reason: str | None
