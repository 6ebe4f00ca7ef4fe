from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from chassis.db import in_batches
from consent.models import Delivered, Delivery, Notice
from consent.problems import NoticeNotFound


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


def find_delivery(session: Session, notice_id: UUID, delivery_id: UUID, *, agency: str) -> Delivery | None:
    delivery = session.get(Delivery, delivery_id)
    return delivery if delivery and (delivery.notice, delivery.agency) == (notice_id, agency) else None


def list_delivered(session: Session, delivery_id: UUID) -> list[Delivered]:
    """Whom a delivery names, by id; those who were not given it after all, too."""
    named = select(Delivered).where(Delivered.delivery == delivery_id).order_by(Delivered.person)
    return list(session.scalars(named))


def list_given(session: Session, people: Sequence[UUID], *, agency: str) -> Iterator[Any]:
    """What this agency gave each of them, oldest first; not what came back."""
    columns = (
        Delivered.person, Delivered.delivery, Delivery.notice, Delivery.date, Delivery.channel, Notice.code,
        Notice.version, Notice.language,
    )  # fmt: skip
    given = select(*columns).join_from(Delivered, Delivery).join(Notice, Delivery.notice == Notice.id)
    given = given.where(Delivery.agency == agency, Delivered.corrected_at.is_(None))
    for batch in in_batches(people):
        yield from session.execute(
            given.where(Delivered.person.in_(batch)).order_by(Delivered.person, Delivery.date, Delivered.delivery)
        )
