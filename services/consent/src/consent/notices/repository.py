from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from chassis.db import in_batches
from consent.models import Delivered, Delivery, Notice
from consent.problems import DeliveryNotFound, NoticeNotFound


def get_notice(session: Session, notice_id: UUID) -> Notice:
    notice = session.get(Notice, notice_id)
    if notice is None:
        raise NoticeNotFound()
    return notice


def find_notice(session: Session, notice_id: UUID) -> Notice | None:
    return session.get(Notice, notice_id)


def list_notices(session: Session, after: UUID | None, limit: int) -> list[Notice]:
    listed = select(Notice).order_by(Notice.id).limit(limit)
    return list(session.scalars(listed.where(Notice.id > after) if after else listed))


def record_delivered(session: Session, delivery: Delivery, people: Sequence[UUID]) -> None:
    rows = [{"person": person, "delivery": delivery.id} for person in people]
    session.execute(insert(Delivered.__table__), rows)  # type: ignore[arg-type]


def get_delivery(session: Session, notice_id: UUID, delivery_id: UUID, *, agency: str) -> Delivery:
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or delivery.notice != notice_id or delivery.agency != agency:
        raise DeliveryNotFound()
    return delivery


def list_delivered(session: Session, delivery_id: UUID) -> list[UUID]:
    return list(
        session.scalars(select(Delivered.person).where(Delivered.delivery == delivery_id).order_by(Delivered.person))
    )


def list_given(session: Session, people: Sequence[UUID], *, agency: str) -> Iterator[Any]:
    """What this agency gave each of them, oldest first."""
    columns = (
        Delivered.person, Delivered.delivery, Delivery.notice, Delivery.date, Delivery.channel, Notice.code,
        Notice.version, Notice.language,
    )  # fmt: skip
    given = select(*columns).join_from(Delivered, Delivery).join(Notice, Delivery.notice == Notice.id)
    given = given.where(Delivery.agency == agency)
    for batch in in_batches(people):
        yield from session.execute(
            given.where(Delivered.person.in_(batch)).order_by(Delivered.person, Delivery.date, Delivered.delivery)
        )
