"""What follows from families that share people: a question is raised, and of two results one stands.

Which one stands: what is paid before what is submitted, and so on down to a draft; of two that stand alike, the one
drafted first. The other waits for the answer while it can still be held back. Answered *same*, it falls: it is dropped
before submission, retracted after, and repaid once it was paid.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.db import today
from chassis.events import Event
from claims.claims import repository as claims
from claims.claims.drafting import OPEN as OPEN_CLAIMS
from claims.claims.drafting import SYSTEM, event_for, mark_those_beside
from claims.events import ClaimDropped, ClaimEvent, ClaimPaid, ClaimRetracted, ClaimToRepay, QuestionRaised
from claims.frameworks.catalogue import Framework
from claims.models import LIVE, Claim
from claims.same_people import repository
from claims.same_people.overlaps import ONE_FAMILY, SamePeople, read_same_people
from claims.same_people.repository import CLOSED, OPEN

RANK = {"paid": 0, "to_repay": 1, "submitted": 2, "frozen": 3, "checked": 4, "drafted": 5}


def settle_same_people(
    session: Session,
    framework: Framework,
    families: Collection[UUID],
    attached: Mapping[UUID, date | None] | None = None,
) -> list[Event]:
    """Raise what is to be asked about these families, and let fall what cannot stand beside another's result.

    Shape: the events that tell of it, for the caller to emit.
    """
    found = read_same_people(session, framework, families, attached)
    return [*_raise_questions(session, framework, found), *_settle_claims(session, found)]


def list_barred(session: Session, framework: Framework, those: Collection[Claim]) -> list[UUID]:
    """Those of these claims beside which a family of the same people, or of what may be the same, has a result."""
    found = read_same_people(session, framework, {claim.family for claim in those})
    return [claim.id for claim in those if found.find_bar_of(claim.family, claim.result_date, found.claims)]


def _raise_questions(session: Session, framework: Framework, found: SamePeople) -> list[Event]:
    events: list[Event] = []
    for pair, shared in sorted(found.overlaps.items()):
        asked = found.asked.get(pair)
        if asked is None:
            question = repository.add_question(session, framework.name, pair, shared)
            events.append(
                QuestionRaised(
                    question=question.id, kind=repository.SAME_PEOPLE, framework=framework.name, families=list(pair)
                )
            )
        elif asked.status == CLOSED:
            repository.change_question(session, asked.question, status=OPEN, content=shared)
        elif asked.answer is None and asked.content != shared:
            repository.change_question(session, asked.question, content=shared)
    for pair, asked in sorted(found.asked.items()):
        looked_at = pair[0] in found.looked_at or pair[1] in found.looked_at
        if asked.status == OPEN and looked_at and pair not in found.overlaps:
            # They share nobody any more, as after a wrong merge was undone.
            repository.change_question(session, asked.question, status=CLOSED)
    return events


def _settle_claims(session: Session, found: SamePeople) -> list[Event]:
    events: list[Event] = []
    before: list[Claim] = []
    for claim in sorted(found.claims, key=lambda claim: (RANK[claim.status], claim.id)):
        bar = found.find_bar_of(claim.family, claim.result_date, before)
        if bar is not None or claim.ended_because == ONE_FAMILY:
            events += _let_fall(session, claim, bar)
        if claim.status in LIVE:
            before.append(claim)
    return events


def _let_fall(session: Session, claim: Claim, bar: str | None) -> list[Event]:
    """What becomes of a claim beside one that stands before it; with no bar any more, of one that was to be repaid."""
    ended: dict[str, Any] = {"ended_because": bar, "ended_by": SYSTEM, "ended_on": today()}
    told: type[ClaimEvent]
    if claim.status == "to_repay" and claim.ended_because == ONE_FAMILY and bar != ONE_FAMILY:
        ended = {"ended_because": None, "ended_by": None, "ended_on": None}
        moved, told = claims.move_claim(session, claim.id, ("to_repay",), "paid", **ended), ClaimPaid
    elif claim.status in OPEN_CLAIMS:
        moved, told = claims.move_claim(session, claim.id, OPEN_CLAIMS, "dropped", **ended), ClaimDropped
    elif claim.status == "submitted" and bar == ONE_FAMILY:
        moved, told = claims.move_claim(session, claim.id, ("submitted",), "retracted", **ended), ClaimRetracted
    elif claim.status == "paid" and bar == ONE_FAMILY:
        moved, told = claims.move_claim(session, claim.id, ("paid",), "to_repay", **ended), ClaimToRepay
    else:
        return []
    if moved is None:
        return []
    if claim.status not in LIVE:
        mark_those_beside(session, claim.framework, [claim.family])
    return [event_for(told, claim)]
