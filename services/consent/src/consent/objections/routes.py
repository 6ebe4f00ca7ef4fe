"""Objections (UK GDPR Art 21)."""

from uuid import UUID

from fastapi import APIRouter, Response

from chassis.idempotency import Once
from chassis.runtime import TheRuntime
from chassis.schemas import Written
from consent.access import WriteObjections
from consent.objections import service
from consent.objections.schemas import AnswerRequest, ObjectionRequest, ObjectionView, ObjectionWithdrawalRequest

router = APIRouter(prefix="/v1/objections", tags=["objections"])


@router.post("", status_code=201)
def raise_objection(request: ObjectionRequest, caller: WriteObjections, runtime: TheRuntime, once: Once) -> Written:
    """Record that a person of whom your agency holds data objects to what is done for some purposes."""
    return service.raise_objection(runtime, caller, request, once)


@router.get("/{objection_id}")
def show_objection(
    objection_id: UUID, caller: WriteObjections, runtime: TheRuntime, response: Response
) -> ObjectionView:
    """One objection, with its history."""
    objection = service.show_objection(runtime, caller, objection_id)
    response.headers["ETag"] = objection.etag
    return objection


@router.post("/{objection_id}/answer")
def answer_objection(
    objection_id: UUID, request: AnswerRequest, caller: WriteObjections, runtime: TheRuntime
) -> Written:
    """Uphold an objection, or override it on compelling grounds."""
    return service.answer_objection(runtime, caller, objection_id, request)


@router.post("/{objection_id}/withdrawal")
def withdraw_objection(
    objection_id: UUID, request: ObjectionWithdrawalRequest, caller: WriteObjections, runtime: TheRuntime
) -> Written:
    """Record that the person takes an objection back."""
    return service.withdraw_objection(runtime, caller, objection_id, request)
