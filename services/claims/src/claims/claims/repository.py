from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import in_batches
from claims import reach
from claims.models import AuditFinding, Batch, Check, Claim, ClaimStatus
from claims.problems import ClaimNotFound


def get_claim(session: Session, caller: Caller, claim_id: UUID) -> Claim:
    """Errors: ClaimNotFound, the same for what does not exist and what is out of reach."""
    claim = session.scalar(select(Claim).where(Claim.id == claim_id, reach.claims(caller)))
    if claim is None:
        raise ClaimNotFound()
    return claim


def list_claims(
    session: Session,
    caller: Caller,
    *,
    status: ClaimStatus | None = None,
    family: UUID | None = None,
    batch: UUID | None = None,
    after: UUID | None = None,
    limit: int,
) -> list[Claim]:
    """Claims within the caller's reach, oldest first, after one of them."""
    query = select(Claim).where(reach.claims(caller))
    if status is not None:
        query = query.where(Claim.status == status)
    if family is not None:
        query = query.where(Claim.family == family)
    if batch is not None:
        query = query.where(Claim.batch == batch)
    if after is not None:
        query = query.where(Claim.id > after)
    return list(session.scalars(query.order_by(Claim.id).limit(limit)))


def list_claims_of(session: Session, caller: Caller, families: Sequence[UUID]) -> list[Claim]:
    """The claims of these families that are within the caller's reach."""
    found: list[Claim] = []
    for some in in_batches(families):
        query = select(Claim).where(Claim.family.in_(some), reach.claims(caller))
        found += session.scalars(query.order_by(Claim.id))
    return found


def list_in_full(session: Session, caller: Caller, claims: Collection[UUID]) -> set[UUID]:
    """Those of which the caller may be shown what is known of people."""
    found: set[UUID] = set()
    for some in in_batches(sorted(claims)):
        found |= set(session.scalars(select(Claim.id).where(Claim.id.in_(some), reach.claims_in_full(caller))))
    return found


def move_claim(session: Session, claim: UUID, before: Collection[str], after: ClaimStatus, **values: Any) -> int | None:
    """Change a claim's status once, whoever else is trying.

    Shape: its version from now on; None when it stood elsewhere by now. SQLAlchemy
    changes an object of it as well: its `version` is the new one already.
    """
    here = update(Claim).where(Claim.id == claim, Claim.status.in_(list(before))).returning(Claim.version)
    return session.scalar(here.values(status=after, version=Claim.version + 1, **values))


def add_unless_live(session: Session, claim: Claim) -> bool:
    """Add a draft; False when another claim of the family stands already."""
    try:
        with session.begin_nested():
            session.add(claim)
    except IntegrityError:
        return False
    return True


def add_check(session: Session, check: Check) -> None:
    """Keep a second person's word on a claim."""
    session.add(check)
    session.flush()


def list_checks(session: Session, claims: Collection[UUID]) -> dict[UUID, list[Check]]:
    """Every word on these claims, in the order in which it was recorded. Shape: claim → checks."""
    found: dict[UUID, list[Check]] = {}
    for some in in_batches(sorted(claims)):
        for check in session.scalars(select(Check).where(Check.claim.in_(some)).order_by(Check.id)):
            found.setdefault(check.claim, []).append(check)
    return found


def find_last_check(session: Session, claim: UUID) -> date | None:
    """The day of the last word on a claim; None when nobody said one."""
    return session.scalar(select(func.max(Check.on)).where(Check.claim == claim))


def list_days(session: Session, claim: Claim) -> list[date | None]:
    """The days of what was done with a claim: checked, frozen, looked at, submitted."""
    found = session.scalar(select(func.max(AuditFinding.on)).where(AuditFinding.claim == claim.id))
    batch = session.get(Batch, claim.batch) if claim.batch else None
    frozen = [batch.frozen_on, batch.submitted_on] if batch else []
    return [find_last_check(session, claim.id), found, *frozen]
