from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from chassis.db import in_batches, now, upsert
from families.models.people import AddressStatement
from families.models.premises import Premises, PremisesFlag, PremisesLowering
from vocabulary.premises import ORDINARY


def find_premises(session: Session, uprn: str) -> Premises | None:
    return session.get(Premises, uprn)


def lock_premises(session: Session, uprn: str) -> Premises:
    """The premises' row, for one writer at a time; it begins as ordinary."""
    row = {"uprn": uprn, "kind": ORDINARY, "version": 0, "recorded_at": now()}
    upsert(session, Premises.__table__, [row], key=["uprn"])
    query = select(Premises).where(Premises.uprn == uprn).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def list_flagged(session: Session, kinds: Collection[str], agency: str, after: str | None, limit: int) -> list[str]:
    """The premises, by UPRN, of which a flag of these kinds, or of this agency, stands."""
    flag = exists().where(
        PremisesFlag.uprn == Premises.uprn,
        PremisesFlag.ended_at.is_(None),
        or_(PremisesFlag.kind.in_(sorted(kinds)), PremisesFlag.agency == agency),
    )
    unowned = Premises.kind.in_(sorted(kinds)) & ~exists().where(PremisesFlag.uprn == Premises.uprn)
    found = select(Premises.uprn).where(or_(flag, unowned)).order_by(Premises.uprn).limit(limit)
    return list(session.scalars(found.where(Premises.uprn > after) if after else found))


def list_flags(session: Session, uprns: Collection[str]) -> list[PremisesFlag]:
    """Every flag that these premises ever had, oldest first."""
    found: list[PremisesFlag] = []
    for some in in_batches(uprns):
        query = select(PremisesFlag).where(PremisesFlag.uprn.in_(some)).order_by(PremisesFlag.at, PremisesFlag.id)
        found += session.scalars(query)
    return found


def list_unowned(session: Session, uprns: Collection[str]) -> list[Premises]:
    """Those of these premises that were flagged before flags had owners: no flag says why they are what they are."""
    found: list[Premises] = []
    for some in in_batches(uprns):
        flagged = exists().where(PremisesFlag.uprn == Premises.uprn)
        query = select(Premises).where(Premises.uprn.in_(some), Premises.kind != ORDINARY, ~flagged)
        found += session.scalars(query)
    return found


def list_lowerings(session: Session, flags: Collection[UUID]) -> list[PremisesLowering]:
    """Everything that was asked of these flags, oldest first."""
    found: list[PremisesLowering] = []
    for some in in_batches(flags):
        query = select(PremisesLowering).where(PremisesLowering.flag.in_(some))
        found += session.scalars(query.order_by(PremisesLowering.asked_at, PremisesLowering.id))
    return found


def find_lowering(session: Session, lowering: UUID) -> PremisesLowering | None:
    return session.get(PremisesLowering, lowering)


def find_flag(session: Session, flag: UUID) -> PremisesFlag | None:
    return session.get(PremisesFlag, flag)


def add(session: Session, row: Any) -> None:
    session.add(row)
    session.flush()


def find_residents(session: Session, uprn: str) -> Sequence[UUID]:
    """Leaves who were ever said to live at an address."""
    return list(session.scalars(select(AddressStatement.person).where(AddressStatement.uprn == uprn).distinct()))
