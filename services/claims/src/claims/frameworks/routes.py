"""Frameworks and outcomes plans: what counts, and what it is worth."""

from fastapi import APIRouter

from claims.access import ReadFrameworks
from claims.frameworks import service
from claims.frameworks.schemas import FrameworkList, OutcomesPlanList

router = APIRouter(prefix="/v1", tags=["frameworks"])


@router.get("/frameworks")
def list_frameworks(caller: ReadFrameworks) -> FrameworkList:
    """The financial frameworks."""
    return service.list_frameworks()


@router.get("/outcomes-plans")
def list_outcomes_plans(caller: ReadFrameworks) -> OutcomesPlanList:
    """The outcomes plans, every version."""
    return service.list_outcomes_plans()
