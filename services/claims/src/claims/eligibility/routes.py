"""Eligibility and attachment: whom the programme is for, and since when."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.auth import StatedPurpose
from chassis.paging import After, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import Date
from claims.access import ReadClaims
from claims.eligibility import service
from claims.eligibility.schemas import AsAtLookup, CohortItem, EligibilityList, EligibilityView, IdleView
from claims.models import CohortState

router = APIRouter(prefix="/v1", tags=["eligibility"])


@router.get("/families/{family_id}/eligibility")
def show_eligibility(
    family_id: UUID,
    caller: ReadClaims,
    purpose: StatedPurpose,
    runtime: TheRuntime,
    as_at: Annotated[Date | None, Query()] = None,
) -> EligibilityView:
    """Whether a family is eligible on a day, with reasons, and what is missing for it to be attached."""
    return service.show_eligibility(runtime, caller, purpose, family_id, as_at)


@router.post("/eligibility/lookup")
def look_up_eligibility(
    request: AsAtLookup, caller: ReadClaims, purpose: StatedPurpose, runtime: TheRuntime
) -> EligibilityList:
    """The same for many families; those out of reach are absent."""
    return EligibilityList(items=service.look_up_eligibility(runtime, caller, purpose, request.ids, request.as_at))


@router.get("/cohort")
def list_cohort(
    caller: ReadClaims,
    purpose: StatedPurpose,
    runtime: TheRuntime,
    state: CohortState | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[CohortItem]:
    """Families by how they stand: eligible, declined, attached."""
    return service.list_cohort(runtime, caller, purpose, state, after, limit)


@router.get("/evaluations/idle")
def count_waiting_families(caller: ReadClaims, runtime: TheRuntime) -> IdleView:
    """How many families wait to be evaluated, for operators to wait on."""
    return IdleView(dirty=service.count_waiting_families(runtime))
