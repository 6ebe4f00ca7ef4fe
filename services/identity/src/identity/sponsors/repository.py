from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from identity.models import Agency, Service, Sponsor, User
from identity.problems import SponsorNotFound


def get_sponsor(session: Session, agency: Agency, sponsor_id: UUID) -> Sponsor:
    row = session.get(Sponsor, sponsor_id)
    if row is None or row.agency_id != agency.id:
        raise SponsorNotFound()
    return row


def list_sponsors(session: Session, agency: Agency) -> Sequence[Row[Sponsor, str]]:
    """An agency's sponsors with their codes, the oldest first."""
    found = select(Sponsor, Agency.code).join(Agency, Agency.id == Sponsor.sponsor_id)
    return session.execute(found.where(Sponsor.agency_id == agency.id).order_by(Sponsor.id)).all()


def list_roles_held(session: Session, agency: Agency) -> set[str]:
    """The roles of all who have an account in use with an agency."""
    theirs = select(User.roles).join(Service, Service.id == User.service_id)
    held = session.scalars(theirs.where(Service.agency_id == agency.id, User.status == "active"))
    return {role for roles in held for role in roles}
