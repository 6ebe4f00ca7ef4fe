from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session, aliased

from families.models.intake import Record
from families.models.people import Person
from families.models.safeguarding import WelfareReach


def find_reached(session: Session, request: UUID, *, service: str, user: str, at: datetime) -> set[UUID]:
    """The roots of those whom somebody of this service meets by the request at this time.

    Of whom the service was asked it meets those alone of whom it holds a record: that somebody else does is not said.
    """
    lasting = or_(WelfareReach.until.is_(None), WelfareReach.until > at)
    met = (
        select(Person.root, WelfareReach.user)
        .join(Person, Person.id == WelfareReach.person)
        .where(WelfareReach.request == request, WelfareReach.service == service, lasting)
    )
    rows = session.execute(met).all()
    asked_of = {root for root, of in rows if of is None}
    return {root for root, of in rows if of == user} | find_held(session, asked_of, service)


def find_held(session: Session, people: Collection[UUID], service: str) -> set[UUID]:
    """The roots of those of these people, by any id, of whom the service sent a record."""
    leaf = aliased(Person)
    roots = select(Person.root).where(Person.id.in_(sorted(people)))
    held = select(leaf.root).join(Record, Record.person == leaf.id)
    return set(session.scalars(held.where(leaf.root.in_(roots), Record.source == service)))


def add_reach(
    session: Session, request: UUID, people: Collection[UUID], *, service: str, user: str | None, until: datetime | None
) -> None:
    session.add_all(
        WelfareReach(request=request, person=person, service=service, user=user, until=until) for person in people
    )


def end_reach(session: Session, request: UUID, *, of_asker_alone: bool) -> None:
    """Whoever asked meets nobody by the request any more; nor, unless said so, does the service that was asked."""
    ended = delete(WelfareReach).where(WelfareReach.request == request)
    session.execute(ended.where(WelfareReach.user.is_not(None)) if of_asker_alone else ended)


def limit_holder(session: Session, request: UUID, until: datetime | None) -> None:
    """Until when the service that was asked meets people by the request; without end while it is open."""
    held = update(WelfareReach).where(WelfareReach.request == request, WelfareReach.user.is_(None))
    session.execute(held.values(until=until))
