from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from consent.models import Restriction
from consent.problems import RestrictionNotFound
from consent.restrictions.schemas import RestrictionLiftRequest


def find_restriction(session: Session, restriction_id: UUID) -> Restriction | None:
    return session.get(Restriction, restriction_id)


def get_restriction(session: Session, restriction_id: UUID, *, agency: str) -> Restriction:
    restriction = session.get(Restriction, restriction_id)
    if restriction is None or restriction.agency != agency:
        raise RestrictionNotFound()
    return restriction


def lift(session: Session, restriction: Restriction, request: RestrictionLiftRequest, at: datetime, by: str) -> bool:
    """Lift a restriction once; False when it was lifted already."""
    still_set = (
        update(Restriction)
        .where(Restriction.id == restriction.id, Restriction.lifted_on.is_(None))
        .returning(Restriction.id)
    )
    values = {
        "lifted_on": request.date,
        "person_told_on": request.person_told_on,
        "lifted_reason": request.reason,
        "lifted_at": at,
        "lifted_by": by,
        "version": Restriction.version + 1,
    }
    done = session.scalar(still_set.values(**values).execution_options(synchronize_session=False)) is not None
    session.refresh(restriction)
    return done
