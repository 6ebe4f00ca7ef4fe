from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.db import in_batches
from claims.models import LIVE, Claim, LedgerEntry, Payment, Question
from claims.problems import PaymentNotFound


def add_payment(session: Session, payment: Payment) -> bool:
    """False when somebody recorded one of the same batch at the same moment."""
    try:
        with session.begin_nested():
            session.add(payment)
    except IntegrityError:
        return False
    return True


def count_payments(session: Session, batch: UUID) -> int:
    """How often a payment of the batch was recorded, those reversed since included."""
    return session.scalar(select(func.count()).select_from(Payment).where(Payment.batch == batch)) or 0


def get_payment(session: Session, payment: UUID) -> Payment:
    """Errors: PaymentNotFound."""
    found = session.scalar(select(Payment).where(Payment.id == payment).with_for_update())
    if found is None:
        raise PaymentNotFound()
    return found


def reverse_payment(session: Session, payment: Payment, on: date, by: str, because: str) -> bool:
    """False when it was reversed already."""
    open_still = update(Payment).where(Payment.id == payment.id, Payment.reversed_on.is_(None))
    values = {"reversed_on": on, "reversed_by": by, "reversed_because": because}
    return session.scalar(open_still.values(values).returning(Payment.id)) is not None


def get_entry(session: Session, entry: UUID, kind: str) -> LedgerEntry:
    """Errors: PaymentNotFound, also for an entry of another kind."""
    found = session.scalar(select(LedgerEntry).where(LedgerEntry.id == entry, LedgerEntry.kind == kind))
    if found is None:
        raise PaymentNotFound()
    return found


def list_entries_of(session: Session, payment: UUID) -> list[LedgerEntry]:
    """The results that a payment paid for."""
    query = select(LedgerEntry).where(LedgerEntry.payment == payment, LedgerEntry.kind == "result")
    return list(session.scalars(query.order_by(LedgerEntry.id)))


def find_paid_entry(session: Session, claim: UUID) -> LedgerEntry | None:
    """The entry by which the claim was paid last."""
    query = select(LedgerEntry).where(LedgerEntry.claim == claim, LedgerEntry.kind == "result")
    return session.scalars(query.order_by(LedgerEntry.number.desc()).limit(1)).first()


def is_reversed(session: Session, entry: UUID) -> bool:
    """Whether an entry was taken back."""
    return session.scalar(select(LedgerEntry.id).where(LedgerEntry.reverses == entry).limit(1)) is not None


def count_entries(session: Session, framework: str, families: Collection[UUID], kind: str) -> Counter[UUID]:
    """How many entries of a kind each family has. Shape: family → number."""
    found: Counter[UUID] = Counter()
    for some in in_batches(sorted(families)):
        query = select(LedgerEntry.family, func.count()).where(
            LedgerEntry.framework == framework, LedgerEntry.kind == kind, LedgerEntry.family.in_(some)
        )
        found.update({family: count for family, count in session.execute(query.group_by(LedgerEntry.family)) if family})
    return found


def add_entries(session: Session, entries: Sequence[LedgerEntry]) -> None:
    """Write rows into the ledger. They are never changed."""
    session.add_all(entries)
    session.flush()


def list_held(session: Session, claims: Collection[UUID]) -> list[UUID]:
    """Those of these claims about which there is news that holds them until a person has answered."""
    found: set[UUID] = set()
    for some in in_batches(sorted(claims)):
        query = select(Question.claim).where(
            Question.claim.in_(some), Question.effect == "hold", Question.status.in_(("open", "proposed"))
        )
        found |= {claim for claim in session.scalars(query) if claim is not None}
    return sorted(found)


def list_live_of(session: Session, framework: str, families: Collection[UUID]) -> dict[UUID, Claim]:
    """The claim that stands of each family. Shape: family → claim."""
    found: dict[UUID, Claim] = {}
    for some in in_batches(sorted(families)):
        query = select(Claim).where(Claim.framework == framework, Claim.family.in_(some), Claim.status.in_(LIVE))
        found |= {claim.family: claim for claim in session.scalars(query)}
    return found
