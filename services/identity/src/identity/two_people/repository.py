from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from identity.models import Approval


def find_waiting(session: Session, kind: str, object_id: UUID) -> Approval | None:
    waiting = select(Approval).where(Approval.object_id == object_id, Approval.kind == kind)
    return session.scalar(waiting.where(Approval.status == "waiting"))


def end_waiting(session: Session, kind: str, object_id: UUID) -> UUID | None:
    """Let what waits wait no longer, since something else was asked for; its id, if there was anything."""
    waiting = update(Approval).where(
        Approval.object_id == object_id, Approval.kind == kind, Approval.status == "waiting"
    )
    return session.scalar(waiting.values(status="replaced", password_hash=None).returning(Approval.id))
