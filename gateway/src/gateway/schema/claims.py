"""claims' part of the schema: needs and progress, claims and their proof, batches, payments, reports."""

from dataclasses import field
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from gateway.context import Info
from gateway.inner_pages import cut_page
from gateway.json_mapping import MaybeAbsent, Unshown, WholeBody, WholeNumber, mirrors, read_object, write_input
from gateway.limits import needs_own_request
from gateway.loaders import Loaders
from gateway.schema.choices import CheckVerdict, ClaimStatus, CohortState, FindingVerdict
from gateway.schema.common import (
    Access,
    AnyProblem,
    IdempotencyKey,
    IdPage,
    Purpose,
    attempt_change,
)

if TYPE_CHECKING:
    from gateway.schema.families import Family


@strawberry.type
@mirrors(claims="CriterionView")
class Criterion:
    """Whether the family shows a need on the day: its verdict (met, not_met, not_enough_evidence, withheld) and why.

    `persons` are those who show it; `figures` is what was counted of each of them, by person.
    """

    criterion: str
    verdict: str
    reason: str
    persons: list[UUID]
    figures: JSON


@strawberry.type
@mirrors(claims="NeedView")
class Need:
    """A need in force since a day, and how it has gone: its verdict (met, not_met, not_enough_evidence, withheld).

    `persons` are those who show the verdict, or stand in its way; `figures` is what was counted.
    """

    criterion: str
    verdict: str
    reason: str
    since: date | None
    persons: list[UUID]
    figures: JSON


@strawberry.type
@mirrors(claims="EligibilityView")
class Eligibility:
    """Which needs a family shows. `missing` names the parts of the attachment gate that are not there yet."""

    as_at: date
    eligible: bool | None
    reason: str
    criteria: list[Criterion]
    attached_on: date | None
    missing: list[str] | None
    plan: str
    access: Access


@strawberry.type
@mirrors(claims="ProgressView")
class Progress:
    """How each need in force has gone since attachment; `route` is the one by which a result is reached."""

    as_at: date
    attached_on: date | None
    needs: list[Need]
    result_date: date | None
    route: str | None
    access: Access


@strawberry.type
@mirrors(claims="GateActView")
class GateAct:
    """How a part of the gate was recorded: when, how late in days (0 in time), by whom, and confirmed by whom."""

    part: str
    recorded_on: date
    recorded_by: str | None
    days_late: int
    confirmed_by: str | None
    date: date


@strawberry.type
@mirrors(claims="CheckView")
class Check:
    """A second person's word on a claim: agreed or sent_back."""

    verdict: str
    by: str
    date: date
    days_late: int


@strawberry.type
@mirrors(claims="EvidenceView")
class Evidence:
    """What a claim rests on: frozen, hashed, and how the rules went through it.

    `gate` says how late each act of support was recorded; `risks` why an auditor looks at the claim in any case.
    """

    bundle: UUID | None
    hash: str | None
    rule_trace: JSON
    gate: list[GateAct] | None
    risks: list[str] | None
    checks: list[Check]


@strawberry.type
@mirrors(claims="ClaimView")
class Claim:
    """A result claimed for a family.

    Status: drafted, checked, frozen, submitted, paid, to_repay, repaid, rejected, dropped, retracted.
    """

    loaders: strawberry.Private[Loaders]
    id: UUID
    family_id: UUID = strawberry.field(metadata={"member": "family"})
    framework: str
    plan_version: int
    component: str
    type: str | None
    result_date: date | None
    pence: WholeNumber | None
    status: str
    batch: UUID | None
    verdict: str
    evidence: Evidence | None
    etag: str

    @strawberry.field
    async def family(self) -> Annotated["Family", strawberry.lazy("gateway.schema.families")] | None:
        """The family, as this purpose may see it."""
        return await find_family(self.loaders, self.family_id)


@strawberry.type
@mirrors(claims="Page_ClaimView_")
class ClaimPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Claim]
    next: str | None


@strawberry.type
@mirrors(claims="CohortItem")
class CohortEntry:
    """A family in the cohort: eligible, attached and so on, with the needs that it shows."""

    loaders: strawberry.Private[Loaders]
    family_id: UUID = strawberry.field(metadata={"member": "family"})
    state: str
    criteria: list[str]
    attached_on: date | None

    @strawberry.field
    async def family(self) -> Annotated["Family", strawberry.lazy("gateway.schema.families")] | None:
        """The family, as this purpose may see it."""
        return await find_family(self.loaders, self.family_id)


@strawberry.type
@mirrors(claims="Page_CohortItem_")
class CohortPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[CohortEntry]
    next: str | None


@strawberry.type
@mirrors(claims="Money")
class Money:
    """Units: whole pence."""

    pence: WholeNumber


@strawberry.type
@mirrors(claims="CommitmentView")
class SampleCommitment:
    """The hash of a nonce that an auditor handed in before the freeze; `nonce` is null until it is revealed.

    Status: open, expired, replaced, used, revealed.
    """

    id: UUID
    framework: str
    hash: str
    by: str
    at: datetime
    expires_at: datetime
    status: str
    batch: UUID | None
    nonce: str | None


@strawberry.type
@mirrors(claims="Page_CommitmentView_")
class SampleCommitmentPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[SampleCommitment]
    next: str | None


@strawberry.type
@mirrors(claims="DrawView")
class SampleDrawing:
    """One drawing of a sample. `chosen_seed` is there in batches of before auditors committed to a nonce."""

    number: int
    by: str
    chosen_seed: WholeNumber | None
    at: datetime


@strawberry.type
@mirrors(claims="BatchView")
class Batch:
    """Claims frozen together. `needed` of the sample must be upheld before it is submitted.

    `freeze` counts the framework's freezes, abandoned ones too; `frozen_before_in` names those that held a claim of
    this one; `whole` claims are looked at in any case. Status: frozen, sampled, held, submitted, paid, rejected,
    abandoned.
    """

    id: UUID
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
    claim_ids: Unshown[list[UUID]] = field(metadata={"member": "claims"})
    value: Money | None
    commitment: SampleCommitment | None
    content_hash: str | None
    seed: str | None
    whole: int
    sample_ids: Unshown[list[UUID]] = field(metadata={"member": "sample"})
    needed: int
    upheld: int
    draws: list[SampleDrawing]
    etag: str

    @strawberry.field
    async def claims(self, first: int = 50, after: str | None = None) -> IdPage | None:
        """The claims that were frozen in it, by id."""
        shown, following = cut_page(self.claim_ids, first, after)
        return IdPage(items=shown, next=following)

    @strawberry.field
    async def sample(self, first: int = 50, after: str | None = None) -> IdPage | None:
        """Those of its claims that the auditor is to examine, by id."""
        shown, following = cut_page(self.sample_ids, first, after)
        return IdPage(items=shown, next=following)


@strawberry.type
@mirrors(claims="Page_BatchView_")
class BatchPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Batch]
    next: str | None


@strawberry.type
@mirrors(claims="FindingView")
class Finding:
    """What an auditor found on a claim of a sample, and why. `corrects` is the finding in whose place it stands."""

    id: UUID
    claim: UUID
    verdict: str
    reason: str | None
    by: str
    date: date
    recorded_at: datetime
    days_late: int
    corrects: UUID | None


@strawberry.type
@mirrors(claims="Page_FindingView_")
class FindingPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Finding]
    next: str | None


@strawberry.type
@mirrors(claims="ReportView")
class Report:
    """A report by name: attachments, results, coverage. `body` is as claims gives it."""

    name: str = strawberry.field(metadata={"member": "report"})
    body: WholeBody


async def find_family(loaders: Loaders, family: UUID | None) -> "Family | None":
    # Claims lead to families and families to claims, so one of the two files imports the other when it runs.
    from gateway.schema.families import Family

    row = await loaders.family.load(family) if family else None
    return read_object(Family, row, loaders=loaders) if row else None


@strawberry.input
class ClaimFilter:
    """Shape: what is left out does not narrow."""

    status: ClaimStatus | None = None
    family: UUID | None = None
    batch: UUID | None = None


@strawberry.input
class CohortFilter:
    """Shape: what is left out does not narrow."""

    state: CohortState | None = None


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
        loaders = info.context.loaders_for(purpose)
        page = await loaders.services.claims.list_cohort(filter.state if filter else None, first, after)
        return read_object(CohortPage, page, loaders=loaders)

    @strawberry.field
    async def claim(self, info: Info, id: UUID, purpose: Purpose = None) -> Claim | None:
        """One claim with its evidence. Errors: claims' ClaimNotFound."""
        loaders = info.context.loaders_for(purpose)
        return read_object(Claim, await loaders.services.claims.get_claim(id), loaders=loaders)

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
        loaders, wanted = info.context.loaders_for(purpose), filter or ClaimFilter()
        page = await loaders.services.claims.list_claims(wanted.status, wanted.family, wanted.batch, first, after)
        return read_object(ClaimPage, page, loaders=loaders)

    @strawberry.field
    async def batch(self, info: Info, id: UUID, purpose: Purpose = None) -> Batch | None:
        """One batch, its sample, and what is lacking for it to be submitted. Errors: claims' BatchNotFound."""
        return read_object(Batch, await info.context.loaders_for(purpose).services.claims.get_batch(id))

    @strawberry.field
    async def batches(
        self, info: Info, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> BatchPage | None:
        """Every batch, abandoned ones too, oldest first."""
        return read_object(
            BatchPage, await info.context.loaders_for(purpose).services.claims.list_batches(first, after)
        )

    @strawberry.field
    async def sample_commitments(
        self, info: Info, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> SampleCommitmentPage | None:
        """Every commitment of an auditor to a nonce, used or not, oldest first."""
        page = await info.context.loaders_for(purpose).services.claims.list_commitments(first, after)
        return read_object(SampleCommitmentPage, page)

    @strawberry.field
    async def findings(
        self, info: Info, batch: UUID, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> FindingPage | None:
        """What auditors found in a batch, oldest first. Errors: claims' BatchNotFound."""
        page = await info.context.loaders_for(purpose).services.claims.list_findings(batch, first, after)
        return read_object(FindingPage, page)

    @strawberry.field
    async def report(self, info: Info, name: str, as_at: date | None = None, purpose: Purpose = None) -> Report | None:
        """A report, now or as at a day."""
        return read_object(Report, await info.context.loaders_for(purpose).services.claims.get_report(name, as_at))


@strawberry.type
@mirrors(claims="Written")
class ClaimChanged:
    """The claim's new state."""

    loaders: strawberry.Private[Loaders]
    claim_id: strawberry.Private[UUID]
    id: UUID
    status: str
    etag: MaybeAbsent[str]

    @strawberry.field
    @needs_own_request
    async def claim(self) -> Claim | None:
        """The claim as it is now."""
        return read_object(Claim, await self.loaders.services.claims.get_claim(self.claim_id), loaders=self.loaders)


@strawberry.type
@mirrors(claims="Written")
class BatchChanged:
    """What was done with the batch. `id` is the act's own where it has one: a finding's."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


@strawberry.type
@mirrors(claims="CommitmentWritten")
class NonceCommitted:
    """The hash is kept; a batch can be frozen under it until `expires_at`."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]
    expires_at: datetime


@strawberry.type
@mirrors(claims="DrawnView")
class SampleDrawn:
    """The sample was drawn. `sample` names all claims that the auditor is to examine, `drawn` those of this draw.

    `seed` follows from the auditor's nonce and the frozen batch.
    """

    id: UUID
    status: str
    etag: MaybeAbsent[str]
    seed: str | None
    drawn: list[UUID]
    sample: list[UUID]


@strawberry.type
@mirrors(claims="Written")
class PaymentRecorded:
    """What was recorded stands in the ledger: a payment, a repayment, or that one of them was taken back."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


ClaimChange = Annotated[ClaimChanged | AnyProblem, strawberry.union("ClaimChange")]
BatchChange = Annotated[BatchChanged | AnyProblem, strawberry.union("BatchChange")]
SampleChange = Annotated[SampleDrawn | AnyProblem, strawberry.union("SampleChange")]
NonceCommitting = Annotated[NonceCommitted | AnyProblem, strawberry.union("NonceCommitting")]
PaymentRecording = Annotated[PaymentRecorded | AnyProblem, strawberry.union("PaymentRecording")]


@strawberry.input
@mirrors(claims="CheckRequest")
class CheckInput:
    """`verdict`: agreed or sent_back."""

    verdict: CheckVerdict
    reason: str
    date: date


@strawberry.input
@mirrors(claims="BatchRequest")
class BatchInput:
    """All checked claims of a framework, as on a day."""

    framework: str
    date: date


@strawberry.input
@mirrors(claims="FindingRequest")
class FindingInput:
    """`verdict`: upheld or failed. `corrects`: the finding that stands, which a second auditor corrects."""

    claim: UUID
    verdict: FindingVerdict
    reason: str
    date: date
    corrects: UUID | None = None


@strawberry.input
@mirrors(claims="AbandonRequest")
class AbandonInput:
    """Why a freeze is undone, and when."""

    reason: str
    date: date


@strawberry.input
@mirrors(claims="CommitmentRequest")
class CommitmentInput:
    """`hash`: SHA-256 of the 32 bytes of a nonce that only the auditor knows, in hex."""

    framework: str
    hash: str


@strawberry.input
@mirrors(claims="SubmitRequest")
class SubmissionInput:
    """The day on which the batch went to the department."""

    date: date


@strawberry.input
@mirrors(claims="RefusedClaim")
class RefusedClaimInput:
    """A claim that the department did not pay, and why."""

    claim: UUID
    reason: str


@strawberry.input
@mirrors(claims="PaymentRequest")
class PaymentInput:
    """What the department paid for a batch, its reference, and the claims that it refused."""

    batch: UUID
    date: date
    pence: WholeNumber
    reference: str
    refused: list[RefusedClaimInput] | None = None


@strawberry.input
@mirrors(claims="RepaymentRequest")
class RepaymentInput:
    """What went back to the department for a claim, and its reference."""

    claim: UUID
    date: date
    pence: WholeNumber
    reference: str


@strawberry.input
@mirrors(claims="ReversalRequest")
class ReversalInput:
    """Why what was recorded is taken back."""

    reason: str
    date: date


@strawberry.type
class ClaimsMutation:
    @strawberry.mutation
    async def check_claim(
        self, info: Info, claim: UUID, input: CheckInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> ClaimChange | None:
        """A second person agrees to a drafted claim, or sends it back."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.claims.check_claim(claim, body, idempotency_key),
            ClaimChanged,
            claim_id=claim,
        )

    @strawberry.mutation
    async def freeze_batch(
        self, info: Info, input: BatchInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> BatchChange | None:
        """Put all checked claims into a batch; nothing in it changes afterwards."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.claims.freeze_batch(body, idempotency_key), BatchChanged
        )

    @strawberry.mutation
    async def abandon_batch(
        self, info: Info, batch: UUID, input: AbandonInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> BatchChange | None:
        """Undo a freeze whose sample nobody knows yet; its claims are looked at whole in the next batch."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.claims.abandon_batch(batch, body, idempotency_key), BatchChanged
        )

    @strawberry.mutation
    async def commit_nonce(
        self, info: Info, input: CommitmentInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> NonceCommitting | None:
        """An auditor hands in the hash of a nonce, before a batch is frozen under it."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.claims.commit_nonce(body, idempotency_key), NonceCommitted
        )

    @strawberry.mutation
    async def draw_sample(
        self,
        info: Info,
        batch: UUID,
        idempotency_key: IdempotencyKey,
        nonce: str | None = None,
        purpose: Purpose = None,
    ) -> SampleChange | None:
        """Reveal the nonce and draw the auditor's sample of a batch; later, without it, extend the sample."""
        body = {} if nonce is None else {"nonce": nonce}
        return await attempt_change(
            info, purpose, lambda to: to.claims.draw_sample(batch, body, idempotency_key), SampleDrawn
        )

    @strawberry.mutation
    async def record_finding(
        self, info: Info, batch: UUID, input: FindingInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> BatchChange | None:
        """What the auditor found of a sampled claim."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.claims.record_finding(batch, body, idempotency_key), BatchChanged
        )

    @strawberry.mutation
    async def submit_batch(
        self, info: Info, batch: UUID, input: SubmissionInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> BatchChange | None:
        """Send a batch to the department, once all of its sample was upheld."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.claims.submit_batch(batch, body, idempotency_key), BatchChanged
        )

    @strawberry.mutation
    async def record_payment(
        self, info: Info, input: PaymentInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> PaymentRecording | None:
        """The department paid a batch."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.claims.record_payment(body, idempotency_key), PaymentRecorded
        )

    @strawberry.mutation
    async def reverse_payment(
        self, info: Info, payment: UUID, input: ReversalInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> PaymentRecording | None:
        """Take back a payment that was recorded wrongly."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.claims.reverse_payment(payment, body, idempotency_key), PaymentRecorded
        )

    @strawberry.mutation
    async def record_repayment(
        self, info: Info, input: RepaymentInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> PaymentRecording | None:
        """What was paid for a claim went back."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.claims.record_repayment(body, idempotency_key), PaymentRecorded
        )

    @strawberry.mutation
    async def reverse_repayment(
        self,
        info: Info,
        repayment: UUID,
        input: ReversalInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> PaymentRecording | None:
        """Take back a repayment that was recorded wrongly."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.claims.reverse_repayment(repayment, body, idempotency_key), PaymentRecorded
        )
