from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from chassis.schemas import Id, Instant, Line, Note, Schema

Reason = Annotated[Note, StringConstraints(min_length=1, max_length=500)]


class BarRequest(Schema):
    """Shape: at least one person or family. An id that nobody has is taken like any other, and bars from nobody."""

    user: Line = Field(description="Who must not meet them: yourself, or somebody of your service if you manage it")
    because: Literal["relative", "neighbour", "other"]
    people: list[Id] = Field(default=[], max_length=100)
    families: list[Id] = Field(default=[], max_length=100)


class BarLiftRequest(Schema):
    reason: Reason


class BarView(Schema):
    """Shape: whom it names stands in it for those who may lift it, never for whom it keeps away."""

    id: UUID
    user: str
    because: str
    status: Literal["set", "lifted"]
    recorded_by: str
    recorded_at: Instant
    people: list[UUID] | None = None
    families: list[UUID] | None = None
    lifted_by: str | None = None
    lifted_at: Instant | None = None
    lifted_reason: str | None = None
