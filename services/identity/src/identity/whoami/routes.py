"""Whoami: what the caller's token says of them."""

from fastapi import APIRouter

from chassis.auth import SignedIn
from chassis.db import ReadSession
from identity.whoami import service
from identity.whoami.schemas import Whoami

router = APIRouter(prefix="/v1/whoami", tags=["whoami"])


@router.get("")
def whoami(caller: SignedIn, session: ReadSession) -> Whoami:
    """The caller's agency, service, roles, areas, purposes and scopes."""
    return service.describe_caller(session, caller)
