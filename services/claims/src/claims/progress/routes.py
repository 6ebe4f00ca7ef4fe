"""Progress: how each need stands since support began."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.auth import StatedPurpose
from chassis.runtime import TheRuntime
from chassis.schemas import Date
from claims.access import ReadClaims
from claims.eligibility.schemas import AsAtLookup
from claims.progress import service
from claims.progress.schemas import ProgressList, ProgressView

router = APIRouter(prefix="/v1", tags=["progress"])


@router.get("/families/{family_id}/progress")
def show_progress(
    family_id: UUID,
    caller: ReadClaims,
    purpose: StatedPurpose,
    runtime: TheRuntime,
    as_at: Annotated[Date | None, Query()] = None,
) -> ProgressView:
    """How an attached family's needs stand on a day, with reasons; "not enough evidence" is an answer."""
    return service.show_progress(runtime, caller, purpose, family_id, as_at)


@router.post("/progress/lookup")
def look_up_progress(
    request: AsAtLookup, caller: ReadClaims, purpose: StatedPurpose, runtime: TheRuntime
) -> ProgressList:
    """The same for many families; those out of reach are absent."""
    return ProgressList(items=service.look_up_progress(runtime, caller, purpose, request.ids, request.as_at))
