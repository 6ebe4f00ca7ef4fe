"""Protections on where somebody is."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import now
from chassis.etag import etag
from chassis.outbox import emit
from chassis.problems import Fault, RequestNotValid
from chassis.schemas import Written
from consent.events import ProtectionLifted, ProtectionSet
from consent.models import Protection
from consent.protections import repository
from consent.protections.schemas import ProtectionRequest, ProtectionView


def set_protection(session: Session, caller: Caller, request: ProtectionRequest) -> Written:
    """Protect a person's whereabouts, for everybody and every purpose. Several unite: each must be lifted."""
    protection = Protection(**request.model_dump(), agency=caller.agency, by=caller.subject)
    session.add(protection)
    session.flush()
    emit(
        session,
        ProtectionSet(protection=protection.id, person=protection.person, kind=protection.kind, date=protection.date),
    )
    return Written(id=protection.id, status="set", etag=etag(protection.version))


def lift_protection(session: Session, caller: Caller, protection_id: UUID, on: date, reason: str) -> Written:
    """Lift a protection that the caller's agency set. Lifting again changes nothing.

    Errors: ProtectionNotFound; RequestNotValid when `on` lies before the protection.
    """
    protection = repository.get_protection(session, protection_id, agency=caller.agency)
    if on < protection.date:
        fix = "Give the day on which it was lifted"
        detail = "The protection had not been set then"
        raise RequestNotValid(errors=[Fault(pointer="/body/date", code="before_protection", detail=detail, fix=fix)])
    if repository.lift(session, protection, on, now(), caller.subject, reason):
        emit(
            session, ProtectionLifted(protection=protection.id, person=protection.person, kind=protection.kind, date=on)
        )
    return Written(id=protection.id, status="lifted", etag=etag(protection.version))


def show_protection(session: Session, caller: Caller, protection_id: UUID) -> ProtectionView:
    """A protection that the caller's agency set, without its reason. Errors: ProtectionNotFound."""
    return ProtectionView.of(repository.get_protection(session, protection_id, agency=caller.agency))
