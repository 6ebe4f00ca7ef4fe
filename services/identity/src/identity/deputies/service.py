"""Who does an officer's work in their absence: named by an administrator, from a day to a day."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.clock import now, today
from chassis.db import new_id
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid
from chassis.schemas import Written
from identity.agencies.repository import find_agency_of_user, get_standing
from identity.audit.refusals import EXCLUDE, Found
from identity.audit.service import Actor, record
from identity.deputies import repository
from identity.deputies.schemas import DeputyRequest, DeputyView
from identity.models import Approval, Deputy, Service, User
from identity.problems import OwnAccount
from identity.revocations import service as revocations
from identity.roles.catalogue import lets_sign
from identity.two_people.service import WAITING, ask_for_approval
from vocabulary.roles import find_excluding, keep_compatible, may_hold


@dataclass(frozen=True, slots=True)
class ActingRoles:
    """What somebody may do today. Shape: `deputy_for` is the officer whose roles are among theirs."""

    roles: list[str]
    deputy_for: UUID | None


def acting_roles_of(session: Session, user: User) -> ActingRoles:
    """Somebody's own roles and, while they deputise for an officer, those that let the officer sign.

    Shape: without those that their service may not hold, and without those that another of theirs excludes; a role's
    sectors, a service's, or what excludes what may change, after both were given.
    """
    sector = session.get_one(Service, user.service_id).sector
    roles, deputy_for = keep_compatible(role for role in user.roles if may_hold(role, sector)), None
    for officer, theirs in repository.list_deputised(session, user, today()):
        lent = [role for role in theirs if lets_sign(role) and may_hold(role, sector) and role not in roles]
        lent = [role for role in lent if not find_excluding(role, roles)]
        if lent:
            roles, deputy_for = [*roles, *lent], officer
            break
    return ActingRoles(roles, deputy_for)


def name_deputy(session: Session, actor: Actor, request: DeputyRequest) -> Written:
    """Ask that somebody does an officer's work, from a day to a day: it gives them the officer's roles.

    Errors: OwnAccount for who names themselves; RequestNotValid for who is no officer, and for people of two agencies.
    """
    if actor.subject == str(request.deputy):
        raise OwnAccount()
    agency, deputy_id = _check_deputy(session, request), new_id()
    ask_for_approval(session, actor, "deputy", deputy_id, agency, request.model_dump(mode="json", by_alias=True))
    return Written(id=deputy_id, status=WAITING)


def find_refused_deputy(request: DeputyRequest, session: Session) -> Found:
    """What the audit says of a deputy who was not named."""
    return find_agency_of_user(session, request.deputy), {"officer": str(request.officer)}


def apply_approved(session: Session, actor: Actor, approval: Approval) -> None:
    """Name the deputy whom another administrator has approved. Errors: RequestNotValid for who fits no more."""
    request = DeputyRequest.model_validate(approval.asked)
    agency = _check_deputy(session, request)
    officer, deputy = request.officer, request.deputy
    row = Deputy(
        id=approval.object_id,
        officer_id=officer,
        deputy_id=deputy,
        begins=request.from_,
        ends=request.to,
        reason=request.reason,
    )
    session.add(row)
    session.flush()
    record(session, actor, "deputy.named", "deputy", row.id, agency, officer=str(officer), deputy=str(deputy))


def _check_deputy(session: Session, request: DeputyRequest) -> str:
    """The agency of both people. Errors: RequestNotValid."""
    officer, deputy = session.get(User, request.officer), session.get(User, request.deputy)
    if officer is None or not any(lets_sign(role) for role in officer.roles):
        fix = "Name an officer: `GET /v1/users` shows who has which role."
        raise _not_valid("officer", "Nobody with this id signs for their agency", fix)
    agencies = {get_standing(session, one.service_id)[1] for one in (officer, deputy) if one is not None}
    if deputy is None or deputy.status != "active" or len(agencies) != 1:
        fix = "Name somebody with an account in use, of the officer's agency."
        raise _not_valid("deputy", "Nobody of the officer's agency has this id", fix)
    if any(find_excluding(role, deputy.roles) for role in officer.roles if lets_sign(role)):
        raise RequestNotValid(
            errors=[
                Fault(
                    pointer="/body/deputy",
                    code=EXCLUDE,
                    detail="This person has a role that the officer's excludes",
                    fix="Name somebody else. `GET /v1/roles` shows which roles exclude each other.",
                )
            ]
        )
    [agency] = agencies
    return agency


def end_deputy(session: Session, actor: Actor, deputy_id: UUID) -> Written:
    """Somebody deputises no longer; their tokens so far are over. Errors: DeputyNotFound."""
    row = repository.get_deputy(session, deputy_id)
    if row.ended_at is None:
        row.ended_at = now()
        revocations.end_user_tokens(session, [row.deputy_id])
        agency = find_agency_of_user(session, row.officer_id)
        record(session, actor, "deputy.ended", "deputy", row.id, agency)
    return Written(id=row.id, status="ended")


def list_deputies(session: Session, after: str | None, limit: int) -> Page[DeputyView]:
    """Who deputises, or did, the oldest first. Errors: CursorNotValid."""
    position = read_cursor(after, "deputies")
    rows = repository.list_deputies(session, UUID(position[0]) if position else None, limit + 1)
    return Page[DeputyView].cut(rows, limit, name="deputies", position=lambda row: row.id, view=DeputyView.of)


def _not_valid(member: str, detail: str, fix: str) -> RequestNotValid:
    return RequestNotValid(errors=[Fault(pointer=f"/body/{member}", code="not_known", detail=detail, fix=fix)])
