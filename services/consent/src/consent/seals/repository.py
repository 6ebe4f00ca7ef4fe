from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from consent.models import Seal
from consent.problems import SealNotFound


def get_seal(session: Session, seal_id: UUID, *, agency: str) -> Seal:
    seal = session.get(Seal, seal_id)
    if seal is None or seal.agency != agency:
        raise SealNotFound()
    return seal


def lift(session: Session, seal: Seal, on: date, at: datetime, by: str, reason: str) -> bool:
    """Lift a seal once; False when it was lifted already."""
    still_set = update(Seal).where(Seal.id == seal.id, Seal.lifted_on.is_(None)).returning(Seal.id)
    values = {"lifted_on": on, "lifted_at": at, "lifted_by": by, "lifted_reason": reason, "version": Seal.version + 1}
    done = session.scalar(still_set.values(**values).execution_options(synchronize_session=False)) is not None
    session.refresh(seal)
    return done
