"""The sharing log: each sharing, with its reason."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.db import ReadSession
from chassis.paging import After, Limit, Page
from chassis.schemas import Id
from consent.access import ReadSharingLog
from consent.sharing_log import service
from consent.sharing_log.schemas import SharingView

router = APIRouter(prefix="/v1/sharing-log", tags=["sharing log"])

People = Annotated[
    list[Id] | None,
    Query(max_length=100, description="Only about these people; name every id that a person has had"),
]


@router.get("")
def list_sharings(
    caller: ReadSharingLog, session: ReadSession, person: People = None, after: After = None, limit: Limit = 50
) -> Page[SharingView]:
    """What your agency received or shared under its agreements, oldest first."""
    return service.list_sharings(session, caller, person or [], after, limit)
