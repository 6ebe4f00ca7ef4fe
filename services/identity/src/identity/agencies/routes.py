"""Agencies and their services: who takes part. A service is the recipient in agreements."""

from fastapi import APIRouter

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.paging import After, Limit, Page
from chassis.schemas import Word, Written
from identity.access import AdministerIdentity, ReadIdentity
from identity.agencies import service
from identity.agencies.schemas import AgencyRequest, AgencyView, ServiceRequest, ServiceView
from identity.audit.service import Actor

router = APIRouter(prefix="/v1", tags=["agencies"])


@router.post("/agencies", status_code=201)
def register_agency(request: AgencyRequest, caller: AdministerIdentity, session: WriteSession, once: Once) -> Written:
    """Register an agency."""
    return once(
        session,
        caller,
        request,
        lambda: service.register_agency(session, Actor.of(caller), request),
        f"/v1/agencies/{request.code}",
    )


@router.get("/agencies")
def list_agencies(
    caller: ReadIdentity, session: ReadSession, after: After = None, limit: Limit = 50
) -> Page[AgencyView]:
    """Agencies with their services, by code."""
    return service.list_agencies(session, after, limit)


@router.get("/agencies/{code}")
def show_agency(code: Word, caller: ReadIdentity, session: ReadSession) -> AgencyView:
    """One agency with its services."""
    return service.show_agency(session, code)


@router.post("/agencies/{code}/services", status_code=201)
def register_service(
    code: Word, request: ServiceRequest, caller: AdministerIdentity, session: WriteSession, once: Once
) -> Written:
    """Register a service of an agency."""
    return once(
        session,
        caller,
        request,
        lambda: service.register_service(session, Actor.of(caller), code, request),
        f"/v1/services/{request.code}",
    )


@router.get("/services")
def list_services(
    caller: ReadIdentity, session: ReadSession, after: After = None, limit: Limit = 50
) -> Page[ServiceView]:
    """Services of all agencies, by code."""
    return service.list_services(session, after, limit)


@router.get("/services/{code}")
def show_service(code: Word, caller: ReadIdentity, session: ReadSession) -> ServiceView:
    """One service."""
    return service.show_service(session, code)
