"""Coverage: what a purpose covers at all, and whom to ask about the rest."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.auth import OnBehalfOf
from chassis.db import ReadSession
from chassis.problems import PurposeNotAllowed
from chassis.runtime import TheRuntime
from chassis.schemas import Code
from consent.access import DecideSharing, ReadCoverage
from consent.coverage import service
from consent.coverage.schemas import CoverageRequest, CoverageView

router = APIRouter(prefix="/v1/coverage", tags=["coverage"])


@router.get("")
def show_coverage(
    purpose: Annotated[Code, Query(pattern=r"^[a-z][a-z_]*$")],
    caller: ReadCoverage,
    session: ReadSession,
    runtime: TheRuntime,
) -> CoverageView:
    """What this purpose covers for your service and roles."""
    return service.show_coverage(session, runtime.settings, caller, purpose)


@router.post("")
def show_coverage_for_caller(
    request: CoverageRequest, program: DecideSharing, asker: OnBehalfOf, session: ReadSession, runtime: TheRuntime
) -> CoverageView:
    """The same for a caller of yours, whose token you forward, when they may not ask here themselves."""
    if request.purpose not in asker.purposes:
        raise PurposeNotAllowed()
    return service.show_coverage(session, runtime.settings, asker, request.purpose, request.ground)
