"""Targets: how many families are paid for."""

from fastapi import APIRouter, Response

from chassis.db import ReadSession, WriteSession
from chassis.etag import IfMatch
from chassis.schemas import Code, Written
from claims.access import ReadReports, WriteTargets
from claims.targets import service
from claims.targets.schemas import TargetList, TargetRequest, Year

router = APIRouter(prefix="/v1/targets", tags=["targets"])


@router.get("")
def list_targets(caller: ReadReports, session: ReadSession) -> TargetList:
    """Every framework's targets, by financial year."""
    return service.list_targets(session)


@router.put("/{framework}/{year:path}")
def set_target(
    framework: Code,
    year: Year,
    request: TargetRequest,
    caller: WriteTargets,
    session: WriteSession,
    match: IfMatch,
    response: Response,
) -> Written:
    """Set a financial year's target; to change one, say by `If-Match` which version you mean."""
    written = service.set_target(session, caller, framework, year, request, match)
    response.headers["ETag"] = written.etag or ""
    return written
