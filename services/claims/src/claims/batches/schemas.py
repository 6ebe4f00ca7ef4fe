from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from chassis.schemas import Code, Id, Instant, Money, PastDate, Schema, WholeNumber, Written
from claims.claims.schemas import Reason


class BatchRequest(Schema):
    framework: Code
    date: PastDate


class SampleRequest(Schema):
    seed: WholeNumber | None = Field(
        default=None, ge=0, lt=2**53, description="What the drawing is made from; chosen and recorded when absent"
    )


class FindingRequest(Schema):
    claim: Id
    verdict: Literal["upheld", "failed"]
    reason: Reason
    date: PastDate


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


class BatchView(Schema):
    """Shape: `status` is frozen, sampled, held, submitted or paid; `needed` claims must be upheld before submission."""

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
