"""Reports to a person of who saw what about them, which their agency's officer makes and hands over."""

from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from chassis.idempotency import Once
from chassis.runtime import TheRuntime
from chassis.schemas import Written
from consent.access import ReportSharings
from consent.access_reports import handing_over, service
from consent.access_reports.schemas import AccessReportRequest, AccessReportView, KeptBackList

router = APIRouter(prefix="/v1/access-reports", tags=["access reports"])


class CsvResponse(Response):
    media_type = "text/csv"


@router.post("", status_code=201)
def make_report(request: AccessReportRequest, caller: ReportSharings, runtime: TheRuntime, once: Once) -> Written:
    """Make a report of what your log says about a person who asked. It is kept as it was made."""
    return service.make_report(runtime, caller, request, once)


@router.get("/{report_id}")
def show_report(report_id: UUID, caller: ReportSharings, runtime: TheRuntime) -> AccessReportView:
    """A report that your agency made, as it is handed to the person."""
    return service.show_report(runtime, caller, report_id)


@router.get("/{report_id}/page", response_class=HTMLResponse)
def show_report_page(report_id: UUID, caller: ReportSharings, runtime: TheRuntime) -> HTMLResponse:
    """The report as a page to read or to print."""
    return handing_over.make_page(service.show_report(runtime, caller, report_id))


@router.get("/{report_id}/table", response_class=CsvResponse)
def show_report_table(report_id: UUID, caller: ReportSharings, runtime: TheRuntime) -> CsvResponse:
    """The report's lines as CSV, for a spreadsheet."""
    text = handing_over.make_table(service.show_report(runtime, caller, report_id))
    headers = {"Content-Disposition": f'attachment; filename="who-saw-what-{report_id}.csv"'}
    return CsvResponse(text, headers=headers)


@router.get("/{report_id}/kept-back")
def list_kept_back(report_id: UUID, caller: ReportSharings, runtime: TheRuntime) -> KeptBackList:
    """What the person was not told, and why: for whoever reviews the report, never to be handed out."""
    return service.list_kept_back(runtime, caller, report_id)
