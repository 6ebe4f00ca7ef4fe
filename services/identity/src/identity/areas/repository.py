from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.models import Area


def find_area(session: Session, code: str) -> Area | None:
    return session.scalar(select(Area).where(Area.code == code))


def list_areas(session: Session) -> list[Area]:
    """All areas, by code."""
    return list(session.scalars(select(Area).order_by(Area.code)))


def list_unknown(session: Session, codes: Iterable[str]) -> set[str]:
    """Which of these codes no area has."""
    asked = set(codes)
    return asked - set(session.scalars(select(Area.code).where(Area.code.in_(asked))))
