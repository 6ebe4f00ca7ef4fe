"""Agreements: which service gives which data to which, for what, and on what basis."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once, OnceIfKeyed
from chassis.paging import After, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import Code, Written
from consent.access import ReadAgreements, SignAgreements, WriteAgreements
from consent.agreements import service
from consent.agreements.schemas import (
    AgreementRequest,
    AgreementSummary,
    AgreementView,
    ResumeRequest,
    ReviewRequest,
    SignRequest,
    StepRequest,
)
from consent.agreements.states import ReviewState

router = APIRouter(prefix="/v1/agreements", tags=["agreements"])


@router.post("", status_code=201)
def draft_agreement(request: AgreementRequest, caller: WriteAgreements, session: WriteSession, once: Once) -> Written:
    """Draft an agreement between two services, one of them your agency's; or bring in one that was made on paper.

    Which agencies it binds is what identity says of the services. It binds nobody until both sides are signed.
    """
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
    runtime: TheRuntime,
    service_code: Annotated[Code | None, Query(alias="service", description="Only those that bind it")] = None,
    review: Annotated[ReviewState | None, Query(description="Only those whose review is due, or overdue")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[AgreementSummary]:
    """The agreements of services that are your agency's, or were while it stood; oldest first."""
    notice = runtime.settings.review_notice_days
    return service.list_agreements(session, caller, service_code, review, after, limit, notice)


@router.get("/{agreement_id}")
def show_agreement(
    agreement_id: UUID, caller: ReadAgreements, session: ReadSession, runtime: TheRuntime, response: Response
) -> AgreementView:
    """One agreement, with all that was done to it."""
    agreement = service.show_agreement(session, caller, agreement_id, runtime.settings.review_notice_days)
    response.headers["ETag"] = agreement.etag
    return agreement


@router.post("/{agreement_id}/sign")
def sign_agreement(
    agreement_id: UUID, request: SignRequest, caller: SignAgreements, session: WriteSession, once: OnceIfKeyed
) -> Written:
    """Sign one side for your agency. When two people have signed both, it is in force from its first day.

    Sign again for a service that has become your agency's since: what it shares is suspended until you do.
    """
    return once(
        session,
        caller,
        request,
        lambda: service.sign_agreement(session, caller, agreement_id, request.date, request.side),
    )


@router.post("/{agreement_id}/suspend")
def suspend_agreement(
    agreement_id: UUID, request: StepRequest, caller: WriteAgreements, session: WriteSession, once: OnceIfKeyed
) -> Written:
    """Stop all routine sharing under an agreement at once."""
    return once(
        session,
        caller,
        request,
        lambda: service.suspend_agreement(session, caller, agreement_id, request.date, request.reason),
    )


@router.post("/{agreement_id}/resume")
def resume_agreement(
    agreement_id: UUID, request: ResumeRequest, caller: WriteAgreements, session: WriteSession, once: OnceIfKeyed
) -> Written:
    """Let go of what your agency suspended; the agreement stands again when neither party holds it."""
    return once(
        session,
        caller,
        request,
        lambda: service.resume_agreement(session, caller, agreement_id, request.date, request.reason),
    )


@router.post("/{agreement_id}/review")
def review_agreement(
    agreement_id: UUID, request: ReviewRequest, caller: WriteAgreements, session: WriteSession, once: OnceIfKeyed
) -> Written:
    """Say that your agency has reviewed it, and when it is to be reviewed next; that counts when both sides have."""
    return once(session, caller, request, lambda: service.review_agreement(session, caller, agreement_id, request))


@router.post("/{agreement_id}/end")
def end_agreement(
    agreement_id: UUID, request: StepRequest, caller: WriteAgreements, session: WriteSession, once: OnceIfKeyed
) -> Written:
    """End an agreement for good, or give up a draft."""
    return once(
        session,
        caller,
        request,
        lambda: service.end_agreement(session, caller, agreement_id, request.date, request.reason),
    )
