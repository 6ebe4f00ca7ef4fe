"""Commitments of auditors to a nonce, from which samples follow."""

from fastapi import APIRouter

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.paging import After, Limit, Page
from claims.access import AuditClaims, ReadClaims
from claims.sampling import service
from claims.sampling.schemas import CommitmentRequest, CommitmentView, CommitmentWritten

router = APIRouter(prefix="/v1/sample-commitments", tags=["batches"])


@router.post("", status_code=201)
def commit_nonce(
    request: CommitmentRequest, caller: AuditClaims, session: WriteSession, once: Once
) -> CommitmentWritten:
    """Hand in the hash of a nonce, before a batch is frozen."""
    written = once(session, caller, request, lambda: service.commit_nonce(session, caller, request))
    return service.show_commitment_written(session, written.id)


@router.get("")
def list_commitments(
    caller: ReadClaims, session: ReadSession, after: After = None, limit: Limit = 50
) -> Page[CommitmentView]:
    """Every commitment, used or not, oldest first."""
    return service.list_commitments(session, caller, after, limit)
