"""Families: who belongs to them, from when to when."""

from uuid import UUID

from fastapi import APIRouter, Response

from chassis.auth import StatedPurpose
from chassis.etag import IfMatch
from chassis.idempotency import Once
from chassis.paging import After, AsAt, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import LookupRequest, Written
from families.access import ReadFamilies, WriteFamilies
from families.families import service
from families.families.schemas import (
    BelongingItems,
    FamilyItems,
    FamilyView,
    MemberChange,
    MemberRequest,
    MembershipItems,
    MomentItems,
    NominationRequest,
    SupportItems,
)

router = APIRouter(tags=["families"])


@router.get("/v1/families", response_model_exclude_unset=True)
def list_families(
    caller: ReadFamilies,
    purpose: StatedPurpose,
    runtime: TheRuntime,
    after: After = None,
    limit: Limit = 50,
    as_at: AsAt = None,
) -> Page[FamilyView]:
    """The families that you may meet."""
    return service.list_families(runtime, caller, purpose, after, limit, as_at)


@router.get("/v1/families/{family_id:uuid}", response_model_exclude_unset=True)
def show_family(
    family_id: UUID,
    caller: ReadFamilies,
    purpose: StatedPurpose,
    runtime: TheRuntime,
    response: Response,
    as_at: AsAt = None,
) -> FamilyView:
    """One family as at a day."""
    view = service.show_family(runtime, caller, purpose, family_id, as_at)
    response.headers["ETag"] = view.etag
    return view


@router.get("/v1/families/{family_id}/members", response_model_exclude_unset=True)
def list_members(family_id: UUID, caller: ReadFamilies, purpose: StatedPurpose, runtime: TheRuntime) -> MembershipItems:
    """Every membership of a family, past and present."""
    return MembershipItems(items=service.list_members(runtime, caller, purpose, family_id))


@router.get("/v1/families/{family_id}/timeline", response_model_exclude_unset=True)
def show_timeline(
    family_id: UUID, caller: ReadFamilies, purpose: StatedPurpose, runtime: TheRuntime, as_at: AsAt = None
) -> MomentItems:
    """What happened with a family, day by day."""
    return MomentItems(items=service.show_timeline(runtime, caller, purpose, family_id, as_at))


@router.post("/v1/families", status_code=201)
def nominate_family(request: NominationRequest, caller: WriteFamilies, runtime: TheRuntime, once: Once) -> Written:
    """Nominate a family that no feed has shown."""
    return service.nominate_family(runtime, caller, request, once)


@router.post("/v1/families/{family_id}/members", status_code=201)
def add_member(
    family_id: UUID, request: MemberRequest, caller: WriteFamilies, runtime: TheRuntime, once: Once
) -> Written:
    """State that somebody belongs to a family."""
    return service.add_member(runtime, caller, family_id, request, once)


@router.patch("/v1/families/{family_id}/members/{membership_id}")
def change_member(
    family_id: UUID,
    membership_id: UUID,
    request: MemberChange,
    caller: WriteFamilies,
    runtime: TheRuntime,
    match: IfMatch,
    response: Response,
) -> Written:
    """State until when somebody belonged."""
    written = service.change_member(runtime, caller, family_id, membership_id, request, match)
    response.headers["ETag"] = written.etag or ""
    return written


@router.post("/v1/families/lookup", response_model_exclude_unset=True)
def look_up_families(
    request: LookupRequest, caller: ReadFamilies, purpose: StatedPurpose, runtime: TheRuntime, as_at: AsAt = None
) -> FamilyItems:
    """Several families at once; those out of reach are absent."""
    return FamilyItems(items=service.look_up_families(runtime, caller, purpose, request.ids, as_at))


@router.post("/v1/members/lookup", response_model_exclude_unset=True)
def look_up_members(
    request: LookupRequest, caller: ReadFamilies, purpose: StatedPurpose, runtime: TheRuntime
) -> BelongingItems:
    """The families of several persons at once."""
    return BelongingItems(items=service.look_up_members(runtime, caller, purpose, request.ids))


@router.post("/v1/support/lookup", response_model_exclude_unset=True)
def look_up_support(
    request: LookupRequest, caller: ReadFamilies, purpose: StatedPurpose, runtime: TheRuntime, as_at: AsAt = None
) -> SupportItems:
    """The support of several families at once."""
    return SupportItems(items=service.look_up_support(runtime, caller, purpose, request.ids, as_at))
