"""Questions to the directory."""

from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session, aliased

from directory.tables import DirectoryArea, DirectoryService, DirectoryServiceOwner, DirectoryUser

SECTORS = select(DirectoryService.__table__.c.service, DirectoryService.__table__.c.sector)

STANDINGS = select(*(DirectoryService.__table__.c[name] for name in ("service", "agency", "sector")))


def list_areas(session: Session) -> list[str]:
    """The codes of all areas, in order."""
    return list(session.scalars(select(DirectoryArea.area).order_by(DirectoryArea.area)))


def has_service(session: Session, service: str) -> bool:
    """Whether there is a service of this code."""
    return session.scalar(select(DirectoryService.service).where(DirectoryService.service == service)) is not None


def find_service(session: Session, service: str) -> DirectoryService | None:
    """The service as it is now, with its agency and sector; None where nobody told of it."""
    return session.scalar(select(DirectoryService).where(DirectoryService.service == service))


def get_service(session: Session, service: str) -> DirectoryService:
    """The service as it is now. Errors: LookupError where nobody told of it; a request is checked with `checks`."""
    found = find_service(session, service)
    if found is None:
        raise LookupError("The directory has no such service")
    return found


def list_services(session: Session, *, agency: str | None = None, sector: str | None = None) -> list[DirectoryService]:
    """The services as they are now, by code; of this agency and of this sector, where they are given."""
    found = select(DirectoryService).order_by(DirectoryService.service)
    if agency is not None:
        found = found.where(DirectoryService.agency == agency)
    if sector is not None:
        found = found.where(DirectoryService.sector == sector)
    return list(session.scalars(found))


def find_sectors(session: Session) -> dict[str, str]:
    """The sector of each service. There are some dozens."""
    return {service: sector for service, sector in session.execute(SECTORS)}


def find_standings(session: Session) -> dict[str, tuple[str, str]]:
    """The agency and the sector of each service. There are some dozens."""
    return {service: (agency, sector) for service, agency, sector in session.execute(STANDINGS)}


def owner_of(session: Session, service: str) -> str | None:
    """The agency whose service it is now; None where nobody told of the service."""
    return session.scalar(select(DirectoryService.agency).where(DirectoryService.service == service))


def owner_at(session: Session, service: str, at: datetime) -> str | None:
    """The agency whose service it was at that instant; None where nobody told of the service."""
    return session.scalar(select(owner_then(literal(service), literal(at, type_=DirectoryServiceOwner.since.type))))


def owner_then(service: Any, at: Any) -> ColumnElement[str]:
    """An expression for queries: whose `service` was at `at`, two columns of the query.

    The first owner of whom the directory heard counts for what was before too: services are older than the directory.
    Example: `.where(owner_then(Decision.service, Decision.at) == caller.agency)`.
    """
    owner = aliased(DirectoryServiceOwner)  # the query may ask about owners themselves
    own = select(owner.agency).where(owner.service == service).correlate_except(owner).limit(1)
    then = own.where(owner.since <= at).order_by(owner.since.desc())
    return func.coalesce(then.scalar_subquery(), own.order_by(owner.since).scalar_subquery())


def has_user(session: Session, user: str, service: str) -> bool:
    """Whether somebody of this service may sign in under this subject; not who left, nor who is of another service."""
    theirs = (DirectoryUser.user == user, DirectoryUser.service == service, DirectoryUser.status == "active")
    return session.scalar(select(DirectoryUser.user).where(*theirs)) is not None


class Ownership(NamedTuple):
    """When a service was an agency's. Shape: None at `since` is since ever, None at `until` is to this day."""

    service: str
    since: datetime | None
    until: datetime | None


def list_ownerships(session: Session, agency: str) -> list[Ownership]:
    """What was an agency's, and when: for queries over what happened while it was.

    The first owner of whom the directory heard counts for what was before too, as in `owner_then`.
    """
    owner = DirectoryServiceOwner
    theirs = select(owner.service).where(owner.agency == agency)
    rows = select(owner).where(owner.service.in_(theirs)).order_by(owner.service, owner.since)
    found: list[Ownership] = []
    for _, changes in groupby(session.scalars(rows), key=lambda row: row.service):
        line = list(changes)
        for index, row in enumerate(line):
            until = line[index + 1].since if index + 1 < len(line) else None
            if row.agency == agency:
                found.append(Ownership(row.service, row.since if index else None, until))
    return found
