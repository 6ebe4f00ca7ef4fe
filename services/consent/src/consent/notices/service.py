"""Privacy notices and who was given which."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id, now, today
from chassis.etag import etag
from chassis.idempotency import OnceRunner
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.runtime import Runtime
from chassis.schemas import Written
from consent.acts.repository import list_steps, record_step
from consent.acts.schemas import tell_history
from consent.events import NoticeNotDelivered
from consent.models import Delivery, Notice
from consent.notices import repository
from consent.notices.schemas import (
    ONLY,
    DeliveryCorrectionRequest,
    DeliveryRequest,
    DeliveryView,
    GivenNotice,
    NoticeRequest,
    NoticeView,
    PersonNotices,
)
from consent.problems import DeliveryNotFound, NoticeExists, PersonNotFound
from consent.standing import check_reached, find_reached, person_fault


def publish_notice(session: Session, caller: Caller, request: NoticeRequest) -> Written:
    """Publish a version of a notice; it is never changed, and says whose it is. Errors: NoticeExists."""
    notice = Notice(**request.model_dump(), agency=caller.agency, by=caller.subject)
    try:
        with session.begin_nested():
            session.add(notice)
    except IntegrityError:
        raise NoticeExists() from None
    return Written(id=notice.id, status="published", etag=ONLY)


def deliver_notice(
    runtime: Runtime, caller: Caller, notice_id: UUID, request: DeliveryRequest, once: OnceRunner
) -> Written:
    """Record that people were given a notice. It informs them for the caller's agency, and for nobody else's.

    Errors: NoticeNotFound; PersonNotFound; Unavailable.
    """
    named = [*request.persons, *([request.received_by] if request.received_by else [])]
    check_reached(runtime, caller, "deliver_notice", named, lambda index: _pointer(index, len(request.persons)))

    def record_delivery() -> Written:
        notice = repository.get_notice(session, notice_id)
        delivery = Delivery(
            notice=notice.id,
            date=request.date,
            channel=request.channel,
            received_by=request.received_by,
            agency=caller.agency,
            by=caller.subject,
        )
        session.add(delivery)
        session.flush()
        repository.record_delivered(session, delivery, request.persons)
        return Written(id=delivery.id, status="delivered", etag=etag(1))

    with runtime.write() as session:
        return once(session, caller, request, record_delivery, f"/v1/notices/{notice_id}/deliveries/{{id}}")


def correct_delivery(
    runtime: Runtime, caller: Caller, notice_id: UUID, delivery_id: UUID, request: DeliveryCorrectionRequest
) -> Written:
    """Say that people were not given a notice after all; it is due to them again. Saying so again changes nothing.

    Errors: DeliveryNotFound; PersonNotFound, for those whom the delivery does not name, too; Unavailable.
    """
    check_reached(runtime, caller, "correct_delivery", request.persons, lambda index: f"/body/persons/{index}")
    with runtime.write() as session:
        delivery = repository.find_delivery(session, notice_id, delivery_id, agency=caller.agency)
        if delivery is None:
            raise DeliveryNotFound()
        named = {row.person: row for row in repository.list_delivered(session, delivery.id)}
        strangers = [index for index, person in enumerate(request.persons) if person not in named]
        if strangers:
            raise PersonNotFound(errors=[person_fault(f"/body/persons/{index}") for index in strangers])
        wrong = [named[person] for person in request.persons if named[person].corrected_at is None]
        for row in wrong:
            row.corrected_at = now()
            emit(session, NoticeNotDelivered(person=row.person, delivery=delivery.id, notice=delivery.notice))
        if wrong:
            record_step(session, delivery.id, caller, "corrected", today(), request.reason)
        session.flush()
        version = len(list_steps(session, [delivery.id])) + 1
        return Written(id=delivery.id, status="corrected", etag=etag(version))


def _pointer(index: int, persons: int) -> str:
    return f"/body/persons/{index}" if index < persons else "/body/received_by"


def show_notice(session: Session, notice_id: UUID) -> NoticeView:
    """A notice as it was published. Errors: NoticeNotFound."""
    return NoticeView.of(repository.get_notice(session, notice_id))


def list_notices(session: Session, after: str | None, limit: int) -> Page[NoticeView]:
    """All notices, oldest first. Errors: CursorNotValid."""
    position = read_cursor(after, "notices")
    rows = repository.list_notices(session, UUID(position[0]) if position else None, limit + 1)
    return Page[NoticeView].cut(rows, limit, name="notices", position=lambda row: row.id, view=NoticeView.of)


def show_delivery(runtime: Runtime, caller: Caller, notice_id: UUID, delivery_id: UUID) -> DeliveryView:
    """A delivery that the caller's agency made, and for whom in it they may act.

    Errors: DeliveryNotFound; Unavailable.
    """
    with runtime.read() as session:
        made = repository.find_delivery(session, notice_id, delivery_id, agency=caller.agency)
        named = repository.list_delivered(session, made.id if made else new_id())
        notice = repository.find_notice(session, notice_id)
        steps = list_steps(session, [delivery_id])
    reached = find_reached(runtime, caller, "read_deliveries", [row.person for row in named] or [new_id()])
    shown = [row for row in named if row.person in reached]
    if made is None or notice is None or not shown:
        raise DeliveryNotFound()
    names = ("id", "notice", "date", "channel", "recorded_at")
    return DeliveryView(
        **{name: getattr(made, name) for name in names},
        language=notice.language,
        persons=[row.person for row in shown if row.corrected_at is None],
        received_by=made.received_by,
        not_delivered=[row.person for row in shown if row.corrected_at is not None],
        steps=tell_history(made, "delivered", [], steps),
        etag=etag(len(steps) + 1),
    )


def look_up_notices(
    runtime: Runtime, caller: Caller, people: list[UUID], as_at: date | None = None
) -> list[PersonNotices]:
    """What the caller's agency gave each of them; who was given nothing, or is out of reach, is absent.

    As at a day: what it had given them by then, as far as is known today; what came back later was never given.

    Errors: Unavailable.
    """
    reached = find_reached(runtime, caller, "read_deliveries", people)
    with runtime.read() as session:
        rows = list(repository.list_given(session, people, agency=caller.agency))
    found: dict[UUID, list[GivenNotice]] = defaultdict(list)
    for row in rows:
        if row.person in reached and (as_at is None or row.date <= as_at):
            found[row.person].append(GivenNotice(**{k: v for k, v in row._mapping.items() if k != "person"}))
    return [PersonNotices(person=person, notices=found[person]) for person in people if person in found]
