"""Cover: who stands in for a colleague."""

from uuid import UUID

from fastapi import APIRouter

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once, OnceIfKeyed
from chassis.paging import After, Limit, Page
from chassis.schemas import Written
from families.access import ReadFamilies, WriteCovers
from families.covers import service
from families.covers.schemas import CoverEndRequest, CoverRequest, CoverView

router = APIRouter(prefix="/v1/covers", tags=["safeguarding"])


@router.post("", status_code=201)
def record_cover(request: CoverRequest, caller: WriteCovers, session: WriteSession, once: Once) -> Written:
    """Let somebody of your service stand in for a colleague."""
    return once(session, caller, request, lambda: service.record_cover(session, caller, request))


@router.get("")
def list_covers(caller: WriteCovers, session: ReadSession, after: After = None, limit: Limit = 50) -> Page[CoverView]:
    """All covers of your service, oldest first."""
    return service.list_covers(session, caller, after, limit)


@router.get("/own")
def list_own_covers(
    caller: ReadFamilies, session: ReadSession, after: After = None, limit: Limit = 50
) -> Page[CoverView]:
    """Those in which you stand in for somebody, or somebody for you, oldest first."""
    return service.list_own_covers(session, caller, after, limit)


@router.post("/{cover_id}/end")
def end_cover(
    cover_id: UUID, request: CoverEndRequest, caller: WriteCovers, session: WriteSession, once: OnceIfKeyed
) -> Written:
    """End a cover before its last day."""
    return once(session, caller, request, lambda: service.end_cover(session, caller, cover_id, request))
