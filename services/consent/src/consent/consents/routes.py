"""Consents to share, and their withdrawal."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.paging import After, Limit, Page
from chassis.schemas import Id, LookupRequest, Written
from consent.access import ReadConsents, WriteConsents
from consent.consents import service
from consent.consents.schemas import ConsentRequest, ConsentView, PersonConsents, WithdrawalRequest, Withdrawn

router = APIRouter(prefix="/v1/consents", tags=["consents"])


@router.post("", status_code=201)
def give_consent(request: ConsentRequest, caller: WriteConsents, session: WriteSession, once: Once) -> Written:
    """Record that somebody consents to sharing."""
    return once(session, caller, request, lambda: service.give_consent(session, caller, request), "/v1/consents/{id}")


@router.get("")
def list_consents(
    person: Annotated[Id, Query()], caller: ReadConsents, session: ReadSession, after: After = None, limit: Limit = 50
) -> Page[ConsentView]:
    """A person's consents that your agency recorded."""
    return service.list_consents(session, caller, person, after, limit)


@router.post("/lookup")
def look_up_consents(request: LookupRequest, caller: ReadConsents, session: ReadSession) -> Page[PersonConsents]:
    """The consents of many people at once. Who has none is absent."""
    return Page[PersonConsents](items=service.look_up_consents(session, caller, request.ids), next=None)


@router.get("/{consent_id:uuid}")
def show_consent(consent_id: UUID, caller: ReadConsents, session: ReadSession, response: Response) -> ConsentView:
    """One consent."""
    consent = service.show_consent(session, caller, consent_id)
    response.headers["ETag"] = consent.etag
    return consent


@router.post("/{consent_id}/withdrawal")
def withdraw_consent(
    consent_id: UUID, request: WithdrawalRequest, caller: WriteConsents, session: WriteSession, response: Response
) -> Withdrawn:
    """Withdraw a consent. From this answer on, nothing that rested on it leaves."""
    withdrawn = service.withdraw_consent(session, caller, consent_id, request.date)
    response.headers["ETag"] = withdrawn.etag or ""
    return withdrawn
