"""Claims: drafted by the system, checked by a person."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.auth import StatedPurpose
from chassis.db import WriteSession
from chassis.idempotency import Once
from chassis.paging import After, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import Id, LookupRequest, Written
from claims.access import CheckClaims, ReadClaims
from claims.claims import service
from claims.claims.schemas import CheckRequest, ClaimView, DropRequest, FamilyClaimsList
from claims.models import ClaimStatus

router = APIRouter(prefix="/v1/claims", tags=["claims"])


@router.get("")
def list_claims(
    caller: ReadClaims,
    purpose: StatedPurpose,
    runtime: TheRuntime,
    status: ClaimStatus | None = None,
    family: Annotated[Id | None, Query()] = None,
    batch: Annotated[Id | None, Query()] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[ClaimView]:
    """Claims within your reach, oldest first."""
    return service.list_claims(
        runtime, caller, purpose, status=status, family=family, batch=batch, after=after, limit=limit
    )


@router.post("/lookup")
def look_up_claims(
    request: LookupRequest, caller: ReadClaims, purpose: StatedPurpose, runtime: TheRuntime
) -> FamilyClaimsList:
    """The claims of many families; those out of reach are absent."""
    return FamilyClaimsList(items=service.look_up_claims(runtime, caller, purpose, request.ids))


@router.get("/{claim_id:uuid}")
def show_claim(claim_id: UUID, caller: ReadClaims, purpose: StatedPurpose, runtime: TheRuntime) -> ClaimView:
    """One claim, with its evidence."""
    return service.show_claim(runtime, caller, purpose, claim_id)


@router.post("/{claim_id}/check")
def check_claim(
    claim_id: UUID, request: CheckRequest, caller: CheckClaims, session: WriteSession, once: Once
) -> Written:
    """Agree to a draft, or send it back."""
    return once(session, caller, request, lambda: service.check_claim(session, caller, claim_id, request))


@router.post("/{claim_id}/drop")
def drop_claim(claim_id: UUID, request: DropRequest, caller: CheckClaims, session: WriteSession, once: Once) -> Written:
    """Take a claim out."""
    return once(session, caller, request, lambda: service.drop_claim(session, caller, claim_id, request))
