"""Objections to what is done on another basis than consent, and what was answered to them."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.etag import etag
from chassis.idempotency import OnceRunner
from chassis.outbox import emit
from chassis.problems import Fault, RequestNotValid
from chassis.runtime import Runtime
from chassis.schemas import Written
from consent.acts.repository import list_steps, record_step
from consent.events import ObjectionAnswered, ObjectionRaised, ObjectionWithdrawn
from consent.models import Objection
from consent.objections import repository
from consent.objections.schemas import AnswerRequest, ObjectionRequest, ObjectionView, ObjectionWithdrawalRequest
from consent.problems import ObjectionNotFound, ObjectionOver
from consent.standing import check_kept, check_reached


def raise_objection(runtime: Runtime, caller: Caller, request: ObjectionRequest, once: OnceRunner) -> Written:
    """Record an objection: routine sharing for these purposes stops, safeguarding never.

    Errors: PersonNotFound; Unavailable.
    """
    check_reached(runtime, caller, "raise_objection", [request.person], lambda _: "/body/person")

    def record_objection() -> Written:
        purposes = sorted(set(request.purposes))
        objection = Objection(
            person=request.person, date=request.date, purposes=purposes, agency=caller.agency, by=caller.subject
        )
        session.add(objection)
        session.flush()
        emit(session, ObjectionRaised(objection=objection.id, person=objection.person, purposes=purposes))
        return Written(id=objection.id, status=objection.status, etag=etag(objection.version))

    with runtime.write() as session:
        return once(session, caller, request, record_objection, "/v1/objections/{id}")


def answer_objection(runtime: Runtime, caller: Caller, objection_id: UUID, request: AnswerRequest) -> Written:
    """Uphold an objection, or override it on compelling grounds. An answer that was wrong is given anew.

    Errors: ObjectionNotFound; ObjectionOver; RequestNotValid when it is answered before it was raised; Unavailable.
    """
    _check_kept(runtime, caller, objection_id)
    with runtime.write() as session:
        objection = _get_open(session, objection_id, request.date)
        if objection.status != request.answer:
            objection.status = request.answer
            objection.version += 1
            record_step(session, objection.id, caller, request.answer, request.date, request.reason)
            emit(
                session,
                ObjectionAnswered(
                    objection=objection.id, person=objection.person, purposes=objection.purposes, answer=request.answer
                ),
            )
        return Written(id=objection.id, status=objection.status, etag=etag(objection.version))


def withdraw_objection(
    runtime: Runtime, caller: Caller, objection_id: UUID, request: ObjectionWithdrawalRequest
) -> Written:
    """The person takes an objection back. Withdrawing again changes nothing.

    Errors: ObjectionNotFound; RequestNotValid when it is withdrawn before it was raised; Unavailable.
    """
    _check_kept(runtime, caller, objection_id)
    with runtime.write() as session:
        objection = repository.lock_objection(session, objection_id)
        _check_day(objection, request.date)
        if objection.status != "withdrawn":
            objection.status = "withdrawn"
            objection.version += 1
            record_step(session, objection.id, caller, "withdrawn", request.date, request.reason)
            emit(
                session,
                ObjectionWithdrawn(objection=objection.id, person=objection.person, purposes=objection.purposes),
            )
        return Written(id=objection.id, status=objection.status, etag=etag(objection.version))


def show_objection(runtime: Runtime, caller: Caller, objection_id: UUID) -> ObjectionView:
    """An objection that the caller's agency recorded. Errors: ObjectionNotFound; Unavailable."""
    with runtime.read() as session:
        kept = repository.find_objection(session, objection_id)
        steps = list_steps(session, [objection_id])
    objection = check_kept(runtime, caller, "read_objections", kept, ObjectionNotFound)
    return ObjectionView.of(objection, steps)


def _check_kept(runtime: Runtime, caller: Caller, objection_id: UUID) -> None:
    with runtime.read() as session:
        kept = repository.find_objection(session, objection_id)
    check_kept(runtime, caller, "answer_objection", kept, ObjectionNotFound)


def _get_open(session: Session, objection_id: UUID, on: date) -> Objection:
    objection = repository.lock_objection(session, objection_id)
    _check_day(objection, on)
    if objection.status == "withdrawn":
        raise ObjectionOver()
    return objection


def _check_day(objection: Objection, on: date) -> None:
    if on < objection.date:
        detail, fix = "The objection had not been raised then", "Give the day on which it was done."
        raise RequestNotValid(errors=[Fault(pointer="/body/date", code="before_objection", detail=detail, fix=fix)])
