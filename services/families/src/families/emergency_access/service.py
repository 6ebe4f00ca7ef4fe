"""Emergency access: named people are met at once, with a reason, for some hours; a second person reviews it.

Nobody is kept waiting, and nobody is alone with what they did: a review that is late is listed and alarms, and one
that finds no justification opens a note for the information governance officer.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.clock import LONDON
from chassis.db import new_id, now, today
from chassis.paging import Page, read_cursor
from chassis.runtime import Runtime
from chassis.schemas import Written
from families.bars.repository import find_barred
from families.emergency_access import repository
from families.emergency_access.schemas import (
    AccessReviewRequest,
    AccessReviewView,
    AnswerRequest,
    EmergencyRequest,
    EmergencyView,
    NoteView,
)
from families.matching.naming import find_named
from families.models.safeguarding import (
    EmergencyAccess,
    EmergencyAccessPerson,
    EmergencyAccessReview,
    GovernanceNote,
)
from families.problems import AccessNotFound, NoteAnswered, OwnAccess, PersonNotFound
from vocabulary.safeguarding import SAFEGUARDING, add_working_days

PURPOSE = "safeguarding"
MINE, TO_REVIEW, NOTES = "emergency-access", "emergency-reviews", "governance-notes"


def use_access(session: Session, caller: Caller, request: EmergencyRequest) -> Written:
    """Let the caller meet these people from now on, for some hours.

    Errors: PersonNotFound for somebody who is nobody, or from whom the caller is barred: in no emergency either.
    """
    people = find_named(session, request.people, "/body/people", PURPOSE)
    if not find_barred(session, caller.subject).people.isdisjoint(people):
        raise PersonNotFound()
    begun = now()
    access = EmergencyAccess(
        id=new_id(), user=caller.subject, service=caller.service, agency=caller.agency, reason=request.reason,
        begun_at=begun, expires_at=begun + timedelta(hours=SAFEGUARDING.emergency_hours),
        review_by=add_working_days(begun.astimezone(LONDON).date(), SAFEGUARDING.review_working_days),
    )  # fmt: skip
    session.add(access)
    session.flush()
    session.add_all(EmergencyAccessPerson(access=access.id, person=person) for person in people)
    return Written(id=access.id, status="standing")


def list_own(session: Session, caller: Caller, after: str | None, limit: int) -> Page[EmergencyView]:
    """What the caller used, oldest first. Errors: CursorNotValid."""
    position = read_cursor(after, MINE)
    rows = repository.list_of_user(
        session, caller.subject, after=UUID(position[0]) if position else None, limit=limit + 1
    )
    return Page[EmergencyView].cut(_views(session, rows), limit, name=MINE, position=lambda view: view.id)


def list_to_review(
    session: Session, caller: Caller, status: str | None, after: str | None, limit: int
) -> Page[EmergencyView]:
    """What was used in the caller's agency, oldest first. Errors: CursorNotValid."""
    position = read_cursor(after, TO_REVIEW)
    rows = repository.list_of_agency(
        session,
        caller.agency,
        open_only=status == "to_review",
        overdue_on=today() if status == "overdue" else None,
        after=UUID(position[0]) if position else None,
        limit=limit + 1,
    )
    barred = find_barred(session, caller.subject).people
    page = Page[EmergencyView].cut(_views(session, rows), limit, name=TO_REVIEW, position=lambda view: view.id)
    return page.model_copy(update={"items": [view for view in page.items if barred.isdisjoint(view.people)]})


def review_access(session: Session, caller: Caller, access_id: UUID, request: AccessReviewRequest) -> Written:
    """Say whether it was justified, as somebody else than who used it. A later review stands in an earlier one's place.

    Errors: AccessNotFound, also for who is barred from somebody whom it names; OwnAccess.
    """
    access = repository.get_access(session, access_id, agency=caller.agency)
    named = repository.read_people(session, [access.id]).get(access.id, [])
    if not find_barred(session, caller.subject).people.isdisjoint(named):
        raise AccessNotFound()
    if access.user == caller.subject:
        raise OwnAccess()
    review = EmergencyAccessReview(
        id=new_id(), access=access.id, outcome=request.outcome, note=request.note, by=caller.subject
    )
    session.add(review)
    if request.outcome == "not_justified" and access.outcome != "not_justified":
        session.add(GovernanceNote(id=new_id(), about=access.id, agency=access.agency))
    access.outcome = request.outcome
    return Written(id=review.id, status=request.outcome)


def list_notes(session: Session, caller: Caller, after: str | None, limit: int) -> Page[NoteView]:
    """What the officers of the caller's agency must look at, oldest first; nothing of what they used themselves.

    Errors: CursorNotValid.
    """
    position = read_cursor(after, NOTES)
    rows = repository.list_notes(
        session,
        caller.agency,
        but_of=caller.subject,
        after=UUID(position[0]) if position else None,
        limit=limit + 1,
    )
    views = [
        NoteView(
            id=note.id, about=note.about, user=access.user, opened_at=note.opened_at, answer=note.answer,
            answered_by=note.answered_by, answered_at=note.answered_at,
        )
        for note, access in rows
    ]  # fmt: skip
    return Page[NoteView].cut(views, limit, name=NOTES, position=lambda view: view.id)


def answer_note(session: Session, caller: Caller, note_id: UUID, request: AnswerRequest) -> Written:
    """Say what came of it. Errors: NoteNotFound; OwnAccess; NoteAnswered where it was answered otherwise."""
    note = repository.get_note(session, note_id, agency=caller.agency)
    if repository.get_access(session, note.about, agency=caller.agency).user == caller.subject:
        raise OwnAccess()
    if note.answer is not None and note.answer != request.answer:
        raise NoteAnswered()
    if note.answer is None:
        note.answer, note.answered_by, note.answered_at = request.answer, caller.subject, now()
    return Written(id=note.id, status="answered")


def count_overdue_reviews(runtime: Runtime) -> int:
    """How many reviews are late, in all agencies: an alarm."""
    with runtime.read() as session:
        return repository.count_overdue(session, today())


def _views(session: Session, accesses: Sequence[EmergencyAccess]) -> list[EmergencyView]:
    ids = [access.id for access in accesses]
    people, reviews = repository.read_people(session, ids), repository.read_reviews(session, ids)
    return [
        EmergencyView(
            id=one.id, user=one.user, service=one.service, reason=one.reason, begun_at=one.begun_at,
            expires_at=one.expires_at, review_by=one.review_by, outcome=one.outcome,
            status="reviewed" if one.outcome else "overdue" if one.review_by < today() else "to_review",
            people=people.get(one.id, []),
            reviews=[
                AccessReviewView(outcome=review.outcome, note=review.note, by=review.by, at=review.recorded_at)
                for review in reviews.get(one.id, [])
            ],
        )
        for one in accesses
    ]  # fmt: skip
