"""Seals on where somebody is."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import now
from chassis.etag import etag
from chassis.outbox import emit
from chassis.problems import Fault, RequestNotValid
from chassis.schemas import Written
from consent.events import SealLifted, SealSet
from consent.models import Seal
from consent.seals import repository
from consent.seals.schemas import SealRequest, SealView


def put(session: Session, caller: Caller, request: SealRequest) -> Written:
    """Seal a person's whereabouts, for everybody and every purpose. Several seals unite: each must be lifted."""
    seal = Seal(**request.model_dump(), agency=caller.agency, by=caller.subject)
    session.add(seal)
    session.flush()
    emit(session, SealSet(seal=seal.id, person=seal.person, kind=seal.kind, date=seal.date))
    return Written(id=seal.id, status="set", etag=etag(seal.version))


def lift(session: Session, caller: Caller, seal_id: UUID, on: date, reason: str) -> Written:
    """Lift a seal that the caller's agency set. Lifting again changes nothing.

    Errors: SealNotFound; RequestNotValid when `on` lies before the seal.
    """
    seal = repository.get_seal(session, seal_id, agency=caller.agency)
    if on < seal.date:
        fix = "Give the day on which it was lifted"
        detail = "The seal had not been set then"
        raise RequestNotValid(errors=[Fault(pointer="/body/date", code="before_seal", detail=detail, fix=fix)])
    if repository.lift(session, seal, on, now(), caller.subject, reason):
        emit(session, SealLifted(seal=seal.id, person=seal.person, kind=seal.kind, date=on))
    return Written(id=seal.id, status="lifted", etag=etag(seal.version))


def show(session: Session, caller: Caller, seal_id: UUID) -> SealView:
    """A seal that the caller's agency set, without its reason. Errors: SealNotFound."""
    return SealView.of(repository.get_seal(session, seal_id, agency=caller.agency))
