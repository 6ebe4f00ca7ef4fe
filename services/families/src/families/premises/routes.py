"""Premises: which addresses are refuges, and which are shared by strangers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once, OnceIfKeyed
from chassis.paging import After, Limit, Page
from chassis.schemas import Written
from families.access import ReadPremises, WritePremises
from families.premises import service
from families.premises.schemas import (
    LoweringDecision,
    LoweringRequest,
    PremisesRequest,
    PremisesView,
    PremisesWritten,
)

router = APIRouter(prefix="/v1/premises", tags=["premises"])
Uprn = Annotated[str, Path(pattern=r"^[0-9]{1,12}$", description="The address's unique property reference number")]


@router.get("")
def list_premises(
    caller: ReadPremises, session: ReadSession, after: After = None, limit: Limit = 50
) -> Page[PremisesView]:
    """The flagged premises of which you may know."""
    return service.list_premises(session, caller, after, limit)


@router.get("/{uprn}")
def show_premises(uprn: Uprn, caller: ReadPremises, session: ReadSession) -> PremisesView:
    """What was said of an address, by whom and why."""
    return service.show_premises(session, caller, uprn)


@router.put("/{uprn}")
def flag_premises(
    uprn: Uprn, request: PremisesRequest, caller: WritePremises, session: WriteSession, response: Response
) -> PremisesWritten:
    """Say for your agency what kind of premises an address is."""
    written = service.flag_premises(session, caller, uprn, request)
    response.headers["ETag"] = written.etag
    return written


@router.post("/{uprn}/lowerings", status_code=201)
def ask_lowering(
    uprn: Uprn, request: LoweringRequest, caller: WritePremises, session: WriteSession, once: Once
) -> Written:
    """Ask that a flag protect less, or be taken away."""
    return once(session, caller, request, lambda: service.ask_lowering(session, caller, uprn, request))


@router.post("/{uprn}/lowerings/{lowering_id}/decision")
def decide_lowering(
    uprn: Uprn,
    lowering_id: UUID,
    request: LoweringDecision,
    caller: WritePremises,
    session: WriteSession,
    once: OnceIfKeyed,
) -> Written:
    """Confirm what another person asked, or refuse it."""
    return once(session, caller, request, lambda: service.decide_lowering(session, caller, uprn, lowering_id, request))
