from collections.abc import Iterable
from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from chassis.etag import etag
from chassis.schemas import Id, Instant, PastDate, Schema
from consent.acts.schemas import ActStepView, Reason, tell_history
from consent.catalogue.entries import Purpose
from consent.models import ActStep, Objection


class ObjectionRequest(Schema):
    person: Id
    date: PastDate
    purposes: list[Purpose] = Field(min_length=1, max_length=20)


class AnswerRequest(Schema):
    """Shape: `overridden` names in `reason` the compelling grounds that outweigh the person's own (Art 21(1))."""

    answer: Literal["upheld", "overridden"]
    date: PastDate
    reason: Reason


class ObjectionWithdrawalRequest(Schema):
    date: PastDate
    reason: Reason


class ObjectionView(Schema):
    id: UUID
    person: UUID
    date: date
    purposes: list[str]
    status: Literal["raised", "upheld", "overridden", "withdrawn"]
    steps: list[ActStepView]
    recorded_at: Instant
    etag: str

    @classmethod
    def of(cls, objection: Objection, steps: Iterable[ActStep]) -> Self:
        names = ("id", "person", "date", "purposes", "status", "recorded_at")
        history = tell_history(objection, "raised", [], steps)
        given = {name: getattr(objection, name) for name in names}
        return cls(**given, steps=history, etag=etag(objection.version))
