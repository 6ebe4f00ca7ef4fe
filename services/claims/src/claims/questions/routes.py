"""Questions that a person answers before money moves, or about money that has moved."""

from uuid import UUID

from fastapi import APIRouter

from chassis.auth import StatedPurpose
from chassis.db import WriteSession
from chassis.idempotency import Once
from chassis.paging import After, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import Written
from claims.access import CheckClaims, ReadClaims
from claims.models import QuestionKind, QuestionStatus
from claims.questions import service
from claims.questions.schemas import AnswerRequest, ConfirmRequest, QuestionView

router = APIRouter(prefix="/v1/questions", tags=["questions"])


@router.get("")
def list_questions(
    caller: ReadClaims,
    purpose: StatedPurpose,
    runtime: TheRuntime,
    kind: QuestionKind | None = None,
    status: QuestionStatus | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[QuestionView]:
    """Questions within your reach, oldest first."""
    return service.list_questions(runtime, caller, purpose, kind=kind, status=status, after=after, limit=limit)


@router.get("/{question_id}")
def show_question(question_id: UUID, caller: ReadClaims, purpose: StatedPurpose, runtime: TheRuntime) -> QuestionView:
    """One question, and everything that was answered to it."""
    return service.show_question(runtime, caller, purpose, question_id)


@router.post("/{question_id}/answers", status_code=201)
def answer_question(
    question_id: UUID, request: AnswerRequest, caller: CheckClaims, session: WriteSession, once: Once
) -> Written:
    """Answer a question, or correct an answer; one that lets money go out waits for a second person."""
    return once(session, caller, request, lambda: service.answer_question(session, caller, question_id, request))


@router.post("/{question_id}/confirm")
def confirm_answer(
    question_id: UUID, request: ConfirmRequest, caller: CheckClaims, session: WriteSession, once: Once
) -> Written:
    """Agree, as a second person, to an answer that lets money go out."""
    return once(session, caller, request, lambda: service.confirm_answer(session, caller, question_id, request))
