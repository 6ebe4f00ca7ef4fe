from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, Strict

from chassis.schemas import Code, Id, Instant, Schema, Written

Digest = Annotated[str, Strict(), Field(pattern=r"^[0-9a-f]{64}$")]
"""32 bytes, in 64 small hex digits."""


class CommitmentRequest(Schema):
    framework: Code
    hash: Digest = Field(description="SHA-256 of the 32 bytes of a nonce that only you know")


class CommitmentWritten(Written):
    """Shape: a batch can be frozen under it until `expires_at`."""

    expires_at: Instant


class CommitmentView(Schema):
    """Shape: `status` is open, expired, replaced, used or revealed; `batch` was frozen under it."""

    id: Id
    framework: str
    hash: str
    by: str
    at: Instant
    expires_at: Instant
    status: str
    batch: UUID | None
    nonce: str | None


class SampleLineView(Schema):
    """Shape: `stratum` tells types apart without naming them; `whole`: the claim is looked at in any case."""

    claim: Id
    stratum: int
    whole: bool
    digest: str


class SamplingView(Schema):
    """All from which a batch's sample can be computed again: see docs/sampling.md.

    Shape: `freeze` counts the freezes of the framework, abandoned ones too; `nonce` and `seed` are null until the
    auditor reveals the nonce. All but the batch's name is null for batches of before there were commitments.
    """

    batch: Id
    framework: str
    frozen_on: date
    freeze: int
    scheme: str | None
    percent: int | None
    least: int | None
    claims: list[SampleLineView]
    content_hash: str | None
    commitment: CommitmentView | None
    nonce: str | None
    seed: str | None
    drawings: int
    sample: list[UUID]
