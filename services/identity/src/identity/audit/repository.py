from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.models import AuditEntry


def list_entries(
    session: Session,
    agency: str | None,
    kind: str | None,
    object_id: str | None,
    actor: str | None,
    before: UUID | None,
    limit: int,
) -> list[AuditEntry]:
    entries = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if agency is not None:
        entries = entries.where(AuditEntry.agency == agency)
    if kind:
        entries = entries.where(AuditEntry.object_kind == kind)
    if object_id:
        entries = entries.where(AuditEntry.object_id == object_id)
    if actor:
        entries = entries.where(AuditEntry.actor == actor)
    if before:
        entries = entries.where(AuditEntry.id < before)
    return list(session.scalars(entries))
