"""Protections: where a person is goes to nobody."""

from uuid import UUID

from fastapi import APIRouter, Response

from chassis.idempotency import Once, OnceIfKeyed
from chassis.runtime import TheRuntime
from chassis.schemas import Written
from consent.access import SetProtections
from consent.protections import service
from consent.protections.schemas import LiftRequest, ProtectionRequest, ProtectionView

router = APIRouter(prefix="/v1/protections", tags=["protections"])


@router.post("", status_code=201)
def set_protection(request: ProtectionRequest, caller: SetProtections, runtime: TheRuntime, once: Once) -> Written:
    """Protect a person's whereabouts."""
    return service.set_protection(runtime, caller, request, once)


@router.get("/{protection_id}")
def show_protection(
    protection_id: UUID, caller: SetProtections, runtime: TheRuntime, response: Response
) -> ProtectionView:
    """One protection that your agency set, or that you may lift, with its history."""
    protection = service.show_protection(runtime, caller, protection_id)
    response.headers["ETag"] = protection.etag
    return protection


@router.post("/{protection_id}/lift")
def ask_to_lift(protection_id: UUID, request: LiftRequest, caller: SetProtections, runtime: TheRuntime) -> Written:
    """Ask that a protection be lifted; another person confirms it."""
    return service.ask_to_lift(runtime, caller, protection_id, request)


@router.post("/{protection_id}/lift/confirmation")
def confirm_lift(protection_id: UUID, request: LiftRequest, caller: SetProtections, runtime: TheRuntime) -> Written:
    """Lift a protection for which another person asked."""
    return service.confirm_lift(runtime, caller, protection_id, request)


@router.post("/{protection_id}/lift/refusal")
def refuse_lift(
    protection_id: UUID, request: LiftRequest, caller: SetProtections, runtime: TheRuntime, once: OnceIfKeyed
) -> Written:
    """Let a protection stand that somebody asked to lift."""
    return service.refuse_lift(runtime, caller, protection_id, request, once)
