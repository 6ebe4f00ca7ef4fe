"""Facts: dated things that records state about people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.auth import StatedPurpose
from chassis.paging import AsAt
from chassis.runtime import TheRuntime
from chassis.schemas import LookupRequest
from families.access import ReadFamilies, ReadPeople
from families.facts import service
from families.facts.schemas import FactItems, PersonFactItems

Measure = Annotated[
    str | None, Query(max_length=60, pattern=r"^[a-z_.]+$", description="Only of this measure; feeds list them")
]

router = APIRouter(tags=["facts"])


@router.get("/v1/people/{person_id}/facts")
def list_facts(
    person_id: UUID,
    caller: ReadPeople,
    purpose: StatedPurpose,
    runtime: TheRuntime,
    measure: Measure = None,
    as_at: AsAt = None,
) -> FactItems:
    """What is stated about one person now, in order of time; or what of it had happened by the end of a day."""
    return service.list_facts(runtime, caller, purpose, person_id, measure, as_at)


@router.post("/v1/facts/lookup")
def look_up_facts(
    request: LookupRequest,
    caller: ReadFamilies,
    purpose: StatedPurpose,
    runtime: TheRuntime,
    measure: Measure = None,
    as_at: AsAt = None,
) -> PersonFactItems:
    """What is stated about many people now; or what of it had happened by the end of a day."""
    return service.look_up_facts(runtime, caller, purpose, request.ids, measure, as_at)
