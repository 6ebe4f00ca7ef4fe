"""Queries on what was heard. Each takes a moment: rows recorded later are not there."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select, update
from sqlalchemy.orm import Session

from chassis.db import in_batches, now, upsert
from claims.models import Clock, DirtyFamily, Fact, Family, Membership, Person, Push, Redirect, Supply, Support

TICK = timedelta(microseconds=1)


def tick(session: Session) -> datetime:
    """A moment later than every one before it. Its row is locked until the transaction ends, so moments are in order
    of commit: what is recorded at or before a moment that can be read is all there."""
    upsert(session, Clock, [{"id": 1, "at": now()}], key=["id"])
    clock = session.execute(select(Clock).where(Clock.id == 1).with_for_update()).scalar_one()
    clock.at = max(now(), clock.at + TICK)
    session.flush()
    return clock.at


def present(session: Session) -> datetime | None:
    """The moment of the last news; None before any."""
    return session.scalar(select(Clock.at).where(Clock.id == 1))


def list_redirects(session: Session, people: Collection[UUID], known_at: datetime) -> dict[UUID, UUID]:
    """Every redirect from or to these people, and on from there. Shape: person → whom they were merged into."""
    versions: dict[UUID, tuple[int, UUID | None]] = {}
    asked: set[UUID] = set()
    todo = set(people)
    while todo:
        asked |= todo
        found: set[UUID] = set()
        for batch in in_batches(sorted(todo), 450):
            about = or_(Redirect.person.in_(batch), Redirect.into.in_(batch))
            rows = session.execute(
                select(Redirect.person, Redirect.sequence, Redirect.into).where(about, Redirect.recorded_at <= known_at)
            )
            for person, sequence, into in rows:
                if sequence > versions.get(person, (-1, None))[0]:
                    versions[person] = (sequence, into)
                found.add(person)
                if into is not None:
                    found.add(into)
        todo = found - asked
    return {person: into for person, (_, into) in versions.items() if into is not None}


def list_memberships(session: Session, families: Iterable[UUID], known_at: datetime) -> list[Row[Any]]:
    """The last version of each stay."""
    last: dict[UUID, Row[Any]] = {}
    for batch in in_batches(families):
        rows: list[Row[Any]] = list(
            session.execute(
                select(
                    Membership.membership, Membership.sequence, Membership.family, Membership.person,
                    Membership.role, Membership.begins, Membership.ends, Membership.removed,
                ).where(Membership.family.in_(batch), Membership.recorded_at <= known_at)
            )
        )  # fmt: skip
        for row in rows:
            if row.membership not in last or row.sequence > last[row.membership].sequence:
                last[row.membership] = row
    return [row for row in last.values() if not row.removed]


def list_births(session: Session, people: Iterable[UUID], known_at: datetime) -> dict[UUID, str]:
    """Shape: person → `YYYY-MM`."""
    last: dict[UUID, tuple[int, str | None]] = {}
    for batch in in_batches(people):
        rows = session.execute(
            select(Person.person, Person.sequence, Person.born).where(
                Person.person.in_(batch), Person.recorded_at <= known_at
            )
        )
        for person, sequence, born in rows:
            if sequence > last.get(person, (-1, None))[0]:
                last[person] = (sequence, born)
    return {person: born for person, (_, born) in last.items() if born}


def list_facts(session: Session, people: Iterable[UUID], known_at: datetime) -> list[Row[Any]]:
    """The facts that held at the moment."""
    facts: list[Row[Any]] = []
    for batch in in_batches(people):
        facts += session.execute(
            select(
                Fact.person, Fact.measure, Fact.begins, Fact.ends, Fact.value, Fact.source, Fact.category, Fact.record
            ).where(
                Fact.person.in_(batch),
                Fact.recorded_at <= known_at,
                or_(Fact.superseded_at.is_(None), Fact.superseded_at > known_at),
            )
        )
    return facts


def list_support(session: Session, families: Iterable[UUID], known_at: datetime) -> list[Row[Any]]:
    """Acts of support in the order in which they were recorded."""
    acts: list[Row[Any]] = []
    for batch in in_batches(families):
        acts += session.execute(
            select(Support.family, Support.sequence, Support.part, Support.on)
            .where(Support.family.in_(batch), Support.recorded_at <= known_at)
            .order_by(Support.family, Support.sequence)
        )
    return acts


def list_coverage(session: Session, known_at: datetime) -> list[Row[Any]]:
    """Pushes that are known whole."""
    return list(
        session.execute(
            select(Push.feed, Push.service, Push.place, Push.covers_from, Push.covers_to)
            .where(Push.complete_at <= known_at)
            .order_by(Push.covers_from, Push.id)
        )
    )


def list_families(session: Session, families: Iterable[UUID]) -> dict[UUID, Family]:
    found: dict[UUID, Family] = {}
    for batch in in_batches(families):
        found |= {family.id: family for family in session.scalars(select(Family).where(Family.id.in_(batch)))}
    return found


def list_supplies(session: Session) -> list[Row[Any]]:
    return list(session.execute(select(Supply.category, Supply.source).order_by(Supply.category, Supply.source)))


# --- marking what has to be looked at again


def mark(session: Session, families: Iterable[UUID], at: datetime) -> None:
    """Note that there is news of these families."""
    heard_at = now()
    rows = [{"family": family, "mark": at, "heard_at": heard_at} for family in sorted(set(families))]
    upsert(session, DirtyFamily, rows, key=["family"], update=["mark", "heard_at"])


def list_families_of_people(session: Session, people: Collection[UUID], known_at: datetime) -> set[UUID]:
    """Every family that any of these people, under whatever id, ever belonged to."""
    redirects = list_redirects(session, people, known_at)
    families: set[UUID] = set()
    for batch in in_batches(sorted({*people, *redirects, *redirects.values()})):
        families |= set(session.scalars(select(Membership.family).where(Membership.person.in_(batch)).distinct()))
    return families


def list_covered_by(session: Session, area: str) -> list[UUID]:
    """Every family that pushes of an area say something about."""
    return list(session.scalars(select(Family.id).where(or_(Family.place == area, Family.place.is_(None)))))


def supersede(session: Session, facts: Iterable[UUID], at: datetime) -> None:
    """These facts hold no longer. What was superseded before keeps its moment."""
    for batch in in_batches(facts):
        session.execute(update(Fact).where(Fact.id.in_(batch), Fact.superseded_at.is_(None)).values(superseded_at=at))
