from collections import Counter
from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import in_batches
from claims import reach
from claims.models import (
    AuditFinding,
    Batch,
    BatchClaim,
    Claim,
    ClaimStatus,
    DirtyFamily,
    Draw,
    SampleCommitment,
    Sampled,
)
from claims.problems import BatchNotFound


def get_batch(session: Session, caller: Caller, batch_id: UUID, *, lock: bool = False) -> Batch:
    """Errors: BatchNotFound. `lock`: nobody else changes it until the transaction ends."""
    query = select(Batch).where(Batch.id == batch_id, reach.handles_batches(caller))
    batch = session.scalar(query.with_for_update() if lock else query)
    if batch is None:
        raise BatchNotFound()
    return batch


def list_batches(session: Session, caller: Caller, after: UUID | None, limit: int) -> list[Batch]:
    """Batches that the caller handles, oldest first, after one of them."""
    query = select(Batch).where(reach.handles_batches(caller))
    if after is not None:
        query = query.where(Batch.id > after)
    return list(session.scalars(query.order_by(Batch.id).limit(limit)))


def list_families_checked(session: Session, framework: str) -> list[UUID]:
    """The families whose claims are checked and wait to be frozen."""
    return list(session.scalars(select(Claim.family).where(Claim.framework == framework, Claim.status == "checked")))


def freeze_checked(session: Session, framework: str, batch: UUID) -> list[UUID]:
    """Every checked claim goes into this batch, and into no other."""
    checked = update(Claim).where(Claim.framework == framework, Claim.status == "checked").returning(Claim.id)
    frozen = session.scalars(checked.values(status="frozen", batch=batch, version=Claim.version + 1))
    return sorted(frozen)


def list_claims(session: Session, batch: UUID, statuses: Collection[str]) -> list[Claim]:
    """The batch's claims that stand in one of these ways."""
    query = select(Claim).where(Claim.batch == batch, Claim.status.in_(list(statuses)))
    return list(session.scalars(query.order_by(Claim.id)))


class FrozenClaim(NamedTuple):
    """A claim that was frozen into a batch, wherever it stands now."""

    id: UUID
    type: str
    status: str
    pence: int


def list_members(session: Session, batches: Collection[UUID]) -> dict[UUID, list[FrozenClaim]]:
    """Shape: batch → its claims."""
    found: dict[UUID, list[FrozenClaim]] = {batch: [] for batch in batches}
    for some in in_batches(sorted(batches)):
        query = select(Claim.batch, Claim.id, Claim.type, Claim.status, Claim.pence).where(Claim.batch.in_(some))
        for batch, id, type, status, pence in session.execute(query.order_by(Claim.id)):
            if batch is not None:
                found[batch].append(FrozenClaim(id, type, status, pence))
    return found


def count_with_news(session: Session, batch: UUID, status: str = "frozen") -> int:
    """How many of the batch's claims that stand so are of families with news that was not evaluated yet."""
    query = select(func.count()).select_from(Claim).join(DirtyFamily, DirtyFamily.family == Claim.family)
    return session.scalar(query.where(Claim.batch == batch, Claim.status == status)) or 0


def list_sampled(session: Session, batches: Collection[UUID]) -> list[Sampled]:
    """The claims of these batches' samples, with the last finding on each."""
    found: list[Sampled] = []
    for some in in_batches(sorted(batches)):
        found += session.scalars(select(Sampled).where(Sampled.batch.in_(some)).order_by(Sampled.claim))
    return found


def list_draws(session: Session, batches: Collection[UUID]) -> list[Draw]:
    """The drawings of these batches' samples, in the order in which they were made."""
    found: list[Draw] = []
    for some in in_batches(sorted(batches)):
        found += session.scalars(select(Draw).where(Draw.batch.in_(some)).order_by(Draw.number))
    return found


def list_checked(session: Session, framework: str) -> list[Claim]:
    """The claims that wait to be frozen."""
    query = select(Claim).where(Claim.framework == framework, Claim.status == "checked")
    return list(session.scalars(query.order_by(Claim.id)))


def list_by_ids(session: Session, claims: Collection[UUID]) -> list[Claim]:
    """These claims."""
    found: list[Claim] = []
    for some in in_batches(sorted(claims)):
        found += session.scalars(select(Claim).where(Claim.id.in_(some)).order_by(Claim.id))
    return found


def list_families(session: Session, batch: UUID) -> list[UUID]:
    """The families of the batch's claims."""
    return list(session.scalars(select(Claim.family).where(Claim.batch == batch).distinct()))


def list_findings(
    session: Session, batch: UUID, claim: UUID | None = None, *, after: UUID | None = None, limit: int | None = None
) -> list[AuditFinding]:
    """What was found in the batch, or on one claim of it, in the order in which it was recorded."""
    query = select(AuditFinding).where(AuditFinding.batch == batch)
    if claim is not None:
        query = query.where(AuditFinding.claim == claim)
    if after is not None:
        query = query.where(AuditFinding.id > after)
    return list(session.scalars(query.order_by(AuditFinding.id).limit(limit)))


def list_auditors(session: Session, batch: UUID) -> set[str]:
    """Everybody who committed to its nonce, drew a sample of it or recorded a finding on it."""
    drew = session.scalars(select(Draw.by).where(Draw.batch == batch))
    committed = session.scalars(select(SampleCommitment.by).where(SampleCommitment.batch == batch))
    return {*drew, *committed, *session.scalars(select(AuditFinding.by).where(AuditFinding.batch == batch))}


def add_draw(session: Session, draw: Draw, claims: Collection[UUID]) -> bool:
    """False when somebody drew at the same moment."""
    try:
        with session.begin_nested():
            session.add(draw)
            session.flush()
            session.add_all(Sampled(claim=claim, batch=draw.batch, draw=draw.id) for claim in claims)
    except IntegrityError:
        return False
    return True


def count_draws(session: Session, batch: UUID) -> int:
    """How often a sample of the batch was drawn."""
    return session.scalar(select(func.count()).select_from(Draw).where(Draw.batch == batch)) or 0


def find_sampled(session: Session, batch: UUID, claim: UUID) -> Sampled | None:
    """A claim's line in the batch's sample; None when it is not in it."""
    return session.scalar(select(Sampled).where(Sampled.batch == batch, Sampled.claim == claim))


def move_batch(session: Session, batch: Batch, before: Collection[str], after: str, **values: Any) -> int | None:
    """Change a batch's status once, whoever else is trying.

    Shape: its version from now on; None when it stood elsewhere by now. SQLAlchemy
    changes the object as well: its `version` is the new one already.
    """
    here = update(Batch).where(Batch.id == batch.id, or_(*(Batch.status == status for status in before)))
    return session.scalar(here.values(status=after, version=Batch.version + 1, **values).returning(Batch.version))


def move_claims(session: Session, batch: UUID, before: ClaimStatus, after: ClaimStatus) -> list[Claim]:
    """All of the batch's claims that stand in one way go on to the next. Shape: those that did."""
    here = update(Claim).where(Claim.batch == batch, Claim.status == before).returning(Claim.id)
    moved = list(session.scalars(here.values(status=after, version=Claim.version + 1)))
    found: list[Claim] = []
    for some in in_batches(sorted(moved)):
        query = select(Claim).where(Claim.id.in_(some)).order_by(Claim.id)
        found += session.scalars(query.execution_options(populate_existing=True))
    return found


def number_freezes(session: Session, batches: Collection[Batch]) -> dict[UUID, int]:
    """How many batches of its framework were frozen until each of these was, abandoned ones too."""
    wanted = {batch.framework for batch in batches}
    query = select(Batch.framework, Batch.id).where(Batch.framework.in_(wanted)).order_by(Batch.id)
    counted: Counter[str] = Counter()
    numbers: dict[UUID, int] = {}
    for framework, batch in session.execute(query):
        counted[framework] += 1
        numbers[batch] = counted[framework]
    return numbers


def thaw_claims(session: Session, batch: UUID) -> None:
    """The batch's claims are checked ones again, and in no batch."""
    here = update(Claim).where(Claim.batch == batch, Claim.status == "frozen")
    session.execute(here.values(status="checked", batch=None, version=Claim.version + 1))


def keep_lines(session: Session, batch: UUID) -> None:
    """Note the claims of a batch that were frozen before what was frozen was kept."""
    known = select(BatchClaim.claim).where(BatchClaim.batch == batch)
    missing = select(Claim.id).where(Claim.batch == batch, Claim.id.not_in(known)).order_by(Claim.id)
    session.add_all(
        BatchClaim(batch=batch, claim=claim, stratum=1, whole=["not_known"], digest="")
        for claim in session.scalars(missing)
    )
