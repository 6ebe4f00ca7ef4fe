from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import in_batches
from claims import reach
from claims.models import AssuranceVisit, Batch, Claim, DirectoryService, DirectoryUser, Sampled, VisitedClaim
from claims.problems import VisitNotFound


def get_visit(session: Session, caller: Caller, visit_id: UUID, *, lock: bool = False) -> AssuranceVisit:
    """Errors: VisitNotFound, the same for what does not exist and what is out of reach."""
    query = select(AssuranceVisit).where(AssuranceVisit.id == visit_id, reach.visits(caller))
    visit = session.scalar(query.with_for_update() if lock else query)
    if visit is None:
        raise VisitNotFound()
    return visit


def check_running(session: Session, caller: Caller, visit_id: UUID) -> None:
    """Errors: VisitNotFound, unless it is the caller's own and of today."""
    query = select(AssuranceVisit.id).where(AssuranceVisit.id == visit_id, reach.visits_running(caller))
    if session.scalar(query) is None:
        raise VisitNotFound()


def list_visits(session: Session, caller: Caller, after: UUID | None, limit: int) -> list[AssuranceVisit]:
    """Visits within the caller's reach, oldest first, after one of them."""
    query = select(AssuranceVisit).where(reach.visits(caller))
    if after is not None:
        query = query.where(AssuranceVisit.id > after)
    return list(session.scalars(query.order_by(AssuranceVisit.id).limit(limit)))


def list_batches_of(session: Session, visits: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Shape: visit → the batches that it names."""
    found: dict[UUID, list[UUID]] = {visit: [] for visit in visits}
    for some in in_batches(sorted(visits)):
        query = select(VisitedClaim.visit, VisitedClaim.batch).where(VisitedClaim.visit.in_(some)).distinct()
        for visit, batch in session.execute(query.order_by(VisitedClaim.batch)):
            found[visit].append(batch)
    return found


def list_claims(session: Session, caller: Caller, visit: UUID, after: UUID | None, limit: int) -> list[Claim]:
    """The visit's claims that its visitor may meet, oldest first, after one of them."""
    query = select(Claim).join(VisitedClaim, VisitedClaim.claim == Claim.id)
    query = query.where(VisitedClaim.visit == visit, reach.claims_in_full(caller))
    if after is not None:
        query = query.where(Claim.id > after)
    return list(session.scalars(query.order_by(Claim.id).limit(limit)))


def list_batches(session: Session, batches: Collection[UUID]) -> dict[UUID, Batch]:
    """Shape: id → batch; those that do not exist are absent."""
    return {batch.id: batch for batch in session.scalars(select(Batch).where(Batch.id.in_(sorted(batches))))}


def list_samples(session: Session, batches: Collection[UUID]) -> list[tuple[UUID, Claim]]:
    """The claims of these batches' samples. Shape: batch, claim."""
    query = (
        select(Sampled.batch, Claim).join(Claim, Claim.id == Sampled.claim).where(Sampled.batch.in_(sorted(batches)))
    )
    return [(batch, claim) for batch, claim in session.execute(query.order_by(Claim.id))]


def find_user(session: Session, user: str) -> tuple[list[str], str] | None:
    """The roles of somebody with an account in use, and their service's sector; None for anybody else."""
    query = select(DirectoryUser.roles, DirectoryService.sector)
    query = query.join(DirectoryService, DirectoryService.service == DirectoryUser.service)
    row = session.execute(query.where(DirectoryUser.user == user, DirectoryUser.status == "active")).first()
    return (row[0], row[1]) if row else None
