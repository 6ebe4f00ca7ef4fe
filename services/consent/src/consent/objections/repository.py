from uuid import UUID

from sqlalchemy.orm import Session

from consent.models import Objection
from consent.problems import ObjectionNotFound


def get_objection(session: Session, objection_id: UUID, *, agency: str) -> Objection:
    objection = session.get(Objection, objection_id)
    if objection is None or objection.agency != agency:
        raise ObjectionNotFound()
    return objection
