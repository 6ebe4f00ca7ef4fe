"""People: who somebody is, where that is known from, and what is stated about them."""

from uuid import UUID

from fastapi import APIRouter, Response

from chassis.auth import StatedPurpose
from chassis.runtime import TheRuntime
from chassis.schemas import LookupRequest
from families.access import ReadFamilies, ReadPeople
from families.people import service
from families.people.schemas import PersonItems, PersonLinkItems, PersonView, SearchRequest

router = APIRouter(prefix="/v1/people", tags=["people"])


@router.post("/search", response_model_exclude_unset=True)
def search(request: SearchRequest, caller: ReadPeople, purpose: StatedPurpose, runtime: TheRuntime) -> PersonItems:
    """People by name, date of birth or identifier; at most fifty."""
    return service.search(runtime, caller, purpose, request)


@router.post("/lookup", response_model_exclude_unset=True)
def look_up(request: LookupRequest, caller: ReadFamilies, purpose: StatedPurpose, runtime: TheRuntime) -> PersonItems:
    """Many people at once."""
    return service.look_up(runtime, caller, purpose, request.ids)


@router.get("/{person_id:uuid}", response_model_exclude_unset=True)
def show(
    person_id: UUID, caller: ReadPeople, purpose: StatedPurpose, runtime: TheRuntime, response: Response
) -> PersonView:
    """One person, as far as this purpose covers it. An id that was merged answers with the person it is read as."""
    person, response.headers["ETag"] = service.show(runtime, caller, purpose, person_id)
    return person


@router.get("/{person_id}/links", response_model_exclude_unset=True)
def list_links(person_id: UUID, caller: ReadPeople, purpose: StatedPurpose, runtime: TheRuntime) -> PersonLinkItems:
    """Why records count as this person's."""
    return service.list_links(runtime, caller, purpose, person_id)
