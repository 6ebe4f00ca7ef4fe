"""Protections: where a person is goes to nobody."""

from uuid import UUID

from fastapi import APIRouter, Response

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.schemas import Written
from consent.access import SetProtections
from consent.protections import service
from consent.protections.schemas import LiftRequest, ProtectionRequest, ProtectionView

router = APIRouter(prefix="/v1/protections", tags=["protections"])


@router.post("", status_code=201)
def set_protection(request: ProtectionRequest, caller: SetProtections, session: WriteSession, once: Once) -> Written:
    """Protect a person's whereabouts."""
    return once(
        session, caller, request, lambda: service.set_protection(session, caller, request), "/v1/protections/{id}"
    )


@router.get("/{protection_id}")
def show_protection(
    protection_id: UUID, caller: SetProtections, session: ReadSession, response: Response
) -> ProtectionView:
    """One protection that your agency set."""
    protection = service.show_protection(session, caller, protection_id)
    response.headers["ETag"] = protection.etag
    return protection


@router.post("/{protection_id}/lift")
def lift_protection(
    protection_id: UUID, request: LiftRequest, caller: SetProtections, session: WriteSession
) -> Written:
    """Lift a protection that your agency set."""
    return service.lift_protection(session, caller, protection_id, request.date, request.reason)
