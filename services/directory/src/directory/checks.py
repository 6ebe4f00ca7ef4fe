"""What a request may name: areas, services and people that the directory knows.

Each function gives the fault to answer with, or None. A fault repeats nothing that the caller sent.
"""

from sqlalchemy.orm import Session

from chassis.problems import Fault, RequestNotValid
from directory import repository

SHOWN_AT_MOST = 30


def refuse(fault: Fault | None) -> None:
    """Errors: RequestNotValid where there is a fault."""
    if fault is not None:
        raise RequestNotValid(errors=[fault])


def check_area(session: Session, area: str, pointer: str) -> Fault | None:
    """An area must be one of the council's. Example: `thornbery` is refused, and the fix lists `thornbury`."""
    known = repository.list_areas(session)
    if area in known:
        return None
    listed = f"Use one of these: {', '.join(known[:SHOWN_AT_MOST])}. " if known else ""
    fix = f"{listed}`GET /v1/areas` of identity lists all areas."
    return Fault(pointer=pointer, code="unknown_area", detail="No area has this code", fix=fix)


def check_service(session: Session, service: str, pointer: str) -> Fault | None:
    """A service must be registered."""
    if repository.has_service(session, service):
        return None
    fix = "`GET /v1/services` of identity lists the services with their codes."
    return Fault(pointer=pointer, code="unknown_service", detail="No service has this code", fix=fix)


def check_user(session: Session, user: str, service: str, pointer: str) -> Fault | None:
    """A person must have an account that is in use, and be of the service that is named beside them."""
    if repository.has_user(session, user, service):
        return None
    fix = "Give the id of somebody with an account in this service, as identity shows it."
    return Fault(pointer=pointer, code="unknown_user", detail="Nobody of this service has this id", fix=fix)
