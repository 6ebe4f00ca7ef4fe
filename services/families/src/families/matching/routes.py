"""Who is who: reviews of what matching could not settle, merges, unmerges, and every link."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter

from chassis.auth import StatedPurpose
from chassis.db import WriteSession
from chassis.paging import After, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import Written
from families.access import ReviewMatches
from families.matching import service
from families.matching.schemas import DecisionRequest, LinkView, MergeRequest, ReviewView, Unmerged, UnmergeRequest

router = APIRouter(tags=["matching"])


@router.get("/v1/match-reviews", response_model_exclude_unset=True)
def list_reviews(
    caller: ReviewMatches,
    purpose: StatedPurpose,
    runtime: TheRuntime,
    status: Literal["open", "decided"] | None = None,
    kind: Literal["same_person", "non_resident_parent"] | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[ReviewView]:
    """The questions that matching leaves to people, oldest first."""
    return service.list_reviews(runtime, caller, purpose, status, kind, after, limit)


@router.post("/v1/match-reviews/{review_id}/decision")
def decide_review(review_id: UUID, request: DecisionRequest, caller: ReviewMatches, session: WriteSession) -> Written:
    """Answer one of them."""
    return service.decide(session, caller, review_id, request)


@router.post("/v1/people/{person_id}/merge")
def merge_people(person_id: UUID, request: MergeRequest, caller: ReviewMatches, session: WriteSession) -> Written:
    """Say that another id is this person."""
    return service.merge(session, caller, person_id, request)


@router.post("/v1/people/{person_id}/unmerge")
def unmerge_people(person_id: UUID, request: UnmergeRequest, caller: ReviewMatches, runtime: TheRuntime) -> Unmerged:
    """Say that an id merged into this person is somebody else."""
    return service.unmerge(runtime, caller, person_id, request)


@router.get("/v1/links", response_model_exclude_unset=True)
def list_links(
    caller: ReviewMatches, purpose: StatedPurpose, runtime: TheRuntime, after: After = None, limit: Limit = 50
) -> Page[LinkView]:
    """Every record and whom it is about."""
    return service.list_links(runtime, caller, purpose, after, limit)
