"""Objections (UK GDPR Art 21)."""

from uuid import UUID

from fastapi import APIRouter, Response

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.schemas import Written
from consent.access import WriteObjections
from consent.objections import service
from consent.objections.schemas import ObjectionRequest, ObjectionView

router = APIRouter(prefix="/v1/objections", tags=["objections"])


@router.post("", status_code=201)
def raise_objection(request: ObjectionRequest, caller: WriteObjections, session: WriteSession, once: Once) -> Written:
    """Record that a person objects to what is done for some purposes."""
    return once(
        session, caller, request, lambda: service.raise_objection(session, caller, request), "/v1/objections/{id}"
    )


@router.get("/{objection_id}")
def show_objection(
    objection_id: UUID, caller: WriteObjections, session: ReadSession, response: Response
) -> ObjectionView:
    """One objection."""
    objection = service.show_objection(session, caller, objection_id)
    response.headers["ETag"] = objection.etag
    return objection
