from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from consent.models import Protection
from consent.problems import ProtectionNotFound


def get_protection(session: Session, protection_id: UUID, *, agency: str) -> Protection:
    protection = session.get(Protection, protection_id)
    if protection is None or protection.agency != agency:
        raise ProtectionNotFound()
    return protection


def lift(session: Session, protection: Protection, on: date, at: datetime, by: str, reason: str) -> bool:
    """Lift a protection once; False when it was lifted already."""
    still_set = (
        update(Protection)
        .where(Protection.id == protection.id, Protection.lifted_on.is_(None))
        .returning(Protection.id)
    )
    values = {
        "lifted_on": on,
        "lifted_at": at,
        "lifted_by": by,
        "lifted_reason": reason,
        "version": Protection.version + 1,
    }
    done = session.scalar(still_set.values(**values).execution_options(synchronize_session=False)) is not None
    session.refresh(protection)
    return done
