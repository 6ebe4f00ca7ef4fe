"""Commitments of auditors: each hands in the hash of a nonce, under which a batch is frozen, and reveals it after."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller, check_person
from chassis.db import new_id, now
from chassis.etag import etag
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from claims.events import SampleCommitted
from claims.frameworks import catalogue
from claims.models import BatchClaim, SampleCommitment
from claims.problems import CommitmentUsed
from claims.sampling import repository
from claims.sampling.derivation import SampleLine
from claims.sampling.schemas import CommitmentRequest, CommitmentView, CommitmentWritten

COMMITMENTS = "sample-commitments"


def commit_nonce(session: Session, caller: Caller, request: CommitmentRequest) -> CommitmentWritten:
    """Hand in the hash of a nonce, before the batch is frozen whose sample it decides.

    One waits at a time: another takes its place, and the list shows both. What is not used expires.
    Errors: PersonNeeded, FrameworkNotFound; CommitmentUsed when this hash was handed in before.
    """
    check_person(caller)
    framework = catalogue.get_framework(request.framework)
    at = now()
    row = SampleCommitment(
        id=new_id(),
        framework=framework.name,
        hash=request.hash,
        by=caller.subject,
        at=at,
        expires_at=at + timedelta(days=framework.commitment_days),
    )
    repository.replace_open(session, framework.name, at)
    if not repository.add_commitment(session, row):
        raise CommitmentUsed()
    emit(session, SampleCommitted(commitment=row.id, framework=row.framework, hash=row.hash))
    return CommitmentWritten(id=row.id, status="open", etag=etag(1), expires_at=row.expires_at)


def show_commitment_written(session: Session, commitment: UUID) -> CommitmentWritten:
    """The answer to a repeated request."""
    row = session.get_one(SampleCommitment, commitment)
    return CommitmentWritten(id=row.id, status=find_status(row, now()), etag=etag(1), expires_at=row.expires_at)


def list_commitments(session: Session, caller: Caller, after: str | None, limit: int) -> Page[CommitmentView]:
    """Every commitment, used or not, oldest first. Errors: CursorNotValid."""
    position = read_cursor(after, COMMITMENTS)
    rows = repository.list_commitments(session, caller, UUID(position[0]) if position else None, limit + 1)
    return Page[CommitmentView].cut(rows, limit, name=COMMITMENTS, position=lambda row: row.id, view=view_commitment)


def view_commitment(row: SampleCommitment) -> CommitmentView:
    """A commitment as those who handle batches read it."""
    return CommitmentView(
        id=row.id, framework=row.framework, hash=row.hash, by=row.by, at=row.at, expires_at=row.expires_at,
        status=find_status(row, now()), batch=row.batch, nonce=row.nonce,
    )  # fmt: skip


def find_status(row: SampleCommitment, at: datetime) -> str:
    """Where a commitment stands at a moment."""
    if row.nonce is not None:
        return "revealed"
    if row.batch is not None:
        return "used"
    if row.replaced_at is not None:
        return "replaced"
    return "open" if row.expires_at > at else "expired"


def read_line(row: BatchClaim) -> SampleLine:
    """A frozen claim as the derivation takes it."""
    return SampleLine(row.claim, row.stratum, bool(row.whole), row.digest)
