"""Support: what is done with a family, act by act."""

from uuid import UUID

from fastapi import APIRouter

from chassis.idempotency import Once
from chassis.runtime import TheRuntime
from chassis.schemas import Written
from families.access import WriteSupport
from families.support import service
from families.support.schemas import (
    AgreementRequest,
    AssessmentRequest,
    ConfirmationRequest,
    LeadRequest,
    PlanRequest,
    StepRequest,
    TeamRequest,
)

router = APIRouter(prefix="/v1/families/{family_id}", tags=["support"])


@router.post("/agreement-to-be-supported", status_code=201)
def record_agreement(
    family_id: UUID, request: AgreementRequest, caller: WriteSupport, runtime: TheRuntime, once: Once
) -> Written:
    """Record that the family agreed to be supported, or declined."""
    return service.record_agreement(runtime, caller, family_id, request, once)


@router.post("/lead-professional", status_code=201)
def name_lead(family_id: UUID, request: LeadRequest, caller: WriteSupport, runtime: TheRuntime, once: Once) -> Written:
    """Name the family's lead professional."""
    return service.name_lead(runtime, caller, family_id, request, once)


@router.post("/assessments", status_code=201)
def record_assessment(
    family_id: UUID, request: AssessmentRequest, caller: WriteSupport, runtime: TheRuntime, once: Once
) -> Written:
    """Record a completed assessment."""
    return service.record_assessment(runtime, caller, family_id, request, once)


@router.post("/plans", status_code=201)
def agree_plan(family_id: UUID, request: PlanRequest, caller: WriteSupport, runtime: TheRuntime, once: Once) -> Written:
    """Record an agreed plan."""
    return service.agree_plan(runtime, caller, family_id, request, once)


@router.post("/late-acts/confirmation", status_code=201)
def confirm_late_acts(
    family_id: UUID, request: ConfirmationRequest, caller: WriteSupport, runtime: TheRuntime, once: Once
) -> Written:
    """Confirm, as a second person, what was recorded late."""
    return service.confirm_late_acts(runtime, caller, family_id, request, once)


@router.post("/team", status_code=201)
def join_team(family_id: UUID, request: TeamRequest, caller: WriteSupport, runtime: TheRuntime, once: Once) -> Written:
    """Take a service into the family's team."""
    return service.join_team(runtime, caller, family_id, request, once)


@router.post("/steps", status_code=201)
def record_step(
    family_id: UUID, request: StepRequest, caller: WriteSupport, runtime: TheRuntime, once: Once
) -> Written:
    """Record a step of support."""
    return service.record_step(runtime, caller, family_id, request, once)
