"""Assurance visits: an official of the department looks at the samples of some batches, on some days."""

from uuid import UUID

from fastapi import APIRouter

from chassis.auth import StatedPurpose
from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.paging import After, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import Written
from claims.access import CloseVisits, OpenVisits, ReadVisits
from claims.visits import service
from claims.visits.schemas import CloseRequest, VisitedClaimView, VisitRequest, VisitView

router = APIRouter(prefix="/v1/assurance-visits", tags=["assurance visits"])


@router.post("", status_code=201)
def open_visit(
    request: VisitRequest, caller: OpenVisits, session: WriteSession, once: Once, runtime: TheRuntime
) -> Written:
    """Let an official of the department look at the samples of some batches, on some days."""
    at_most = runtime.settings.visit_days_at_most
    location = "/v1/assurance-visits/{id}"
    return once(session, caller, request, lambda: service.open_visit(session, caller, request, at_most), location)


@router.get("")
def list_visits(caller: ReadVisits, session: ReadSession, after: After = None, limit: Limit = 50) -> Page[VisitView]:
    """Visits within reach, oldest first; a visitor has their own alone, on its days."""
    return service.list_visits(session, caller, after, limit)


@router.get("/{visit_id}")
def show_visit(visit_id: UUID, caller: ReadVisits, session: ReadSession) -> VisitView:
    """One visit: who may look at which batches' samples, when, and why."""
    return service.show_visit(session, caller, visit_id)


@router.post("/{visit_id}/close")
def close_visit(
    visit_id: UUID, request: CloseRequest, caller: CloseVisits, session: WriteSession, once: Once
) -> Written:
    """End a visit before its last day."""
    return once(session, caller, request, lambda: service.close_visit(session, caller, visit_id, request))


@router.get("/{visit_id}/claims")
def list_visited_claims(
    visit_id: UUID,
    caller: ReadVisits,
    purpose: StatedPurpose,
    runtime: TheRuntime,
    after: After = None,
    limit: Limit = 50,
) -> Page[VisitedClaimView]:
    """The claims of the visit for its visitor: evidence, findings, and who did what."""
    return service.list_visited_claims(runtime, caller, purpose, visit_id, after, limit)
