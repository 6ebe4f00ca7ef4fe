from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, delete, func, select
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import in_batches, upsert
from claims import reach
from claims.models import Claim, CohortState, DirtyFamily, Family, FamilyStanding
from claims.problems import FamilyNotFound


def get_within_reach(session: Session, caller: Caller, family: UUID) -> UUID:
    """Errors: FamilyNotFound, the same for what does not exist and what is out of reach."""
    if not list_within_reach(session, caller, [family]):
        raise FamilyNotFound()
    return family


def list_within_reach(session: Session, caller: Caller, families: Collection[UUID]) -> list[UUID]:
    """Those of these families that the caller may meet, in the order asked for."""
    found: set[UUID] = set()
    for batch in in_batches(families):
        found |= set(session.scalars(select(Family.id).where(Family.id.in_(batch), reach.families(caller))))
    return [family for family in dict.fromkeys(families) if family in found]


def list_standings(
    session: Session, caller: Caller, state: CohortState | None, after: UUID | None, limit: int
) -> list[FamilyStanding]:
    """How families within the caller's reach stand, by the id of the family, after one of them."""
    query = select(FamilyStanding).join(Family, Family.id == FamilyStanding.family).where(reach.families(caller))
    if state is not None:
        query = query.where(FamilyStanding.state == state)
    if after is not None:
        query = query.where(Family.id > after)
    # By the family's id and not by its standing's: the index that knows who is within reach has them in this order.
    return list(session.scalars(query.order_by(Family.id).limit(limit)))


# --- the worker's


dirty: Any = DirtyFamily.__table__
WAITING = select(func.count()).select_from(dirty)
SINCE = select(
    # One by one, since SQLite finds both in one query only by reading all.
    select(func.min(dirty.c.heard_at)).scalar_subquery(),
    select(func.max(dirty.c.heard_at)).scalar_subquery(),
)


def count_dirty(session: Session) -> int:
    """How many families wait to be evaluated."""
    return session.scalar(WAITING) or 0


def find_dirty_since(session: Session) -> tuple[datetime, datetime] | None:
    """When the oldest and the newest waiting news was heard; None when nothing waits."""
    oldest, newest = session.execute(SINCE).one()
    return None if oldest is None else (oldest, newest)


def list_dirty(session: Session, limit: int) -> list[Row[Any]]:
    """Shape: (family, mark), what has waited longest first."""
    query = select(DirtyFamily.family, DirtyFamily.mark).order_by(DirtyFamily.mark, DirtyFamily.family).limit(limit)
    return list(session.execute(query))


def clean(session: Session, marks: Collection[tuple[UUID, datetime]]) -> None:
    """These were evaluated; whoever was marked again meanwhile stays marked."""
    by_mark: dict[datetime, list[UUID]] = {}
    for family, mark in marks:
        by_mark.setdefault(mark, []).append(family)
    for mark, families in by_mark.items():
        for batch in in_batches(families):
            same = and_(DirtyFamily.family.in_(batch), DirtyFamily.mark == mark)
            session.execute(delete(DirtyFamily).where(same))


def find_standings(session: Session, families: Collection[UUID]) -> dict[UUID, FamilyStanding]:
    """How these families stood when they were last evaluated; those that never were are absent."""
    found: dict[UUID, FamilyStanding] = {}
    for batch in in_batches(families):
        found |= {
            row.family: row for row in session.scalars(select(FamilyStanding).where(FamilyStanding.family.in_(batch)))
        }
    return found


def record_standings(session: Session, rows: list[dict[str, Any]]) -> None:
    """Keep how families stand now, instead of how they stood. Shape: every column of `FamilyStanding`."""
    columns = [column.name for column in FamilyStanding.__table__.columns if column.name != "family"]
    upsert(session, FamilyStanding, rows, key=["family"], update=columns)


def list_claims_of(session: Session, families: Collection[UUID]) -> list[Claim]:
    """Every claim of these families, oldest first."""
    found: list[Claim] = []
    for batch in in_batches(families):
        found += session.scalars(select(Claim).where(Claim.family.in_(batch)).order_by(Claim.id))
    return found
