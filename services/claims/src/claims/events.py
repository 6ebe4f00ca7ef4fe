"""What claims tells others, once it is true: ids, codes, dates and pence."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from chassis.events import Event
from transparency.events import HeadEvent


class FamilyEvent(Event):
    topic: ClassVar[str] = "claims.family"

    family: UUID
    framework: str
    plan_version: int
    as_at: date
    criteria: list[str]

    @property
    def key(self) -> str:
        return str(self.family)


class FamilyEligible(FamilyEvent):
    name: ClassVar[str] = "family.eligible"


class FamilyNoLongerEligible(FamilyEvent):
    name: ClassVar[str] = "family.no-longer-eligible"


class FamilyAttached(FamilyEvent):
    """`as_at` is the attachment date."""

    name: ClassVar[str] = "family.attached"


class ProgressChanged(FamilyEvent):
    """`criteria` are the needs that are met now."""

    name: ClassVar[str] = "progress.changed"


class ClaimEvent(Event):
    """`days_late`: the latest recorded of the acts of support beneath it; null where that was not kept."""

    topic: ClassVar[str] = "claims.claim"

    claim: UUID
    family: UUID
    component: str
    pence: int
    bundle: UUID | None
    days_late: int | None = None

    @property
    def key(self) -> str:
        return str(self.claim)


class ClaimDrafted(ClaimEvent):
    name: ClassVar[str] = "claim.drafted"


class ClaimChecked(ClaimEvent):
    name: ClassVar[str] = "claim.checked"


class ClaimSampled(ClaimEvent):
    name: ClassVar[str] = "claim.sampled"


class ClaimSubmitted(ClaimEvent):
    name: ClassVar[str] = "claim.submitted"


class ClaimPaid(ClaimEvent):
    name: ClassVar[str] = "claim.paid"


class ClaimRejected(ClaimEvent):
    name: ClassVar[str] = "claim.rejected"


class ClaimDropped(ClaimEvent):
    name: ClassVar[str] = "claim.dropped"


class ClaimRetracted(ClaimEvent):
    name: ClassVar[str] = "claim.retracted"


class ClaimToRepay(ClaimEvent):
    """A paid result that stands no longer: what was paid goes back."""

    name: ClassVar[str] = "claim.to-repay"


class ClaimRepaid(ClaimEvent):
    """What was paid went back. A repaid result is no result."""

    name: ClassVar[str] = "claim.repaid"


class ClaimPaymentReversed(ClaimEvent):
    """A payment, or a refusal to pay, was recorded wrongly: the claim stands as submitted, or as to be repaid."""

    name: ClassVar[str] = "claim.payment-reversed"


class QuestionEvent(Event):
    """A question for a person. `kind`: same_people (of two families), news (of a claim's one)."""

    topic: ClassVar[str] = "claims.question"

    question: UUID
    kind: str
    framework: str
    families: list[UUID]

    @property
    def key(self) -> str:
        return str(self.question)


class QuestionRaised(QuestionEvent):
    name: ClassVar[str] = "question.raised"


class QuestionAnswered(QuestionEvent):
    """`answer` is in force from now on; `by` gave it, and `confirmed_by` agreed where a second person has to."""

    name: ClassVar[str] = "question.answered"

    answer: str
    by: str
    confirmed_by: str | None


class SampleCommitted(Event):
    """An auditor handed in the hash of a nonce, which stays secret until a batch was frozen under it."""

    topic: ClassVar[str] = "claims.batch"
    name: ClassVar[str] = "sample.committed"

    commitment: UUID
    framework: str
    hash: str

    @property
    def key(self) -> str:
        return self.framework


class BatchEvent(Event):
    topic: ClassVar[str] = "claims.batch"

    batch: UUID
    framework: str

    @property
    def key(self) -> str:
        return self.framework


class BatchFrozen(BatchEvent):
    """`freeze` counts the freezes of the framework; `content_hash` is of what was frozen: see docs/sampling.md."""

    name: ClassVar[str] = "batch.frozen"

    freeze: int
    claims: int
    commitment: UUID
    content_hash: str


class BatchAbandoned(BatchEvent):
    name: ClassVar[str] = "batch.abandoned"


class SampleDrawn(BatchEvent):
    """`drawing` counts the drawings of the batch; `nonce` and `seed` are null for a batch of before commitments."""

    name: ClassVar[str] = "sample.drawn"

    drawing: int
    nonce: str | None
    seed: str | None
    claims: list[UUID]


class FindingRecorded(BatchEvent):
    """What an auditor found, and which finding it corrects; why stays here."""

    name: ClassVar[str] = "finding.recorded"

    finding: UUID
    claim: UUID
    verdict: str
    corrects: UUID | None


class VisitEvent(Event):
    topic: ClassVar[str] = "claims.visit"

    visit: UUID

    @property
    def key(self) -> str:
        return str(self.visit)


class VisitOpened(VisitEvent):
    """From one day to another, both included, the visitor may look at these claims and their bundles."""

    name: ClassVar[str] = "visit.opened"

    visitor: str
    from_on: date
    to_on: date
    claims: list[UUID]
    bundles: list[UUID]


class VisitClosed(VisitEvent):
    """It ended before its last day."""

    name: ClassVar[str] = "visit.closed"


class HeadSigned(HeadEvent):
    """A head of claims's log."""

    topic: ClassVar[str] = "claims.transparency"
    name: ClassVar[str] = "head.signed"


EVENTS: list[type[Event]] = [
    FamilyEligible, FamilyNoLongerEligible, FamilyAttached, ProgressChanged,
    ClaimDrafted, ClaimChecked, ClaimSampled, ClaimSubmitted, ClaimPaid, ClaimRejected, ClaimDropped, ClaimRetracted,
    ClaimToRepay, ClaimRepaid, ClaimPaymentReversed, QuestionRaised, QuestionAnswered,
    SampleCommitted, BatchFrozen, BatchAbandoned, SampleDrawn, FindingRecorded, VisitOpened, VisitClosed,
    HeadSigned,
]  # fmt: skip
