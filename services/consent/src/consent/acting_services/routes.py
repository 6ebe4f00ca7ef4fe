"""Services that act for a body which the law names."""

from uuid import UUID

from fastapi import APIRouter

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.paging import Page
from chassis.schemas import Written
from consent.access import WriteActingServices
from consent.acting_services import service
from consent.acting_services.schemas import ActingServiceEnd, ActingServiceRequest, ActingServiceView

router = APIRouter(prefix="/v1/acting-services", tags=["welfare"])


@router.post("", status_code=201)
def record_acting_service(
    request: ActingServiceRequest, caller: WriteActingServices, session: WriteSession, once: Once
) -> Written:
    """Record that a service of another agency works for yours, and so asks and is asked under the duty to share."""
    return once(session, caller, request, lambda: service.record_acting_service(session, caller, request))


@router.get("")
def list_acting_services(caller: WriteActingServices, session: ReadSession) -> Page[ActingServiceView]:
    """Those that act or acted for your agency."""
    return Page[ActingServiceView](items=service.list_acting_services(session, caller), next=None)


@router.post("/{acting_service_id}/end")
def end_acting_service(
    acting_service_id: UUID, request: ActingServiceEnd, caller: WriteActingServices, session: WriteSession
) -> Written:
    """Say that it acts for your agency no more."""
    return service.end_acting_service(session, caller, acting_service_id, request)
