"""Registering agencies and their services."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.schemas import Written
from identity.agencies import repository
from identity.agencies.schemas import AgencyRequest, AgencyView, ServiceRequest, ServiceView
from identity.audit.service import Actor, record
from identity.events import ServiceRegistered
from identity.models import Agency, Service
from identity.problems import AgencyExists, ServiceExists


def register_agency(session: Session, actor: Actor, request: AgencyRequest) -> Written:
    """Errors: AgencyExists."""
    agency = Agency(code=request.code, name=request.name, kind=request.kind)
    try:
        with session.begin_nested():
            session.add(agency)
    except IntegrityError:
        held = repository.find_agency(session, request.code)
        if held is None:
            raise
        raise AgencyExists(id=str(held.id)) from None
    record(session, actor, "agency.registered", "agency", agency.code, agency.code)
    return Written(id=agency.id, status="active")


def register_service(session: Session, actor: Actor, agency_code: str, request: ServiceRequest) -> Written:
    """Errors: AgencyNotFound, ServiceExists."""
    agency = repository.get_agency(session, agency_code)
    service = Service(code=request.code, agency_id=agency.id, name=request.name, sector=request.sector)
    try:
        with session.begin_nested():
            session.add(service)
    except IntegrityError:
        held = repository.find_service(session, request.code)
        if held is None:
            raise
        raise ServiceExists(id=str(held.id)) from None
    record(session, actor, "service.registered", "service", service.code, agency.code)
    registered = ServiceRegistered(
        service=service.code, agency=agency.code, sector=service.sector, since=service.created_at
    )
    emit(session, registered)
    return Written(id=service.id, status="active")


def show_agency(session: Session, code: str) -> AgencyView:
    """Errors: AgencyNotFound."""
    return _views(session, [repository.get_agency(session, code)])[0]


def list_agencies(session: Session, after: str | None, limit: int) -> Page[AgencyView]:
    """Agencies with their services, by code. Errors: CursorNotValid."""
    position = read_cursor(after, "agencies")
    rows = repository.list_agencies(session, position[0] if position else None, limit + 1)
    return Page[AgencyView].cut(_views(session, rows), limit, name="agencies", position=lambda view: view.code)


def list_services(session: Session, after: str | None, limit: int) -> Page[ServiceView]:
    """Services of all agencies, by code. Errors: CursorNotValid."""
    position = read_cursor(after, "services")
    rows = repository.list_services(session, position[0] if position else None, limit + 1)
    views = [_service_view(service, agency) for service, agency in rows]
    return Page[ServiceView].cut(views, limit, name="services", position=lambda view: view.code)


def show_service(session: Session, code: str) -> ServiceView:
    """Errors: ServiceNotFound."""
    service = repository.get_service(session, code)
    return _service_view(service, repository.get_standing(session, service.id)[1])


def _views(session: Session, agencies: list[Agency]) -> list[AgencyView]:
    codes = {agency.id: agency.code for agency in agencies}
    services = [
        _service_view(service, codes[service.agency_id]) for service in repository.list_services_of(session, codes)
    ]
    return [
        AgencyView(
            id=agency.id,
            code=agency.code,
            name=agency.name,
            kind=agency.kind,
            services=[service for service in services if service.agency == agency.code],
        )
        for agency in agencies
    ]


def _service_view(service: Service, agency: str) -> ServiceView:
    return ServiceView(id=service.id, code=service.code, name=service.name, sector=service.sector, agency=agency)
