from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from consent.models import Objection
from consent.problems import ObjectionNotFound


def find_objection(session: Session, objection_id: UUID) -> Objection | None:
    return session.get(Objection, objection_id)


def lock_objection(session: Session, objection_id: UUID) -> Objection:
    """Errors: ObjectionNotFound. Nobody else changes it meanwhile."""
    objection = session.scalar(select(Objection).where(Objection.id == objection_id).with_for_update())
    if objection is None:
        raise ObjectionNotFound()
    return objection
