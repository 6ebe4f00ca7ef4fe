"""Which agency signs for one that has no officer here, such as an academy or a GP practice."""

from uuid import UUID

from sqlalchemy.orm import Session

from chassis.clock import now
from chassis.db import new_id
from chassis.outbox import emit
from chassis.problems import Fault, RequestNotValid
from chassis.schemas import Written
from identity.agencies import repository as agencies
from identity.audit.service import Actor, record
from identity.events import SponsorEnded, SponsorNamed
from identity.models import Agency, Approval, Sponsor
from identity.problems import AgencyHasOfficer
from identity.roles.catalogue import lets_sign
from identity.sponsors import repository
from identity.sponsors.schemas import SponsorList, SponsorRequest, SponsorView
from identity.two_people.service import WAITING, ask_for_approval


def name_sponsor(session: Session, actor: Actor, code: str, request: SponsorRequest) -> Written:
    """Ask that another agency's officer signs for an agency that has none, from a day to a day.

    Errors: AgencyNotFound; AgencyHasOfficer; RequestNotValid for a sponsor that is none, or has no officer either.
    """
    agency, sponsor_id = _check_sponsor(session, code, request)[0], new_id()
    asked = request.model_dump(mode="json", by_alias=True) | {"agency": agency.code}
    ask_for_approval(session, actor, "sponsor", sponsor_id, agency.code, asked)
    return Written(id=sponsor_id, status=WAITING)


def apply_approved(session: Session, actor: Actor, approval: Approval) -> None:
    """Name the sponsor that another administrator has approved. Errors: those of naming one, as things stand now."""
    asked = dict(approval.asked)
    code = asked.pop("agency")
    request = SponsorRequest.model_validate(asked)
    agency, sponsor = _check_sponsor(session, code, request)
    row = Sponsor(
        id=approval.object_id,
        agency_id=agency.id,
        sponsor_id=sponsor.id,
        begins=request.from_,
        ends=request.to,
        reason=request.reason,
    )
    session.add(row)
    session.flush()
    record(session, actor, "sponsor.named", "sponsor", row.id, agency.code, sponsor=sponsor.code)
    named = SponsorNamed(sponsorship=row.id, agency=agency.code, sponsor=sponsor.code, begins=row.begins, ends=row.ends)
    emit(session, named)


def _check_sponsor(session: Session, code: str, request: SponsorRequest) -> tuple[Agency, Agency]:
    agency, sponsor = agencies.get_agency(session, code), agencies.find_agency(session, request.sponsor)
    if any(lets_sign(role) for role in repository.list_roles_held(session, agency)):
        raise AgencyHasOfficer()
    if sponsor is None or not any(lets_sign(role) for role in repository.list_roles_held(session, sponsor)):
        detail, fix = "No agency with an officer has this code", "See `GET /v1/agencies` and `GET /v1/users`."
        raise RequestNotValid(errors=[Fault(pointer="/body/sponsor", code="not_known", detail=detail, fix=fix)])
    return agency, sponsor


def end_sponsor(session: Session, actor: Actor, code: str, sponsor_id: UUID) -> Written:
    """An agency signs for another one no longer; what it signed stands. Errors: AgencyNotFound, SponsorNotFound."""
    agency = agencies.get_agency(session, code)
    row = repository.get_sponsor(session, agency, sponsor_id)
    if row.ended_at is None:
        row.ended_at = now()
        record(session, actor, "sponsor.ended", "sponsor", row.id, agency.code)
        emit(session, SponsorEnded(sponsorship=row.id))
    return Written(id=row.id, status="ended")


def list_sponsors(session: Session, code: str) -> SponsorList:
    """Who signs, or signed, for an agency. Errors: AgencyNotFound."""
    agency = agencies.get_agency(session, code)
    items = [
        SponsorView(
            id=row.id,
            agency=agency.code,
            sponsor=sponsor,
            from_=row.begins,
            to=row.ends,
            reason=row.reason,
            ended_at=row.ended_at,
        )
        for row, sponsor in repository.list_sponsors(session, agency)
    ]
    return SponsorList(items=items)
