"""What claims tells others, once it is true: ids, codes, dates and pence."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from chassis.events import Event


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
    topic: ClassVar[str] = "claims.claim"

    claim: UUID
    family: UUID
    component: str
    pence: int
    bundle: UUID | None

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


EVENTS: list[type[Event]] = [
    FamilyEligible, FamilyNoLongerEligible, FamilyAttached, ProgressChanged,
    ClaimDrafted, ClaimChecked, ClaimSampled, ClaimSubmitted, ClaimPaid, ClaimRejected, ClaimDropped, ClaimRetracted,
    ClaimToRepay, QuestionRaised, QuestionAnswered,
]  # fmt: skip
