"""People: who somebody is."""

from uuid import UUID

from fastapi import APIRouter, Response

from chassis.auth import StatedPurpose
from chassis.paging import AsAt
from chassis.runtime import TheRuntime
from chassis.schemas import LookupRequest
from families.access import ReadFamilies, ReadPeople
from families.people import service
from families.people.schemas import PersonItems, PersonView

router = APIRouter(prefix="/v1/people", tags=["people"])


@router.post("/lookup", response_model_exclude_unset=True)
def look_up_people(
    request: LookupRequest, caller: ReadFamilies, purpose: StatedPurpose, runtime: TheRuntime, as_at: AsAt = None
) -> PersonItems:
    """Many people at once, now or by what had been said of them up to a day."""
    return service.look_up_people(runtime, caller, purpose, request.ids, as_at)


@router.get("/{person_id:uuid}", response_model_exclude_unset=True)
def show_person(
    person_id: UUID,
    caller: ReadPeople,
    purpose: StatedPurpose,
    runtime: TheRuntime,
    response: Response,
    as_at: AsAt = None,
) -> PersonView:
    """One person, as far as this purpose covers it. An id that was merged answers with the person it is read as.

    As at a day it is who they are known to be today, by what had been said of them up to that day.
    """
    person, response.headers["ETag"] = service.show_person(runtime, caller, purpose, person_id, as_at)
    return person
