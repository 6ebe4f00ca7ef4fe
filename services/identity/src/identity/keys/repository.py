from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.models import SigningKey


def list_trusted(session: Session) -> list[SigningKey]:
    """Keys that were not withdrawn, the newest first."""
    trusted = select(SigningKey).where(SigningKey.withdrawn_at.is_(None))
    return list(session.scalars(trusted.order_by(SigningKey.signs_from.desc(), SigningKey.kid)))
