from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, Strict

from chassis.schemas import Code, Id, Instant, Money, PastDate, Schema, Written, as_whole
from claims.claims.schemas import Reason


class BatchRequest(Schema):
    framework: Code
    date: PastDate


Seed = Annotated[int, Strict(), Field(ge=0, lt=2**53), BeforeValidator(as_whole)]
"""As a WholeNumber, whose bounds would be lost in the contract where there may be none."""


class SampleRequest(Schema):
    seed: Seed | None = Field(default=None, description="What the drawing is made from; chosen here when absent")


class FindingRequest(Schema):
    claim: Id
    verdict: Literal["upheld", "failed"]
    reason: Reason
    date: PastDate
    corrects: Id | None = Field(
        default=None, description="The finding that stands on this claim, which a second auditor corrects"
    )


class SubmitRequest(Schema):
    date: PastDate


class DrawnView(Written):
    """Shape: `sample` is every claim of the batch's sample by now; `drawn` those that this drawing added."""

    seed: int
    drawn: list[UUID]
    sample: list[UUID]


class DrawView(Schema):
    number: int
    seed: int
    at: Instant


class FindingView(Schema):
    """Shape: `corrects` is the finding that this one takes the place of; `reason` is null where it is withheld."""

    id: Id
    claim: UUID
    verdict: str
    reason: str | None
    by: str
    date: date
    recorded_at: Instant
    corrects: UUID | None


class FindingsList(Schema):
    """Shape: all of a batch at once, so that `next` is null."""

    items: list[FindingView]
    next: str | None


class BatchView(Schema):
    """Shape: `status` is frozen, sampled, held, submitted or paid; `needed` claims must be upheld before submission: a
    share of each type, as much again for each drawing in which one failed, and whatever else is in the sample."""

    id: Id
    framework: str
    status: str
    frozen_on: date
    submitted_on: date | None
    paid_on: date | None
    claims: list[UUID]
    value: Money | None
    sample: list[UUID]
    needed: int
    upheld: int
    draws: list[DrawView]
    etag: str
