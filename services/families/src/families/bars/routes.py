"""Bars: staff are kept from their own relatives and neighbours."""

from uuid import UUID

from fastapi import APIRouter

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once, OnceIfKeyed
from chassis.paging import After, Limit, Page
from chassis.schemas import Written
from families.access import WriteBars
from families.bars import service
from families.bars.schemas import BarLiftRequest, BarRequest, BarView

router = APIRouter(prefix="/v1/bars", tags=["safeguarding"])


@router.post("", status_code=201)
def record_bar(request: BarRequest, caller: WriteBars, session: WriteSession, once: Once) -> Written:
    """Keep yourself, or somebody whom you manage, from people and families of their own."""
    return once(session, caller, request, lambda: service.record_bar(session, caller, request))


@router.get("")
def list_bars(caller: WriteBars, session: ReadSession, after: After = None, limit: Limit = 50) -> Page[BarView]:
    """Your own bars, and those over which you watch, oldest first."""
    return service.list_bars(session, caller, after, limit)


@router.post("/{bar_id}/lift")
def lift_bar(
    bar_id: UUID, request: BarLiftRequest, caller: WriteBars, session: WriteSession, once: OnceIfKeyed
) -> Written:
    """Lift a bar, as a second person."""
    return once(session, caller, request, lambda: service.lift_bar(session, caller, bar_id, request))
