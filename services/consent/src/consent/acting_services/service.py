"""Services that act for a body which the law names: a charity, a housing association, while a contract lasts."""

from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import now
from chassis.problems import Fault, RequestNotValid
from chassis.schemas import Written
from consent.acting_services import repository
from consent.acting_services.schemas import ActingServiceEnd, ActingServiceRequest, ActingServiceView
from consent.models import ActingService
from consent.problems import NotANamedBody
from directory.checks import check_service, refuse
from directory.repository import get_service
from vocabulary.bodies import may_take_part


def record_acting_service(session: Session, caller: Caller, request: ActingServiceRequest) -> Written:
    """Record that a service works for the caller's agency, as an officer of that agency.

    Errors: NotANamedBody; RequestNotValid for a service that nobody knows, that is of the same agency, or that takes
    part for nobody.
    """
    if not repository.is_body(session, caller.agency):
        raise NotANamedBody()
    refuse(check_service(session, request.service, "/body/service"))
    found = get_service(session, request.service)
    if found.agency == caller.agency or not may_take_part(found.sector):
        fix = "Name a service of another agency that works for yours; what binds benefits data lets none of it go on."
        detail = "This service acts for no body but its own"
        raise RequestNotValid(errors=[Fault(pointer="/body/service", code="acts_for_nobody", detail=detail, fix=fix)])
    kept = ActingService(
        service=request.service, agency=caller.agency, contract=request.contract, begins=request.from_,
        ends=request.to, by=caller.subject,
    )  # fmt: skip
    session.add(kept)
    session.flush()
    return Written(id=kept.id, status="standing")


def list_acting_services(session: Session, caller: Caller) -> list[ActingServiceView]:
    """Those that act or acted for the caller's agency, oldest first."""
    return [ActingServiceView.of(kept) for kept in repository.list_acting_services(session, caller.agency)]


def end_acting_service(session: Session, caller: Caller, id: UUID, request: ActingServiceEnd) -> Written:
    """It acts for the caller's agency no more, from this moment. Ending again changes nothing.

    Errors: ActingServiceNotFound.
    """
    kept = repository.get_acting_service(session, id, agency=caller.agency)
    if kept.ended_at is None:
        kept.ended_at, kept.ended_by, kept.ended_reason = now(), caller.subject, request.reason
    return Written(id=kept.id, status="ended")
