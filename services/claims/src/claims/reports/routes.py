"""Reports: how many families, and what it came to."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.db import ReadSession
from chassis.schemas import Date, Word
from claims.access import ReadReports
from claims.reports import service
from claims.reports.schemas import ReportView

router = APIRouter(prefix="/v1/reports", tags=["reports"])


@router.get("/{name}")
def show_report(
    name: Word, caller: ReadReports, session: ReadSession, as_at: Annotated[Date | None, Query()] = None
) -> ReportView:
    """One report: `attachments`, `results` or `coverage`."""
    return service.show_report(session, caller, name, as_at)
