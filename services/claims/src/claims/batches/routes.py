"""Batches: frozen, sampled, audited, submitted."""

from uuid import UUID

from fastapi import APIRouter

from chassis.auth import StatedPurpose
from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.paging import After, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import Written
from claims.access import AuditClaims, BatchClaims, ReadClaims, SubmitClaims
from claims.batches import service
from claims.batches.schemas import (
    AbandonRequest,
    BatchRequest,
    BatchView,
    DrawnView,
    FindingRequest,
    FindingView,
    SampleRequest,
    SubmitRequest,
)
from claims.sampling.schemas import SamplingView

router = APIRouter(prefix="/v1/batches", tags=["batches"])


@router.post("", status_code=201)
def freeze_batch(request: BatchRequest, caller: BatchClaims, session: WriteSession, once: Once) -> Written:
    """Freeze all checked claims in a batch."""
    return once(session, caller, request, lambda: service.freeze_batch(session, caller, request), "/v1/batches/{id}")


@router.get("")
def list_batches(caller: ReadClaims, session: ReadSession, after: After = None, limit: Limit = 50) -> Page[BatchView]:
    """Batches, oldest first."""
    return service.list_batches(session, caller, after, limit)


@router.get("/{batch_id}")
def show_batch(batch_id: UUID, caller: ReadClaims, session: ReadSession) -> BatchView:
    """One batch: its claims, its sample, and what is lacking for it to be submitted."""
    return service.show_batch(session, caller, batch_id)


@router.get("/{batch_id}/sampling")
def show_sampling(batch_id: UUID, caller: ReadClaims, session: ReadSession) -> SamplingView:
    """All from which the batch's sample can be computed again."""
    return service.show_sampling(session, caller, batch_id)


@router.post("/{batch_id}/abandon")
def abandon_batch(
    batch_id: UUID, request: AbandonRequest, caller: BatchClaims, session: WriteSession, once: Once
) -> Written:
    """Undo a freeze whose sample nobody knows yet."""
    return once(session, caller, request, lambda: service.abandon_batch(session, caller, batch_id, request))


@router.post("/{batch_id}/sample", status_code=201)
def draw_sample(
    batch_id: UUID, request: SampleRequest, caller: AuditClaims, session: WriteSession, once: Once
) -> DrawnView:
    """Reveal the nonce and draw the auditor's sample, or extend it."""
    written = once(session, caller, request, lambda: service.draw_sample(session, caller, batch_id, request))
    return service.show_draw(session, written.id)


@router.post("/{batch_id}/findings", status_code=201)
def record_finding(
    batch_id: UUID, request: FindingRequest, caller: AuditClaims, session: WriteSession, once: Once
) -> Written:
    """Record what was found on a sampled claim."""
    return once(session, caller, request, lambda: service.record_finding(session, caller, batch_id, request))


@router.get("/{batch_id}/findings")
def list_findings(
    batch_id: UUID,
    caller: ReadClaims,
    purpose: StatedPurpose,
    runtime: TheRuntime,
    after: After = None,
    limit: Limit = 50,
) -> Page[FindingView]:
    """What auditors found in the batch, oldest first, and what was corrected since."""
    return service.list_findings(runtime, caller, purpose, batch_id, after, limit)


@router.post("/{batch_id}/submit")
def submit_batch(
    batch_id: UUID, request: SubmitRequest, caller: SubmitClaims, session: WriteSession, once: Once
) -> Written:
    """Submit a batch whose sample stands."""
    return once(session, caller, request, lambda: service.submit_batch(session, caller, batch_id, request))
