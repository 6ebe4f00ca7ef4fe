"""The acts of supporting a family. Each is a row with its day, and an event; none is ever overwritten."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id, today
from chassis.etag import etag
from chassis.events import Event
from chassis.idempotency import OnceRunner
from chassis.outbox import emit
from chassis.problems import Fault, RequestNotValid, Unavailable
from chassis.runtime import Runtime
from chassis.schemas import Schema, Written
from directory.checks import check_service, check_user, refuse
from directory.repository import find_service, get_service
from families import reach
from families.composition.repository import count_family_change, lock_family
from families.events import (
    AgreementToBeSupportedGiven,
    AssessmentCompleted,
    Declined,
    LateActConfirmed,
    LeadProfessionalNamed,
    PlanAgreed,
    SupportStepped,
)
from families.models.base import Base
from families.models.support import (
    AgreementToBeSupported,
    Assessment,
    LateConfirmation,
    LeadProfessional,
    SupportPlan,
    SupportStep,
    TeamMember,
)
from families.problems import ConfirmerNotIndependent, NothingToConfirm
from families.reach import Reach
from families.support import repository
from families.support.parts import AGREEMENT, ASSESSMENT, DECLINED, LEAD, PLAN
from families.support.schemas import (
    AgreementRequest,
    AssessmentRequest,
    ConfirmationRequest,
    LeadRequest,
    PlanRequest,
    StepRequest,
    TeamRequest,
)
from vocabulary.late_recording import count_days_late

PURPOSE = "support"
HERE = "here"
Act = tuple[Base, UUID, str, Event | None]


def record_agreement(
    runtime: Runtime, caller: Caller, family: UUID, request: AgreementRequest, once: OnceRunner
) -> Written:
    """The family said yes or no to being supported. Errors: FamilyNotFound; PersonNotFound for a `by` of another."""
    late = _late(runtime, AGREEMENT if request.agreed else DECLINED, request.date)

    def act(session: Session, within: Reach) -> Act:
        by = repository.get_member(session, family, request.by, within) if request.by else None
        row = AgreementToBeSupported(
            id=new_id(), family=family, on=request.date, agreed=request.agreed, by=by, **_recorded(caller)
        )
        kind = AgreementToBeSupportedGiven if request.agreed else Declined
        told = kind(family=family, on=request.date, recorded_by=caller.subject, **late)
        return row, row.id, "agreed" if request.agreed else "declined", told

    return _record(runtime, caller, family, request, once, act)


def name_lead(runtime: Runtime, caller: Caller, family: UUID, request: LeadRequest, once: OnceRunner) -> Written:
    """Name the family's single contact; who is named later leads from then on.

    A teacher or volunteer with one family never gets an account: their name is recorded, and the service that answers
    for them. Errors: FamilyNotFound; RequestNotValid for a service or a person whom the directory does not know, for
    both a user and a name or neither, and for a sector that is not the service's.
    """
    late = _late(runtime, LEAD, request.date)

    def act(session: Session, _: Reach) -> Act:
        refuse(_check_lead(session, request))
        sector = get_service(session, request.service).sector
        row = LeadProfessional(
            id=new_id(), family=family, on=request.date, user=request.user or "", name=request.name,
            service=request.service, sector=sector, origin=HERE, **_recorded(caller),
        )  # fmt: skip
        event = LeadProfessionalNamed(
            family=family, on=request.date, lead=request.user, service=request.service, sector=sector, origin=HERE,
            recorded_by=caller.subject, **late,
        )  # fmt: skip
        return row, row.id, "named", event

    return _record(runtime, caller, family, request, once, act)


def _check_lead(session: Session, request: LeadRequest) -> Fault | None:
    if (request.user is None) == (request.name is None):
        fix = "Give `user` for somebody with an account, and `name` for somebody without one."
        return Fault(pointer="/body/user", code="user_or_name", detail="Should be one person, told one way", fix=fix)
    unknown = check_service(session, request.service, "/body/service")
    if unknown is None and request.user is not None:
        unknown = check_user(session, request.user, request.service, "/body/user")
    if unknown is not None:
        return unknown
    sector = get_service(session, request.service).sector
    if request.sector not in (None, sector):
        fix = f"Give `{sector}`, or leave the sector out."
        return Fault(pointer="/body/sector", code="not_its_sector", detail="The service is of another sector", fix=fix)
    return None


def record_assessment(
    runtime: Runtime, caller: Caller, family: UUID, request: AssessmentRequest, once: OnceRunner
) -> Written:
    """A whole-family assessment was completed. It names a need, or says why it found none.

    Its sector is that of the caller's service. Errors: FamilyNotFound; RequestNotValid for one that says neither or
    both; Unavailable while the directory has not heard of the caller's service.
    """
    late = _late(runtime, ASSESSMENT, request.date)
    if bool(request.needs) == (request.none_found_because is not None):
        fix = "Name the needs that were found, or say in `none_found_because` why there was none; not both."
        fault = Fault(pointer="/body/needs", code="needs_or_reason", detail="Should say what was found", fix=fix)
        raise RequestNotValid(errors=[fault])

    def act(session: Session, _: Reach) -> Act:
        service = find_service(session, caller.service)
        if service is None:
            raise Unavailable()
        row = Assessment(
            id=new_id(), family=family, on=request.date, kind=request.kind, needs=sorted(set(request.needs)),
            none_found_because=request.none_found_because, note=request.note, sector=service.sector, origin=HERE,
            **_recorded(caller),
        )  # fmt: skip
        event = AssessmentCompleted(
            family=family, on=request.date, assessment=row.id, sector=row.sector, origin=HERE, needs=row.needs,
            recorded_by=caller.subject, **late,
        )  # fmt: skip
        return row, row.id, "completed", event

    return _record(runtime, caller, family, request, once, act)


def agree_plan(runtime: Runtime, caller: Caller, family: UUID, request: PlanRequest, once: OnceRunner) -> Written:
    """The family and its team agreed on a plan, after its assessment or before it: a safety plan comes first.

    Errors: FamilyNotFound; AssessmentNotFound.
    """
    late = _late(runtime, PLAN, request.date)

    def act(session: Session, _: Reach) -> Act:
        assessment = request.assessment and repository.get_assessment(session, family, request.assessment).id
        row = SupportPlan(
            id=new_id(), family=family, on=request.date, assessment=assessment,
            goals=[goal.model_dump() for goal in request.goals], **_recorded(caller),
        )  # fmt: skip
        told = PlanAgreed(
            family=family, on=request.date, plan=row.id, assessment=assessment, recorded_by=caller.subject, **late
        )
        return row, row.id, "agreed", told

    return _record(runtime, caller, family, request, once, act)


def confirm_late_acts(
    runtime: Runtime, caller: Caller, family: UUID, request: ConfirmationRequest, once: OnceRunner
) -> Written:
    """Say that what was recorded late is borne out. Of a family's late acts, all that somebody else recorded.

    Whoever recorded an act, or leads the family, does not confirm it.
    Errors: FamilyNotFound, NothingToConfirm, ConfirmerNotIndependent; RequestNotValid for a day before an act.
    """
    within = reach.find_reach(runtime, caller, PURPOSE)
    allowed = runtime.settings.late_after_days
    with runtime.write(beside="sharers") as session:
        lock_family(session, family)
        within.get_family(session, family)

        def record_confirmation() -> Written:
            waiting = repository.list_late_acts(session, family, allowed)
            if not waiting:
                raise NothingToConfirm()
            theirs = [late for late in waiting if late.recorded_by != caller.subject]
            if not theirs or caller.subject in repository.list_leads(session, family):
                raise ConfirmerNotIndependent()
            if any(request.date < late.on for late in theirs):
                fix = "Give the day on which you confirm them."
                detail = "One of the acts was done on a later day"
                refuse(Fault(pointer="/body/date", code="date_out_of_order", detail=detail, fix=fix))
            for late in theirs:
                session.add(
                    LateConfirmation(
                        act=late.act, family=family, part=late.part, act_on=late.on, on=request.date,
                        reason=request.reason, **_recorded(caller),
                    )
                )  # fmt: skip
            version = count_family_change(session, family)
            emit(
                session,
                *(
                    LateActConfirmed(family=family, part=late.part, on=late.on, confirmed_by=caller.subject)
                    for late in theirs
                ),
            )
            return Written(id=theirs[0].act, status="confirmed", etag=etag(version))

        return once(session, caller, request, record_confirmation, location=f"/v1/families/{family}")


def _late(runtime: Runtime, part: str, on: date) -> dict[str, Any]:
    """When an act is recorded, and how late that is."""
    recorded_on = today()
    return {
        "recorded_on": recorded_on,
        "days_late": count_days_late(part, on, recorded_on, runtime.settings.late_after_days),
    }


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
    with runtime.write(beside="sharers") as session:
        lock_family(session, family)
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
