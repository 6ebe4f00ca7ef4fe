from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import in_batches
from claims import reach
from claims.models import Claim, FeeSettlement, LedgerEntry


def add_settlement(session: Session, settlement: FeeSettlement, entry: LedgerEntry | None) -> bool:
    """False when somebody settled the same at the same moment."""
    try:
        with session.begin_nested():
            session.add(settlement)
            session.flush()
            if entry is not None:
                session.add(entry)
    except IntegrityError:
        return False
    return True


def list_settlements(session: Session, framework: str) -> list[FeeSettlement]:
    """The settlements of a framework's fees, by year, in the order in which they were made."""
    query = select(FeeSettlement).where(FeeSettlement.framework == framework)
    return list(session.scalars(query.order_by(FeeSettlement.year, FeeSettlement.number)))


def list_entries(
    session: Session, caller: Caller, framework: str | None, as_at: date | None, after: UUID | None, limit: int
) -> list[LedgerEntry]:
    """Rows of the ledger as at a date that are the caller's to read, oldest first, after one of them."""
    query = select(LedgerEntry).where(reach.ledger(caller))
    if framework is not None:
        query = query.where(LedgerEntry.framework == framework)
    if as_at is not None:
        query = query.where(LedgerEntry.on <= as_at)
    if after is not None:
        query = query.where(LedgerEntry.id > after)
    return list(session.scalars(query.order_by(LedgerEntry.id).limit(limit)))


def sum_by_kind(session: Session, caller: Caller, framework: str | None, as_at: date | None) -> dict[str, int]:
    """What the rows that are the caller's add up to. Shape: kind → pence."""
    query = select(LedgerEntry.kind, func.sum(LedgerEntry.pence)).group_by(LedgerEntry.kind)
    query = query.where(reach.ledger(caller))
    if framework is not None:
        query = query.where(LedgerEntry.framework == framework)
    if as_at is not None:
        query = query.where(LedgerEntry.on <= as_at)
    return {kind: int(pence) for kind, pence in session.execute(query)}


def list_nameable(session: Session, caller: Caller, claims: Collection[UUID]) -> set[UUID]:
    """Those claims that the caller may meet."""
    found: set[UUID] = set()
    for some in in_batches(sorted(claims)):
        found |= set(session.scalars(select(Claim.id).where(Claim.id.in_(some), reach.claims(caller))))
    return found
