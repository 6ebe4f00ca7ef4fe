"""Agreements: which service gives which data to which, for what, and on what basis."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.paging import After, Limit, Page
from chassis.schemas import Code, Written
from consent.access import ReadAgreements, SignAgreements, WriteAgreements
from consent.agreements import service
from consent.agreements.schemas import (
    AgreementRequest,
    AgreementSummary,
    AgreementView,
    ResumeRequest,
    SignRequest,
    StepRequest,
)

router = APIRouter(prefix="/v1/agreements", tags=["agreements"])


@router.post("", status_code=201)
def draft_agreement(request: AgreementRequest, caller: WriteAgreements, session: WriteSession, once: Once) -> Written:
    """Draft an agreement between two services, one of them your agency's."""
    return once(
        session,
        caller,
        request,
        lambda: service.draft_agreement(session, caller, request),
        location="/v1/agreements/{id}",
    )


@router.get("")
def list_agreements(
    caller: ReadAgreements,
    session: ReadSession,
    service_code: Annotated[Code | None, Query(alias="service", description="Only those that bind it")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[AgreementSummary]:
    """The agreements to which your agency is a party, oldest first."""
    return service.list_agreements(session, caller, service_code, after, limit)


@router.get("/{agreement_id}")
def show_agreement(
    agreement_id: UUID, caller: ReadAgreements, session: ReadSession, response: Response
) -> AgreementView:
    """One agreement, with all that was done to it."""
    agreement = service.show_agreement(session, caller, agreement_id)
    response.headers["ETag"] = agreement.etag
    return agreement


@router.post("/{agreement_id}/sign")
def sign_agreement(agreement_id: UUID, request: SignRequest, caller: SignAgreements, session: WriteSession) -> Written:
    """Sign for your agency. When both parties have, the agreement is in force from its first day."""
    return service.sign_agreement(session, caller, agreement_id, request.date)


@router.post("/{agreement_id}/suspend")
def suspend_agreement(
    agreement_id: UUID, request: StepRequest, caller: WriteAgreements, session: WriteSession
) -> Written:
    """Stop all routine sharing under an agreement at once."""
    return service.suspend_agreement(session, caller, agreement_id, request.date, request.reason)


@router.post("/{agreement_id}/resume")
def resume_agreement(
    agreement_id: UUID, request: ResumeRequest, caller: WriteAgreements, session: WriteSession
) -> Written:
    """Let a suspended agreement stand again."""
    return service.resume_agreement(session, caller, agreement_id, request.date, request.reason)


@router.post("/{agreement_id}/end")
def end_agreement(agreement_id: UUID, request: StepRequest, caller: WriteAgreements, session: WriteSession) -> Written:
    """End an agreement for good, or give up a draft."""
    return service.end_agreement(session, caller, agreement_id, request.date, request.reason)
