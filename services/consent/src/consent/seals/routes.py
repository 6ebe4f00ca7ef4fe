"""Seals: where a person is goes to nobody."""

from uuid import UUID

from fastapi import APIRouter, Response

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.schemas import Written
from consent.access import SetSeals
from consent.seals import service
from consent.seals.schemas import LiftRequest, SealRequest, SealView

router = APIRouter(prefix="/v1/seals", tags=["seals"])


@router.post("", status_code=201)
def put(request: SealRequest, caller: SetSeals, session: WriteSession, once: Once) -> Written:
    """Seal a person's whereabouts."""
    return once(session, caller, request, lambda: service.put(session, caller, request), "/v1/seals/{id}")


@router.get("/{seal_id}")
def show(seal_id: UUID, caller: SetSeals, session: ReadSession, response: Response) -> SealView:
    """One seal that your agency set."""
    seal = service.show(session, caller, seal_id)
    response.headers["ETag"] = seal.etag
    return seal


@router.post("/{seal_id}/lift")
def lift(seal_id: UUID, request: LiftRequest, caller: SetSeals, session: WriteSession) -> Written:
    """Lift a seal that your agency set."""
    return service.lift(session, caller, seal_id, request.date, request.reason)
