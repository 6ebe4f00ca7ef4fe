"""People: who somebody is."""

from uuid import UUID

from fastapi import APIRouter, Response

from chassis.auth import StatedPurpose
from chassis.runtime import TheRuntime
from chassis.schemas import LookupRequest
from families.access import ReadFamilies, ReadPeople
from families.people import service
from families.people.schemas import PersonItems, PersonView

router = APIRouter(prefix="/v1/people", tags=["people"])


@router.post("/lookup", response_model_exclude_unset=True)
def look_up_people(
    request: LookupRequest, caller: ReadFamilies, purpose: StatedPurpose, runtime: TheRuntime
) -> PersonItems:
    """Many people at once."""
    return service.look_up_people(runtime, caller, purpose, request.ids)


@router.get("/{person_id:uuid}", response_model_exclude_unset=True)
def show_person(
    person_id: UUID, caller: ReadPeople, purpose: StatedPurpose, runtime: TheRuntime, response: Response
) -> PersonView:
    """One person, as far as this purpose covers it. An id that was merged answers with the person it is read as."""
    person, response.headers["ETag"] = service.show_person(runtime, caller, purpose, person_id)
    return person
