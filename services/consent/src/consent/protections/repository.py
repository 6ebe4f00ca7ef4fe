from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from consent.models import Protection
from consent.problems import ProtectionNotFound


def find_protection(session: Session, protection_id: UUID) -> Protection | None:
    return session.get(Protection, protection_id)


def lock_protection(session: Session, protection_id: UUID) -> Protection:
    """Errors: ProtectionNotFound. Nobody else changes it meanwhile."""
    protection = session.scalar(select(Protection).where(Protection.id == protection_id).with_for_update())
    if protection is None:
        raise ProtectionNotFound()
    return protection
