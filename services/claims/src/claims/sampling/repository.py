from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import in_batches
from claims import reach
from claims.models import BatchClaim, SampleCommitment


def add_commitment(session: Session, commitment: SampleCommitment) -> bool:
    """False when the same hash was handed in before, whoever did."""
    try:
        with session.begin_nested():
            session.add(commitment)
    except IntegrityError:
        return False
    return True


def replace_open(session: Session, framework: str, at: datetime) -> None:
    """The commitments that wait for a freeze wait no longer."""
    waiting = (SampleCommitment.framework == framework, SampleCommitment.batch.is_(None))
    session.execute(
        update(SampleCommitment).where(*waiting, SampleCommitment.replaced_at.is_(None)).values(replaced_at=at)
    )


def find_open(session: Session, framework: str, at: datetime) -> SampleCommitment | None:
    """The commitment under which a batch can be frozen at this moment; locked until the transaction ends."""
    query = select(SampleCommitment).where(
        SampleCommitment.framework == framework,
        SampleCommitment.batch.is_(None),
        SampleCommitment.replaced_at.is_(None),
        SampleCommitment.expires_at > at,
    )
    return session.scalar(query.order_by(SampleCommitment.id.desc()).limit(1).with_for_update())


def list_commitments(session: Session, caller: Caller, after: UUID | None, limit: int) -> list[SampleCommitment]:
    """Every commitment, oldest first, after one of them, for those who handle batches."""
    query = select(SampleCommitment).where(reach.handles_batches(caller))
    if after is not None:
        query = query.where(SampleCommitment.id > after)
    return list(session.scalars(query.order_by(SampleCommitment.id).limit(limit)))


def find_commitments(session: Session, batches: Collection[UUID]) -> dict[UUID, SampleCommitment]:
    """Shape: batch → the commitment under which it was frozen."""
    found: dict[UUID, SampleCommitment] = {}
    for some in in_batches(sorted(batches)):
        rows = session.scalars(select(SampleCommitment).where(SampleCommitment.batch.in_(some)))
        found |= {row.batch: row for row in rows if row.batch is not None}
    return found


def list_lines(session: Session, batches: Collection[UUID]) -> dict[UUID, list[BatchClaim]]:
    """What was frozen into these batches. Shape: batch → lines, by claim."""
    found: dict[UUID, list[BatchClaim]] = {batch: [] for batch in batches}
    for some in in_batches(sorted(batches)):
        query = select(BatchClaim).where(BatchClaim.batch.in_(some)).order_by(BatchClaim.claim)
        for row in session.scalars(query):
            found[row.batch].append(row)
    return found


def list_frozen_before(session: Session, claims: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Shape: claim → the batches that it was frozen into until now; claims that never were are absent."""
    found: dict[UUID, list[UUID]] = {}
    for some in in_batches(sorted(claims)):
        query = select(BatchClaim.claim, BatchClaim.batch).where(BatchClaim.claim.in_(some)).order_by(BatchClaim.batch)
        for claim, batch in session.execute(query):
            found.setdefault(claim, []).append(batch)
    return found
