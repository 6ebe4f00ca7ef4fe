"""Fees and the ledger."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.paging import After, Limit
from chassis.schemas import Code, Date, Written
from claims.access import ReadReports, WritePayments
from claims.ledger import service
from claims.ledger.schemas import FeesRequest, LedgerView

router = APIRouter(prefix="/v1", tags=["ledger"])


@router.post("/fees", status_code=201)
def settle_fees(request: FeesRequest, caller: WritePayments, session: WriteSession, once: Once) -> Written:
    """Settle a financial year's attachment fees."""
    return once(session, caller, request, lambda: service.settle_fees(session, caller, request))


@router.get("/ledger")
def show_ledger(
    caller: ReadReports,
    session: ReadSession,
    framework: Annotated[Code | None, Query()] = None,
    as_at: Annotated[Date | None, Query()] = None,
    after: After = None,
    limit: Limit = 50,
) -> LedgerView:
    """What was paid for results and, apart from it, in fees, as at a date."""
    return service.show_ledger(session, caller, framework, as_at, after, limit)
