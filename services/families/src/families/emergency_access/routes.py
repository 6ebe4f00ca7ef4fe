"""Emergency access: used at once, reviewed by a second person."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once, OnceIfKeyed
from chassis.paging import After, Limit, Page
from chassis.schemas import Written
from families.access import AnswerNotes, ReviewEmergencyAccess, UseEmergencyAccess
from families.emergency_access import service
from families.emergency_access.schemas import (
    AccessReviewRequest,
    AnswerRequest,
    EmergencyRequest,
    EmergencyView,
    NoteView,
)

router = APIRouter(prefix="/v1", tags=["safeguarding"])


@router.post("/emergency-access", status_code=201)
def use_access(request: EmergencyRequest, caller: UseEmergencyAccess, session: WriteSession, once: Once) -> Written:
    """Meet these people at once, for some hours; state `Ground: emergency <id>` from then on."""
    return once(session, caller, request, lambda: service.use_access(session, caller, request))


@router.get("/emergency-access/own")
def list_own_access(
    caller: UseEmergencyAccess, session: ReadSession, after: After = None, limit: Limit = 50
) -> Page[EmergencyView]:
    """What you used, and what was found about it."""
    return service.list_own(session, caller, after, limit)


@router.get("/emergency-access")
def list_access_to_review(
    caller: ReviewEmergencyAccess,
    session: ReadSession,
    status: Literal["to_review", "overdue"] | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[EmergencyView]:
    """What was used in your agency; what is to be reviewed, or overdue."""
    return service.list_to_review(session, caller, status, after, limit)


@router.post("/emergency-access/{access_id}/reviews", status_code=201)
def review_access(
    access_id: UUID, request: AccessReviewRequest, caller: ReviewEmergencyAccess, session: WriteSession, once: Once
) -> Written:
    """Say whether it was justified; never of your own."""
    return once(session, caller, request, lambda: service.review_access(session, caller, access_id, request))


@router.get("/governance-notes")
def list_notes(caller: AnswerNotes, session: ReadSession, after: After = None, limit: Limit = 50) -> Page[NoteView]:
    """What the officers of your agency must look at, oldest first."""
    return service.list_notes(session, caller, after, limit)


@router.post("/governance-notes/{note_id}/answer")
def answer_note(
    note_id: UUID, request: AnswerRequest, caller: AnswerNotes, session: WriteSession, once: OnceIfKeyed
) -> Written:
    """Say what came of it."""
    return once(session, caller, request, lambda: service.answer_note(session, caller, note_id, request))
