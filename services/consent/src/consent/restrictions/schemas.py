from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from chassis.etag import etag
from chassis.schemas import Id, Instant, Note, PastDate, Schema
from consent.catalogue.entries import Category
from consent.models import Restriction

Day = date  # `date` is a member's name below, and no type any more from there on
Reason = Annotated[Note, StringConstraints(min_length=1, max_length=500)]
Because = Literal["accuracy_contested", "unlawful", "needed_for_legal_claims", "objection_pending"]
"""The four cases of UK GDPR Art 18(1), (a) to (d)."""


class RestrictionRequest(Schema):
    """Shape: in `reason`, say what was asked, never what the data says."""

    person: Id
    because: Because
    categories: list[Category] = Field(default=[], max_length=50, description="What of the person; of all, if empty")
    date: PastDate
    reason: Reason


class RestrictionLiftRequest(Schema):
    date: PastDate
    person_told_on: PastDate = Field(description="Art 18(3): the day on which the person was told, before it is lifted")
    reason: Reason


class RestrictionView(Schema):
    id: UUID
    person: UUID
    because: str
    categories: list[str]
    date: date
    status: Literal["set", "lifted"]
    lifted_on: Day | None
    person_told_on: Day | None
    recorded_at: Instant
    etag: str

    @classmethod
    def of(cls, restriction: Restriction) -> Self:
        names = ("id", "person", "because", "categories", "date", "lifted_on", "person_told_on", "recorded_at")
        status = "set" if restriction.lifted_on is None else "lifted"
        given = {name: getattr(restriction, name) for name in names}
        return cls(**given, status=status, etag=etag(restriction.version))
