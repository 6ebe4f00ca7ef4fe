"""claims' part of the schema: needs and progress, claims and their proof, batches, payments, reports."""

from datetime import date
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from gateway.context import Info
from gateway.limits import asks
from gateway.loaders import Loaders
from gateway.schema.common import (
    Access,
    AnyProblem,
    Key,
    Purpose,
    WholeNumber,
    attempt,
)
from gateway.wire import read, write

if TYPE_CHECKING:
    from gateway.schema.families import Family


@strawberry.type
class Criterion:
    """A need, with its verdict (met, not_met, not_enough_evidence, withheld) and why."""

    criterion: str
    verdict: str
    reason: str | None
    since: date | None
    persons: list[UUID] | None
    figures: JSON | None


@strawberry.type
class Eligibility:
    """Which needs a family shows. `missing` names the parts of the attachment gate that are not there yet."""

    as_at: date | None
    eligible: bool | None
    reason: str | None
    criteria: list[Criterion] | None
    attached_on: date | None
    missing: list[str] | None
    plan: str | None
    access: Access | None


@strawberry.type
class Progress:
    """How each need in force has gone since attachment; `route` is the one by which a result is reached."""

    as_at: date | None
    attached_on: date | None
    needs: list[Criterion] | None
    result_date: date | None
    route: str | None
    access: Access | None


@strawberry.type
class Evidence:
    """What a claim rests on: frozen, hashed, and how the rules went through it."""

    bundle: UUID | None
    hash: str | None
    rule_trace: JSON | None


@strawberry.type
class Claim:
    """A result claimed for a family.

    Status: drafted, checked, frozen, submitted, paid, rejected, dropped, retracted.
    """

    loaders: strawberry.Private[Loaders]
    id: UUID
    family_id: UUID | None = strawberry.field(metadata={"wire": "family"})
    framework: str | None
    plan_version: int | None
    component: str | None
    type: str | None
    result_date: date | None
    pence: WholeNumber | None
    status: str
    batch: UUID | None
    verdict: str | None
    evidence: Evidence | None
    etag: str | None

    @strawberry.field
    async def family(self) -> Annotated["Family", strawberry.lazy("gateway.schema.families")] | None:
        """The family, as this purpose may see it."""
        return await find_family(self.loaders, self.family_id)


@strawberry.type
class ClaimPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Claim]
    next: str | None


@strawberry.type
class CohortEntry:
    """A family in the cohort: eligible, attached and so on, with the needs that it shows."""

    loaders: strawberry.Private[Loaders]
    family_id: UUID = strawberry.field(metadata={"wire": "family"})
    state: str
    criteria: list[str] | None
    attached_on: date | None

    @strawberry.field
    async def family(self) -> Annotated["Family", strawberry.lazy("gateway.schema.families")] | None:
        """The family, as this purpose may see it."""
        return await find_family(self.loaders, self.family_id)


@strawberry.type
class CohortPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[CohortEntry]
    next: str | None


@strawberry.type
class Money:
    """Units: whole pence."""

    pence: WholeNumber


@strawberry.type
class Batch:
    """Claims frozen together. `needed` of the sample must be upheld before it is submitted.

    Status: frozen, sampled, held, submitted, paid.
    """

    id: UUID
    framework: str
    status: str
    frozen_on: date | None
    submitted_on: date | None
    paid_on: date | None
    claims: list[UUID]
    value: Money | None
    sample: list[UUID]
    needed: int | None
    upheld: int | None
    etag: str | None


@strawberry.type
class Report:
    """A report by name: attachments, results, coverage. `body` is as claims gives it."""

    name: str
    body: JSON


async def find_family(loaders: Loaders, family: UUID | None) -> "Family | None":
    # The two files know each other's types; this one asks when it is called.
    from gateway.schema.families import Family

    row = await loaders.family.load(family) if family else None
    return read(Family, row, loaders=loaders) if row else None


@strawberry.input
class ClaimFilter:
    """Shape: what is left out does not narrow."""

    status: str | None = None
    family: UUID | None = None
    batch: UUID | None = None


@strawberry.input
class CohortFilter:
    """Shape: what is left out does not narrow."""

    state: str | None = None


@strawberry.type
class ClaimsQuery:
    @strawberry.field
    async def cohort(
        self,
        info: Info,
        filter: CohortFilter | None = None,
        first: int = 50,
        after: str | None = None,
        purpose: Purpose = None,
    ) -> CohortPage | None:
        """Families by where they stand: eligible, attached and so on."""
        loaders = info.context.at(purpose)
        page = await loaders.services.claims.list_cohort(filter.state if filter else None, first, after)
        return read(CohortPage, page, loaders=loaders)

    @strawberry.field
    async def claim(self, info: Info, id: UUID, purpose: Purpose = None) -> Claim | None:
        """One claim with its evidence. Errors: claims' ClaimNotFound."""
        loaders = info.context.at(purpose)
        return read(Claim, await loaders.services.claims.get_claim(id), loaders=loaders)

    @strawberry.field
    async def claims(
        self,
        info: Info,
        filter: ClaimFilter | None = None,
        first: int = 50,
        after: str | None = None,
        purpose: Purpose = None,
    ) -> ClaimPage | None:
        """Claims by status and family."""
        loaders, wanted = info.context.at(purpose), filter or ClaimFilter()
        page = await loaders.services.claims.list_claims(wanted.status, wanted.family, wanted.batch, first, after)
        return read(ClaimPage, page, loaders=loaders)

    @strawberry.field
    async def batch(self, info: Info, id: UUID, purpose: Purpose = None) -> Batch | None:
        """One batch, its sample, and what is lacking for it to be submitted. Errors: claims' BatchNotFound."""
        return read(Batch, await info.context.at(purpose).services.claims.get_batch(id))

    @strawberry.field
    async def report(self, info: Info, name: str, as_at: date | None = None, purpose: Purpose = None) -> Report | None:
        """A report, now or as at a day."""
        body = await info.context.at(purpose).services.claims.get_report(name, as_at)
        return Report(name=name, body=JSON(body))


@strawberry.type
class ClaimChanged:
    """The claim's new state."""

    loaders: strawberry.Private[Loaders]
    claim_id: strawberry.Private[UUID]
    id: UUID
    status: str
    etag: str | None

    @strawberry.field
    @asks
    async def claim(self) -> Claim | None:
        """The claim as it is now."""
        return read(Claim, await self.loaders.services.claims.get_claim(self.claim_id), loaders=self.loaders)


@strawberry.type
class BatchChanged:
    """What was done with the batch. `sample` names the claims that the auditor is to examine, when it was just drawn.

    `id` is the act's own where it has one: a finding's.
    """

    id: UUID
    status: str
    etag: str | None
    sample: list[UUID] | None
    seed: WholeNumber | None


@strawberry.type
class PaymentRecorded:
    """The payment stands in the ledger; its claims are paid."""

    id: UUID
    status: str
    etag: str | None


ClaimChange = Annotated[ClaimChanged | AnyProblem, strawberry.union("ClaimChange")]
BatchChange = Annotated[BatchChanged | AnyProblem, strawberry.union("BatchChange")]
PaymentRecording = Annotated[PaymentRecorded | AnyProblem, strawberry.union("PaymentRecording")]


@strawberry.input
class CheckInput:
    """`verdict`: agreed or sent_back."""

    verdict: str
    reason: str
    date: date


@strawberry.input
class BatchInput:
    """All checked claims of a framework, as on a day."""

    framework: str
    date: date


@strawberry.input
class FindingInput:
    """`verdict`: upheld or failed."""

    claim: UUID
    verdict: str
    reason: str
    date: date


@strawberry.input
class SubmissionInput:
    """The day on which the batch went to the department."""

    date: date


@strawberry.input
class PaymentInput:
    """What the department paid for a batch, and its reference."""

    batch: UUID
    date: date
    pence: WholeNumber
    reference: str


@strawberry.type
class ClaimsMutation:
    @strawberry.mutation
    async def check_claim(
        self, info: Info, claim: UUID, input: CheckInput, idempotency_key: Key, purpose: Purpose = None
    ) -> ClaimChange:
        """A second person agrees to a drafted claim, or sends it back."""
        body = write(input)
        return await attempt(
            info,
            purpose,
            lambda to: to.claims.check_claim(claim, body, idempotency_key),
            ClaimChanged,
            claim_id=claim,
        )

    @strawberry.mutation
    async def freeze_batch(
        self, info: Info, input: BatchInput, idempotency_key: Key, purpose: Purpose = None
    ) -> BatchChange:
        """Put all checked claims into a batch; nothing in it changes afterwards."""
        body = write(input)
        return await attempt(info, purpose, lambda to: to.claims.freeze_batch(body, idempotency_key), BatchChanged)

    @strawberry.mutation
    async def draw_sample(
        self, info: Info, batch: UUID, idempotency_key: Key, seed: WholeNumber | None = None, purpose: Purpose = None
    ) -> BatchChange:
        """Draw the auditor's sample of a batch; the same seed draws the same claims."""
        body = {} if seed is None else {"seed": seed}
        return await attempt(
            info, purpose, lambda to: to.claims.draw_sample(batch, body, idempotency_key), BatchChanged
        )

    @strawberry.mutation
    async def record_finding(
        self, info: Info, batch: UUID, input: FindingInput, idempotency_key: Key, purpose: Purpose = None
    ) -> BatchChange:
        """What the auditor found of a sampled claim."""
        body = write(input)
        return await attempt(
            info, purpose, lambda to: to.claims.record_finding(batch, body, idempotency_key), BatchChanged
        )

    @strawberry.mutation
    async def submit_batch(
        self, info: Info, batch: UUID, input: SubmissionInput, idempotency_key: Key, purpose: Purpose = None
    ) -> BatchChange:
        """Send a batch to the department, once all of its sample was upheld."""
        body = write(input)
        return await attempt(
            info, purpose, lambda to: to.claims.submit_batch(batch, body, idempotency_key), BatchChanged
        )

    @strawberry.mutation
    async def record_payment(
        self, info: Info, input: PaymentInput, idempotency_key: Key, purpose: Purpose = None
    ) -> PaymentRecording:
        """The department paid a batch."""
        body = write(input)
        return await attempt(info, purpose, lambda to: to.claims.record_payment(body, idempotency_key), PaymentRecorded)
