"""Privacy notices and who was given which."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.paging import Page, read_cursor
from chassis.schemas import Written
from consent.models import Delivery, Notice
from consent.notices import repository
from consent.notices.schemas import (
    ONLY,
    DeliveryRequest,
    DeliveryView,
    GivenNotice,
    NoticeRequest,
    NoticeView,
    PersonNotices,
)
from consent.problems import NoticeExists


def publish_notice(session: Session, caller: Caller, request: NoticeRequest) -> Written:
    """Publish a version of a notice; it is never changed. Errors: NoticeExists."""
    notice = Notice(**request.model_dump())
    try:
        with session.begin_nested():
            session.add(notice)
    except IntegrityError:
        raise NoticeExists() from None
    return Written(id=notice.id, status="published", etag=ONLY)


def deliver_notice(session: Session, caller: Caller, notice_id: UUID, request: DeliveryRequest) -> Written:
    """Record that people were given a notice. Errors: NoticeNotFound."""
    notice = repository.get_notice(session, notice_id)
    delivery = Delivery(
        notice=notice.id, date=request.date, channel=request.channel, agency=caller.agency, by=caller.subject
    )
    session.add(delivery)
    session.flush()
    repository.record_delivered(session, delivery, request.persons)
    return Written(id=delivery.id, status="delivered", etag=ONLY)


def show_notice(session: Session, notice_id: UUID) -> NoticeView:
    """A notice as it was published. Errors: NoticeNotFound."""
    return NoticeView.of(repository.get_notice(session, notice_id))


def list_notices(session: Session, after: str | None, limit: int) -> Page[NoticeView]:
    """All notices, oldest first. Errors: CursorNotValid."""
    position = read_cursor(after, "notices")
    rows = repository.list_notices(session, UUID(position[0]) if position else None, limit + 1)
    return Page[NoticeView].cut(rows, limit, name="notices", position=lambda row: row.id, view=NoticeView.of)


def show_delivery(session: Session, caller: Caller, notice_id: UUID, delivery_id: UUID) -> DeliveryView:
    """A delivery that the caller's agency made. Errors: DeliveryNotFound."""
    made = repository.get_delivery(session, notice_id, delivery_id, agency=caller.agency)
    names = ("id", "notice", "date", "channel", "recorded_at")
    people = repository.list_delivered(session, made.id)
    return DeliveryView(**{name: getattr(made, name) for name in names}, persons=people, etag=ONLY)


def look_up_notices(session: Session, caller: Caller, people: list[UUID]) -> list[PersonNotices]:
    """What the caller's agency gave each of them; who was given nothing is absent."""
    found: dict[UUID, list[GivenNotice]] = defaultdict(list)
    for row in repository.list_given(session, people, agency=caller.agency):
        found[row.person].append(GivenNotice(**{k: v for k, v in row._mapping.items() if k != "person"}))
    return [PersonNotices(person=person, notices=found[person]) for person in people if person in found]
