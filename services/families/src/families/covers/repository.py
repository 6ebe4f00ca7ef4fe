from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from families.models.safeguarding import Cover
from families.problems import CoverNotFound


def get_cover(session: Session, cover_id: UUID, *, service: str) -> Cover:
    cover = session.get(Cover, cover_id)
    if cover is None or cover.service != service:
        raise CoverNotFound()
    return cover


def list_covers(session: Session, *, service: str, after: UUID | None, limit: int) -> Sequence[Cover]:
    """All covers of a service, the oldest first."""
    listed = select(Cover).where(Cover.service == service).order_by(Cover.id).limit(limit)
    return session.scalars(listed.where(Cover.id > after) if after else listed).all()


def list_own_covers(session: Session, user: str, *, after: UUID | None, limit: int) -> Sequence[Cover]:
    """Those in which somebody stands in, or is stood in for, the oldest first."""
    listed = select(Cover).where(or_(Cover.covering == user, Cover.covered == user)).order_by(Cover.id).limit(limit)
    return session.scalars(listed.where(Cover.id > after) if after else listed).all()


def find_cover(session: Session, cover_id: UUID, *, covering: str, service: str, on: date) -> Cover | None:
    """The cover, if this user stands in by it on that day."""
    held = select(Cover).where(
        Cover.id == cover_id, Cover.covering == covering, Cover.service == service, Cover.ended_on.is_(None),
        Cover.from_on <= on, Cover.to_on >= on,
    )  # fmt: skip
    return session.scalar(held)
