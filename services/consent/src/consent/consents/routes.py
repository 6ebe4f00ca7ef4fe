"""Consents to share, their withdrawal, and their correction."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.idempotency import Once
from chassis.paging import After, AsAt, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import Id, LookupRequest, Written
from consent.access import ReadConsents, WriteConsents
from consent.consents import service
from consent.consents.schemas import (
    ConsentCorrectionRequest,
    ConsentRequest,
    ConsentView,
    PersonConsents,
    WithdrawalRequest,
    Withdrawn,
)

router = APIRouter(prefix="/v1/consents", tags=["consents"])


@router.post("", status_code=201)
def give_consent(request: ConsentRequest, caller: WriteConsents, runtime: TheRuntime, once: Once) -> Written:
    """Record that somebody for whom you work consents to sharing."""
    return service.give_consent(runtime, caller, request, once)


@router.get("")
def list_consents(
    person: Annotated[Id, Query()], caller: ReadConsents, runtime: TheRuntime, after: After = None, limit: Limit = 50
) -> Page[ConsentView]:
    """A person's consents that your agency recorded."""
    return service.list_consents(runtime, caller, person, after, limit)


@router.post("/lookup")
def look_up_consents(
    request: LookupRequest, caller: ReadConsents, runtime: TheRuntime, as_at: AsAt = None
) -> Page[PersonConsents]:
    """The consents of many people at once, now or as they stood at the end of a day. Who has none is absent."""
    return Page[PersonConsents](items=service.look_up_consents(runtime, caller, request.ids, as_at), next=None)


@router.get("/{consent_id:uuid}")
def show_consent(consent_id: UUID, caller: ReadConsents, runtime: TheRuntime, response: Response) -> ConsentView:
    """One consent, with its history."""
    consent = service.show_consent(runtime, caller, consent_id)
    response.headers["ETag"] = consent.etag
    return consent


@router.post("/{consent_id}/withdrawal")
def withdraw_consent(
    consent_id: UUID, request: WithdrawalRequest, caller: WriteConsents, runtime: TheRuntime, response: Response
) -> Withdrawn:
    """Withdraw a consent. From this answer on, nothing that rested on it leaves."""
    withdrawn = service.withdraw_consent(runtime, caller, consent_id, request.date)
    response.headers["ETag"] = withdrawn.etag or ""
    return withdrawn


@router.post("/{consent_id}/correction")
def correct_consent(
    consent_id: UUID, request: ConsentCorrectionRequest, caller: WriteConsents, runtime: TheRuntime, response: Response
) -> Written:
    """Say that a consent was recorded wrongly. It counts for nothing, and stays readable."""
    corrected = service.correct_consent(runtime, caller, consent_id, request)
    response.headers["ETag"] = corrected.etag or ""
    return corrected
