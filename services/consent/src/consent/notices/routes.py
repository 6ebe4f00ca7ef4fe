"""Privacy notices: what people are told, and that they were."""

from uuid import UUID

from fastapi import APIRouter, Response

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.paging import After, AsAt, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import LookupRequest, Written
from consent.access import PublishNotices, ReadConsents, WriteNotices
from consent.notices import service
from consent.notices.schemas import (
    DeliveryCorrectionRequest,
    DeliveryRequest,
    DeliveryView,
    NoticeRequest,
    NoticeView,
    PersonNotices,
)

router = APIRouter(prefix="/v1/notices", tags=["notices"])


@router.post("", status_code=201)
def publish_notice(request: NoticeRequest, caller: PublishNotices, session: WriteSession, once: Once) -> Written:
    """Publish a version of a notice in one language, as an information governance officer."""
    return once(session, caller, request, lambda: service.publish_notice(session, caller, request), "/v1/notices/{id}")


@router.get("")
def list_notices(
    caller: ReadConsents, session: ReadSession, after: After = None, limit: Limit = 50
) -> Page[NoticeView]:
    """All notices, oldest first."""
    return service.list_notices(session, after, limit)


@router.post("/lookup")
def look_up_notices(
    request: LookupRequest, caller: ReadConsents, runtime: TheRuntime, as_at: AsAt = None
) -> Page[PersonNotices]:
    """What people were given by your agency, or had been by the end of a day, many at once.

    Who was given nothing is absent.
    """
    return Page[PersonNotices](items=service.look_up_notices(runtime, caller, request.ids, as_at), next=None)


@router.get("/{notice_id:uuid}")
def show_notice(notice_id: UUID, caller: ReadConsents, session: ReadSession, response: Response) -> NoticeView:
    """One notice."""
    notice = service.show_notice(session, notice_id)
    response.headers["ETag"] = notice.etag
    return notice


@router.post("/{notice_id}/deliveries", status_code=201)
def deliver_notice(
    notice_id: UUID, request: DeliveryRequest, caller: WriteNotices, runtime: TheRuntime, once: Once
) -> Written:
    """Record that up to five hundred people were given this notice."""
    return service.deliver_notice(runtime, caller, notice_id, request, once)


@router.get("/{notice_id}/deliveries/{delivery_id}")
def show_delivery(
    notice_id: UUID, delivery_id: UUID, caller: WriteNotices, runtime: TheRuntime, response: Response
) -> DeliveryView:
    """A delivery that your agency made, with its history."""
    delivery = service.show_delivery(runtime, caller, notice_id, delivery_id)
    response.headers["ETag"] = delivery.etag
    return delivery


@router.post("/{notice_id}/deliveries/{delivery_id}/correction")
def correct_delivery(
    notice_id: UUID, delivery_id: UUID, request: DeliveryCorrectionRequest, caller: WriteNotices, runtime: TheRuntime
) -> Written:
    """Say that people were not given the notice after all: it came back, or was entered for the wrong people."""
    return service.correct_delivery(runtime, caller, notice_id, delivery_id, request)
