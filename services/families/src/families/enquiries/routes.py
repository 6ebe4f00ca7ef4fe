"""Enquiries of children's social care: whom they are about, and that they are open."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.db import ReadSession, WriteSession
from chassis.etag import IfMatch
from chassis.idempotency import Once, OnceIfKeyed
from chassis.paging import After, Limit, Page
from chassis.schemas import Written
from families.access import ReadEnquiries, WriteEnquiries
from families.enquiries import service
from families.enquiries.schemas import (
    CloseRequest,
    EnquiryChange,
    EnquiryRequest,
    EnquiryView,
    ReasonRequest,
    SubjectsRequest,
)

router = APIRouter(prefix="/v1/enquiries", tags=["safeguarding"])


@router.post("", status_code=201)
def open_enquiry(request: EnquiryRequest, caller: WriteEnquiries, session: WriteSession, once: Once) -> Written:
    """Open an enquiry, as a service of children's social care."""
    return once(session, caller, request, lambda: service.open_enquiry(session, caller, request), "/v1/enquiries/{id}")


@router.get("")
def list_enquiries(
    caller: ReadEnquiries,
    session: ReadSession,
    status: Literal["open", "closed"] | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[EnquiryView]:
    """The enquiries that you work on, oldest first."""
    return service.list_enquiries(session, caller, status, after, limit)


@router.get("/{enquiry_id}")
def show_enquiry(enquiry_id: UUID, caller: ReadEnquiries, session: ReadSession, response: Response) -> EnquiryView:
    """One enquiry, with what was done to it."""
    view = service.show_enquiry(session, caller, enquiry_id)
    response.headers["ETag"] = view.etag
    return view


@router.patch("/{enquiry_id}")
def correct_enquiry(
    enquiry_id: UUID,
    request: EnquiryChange,
    caller: WriteEnquiries,
    session: WriteSession,
    match: IfMatch,
    response: Response,
) -> Written:
    """Write down rightly what was written down wrongly."""
    written = service.correct_enquiry(session, caller, enquiry_id, request, match)
    response.headers["ETag"] = written.etag or ""
    return written


@router.post("/{enquiry_id}/subjects")
def add_subjects(
    enquiry_id: UUID, request: SubjectsRequest, caller: WriteEnquiries, session: WriteSession, once: OnceIfKeyed
) -> Written:
    """Say that it is about further people."""
    return once(session, caller, request, lambda: service.add_subjects(session, caller, enquiry_id, request))


@router.post("/{enquiry_id}/subjects/{person_id}/removal")
def remove_subject(
    enquiry_id: UUID,
    person_id: UUID,
    request: ReasonRequest,
    caller: WriteEnquiries,
    session: WriteSession,
    once: OnceIfKeyed,
) -> Written:
    """Take back that it is about somebody."""
    return once(
        session, caller, request, lambda: service.remove_subject(session, caller, enquiry_id, person_id, request.reason)
    )


@router.post("/{enquiry_id}/close")
def close_enquiry(
    enquiry_id: UUID, request: CloseRequest, caller: WriteEnquiries, session: WriteSession, once: OnceIfKeyed
) -> Written:
    """Close it: nobody meets anybody by it any longer."""
    return once(session, caller, request, lambda: service.close_enquiry(session, caller, enquiry_id, request))


@router.post("/{enquiry_id}/reopen")
def reopen_enquiry(
    enquiry_id: UUID, request: ReasonRequest, caller: WriteEnquiries, session: WriteSession, once: OnceIfKeyed
) -> Written:
    """Take back that it was closed."""
    return once(session, caller, request, lambda: service.reopen_enquiry(session, caller, enquiry_id, request.reason))
