"""Objections to what is done on another basis than consent."""

from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.outbox import emit
from chassis.schemas import Written
from consent.events import ObjectionRaised
from consent.models import Objection
from consent.objections import repository
from consent.objections.schemas import ONLY, ObjectionRequest, ObjectionView


def raise_objection(session: Session, caller: Caller, request: ObjectionRequest) -> Written:
    """Record an objection: routine sharing for these purposes stops, safeguarding never."""
    purposes = sorted(set(request.purposes))
    objection = Objection(
        person=request.person, date=request.date, purposes=purposes, agency=caller.agency, by=caller.subject
    )
    session.add(objection)
    session.flush()
    emit(session, ObjectionRaised(objection=objection.id, person=objection.person, purposes=purposes))
    return Written(id=objection.id, status="raised", etag=ONLY)


def show_objection(session: Session, caller: Caller, objection_id: UUID) -> ObjectionView:
    """An objection that the caller's agency recorded. Errors: ObjectionNotFound."""
    return ObjectionView.of(repository.get_objection(session, objection_id, agency=caller.agency))
