from datetime import date
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from chassis.schemas import Date, Id, Instant, Line, Schema
from identity.models import Deputy


class DeputyRequest(Schema):
    """Shape: `officer` and `deputy` are ids of users of one agency; without `to` until somebody ends it."""

    officer: Id
    deputy: Id
    from_: Date = Field(alias="from")
    to: Date | None = None
    reason: Line

    @model_validator(mode="after")
    def _is_a_time_and_two_people(self) -> Self:
        if self.officer == self.deputy:
            raise PydanticCustomError("own_deputy", "Should name two people")
        if self.to is not None and self.to < self.from_:
            raise PydanticCustomError("ends_before_it_begins", "Should end on or after the day on which it begins")
        return self


class DeputyView(Schema):
    id: UUID
    officer: UUID
    deputy: UUID
    from_: date = Field(alias="from")
    to: date | None
    reason: str
    ended_at: Instant | None

    @classmethod
    def of(cls, row: Deputy) -> Self:
        return cls(
            id=row.id,
            officer=row.officer_id,
            deputy=row.deputy_id,
            from_=row.begins,
            to=row.ends,
            reason=row.reason,
            ended_at=row.ended_at,
        )
