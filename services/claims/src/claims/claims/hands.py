"""Who has had a hand in claims: whoever did one thing with a claim does not do the next.

Looked at are all claims of the families, in one framework: a claim that fell and was drafted again is the same money
under another id. So whoever checked it in one batch does not audit it in another.
Source: docs/sources/audit.md#two-checks.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from chassis.db import in_batches
from chassis.problems import Conflict
from claims.claims.drafting import SYSTEM
from claims.models import (
    Answer,
    AuditFinding,
    Batch,
    BatchClaim,
    Check,
    Claim,
    Draw,
    Payment,
    Question,
    SampleCommitment,
    Sampled,
)

PREPARED, CHECKED, FROZE, AUDITED, SUBMITTED, PAID = "prepared", "checked", "froze", "audited", "submitted", "paid"
ACTS = (PREPARED, CHECKED, FROZE, AUDITED, SUBMITTED, PAID)


@dataclass
class Hands:
    """Who did what with some claims. Shape: act → subjects."""

    of: dict[str, set[str]] = field(default_factory=lambda: {act: set() for act in ACTS})

    def add(self, act: str, *subjects: str | None) -> None:
        """Somebody did this; the system, and nobody, is no hand."""
        self.of[act] |= {subject for subject in subjects if subject and subject != SYSTEM}

    def refuse(self, subject: str, problem: Callable[[], Conflict], *acts: str) -> None:
        """Errors: the problem, when somebody did one of these acts, in whichever role."""
        if any(subject in self.of[act] for act in acts):
            raise problem()


def list_hands(session: Session, framework: str, families: Collection[UUID]) -> Hands:
    """Everybody who had a hand in any claim of these families."""
    hands = Hands()
    claims: set[UUID] = set()
    batches: set[UUID] = set()
    for some in in_batches(sorted(set(families))):
        theirs = (Claim.framework == framework, Claim.family.in_(some))
        columns = select(Claim.id, Claim.batch, Claim.checked_by, Claim.ended_by, Claim.prepared_by).where(*theirs)
        for claim, batch, checked_by, ended_by, prepared_by in session.execute(columns):
            claims.add(claim)
            batches |= {batch} if batch else set()
            hands.add(CHECKED, checked_by, ended_by)
            hands.add(PREPARED, *(prepared_by or ()))
    for _, by in _list_answers(session, framework, families):
        hands.add(PREPARED, by)
    for some in in_batches(sorted(claims)):
        batches |= set(session.scalars(select(BatchClaim.batch).where(BatchClaim.claim.in_(some))))
        hands.add(CHECKED, *session.scalars(select(Check.by).where(Check.claim.in_(some))))
        hands.add(AUDITED, *session.scalars(select(AuditFinding.by).where(AuditFinding.claim.in_(some))))
        drawn = select(Draw.by).join(Sampled, Sampled.draw == Draw.id).where(Sampled.claim.in_(some))
        hands.add(AUDITED, *session.scalars(drawn))
    for some in in_batches(sorted(batches)):
        for frozen_by, submitted_by in session.execute(
            select(Batch.frozen_by, Batch.submitted_by).where(Batch.id.in_(some))
        ):
            hands.add(FROZE, frozen_by)
            hands.add(SUBMITTED, submitted_by)
        hands.add(AUDITED, *session.scalars(select(Draw.by).where(Draw.batch.in_(some))))
        committed = select(SampleCommitment.by).where(SampleCommitment.batch.in_(some))
        hands.add(AUDITED, *session.scalars(committed))
        hands.add(PAID, *session.scalars(select(Payment.by).where(Payment.batch.in_(some))))
    return hands


def list_judged(session: Session, framework: str, families: Collection[UUID]) -> set[UUID]:
    """Those of these families about whom somebody answered a question, as whether two of them are one."""
    return {family for family, _ in _list_answers(session, framework, families)}


def _list_answers(session: Session, framework: str, families: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Who answered questions about these families. Shape: (family, subject)."""
    found: list[tuple[UUID, str]] = []
    for some in in_batches(sorted(set(families))):
        about = or_(Question.family.in_(some), Question.other.in_(some))
        asked = select(Question.family, Question.other, Answer.by).join(Answer, Answer.question == Question.id)
        for family, other, by in session.execute(asked.where(Question.framework == framework, about)):
            found += [(each, by) for each in (family, other) if each in set(some)]
    return found
