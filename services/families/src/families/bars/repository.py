from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from chassis.db import in_batches, today
from families.models.families import Membership
from families.models.people import Person
from families.models.safeguarding import Bar, BarredFrom
from families.people.repository import find_roots
from families.problems import BarNotFound


@dataclass(frozen=True)
class Barred:
    """Whom somebody must not meet, now: people by root, and families."""

    people: frozenset[UUID] = frozenset()
    families: frozenset[UUID] = frozenset()


NOBODY = Barred()


def find_barred(session: Session, user: str) -> Barred:
    """Whom this user must not meet.

    | a bar names | and so keeps away from |
    |---|---|
    | a person | all families to which they ever belonged |
    | a family | whoever belongs to it today |

    One statement where nobody is barred, which is nearly always.
    """
    mine = select(BarredFrom.id, BarredFrom.is_family).join(Bar, Bar.id == BarredFrom.bar)
    named = session.execute(mine.where(Bar.user == user, Bar.lifted_at.is_(None))).all()
    if not named:
        return NOBODY
    families = {id for id, is_family in named if is_family}
    leaves: dict[UUID, UUID] = {}
    for some in in_batches(id for id, is_family in named if not is_family):
        roots = select(Person.root).where(Person.id.in_(some))
        rows = session.execute(select(Person.id, Person.root).where(Person.root.in_(roots)))
        leaves |= {leaf: root for leaf, root in rows}
    for some in in_batches(leaves):
        families.update(session.scalars(select(Membership.family).where(Membership.person.in_(some))))
    people = set(leaves.values())
    there = or_(Membership.to_on.is_(None), Membership.to_on >= today())
    for some in in_batches(families):
        living = select(Person.root).join(Membership, Membership.person == Person.id)
        people.update(session.scalars(living.where(Membership.family.in_(some), there)))
    return Barred(frozenset(people), frozenset(families))


def is_barred(session: Session, user: str, people: Collection[UUID]) -> bool:
    """Whether this user must not meet one of these people, by whichever of their ids."""
    barred = find_barred(session, user).people
    return bool(barred) and not barred.isdisjoint(find_roots(session, people))


def get_bar(session: Session, bar_id: UUID) -> Bar:
    bar = session.get(Bar, bar_id)
    if bar is None:
        raise BarNotFound()
    return bar


def list_bars(
    session: Session, *, user: str, service: str | None, agency: str | None, after: UUID | None, limit: int
) -> Sequence[Bar]:
    """A user's own, and those of a whole service or agency where one is given, the oldest first."""
    ways = [Bar.user == user, Bar.recorded_by == user]
    ways += [Bar.service == service] if service else []
    ways += [Bar.agency == agency] if agency else []
    listed = select(Bar).where(or_(*ways)).order_by(Bar.id).limit(limit)
    return session.scalars(listed.where(Bar.id > after) if after else listed).all()


def read_named(session: Session, bars: Sequence[UUID]) -> dict[UUID, list[BarredFrom]]:
    """Whom each of these bars names."""
    named: dict[UUID, list[BarredFrom]] = {}
    for some in in_batches(bars):
        for row in session.scalars(select(BarredFrom).where(BarredFrom.bar.in_(some)).order_by(BarredFrom.id)):
            named.setdefault(row.bar, []).append(row)
    return named


def lift(session: Session, bar: Bar, by: str, at: datetime, reason: str) -> bool:
    """Lift a bar once; False when it was lifted already."""
    change = (
        update(Bar)
        .where(Bar.id == bar.id, Bar.lifted_at.is_(None))
        .values(lifted_by=by, lifted_at=at, lifted_reason=reason)
        .returning(Bar.id)
        .execution_options(synchronize_session=False)
    )
    done = session.scalar(change) is not None
    session.refresh(bar)
    return done
