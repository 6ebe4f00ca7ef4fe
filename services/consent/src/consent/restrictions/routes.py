"""Restrictions (UK GDPR Art 18)."""

from uuid import UUID

from fastapi import APIRouter, Response

from chassis.idempotency import Once
from chassis.runtime import TheRuntime
from chassis.schemas import Written
from consent.access import SetRestrictions
from consent.restrictions import service
from consent.restrictions.schemas import RestrictionLiftRequest, RestrictionRequest, RestrictionView

router = APIRouter(prefix="/v1/restrictions", tags=["restrictions"])


@router.post("", status_code=201)
def set_restriction(request: RestrictionRequest, caller: SetRestrictions, runtime: TheRuntime, once: Once) -> Written:
    """Restrict the use of what is held of a person."""
    return service.set_restriction(runtime, caller, request, once)


@router.get("/{restriction_id}")
def show_restriction(
    restriction_id: UUID, caller: SetRestrictions, runtime: TheRuntime, response: Response
) -> RestrictionView:
    """One restriction that your agency set."""
    restriction = service.show_restriction(runtime, caller, restriction_id)
    response.headers["ETag"] = restriction.etag
    return restriction


@router.post("/{restriction_id}/lift")
def lift_restriction(
    restriction_id: UUID, request: RestrictionLiftRequest, caller: SetRestrictions, runtime: TheRuntime
) -> Written:
    """Lift a restriction that your agency set, once the person was told."""
    return service.lift_restriction(runtime, caller, restriction_id, request)
