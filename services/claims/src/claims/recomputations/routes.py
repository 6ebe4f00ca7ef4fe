"""Recomputations: every claim can be derived again."""

from fastapi import APIRouter

from chassis.auth import StatedPurpose
from chassis.runtime import TheRuntime
from claims.access import Recompute
from claims.recomputations import service
from claims.recomputations.schemas import RecomputationRequest, RecomputationView

router = APIRouter(prefix="/v1/recomputations", tags=["recomputations"])


@router.post("")
def recompute_claims(
    request: RecomputationRequest, caller: Recompute, purpose: StatedPurpose, runtime: TheRuntime
) -> RecomputationView:
    """Compute claims again from stored facts, as known when they were drafted or as known now."""
    return RecomputationView(items=service.recompute_claims(runtime, caller, purpose, request))
