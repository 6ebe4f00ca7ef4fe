from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session

from identity.models import RevocationCount, RevocationEntry


def take_positions(session: Session, count: int) -> int:
    """The last of so many new positions.

    The row stays locked until the commit, so positions are given in the order of commits: whoever has read up to one
    has read all before it.
    """
    taken = update(RevocationCount).values(position=RevocationCount.position + count)
    position: int = session.scalars(taken.returning(RevocationCount.position)).one()
    return position


def begin_series(session: Session, series: str) -> None:
    session.execute(update(RevocationCount).values(series=series))


def read_count(session: Session) -> tuple[str, int]:
    """The series and its last position."""
    count = session.scalars(select(RevocationCount)).one()
    return count.series, count.position


def list_revocations(session: Session, after: int) -> Sequence[RevocationEntry]:
    rows = select(RevocationEntry).where(RevocationEntry.position > after).order_by(RevocationEntry.position)
    return session.scalars(rows).all()


def is_stopped(session: Session, marks: Iterable[str], issued_at: datetime) -> bool:
    hit = exists().where(
        RevocationEntry.mark.in_(list(marks)), or_(RevocationEntry.before.is_(None), RevocationEntry.before > issued_at)
    )
    return bool(session.scalar(select(hit)))


def forget(session: Session, made_before: datetime) -> None:
    session.execute(delete(RevocationEntry).where(RevocationEntry.made_at < made_before))
