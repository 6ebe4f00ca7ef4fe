from collections.abc import Iterable
from datetime import date
from typing import Literal, Self
from uuid import UUID

from chassis.etag import etag
from chassis.schemas import Id, Instant, PastDate, Schema
from consent.acts.schemas import ActStepView, Reason, tell_history
from consent.models import ActStep, Protection

Day = date  # `date` is a member's name below, and no type any more from there on


class ProtectionRequest(Schema):
    """Shape: in `reason`, say on whose word, never where somebody is."""

    person: Id
    kind: Literal["location"]
    date: PastDate
    reason: Reason


class LiftRequest(Schema):
    """Shape: in `reason`, say on whose word, never where somebody is."""

    date: PastDate
    reason: Reason


class ProtectionView(Schema):
    """Shape: why it was set is told to nobody; why it is to be lifted, to whoever may lift it."""

    id: UUID
    person: UUID
    kind: str
    date: date
    status: Literal["set", "lift_asked", "lifted"]
    lift_asked_on: Day | None
    lifted_on: Day | None
    steps: list[ActStepView]
    recorded_at: Instant
    etag: str

    @classmethod
    def of(cls, protection: Protection, steps: Iterable[ActStep]) -> Self:
        names = ("id", "person", "kind", "date", "lift_asked_on", "lifted_on", "recorded_at")
        given = {name: getattr(protection, name) for name in names}
        history = tell_history(protection, "set", [_lifting_of(protection)], steps)
        return cls(**given, status=status_of(protection), steps=history, etag=etag(protection.version))


def status_of(protection: Protection) -> Literal["set", "lift_asked", "lifted"]:
    """It binds until it is lifted, whether that was asked for or not."""
    if protection.lifted_on is not None:
        return "lifted"
    return "set" if protection.lift_asked_by is None else "lift_asked"


def _lifting_of(protection: Protection) -> ActStepView | None:
    """Of before November 2026, when one person alone lifted it; later liftings are steps of their own."""
    on, at, by = protection.lifted_on, protection.lifted_at, protection.lifted_by
    if on is None or at is None or by is None or protection.lift_asked_by is not None:
        return None
    reason = protection.lifted_reason
    return ActStepView(kind="lifted", date=on, agency=protection.agency, by=by, reason=reason, recorded_at=at)
