"""The acts of supporting a family. Each is a row with its day, and an event; none is ever overwritten."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id
from chassis.etag import etag
from chassis.events import Event
from chassis.idempotency import OnceRunner
from chassis.outbox import emit
from chassis.runtime import Runtime
from chassis.schemas import Schema, Written
from directory.checks import check_service, check_user, refuse
from families import reach
from families.composition.repository import count_family_change
from families.events import (
    AgreementToBeSupportedGiven,
    AssessmentCompleted,
    Declined,
    LeadProfessionalNamed,
    PlanAgreed,
    SupportStepped,
)
from families.models.base import Base
from families.models.support import (
    AgreementToBeSupported,
    Assessment,
    LeadProfessional,
    SupportPlan,
    SupportStep,
    TeamMember,
)
from families.reach import Reach
from families.support import repository
from families.support.schemas import (
    AgreementRequest,
    AssessmentRequest,
    LeadRequest,
    PlanRequest,
    StepRequest,
    TeamRequest,
)

PURPOSE = "support"
HERE = "here"
Act = tuple[Base, UUID, str, Event | None]


def record_agreement(
    runtime: Runtime, caller: Caller, family: UUID, request: AgreementRequest, once: OnceRunner
) -> Written:
    """The family said yes or no to being supported. Errors: FamilyNotFound; PersonNotFound for a `by` of another."""

    def act(session: Session, within: Reach) -> Act:
        by = repository.get_member(session, family, request.by, within) if request.by else None
        row = AgreementToBeSupported(
            id=new_id(), family=family, on=request.date, agreed=request.agreed, by=by, **_recorded(caller)
        )
        kind = AgreementToBeSupportedGiven if request.agreed else Declined
        return row, row.id, "agreed" if request.agreed else "declined", kind(family=family, on=request.date)

    return _record(runtime, caller, family, request, once, act)


def name_lead(runtime: Runtime, caller: Caller, family: UUID, request: LeadRequest, once: OnceRunner) -> Written:
    """Name the family's single contact; who is named later leads from then on.

    Errors: FamilyNotFound; RequestNotValid for a service or a person whom the directory does not know.
    """

    def act(session: Session, _: Reach) -> Act:
        refuse(
            check_service(session, request.service, "/body/service")
            or check_user(session, request.user, request.service, "/body/user")
        )
        row = LeadProfessional(
            id=new_id(), family=family, on=request.date, user=request.user, service=request.service,
            sector=request.sector, origin=HERE, **_recorded(caller),
        )  # fmt: skip
        event = LeadProfessionalNamed(
            family=family, on=request.date, lead=request.user, service=request.service, sector=request.sector,
            origin=HERE,
        )  # fmt: skip
        return row, row.id, "named", event

    return _record(runtime, caller, family, request, once, act)


def record_assessment(
    runtime: Runtime, caller: Caller, family: UUID, request: AssessmentRequest, once: OnceRunner
) -> Written:
    """A whole-family assessment was completed. Errors: FamilyNotFound."""

    def act(session: Session, _: Reach) -> Act:
        row = Assessment(
            id=new_id(), family=family, on=request.date, kind=request.kind, needs=sorted(set(request.needs)),
            note=request.note, sector=caller.service, origin=HERE, **_recorded(caller),
        )  # fmt: skip
        event = AssessmentCompleted(
            family=family, on=request.date, assessment=row.id, sector=row.sector, origin=HERE, needs=row.needs
        )
        return row, row.id, "completed", event

    return _record(runtime, caller, family, request, once, act)


def agree_plan(runtime: Runtime, caller: Caller, family: UUID, request: PlanRequest, once: OnceRunner) -> Written:
    """The family and its team agreed on a plan. Errors: FamilyNotFound; AssessmentNotFound."""

    def act(session: Session, _: Reach) -> Act:
        assessment = repository.get_assessment(session, family, request.assessment)
        row = SupportPlan(
            id=new_id(), family=family, on=request.date, assessment=assessment.id,
            goals=[goal.model_dump() for goal in request.goals], **_recorded(caller),
        )  # fmt: skip
        return row, row.id, "agreed", PlanAgreed(family=family, on=request.date, plan=row.id, assessment=assessment.id)

    return _record(runtime, caller, family, request, once, act)


def join_team(runtime: Runtime, caller: Caller, family: UUID, request: TeamRequest, once: OnceRunner) -> Written:
    """Take a service into the team around the family; its people reach the family.

    Errors: FamilyNotFound; RequestNotValid for a service or a person whom the directory does not know.
    """

    def act(session: Session, _: Reach) -> Act:
        unknown = check_service(session, request.service, "/body/service")
        if unknown is None and request.user is not None:
            unknown = check_user(session, request.user, request.service, "/body/user")
        refuse(unknown)
        row = TeamMember(
            id=new_id(), family=family, service=request.service, user=request.user, from_on=request.from_, to_on=None,
            **_recorded(caller),
        )  # fmt: skip
        return row, row.id, "joined", None

    return _record(runtime, caller, family, request, once, act)


def record_step(runtime: Runtime, caller: Caller, family: UUID, request: StepRequest, once: OnceRunner) -> Written:
    """Support was opened, stepped up or down, or closed. Errors: FamilyNotFound."""

    def act(_: Session, __: Reach) -> Act:
        row = SupportStep(
            id=new_id(), family=family, on=request.date, step=request.step, note=request.note, **_recorded(caller)
        )
        return row, row.id, request.step, SupportStepped(family=family, on=request.date, step=request.step)

    return _record(runtime, caller, family, request, once, act)


def _record(
    runtime: Runtime,
    caller: Caller,
    family: UUID,
    request: Schema,
    once: OnceRunner,
    act: Callable[[Session, Reach], Act],
) -> Written:
    within = reach.find_reach(runtime, caller, PURPOSE)
    with runtime.write() as session:
        within.get_family(session, family)

        def record_act() -> Written:
            row, id, status, event = act(session, within)
            session.add(row)
            count_family_change(session, family)
            if event is not None:
                emit(session, event)
            return Written(id=id, status=status, etag=etag(1))

        return once(session, caller, request, record_act, location=f"/v1/families/{family}")


def _recorded(caller: Caller) -> dict[str, str]:
    return {"source": caller.service, "recorded_by": caller.subject}
