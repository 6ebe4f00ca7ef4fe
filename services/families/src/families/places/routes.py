"""Places: which addresses are refuges, and which are shared by strangers."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from chassis.db import WriteSession
from families.access import WritePlaces
from families.places import service
from families.places.schemas import PlaceRequest, PlaceWritten

router = APIRouter(prefix="/v1/places", tags=["places"])
Uprn = Annotated[str, Path(pattern=r"^[0-9]{1,12}$", description="The address's unique property reference number")]


@router.put("/{uprn}")
def set_kind(
    uprn: Uprn, request: PlaceRequest, caller: WritePlaces, session: WriteSession, response: Response
) -> PlaceWritten:
    """Say what kind of place an address is."""
    written = service.set_kind(session, uprn, request)
    response.headers["ETag"] = written.etag
    return written
