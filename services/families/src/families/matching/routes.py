"""Who is who: searching people, reviews of what matching could not settle, merges, unmerges, links of records."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter

from chassis.auth import StatedPurpose
from chassis.db import WriteSession
from chassis.idempotency import OnceIfKeyed
from chassis.paging import After, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import Written
from families.access import ReadPeople, ReviewMatches
from families.matching import links, searching, service
from families.matching.schemas import (
    DecisionRequest,
    LinkView,
    MergeRequest,
    PersonLinkItems,
    ReopeningRequest,
    ReviewView,
    SearchRequest,
    Unmerged,
    UnmergeRequest,
)
from families.people.schemas import PersonItems

router = APIRouter(tags=["matching"])


@router.post("/v1/people/search", response_model_exclude_unset=True)
def search_people(
    request: SearchRequest, caller: ReadPeople, purpose: StatedPurpose, runtime: TheRuntime
) -> PersonItems:
    """People by name, date of birth or identifier; at most fifty."""
    return searching.search_people(runtime, caller, purpose, request)


@router.get("/v1/people/{person_id}/links", response_model_exclude_unset=True)
def list_links_of_person(
    person_id: UUID, caller: ReadPeople, purpose: StatedPurpose, runtime: TheRuntime
) -> PersonLinkItems:
    """Why records count as this person's."""
    return links.list_links_of_person(runtime, caller, purpose, person_id)


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
def decide_review(
    review_id: UUID, request: DecisionRequest, caller: ReviewMatches, session: WriteSession, once: OnceIfKeyed
) -> Written:
    """Answer one of them."""
    return once(session, caller, request, lambda: service.decide_review(session, caller, review_id, request))


@router.post("/v1/match-reviews/{review_id}/reopening")
def reopen_review(
    review_id: UUID, request: ReopeningRequest, caller: ReviewMatches, runtime: TheRuntime, once: OnceIfKeyed
) -> Unmerged:
    """Take a decision back, so that it may be decided anew."""
    return service.reopen_review(runtime, caller, review_id, request, once)


@router.post("/v1/people/{person_id}/merge")
def merge_people(
    person_id: UUID, request: MergeRequest, caller: ReviewMatches, session: WriteSession, once: OnceIfKeyed
) -> Written:
    """Say that another id is this person."""
    return once(session, caller, request, lambda: service.merge_people(session, caller, person_id, request))


@router.post("/v1/people/{person_id}/unmerge")
def unmerge_people(
    person_id: UUID, request: UnmergeRequest, caller: ReviewMatches, runtime: TheRuntime, once: OnceIfKeyed
) -> Unmerged:
    """Say that an id merged into this person is somebody else."""
    return service.unmerge_people(runtime, caller, person_id, request, once)


@router.get("/v1/links", response_model_exclude_unset=True)
def list_links(
    caller: ReviewMatches, purpose: StatedPurpose, runtime: TheRuntime, after: After = None, limit: Limit = 50
) -> Page[LinkView]:
    """Every record and whom it is about."""
    return links.list_links(runtime, caller, purpose, after, limit)
