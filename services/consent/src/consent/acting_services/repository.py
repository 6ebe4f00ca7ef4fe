from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from consent.models import ActingService
from consent.problems import ActingServiceNotFound
from directory.repository import find_service, list_services
from vocabulary.bodies import is_named, may_take_part


@dataclass(frozen=True)
class DutyCapacity:
    """In what capacity a service asks and is asked: of a body that the law names, or as one that `acts_for` such."""

    acts_for: str | None = None


def find_capacity(session: Session, service: str, on: date) -> DutyCapacity | None:
    """In what capacity a service takes part in the duty to share on this day; None where it does not."""
    found = find_service(session, service)
    if found is None or not may_take_part(found.sector):
        return None
    if is_body(session, found.agency):
        return DutyCapacity()
    acting = select(ActingService).where(
        ActingService.service == service,
        ActingService.begins <= on,
        ActingService.ends >= on,
        ActingService.ended_at.is_(None),
    )
    for kept in session.scalars(acting.order_by(ActingService.id)):
        if is_body(session, kept.agency):
            return DutyCapacity(kept.agency)
    return None


def is_body(session: Session, agency: str) -> bool:
    """Whether an agency is a body that the law names, by any service of it."""
    sectors = {service.sector for service in list_services(session, agency=agency)}
    return any(is_named(sector, sectors) for sector in sectors)


def get_acting_service(session: Session, id: UUID, *, agency: str) -> ActingService:
    """Errors: ActingServiceNotFound, in the same words for what does not exist and what is another agency's."""
    kept = session.scalar(select(ActingService).where(ActingService.id == id, ActingService.agency == agency))
    if kept is None:
        raise ActingServiceNotFound()
    return kept


def list_acting_services(session: Session, agency: str) -> Sequence[ActingService]:
    """Those that act or acted for the agency, oldest first; there are few."""
    kept = select(ActingService).where(ActingService.agency == agency).order_by(ActingService.id)
    return session.scalars(kept).all()
