from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import StringConstraints

from chassis.etag import etag
from chassis.schemas import Id, Instant, Note, PastDate, Schema
from consent.models import Protection

Day = date  # `date` is a member's name below, and no type any more from there on
Reason = Annotated[Note, StringConstraints(min_length=1, max_length=500)]


class ProtectionRequest(Schema):
    """Shape: in `reason`, say on whose word, never where somebody is."""

    person: Id
    kind: Literal["location"]
    date: PastDate
    reason: Reason


class LiftRequest(Schema):
    date: PastDate
    reason: Reason


class ProtectionView(Schema):
    id: UUID
    person: UUID
    kind: str
    date: date
    status: Literal["set", "lifted"]
    lifted_on: Day | None
    recorded_at: Instant
    etag: str

    @classmethod
    def of(cls, protection: Protection) -> Self:
        names = ("id", "person", "kind", "date", "lifted_on", "recorded_at")
        status = "set" if protection.lifted_on is None else "lifted"
        return cls(**{name: getattr(protection, name) for name in names}, status=status, etag=etag(protection.version))
