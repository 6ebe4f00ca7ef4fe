"""Areas: whoever signs in may know which there are, since a push and a nomination name one."""

from fastapi import APIRouter

from chassis.auth import SignedIn
from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.schemas import Written
from identity.access import AdministerIdentity
from identity.areas import service
from identity.areas.schemas import AreaList, AreaRequest
from identity.audit.service import Actor

router = APIRouter(prefix="/v1/areas", tags=["areas"])


@router.post("", status_code=201)
def register_area(request: AreaRequest, caller: AdministerIdentity, session: WriteSession, once: Once) -> Written:
    """Register an area of the council."""
    return once(
        session, caller, request, lambda: service.register_area(session, Actor.of(caller), request), "/v1/areas"
    )


@router.get("")
def list_areas(caller: SignedIn, session: ReadSession) -> AreaList:
    """Every area with its code and name."""
    return service.list_areas(session)
