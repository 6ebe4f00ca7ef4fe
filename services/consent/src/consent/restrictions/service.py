"""Restrictions of the use of a person's data (UK GDPR Art 18): it is kept, and used for nothing routine."""

from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import now
from chassis.etag import etag
from chassis.idempotency import OnceRunner
from chassis.outbox import emit
from chassis.problems import Fault, RequestNotValid
from chassis.runtime import Runtime
from chassis.schemas import Written
from consent.events import RestrictionLifted, RestrictionSet
from consent.models import Restriction
from consent.problems import RestrictionNotFound
from consent.restrictions import repository
from consent.restrictions.schemas import RestrictionLiftRequest, RestrictionRequest, RestrictionView
from consent.standing import check_kept, check_reached


def set_restriction(runtime: Runtime, caller: Caller, request: RestrictionRequest, once: OnceRunner) -> Written:
    """Restrict the use of what is held of a person, by whomever. Several unite: each must be lifted.

    It stops each routine reading and use, of a service's own records too; it stops no enquiry and no storage.
    Errors: PersonNotFound; Unavailable.
    """
    check_reached(runtime, caller, "set_restriction", [request.person], lambda _: "/body/person")
    with runtime.write() as session:
        return once(
            session, caller, request, lambda: _record_restriction(session, caller, request), "/v1/restrictions/{id}"
        )


def _record_restriction(session: Session, caller: Caller, request: RestrictionRequest) -> Written:
    restriction = Restriction(
        person=request.person,
        because=request.because,
        categories=sorted(set(request.categories)),
        date=request.date,
        reason=request.reason,
        agency=caller.agency,
        by=caller.subject,
    )
    session.add(restriction)
    session.flush()
    emit(
        session,
        RestrictionSet(
            restriction=restriction.id,
            person=restriction.person,
            categories=restriction.categories,
            date=restriction.date,
        ),
    )
    return Written(id=restriction.id, status="set", etag=etag(restriction.version))


def lift_restriction(
    runtime: Runtime, caller: Caller, restriction_id: UUID, request: RestrictionLiftRequest
) -> Written:
    """Lift a restriction that the caller's agency set. Lifting again changes nothing.

    Errors: RestrictionNotFound; RequestNotValid where the days are out of order, since the person is told before;
    Unavailable.
    """
    with runtime.read() as session:
        kept = repository.find_restriction(session, restriction_id)
    check_kept(runtime, caller, "lift_restriction", kept, RestrictionNotFound)
    with runtime.write() as session:
        return _lift(session, caller, restriction_id, request)


def _lift(session: Session, caller: Caller, restriction_id: UUID, request: RestrictionLiftRequest) -> Written:
    restriction = repository.get_restriction(session, restriction_id, agency=caller.agency)
    faults = []
    if request.date < restriction.date:
        fix = "Give the day on which it was lifted."
        faults.append(
            Fault(pointer="/body/date", code="before_restriction", detail="It had not been set then", fix=fix)
        )
    if not restriction.date <= request.person_told_on <= request.date:
        fix = "Tell the person first, then lift it."
        detail = "Should lie between the setting and the lifting"
        faults.append(Fault(pointer="/body/person_told_on", code="not_told_before", detail=detail, fix=fix))
    if faults:
        raise RequestNotValid(errors=faults)
    if repository.lift(session, restriction, request, now(), caller.subject):
        emit(
            session,
            RestrictionLifted(
                restriction=restriction.id,
                person=restriction.person,
                categories=restriction.categories,
                date=request.date,
            ),
        )
    return Written(id=restriction.id, status="lifted", etag=etag(restriction.version))


def show_restriction(runtime: Runtime, caller: Caller, restriction_id: UUID) -> RestrictionView:
    """A restriction that the caller's agency set, without its reasons. Errors: RestrictionNotFound; Unavailable."""
    with runtime.read() as session:
        kept = repository.find_restriction(session, restriction_id)
    restriction = check_kept(runtime, caller, "read_restrictions", kept, RestrictionNotFound)
    return RestrictionView.of(restriction)
