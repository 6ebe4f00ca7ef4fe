from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from chassis.schemas import Code, Id, Instant, Money, PastDate, Schema, Written
from claims.claims.schemas import Reason
from claims.sampling.schemas import CommitmentView, Digest


class BatchRequest(Schema):
    framework: Code
    date: PastDate


class AbandonRequest(Schema):
    reason: Reason
    date: PastDate


class SampleRequest(Schema):
    nonce: Digest | None = Field(
        default=None, description="The 32 bytes that were committed to before the freeze; with the first drawing"
    )


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

    seed: str | None
    drawn: list[UUID]
    sample: list[UUID]


class DrawView(Schema):
    """Shape: `chosen_seed` is there in batches of before auditors committed to a nonce."""

    number: int
    by: str
    chosen_seed: int | None
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
    days_late: int
    corrects: UUID | None


class BatchView(Schema):
    """Shape: `status` is frozen, sampled, held, submitted, paid, rejected (all of it) or abandoned; `freeze` counts the
    framework's freezes, abandoned ones too, and `frozen_before_in` names those that held a claim of this one; `needed`
    claims must be upheld before submission: all that are looked at `whole`, of the rest a share of each type, as much
    again for each drawing in which one failed, and whatever else is in the sample."""

    id: Id
    framework: str
    status: str
    freeze: int
    frozen_on: date
    frozen_by: str
    frozen_days_late: int | None
    frozen_before_in: list[UUID]
    submitted_on: date | None
    submitted_days_late: int | None
    paid_on: date | None
    abandoned_on: date | None
    abandoned_because: str | None
    claims: list[UUID]
    value: Money | None
    commitment: CommitmentView | None
    content_hash: str | None
    seed: str | None
    whole: int
    sample: list[UUID]
    needed: int
    upheld: int
    draws: list[DrawView]
    etag: str
