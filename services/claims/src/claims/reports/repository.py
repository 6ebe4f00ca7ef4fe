from datetime import date
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from chassis.auth import Caller
from claims import reach
from claims.models import Claim, Family, FamilyStanding, LedgerEntry, Push


def count_attached_by_day(session: Session, caller: Caller, as_at: date) -> list[tuple[Any, ...]]:
    """Shape: (framework, day, families)."""
    query = select(FamilyStanding.framework, FamilyStanding.attached_on, func.count()).join(
        Family, Family.id == FamilyStanding.family
    )
    query = query.where(FamilyStanding.attached_on <= as_at, reach.reported(caller))
    return list(session.execute(query.group_by(FamilyStanding.framework, FamilyStanding.attached_on)))


def sum_fees(session: Session, as_at: date) -> list[tuple[Any, ...]]:
    """Shape: (framework, year, pence)."""
    query = select(LedgerEntry.framework, LedgerEntry.year, func.sum(LedgerEntry.pence))
    query = query.where(LedgerEntry.kind == "attachment_fee", LedgerEntry.on <= as_at)
    return list(session.execute(query.group_by(LedgerEntry.framework, LedgerEntry.year)))


def count_claims(session: Session, caller: Caller) -> list[tuple[Any, ...]]:
    """Shape: (framework, type, status, claims, pence)."""
    families = select(Family.id).where(reach.reported(caller))
    query = select(Claim.framework, Claim.type, Claim.status, func.count(), func.sum(Claim.pence))
    query = query.where(Claim.family.in_(families)).group_by(Claim.framework, Claim.type, Claim.status)
    return list(session.execute(query))


def count_paid(session: Session, caller: Caller, as_at: date) -> list[tuple[Any, ...]]:
    """Results that stood as at a day: one that was repaid by then, or recorded wrongly, is none.

    Shape: (framework, type, year, claims, pence).
    """
    families = select(Family.id).where(reach.reported(caller))
    back, again = aliased(LedgerEntry), aliased(LedgerEntry)
    not_undone = ~exists().where(again.reverses == back.id, again.on <= as_at)
    taken_back = exists().where(back.reverses == LedgerEntry.id, back.on <= as_at, not_undone)
    query = select(LedgerEntry.framework, Claim.type, LedgerEntry.year, func.count(), func.sum(LedgerEntry.pence))
    query = query.join(Claim, Claim.id == LedgerEntry.claim).where(LedgerEntry.kind == "result", ~taken_back)
    query = query.where(LedgerEntry.on <= as_at, LedgerEntry.family.in_(families))
    return list(session.execute(query.group_by(LedgerEntry.framework, Claim.type, LedgerEntry.year)))


def list_complete_pushes(session: Session, as_at: date) -> list[tuple[Any, ...]]:
    """Pushes that are known whole and begin by a day. Shape: (feed, service, area, first day, last day)."""
    query = select(Push.feed, Push.service, Push.area, Push.covers_from, Push.covers_to)
    return list(session.execute(query.where(Push.complete_at.is_not(None), Push.covers_from <= as_at)))
