"""Premises: which addresses are refuges, and which are shared by strangers."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from chassis.db import WriteSession
from families.access import WritePremises
from families.premises import service
from families.premises.schemas import PremisesRequest, PremisesWritten

router = APIRouter(prefix="/v1/premises", tags=["premises"])
Uprn = Annotated[str, Path(pattern=r"^[0-9]{1,12}$", description="The address's unique property reference number")]


@router.put("/{uprn}")
def set_premises_kind(
    uprn: Uprn, request: PremisesRequest, caller: WritePremises, session: WriteSession, response: Response
) -> PremisesWritten:
    """Say what kind of premises an address is."""
    written = service.set_premises_kind(session, uprn, request)
    response.headers["ETag"] = written.etag
    return written
