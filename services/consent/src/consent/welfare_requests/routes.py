"""Requests for the welfare of a child (Children Act 2004 s16LA): who asks, who answers, and what came of it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.db import ReadSession
from chassis.idempotency import Once
from chassis.paging import After, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import Written
from consent.access import AnswerForWelfare, AskForWelfare, ReadWelfareRequests, ReviewWelfareAnswers
from consent.welfare_requests import service
from consent.welfare_requests.schemas import (
    WelfareAnswerBody,
    WelfareRequestBody,
    WelfareRequestView,
    WelfareReviewBody,
    WelfareStepBody,
)

router = APIRouter(prefix="/v1/welfare-requests", tags=["welfare"])
Overdue = Annotated[bool, Query(description="Only those that nobody answered by the day on which it was due")]


@router.post("", status_code=201)
def ask_for_welfare(request: WelfareRequestBody, caller: AskForWelfare, runtime: TheRuntime, once: Once) -> Written:
    """Ask another body what it holds about a child, saying which child, what for and why it is relevant."""
    return service.ask_for_welfare(runtime, caller, request, once)


@router.get("", response_model_exclude_unset=True)
def list_received_requests(
    caller: AnswerForWelfare,
    runtime: TheRuntime,
    status: Literal["open", "answered", "withdrawn"] | None = None,
    overdue: Overdue = False,
    review: Annotated[
        Literal["due", "overdue"] | None, Query(description="Only those whose answer by a rule is to be reviewed")
    ] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[WelfareRequestView]:
    """What was asked of your service, or of all services of your agency where you are its officer."""
    return service.list_received(
        runtime, caller, status=status, overdue=overdue, review=review, after=after, limit=limit
    )


@router.get("/own", response_model_exclude_unset=True)
def list_own_requests(
    caller: ReadWelfareRequests,
    session: ReadSession,
    overdue: Overdue = False,
    after: After = None,
    limit: Limit = 50,
) -> Page[WelfareRequestView]:
    """What you asked, or what was asked in your agency where you are its officer, with what came of it."""
    return service.list_asked(session, caller, overdue, after, limit)


@router.get("/{welfare_request_id}", response_model_exclude_unset=True)
def show_welfare_request(
    welfare_request_id: UUID, caller: ReadWelfareRequests, runtime: TheRuntime, response: Response
) -> WelfareRequestView:
    """One request that you made, or that you may answer."""
    view = service.show_request(runtime, caller, welfare_request_id)
    response.headers["ETag"] = view.etag
    return view


@router.post("/{welfare_request_id}/withdrawal")
def withdraw_welfare_request(
    welfare_request_id: UUID, request: WelfareStepBody, caller: ReadWelfareRequests, runtime: TheRuntime
) -> Written:
    """Withdraw what you asked; nothing is shown by it any more."""
    return service.withdraw_request(runtime, caller, welfare_request_id, request)


@router.post("/{welfare_request_id}/answer")
def answer_welfare_request(
    welfare_request_id: UUID, request: WelfareAnswerBody, caller: AnswerForWelfare, runtime: TheRuntime
) -> Written:
    """Answer what was asked of your service."""
    return service.answer_request(runtime, caller, welfare_request_id, request)


@router.post("/{welfare_request_id}/answer/withdrawal")
def take_back_welfare_answer(
    welfare_request_id: UUID, request: WelfareStepBody, caller: AnswerForWelfare, runtime: TheRuntime
) -> Written:
    """Take an answer back, with the reason; another one is due."""
    return service.take_back_answer(runtime, caller, welfare_request_id, request)


@router.post("/{welfare_request_id}/answer/review")
def review_welfare_answer(
    welfare_request_id: UUID, request: WelfareReviewBody, caller: ReviewWelfareAnswers, runtime: TheRuntime
) -> Written:
    """Say whether what a rule answered was justified, as a second person."""
    return service.review_answer(runtime, caller, welfare_request_id, request)
