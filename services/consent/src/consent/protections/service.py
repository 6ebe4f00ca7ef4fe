"""Protections on where somebody is: set at once by one person, lifted by two."""

from datetime import date
from uuid import UUID

from chassis.auth import Caller
from chassis.db import now
from chassis.etag import etag
from chassis.idempotency import OnceRunner
from chassis.outbox import emit
from chassis.problems import Fault, RequestNotValid
from chassis.runtime import Runtime
from chassis.schemas import Written
from consent.acts.repository import list_steps, record_step
from consent.events import ProtectionLifted, ProtectionSet
from consent.models import Protection
from consent.problems import AnotherPersonNeeded, LiftNotAsked, ProtectionNotFound
from consent.protections import repository
from consent.protections.schemas import LiftRequest, ProtectionRequest, ProtectionView, status_of
from consent.standing import check_kept, check_reached


def set_protection(runtime: Runtime, caller: Caller, request: ProtectionRequest, once: OnceRunner) -> Written:
    """Protect a person's whereabouts, for everybody and every purpose. Several unite: each must be lifted.

    Errors: PersonNotFound; Unavailable.
    """
    check_reached(runtime, caller, "set_protection", [request.person], lambda _: "/body/person")

    def record_protection() -> Written:
        protection = Protection(**request.model_dump(), agency=caller.agency, by=caller.subject)
        session.add(protection)
        session.flush()
        emit(
            session,
            ProtectionSet(
                protection=protection.id, person=protection.person, kind=protection.kind, date=protection.date
            ),
        )
        return Written(id=protection.id, status="set", etag=etag(protection.version))

    with runtime.write() as session:
        return once(session, caller, request, record_protection, "/v1/protections/{id}")


def ask_to_lift(runtime: Runtime, caller: Caller, protection_id: UUID, request: LiftRequest) -> Written:
    """Ask that a protection be lifted. It goes on to bind until another person confirms. Asking again changes nothing.

    Errors: ProtectionNotFound; RequestNotValid when the day lies before the protection; Unavailable.
    """
    _check_kept(runtime, caller, protection_id)
    with runtime.write() as session:
        protection = repository.lock_protection(session, protection_id)
        _check_day(request.date, protection.date)
        if status_of(protection) == "set":
            protection.lift_asked_on, protection.lift_asked_by = request.date, caller.subject
            protection.version += 1
            record_step(session, protection.id, caller, "lift_asked", request.date, request.reason)
        return _written(protection)


def confirm_lift(runtime: Runtime, caller: Caller, protection_id: UUID, request: LiftRequest) -> Written:
    """Lift a protection for which another person asked. Confirming again changes nothing.

    Errors: ProtectionNotFound; LiftNotAsked; AnotherPersonNeeded for the one who asked; RequestNotValid; Unavailable.
    """
    _check_kept(runtime, caller, protection_id)
    with runtime.write() as session:
        protection = repository.lock_protection(session, protection_id)
        if status_of(protection) == "lift_asked":
            if protection.lift_asked_by == caller.subject:
                raise AnotherPersonNeeded()
            _check_day(request.date, protection.lift_asked_on or protection.date)
            protection.lifted_on, protection.lifted_at = request.date, now()
            protection.lifted_by, protection.lifted_reason = caller.subject, request.reason
            protection.version += 1
            record_step(session, protection.id, caller, "lifted", request.date, request.reason)
            emit(
                session,
                ProtectionLifted(
                    protection=protection.id, person=protection.person, kind=protection.kind, date=request.date
                ),
            )
        elif protection.lifted_on is None:
            raise LiftNotAsked()
        return _written(protection)


def refuse_lift(
    runtime: Runtime, caller: Caller, protection_id: UUID, request: LiftRequest, once: OnceRunner
) -> Written:
    """Let a protection stand that somebody asked to lift; who asked may take that back so, too.

    Errors: ProtectionNotFound; LiftNotAsked; RequestNotValid; Unavailable.
    """
    _check_kept(runtime, caller, protection_id)

    def record_refusal() -> Written:
        protection = repository.lock_protection(session, protection_id)
        if status_of(protection) != "lift_asked":
            raise LiftNotAsked()
        _check_day(request.date, protection.lift_asked_on or protection.date)
        protection.lift_asked_on = protection.lift_asked_by = None
        protection.version += 1
        record_step(session, protection.id, caller, "lift_refused", request.date, request.reason)
        return _written(protection)

    with runtime.write() as session:
        return once(session, caller, request, record_refusal)


def show_protection(runtime: Runtime, caller: Caller, protection_id: UUID) -> ProtectionView:
    """A protection that the caller's agency set, or that they may lift beside it. Errors: ProtectionNotFound, …"""
    with runtime.read() as session:
        kept = repository.find_protection(session, protection_id)
        steps = list_steps(session, [protection_id])
    protection = check_kept(runtime, caller, "read_protections", kept, ProtectionNotFound)
    return ProtectionView.of(protection, steps)


def _check_kept(runtime: Runtime, caller: Caller, protection_id: UUID) -> None:
    with runtime.read() as session:
        kept = repository.find_protection(session, protection_id)
    check_kept(runtime, caller, "lift_protection", kept, ProtectionNotFound)


def _check_day(on: date, earliest: date) -> None:
    if on < earliest:
        detail, fix = "It had not come to that then", "Give the day on which it was done."
        raise RequestNotValid(errors=[Fault(pointer="/body/date", code="before_protection", detail=detail, fix=fix)])


def _written(protection: Protection) -> Written:
    return Written(id=protection.id, status=status_of(protection), etag=etag(protection.version))
