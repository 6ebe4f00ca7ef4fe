"""Queries on what was heard. Each takes a moment: rows recorded later are not there.

Every batch of news and every evaluation asks all of them, so their statements are built once, on tables: rows come as
they are, without a mapper between.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, or_, select, update
from sqlalchemy.orm import Session

from chassis.db import in_batches, now, upsert
from claims.models import (
    Clock,
    DirtyFamily,
    Fact,
    Family,
    FormerArea,
    Membership,
    Person,
    Push,
    Redirect,
    Supply,
    Support,
)

TICK = timedelta(microseconds=1)
IDS = bindparam("ids", expanding=True, type_=Uuid())
KNOWN_AT: Any = bindparam("known_at")

clock: Any = Clock.__table__
CLOCK = select(clock.c.at).where(clock.c.id == 1)
CLOCK_HELD = CLOCK.with_for_update()
SET_CLOCK = update(clock).where(clock.c.id == 1)


def advance_clock(session: Session) -> datetime:
    """A moment later than every one before it. Its row is locked until the transaction ends, so moments are in order
    of commit: what is recorded at or before a moment that can be read is all there."""
    last = session.scalar(CLOCK_HELD)
    if last is None:
        upsert(session, Clock, [{"id": 1, "at": now()}], key=["id"])
        last = session.scalar(CLOCK_HELD)
        assert last is not None
    moment: datetime = max(now(), last + TICK)
    session.execute(SET_CLOCK, {"at": moment})
    return moment


def find_latest_moment(session: Session) -> datetime | None:
    """The moment of the last news; None before any."""
    at: datetime | None = session.scalar(CLOCK)
    return at


redirect: Any = Redirect.__table__
REDIRECTS = select(redirect.c.person, redirect.c.sequence, redirect.c.into).where(
    or_(redirect.c.person.in_(IDS), redirect.c.into.in_(IDS)), redirect.c.recorded_at <= KNOWN_AT
)


def list_redirects(session: Session, people: Collection[UUID], known_at: datetime) -> dict[UUID, UUID]:
    """Every redirect from or to these people, and on from there. Shape: person → whom they were merged into."""
    versions: dict[UUID, tuple[int, UUID | None]] = {}
    asked: set[UUID] = set()
    todo = set(people)
    while todo:
        asked |= todo
        found: set[UUID] = set()
        for batch in in_batches(sorted(todo), 450):
            for person, sequence, into in session.execute(REDIRECTS, {"ids": batch, "known_at": known_at}):
                if sequence > versions.get(person, (-1, None))[0]:
                    versions[person] = (sequence, into)
                found.add(person)
                if into is not None:
                    found.add(into)
        todo = found - asked
    return {person: into for person, (_, into) in versions.items() if into is not None}


membership: Any = Membership.__table__
STAYS = select(
    membership.c.membership, membership.c.sequence, membership.c.family, membership.c.person,
    membership.c.role, membership.c.begins, membership.c.ends, membership.c.removed,
).where(membership.c.family.in_(IDS), membership.c.recorded_at <= KNOWN_AT)  # fmt: skip


def list_memberships(session: Session, families: Iterable[UUID], known_at: datetime) -> list[Row[Any]]:
    """The last version of each stay."""
    last: dict[UUID, Row[Any]] = {}
    for batch in in_batches(families):
        rows: list[Row[Any]] = list(session.execute(STAYS, {"ids": batch, "known_at": known_at}))
        for row in rows:
            if row.membership not in last or row.sequence > last[row.membership].sequence:
                last[row.membership] = row
    return [row for row in last.values() if not row.removed]


STAY_VERSIONS = select(
    membership.c.membership, membership.c.sequence, membership.c.family, membership.c.person,
    membership.c.role, membership.c.begins, membership.c.removed, membership.c.recorded_at,
).where(membership.c.family.in_(IDS)).order_by(membership.c.membership, membership.c.sequence)  # fmt: skip


def list_membership_versions(session: Session, families: Iterable[UUID]) -> list[Row[Any]]:
    """Every version of each stay that was ever told, in its order."""
    found: list[Row[Any]] = []
    for batch in in_batches(sorted(families)):
        found += session.execute(STAY_VERSIONS, {"ids": batch})
    return found


person: Any = Person.__table__
BIRTHS = select(person.c.person, person.c.sequence, person.c.born).where(
    person.c.person.in_(IDS), person.c.recorded_at <= KNOWN_AT
)


def list_births(session: Session, people: Iterable[UUID], known_at: datetime) -> dict[UUID, str]:
    """Shape: person → `YYYY-MM`."""
    last: dict[UUID, tuple[int, str | None]] = {}
    for batch in in_batches(people):
        for person, sequence, born in session.execute(BIRTHS, {"ids": batch, "known_at": known_at}):
            if sequence > last.get(person, (-1, None))[0]:
                last[person] = (sequence, born)
    return {person: born for person, (_, born) in last.items() if born}


fact: Any = Fact.__table__
FACTS = select(
    fact.c.person, fact.c.measure, fact.c.begins, fact.c.ends, fact.c.value, fact.c.source, fact.c.category,
    fact.c.record,
).where(
    fact.c.person.in_(IDS),
    fact.c.recorded_at <= KNOWN_AT,
    or_(fact.c.superseded_at.is_(None), fact.c.superseded_at > KNOWN_AT),
)  # fmt: skip


def list_facts(session: Session, people: Iterable[UUID], known_at: datetime) -> list[Row[Any]]:
    """The facts that held at the moment."""
    facts: list[Row[Any]] = []
    for batch in in_batches(people):
        facts += session.execute(FACTS, {"ids": batch, "known_at": known_at})
    return facts


act: Any = Support.__table__
ACTS = (
    select(
        act.c.family, act.c.sequence, act.c.part, act.c.on, act.c.recorded_at, act.c.recorded_on, act.c.recorded_by,
        act.c.days_late, act.c.confirmed_by,
    )
    .where(
        act.c.family.in_(IDS),
        act.c.recorded_at <= KNOWN_AT,
        or_(act.c.empty_at.is_(None), act.c.empty_at > KNOWN_AT),
    )
    .order_by(act.c.family, act.c.sequence)
)  # fmt: skip


def list_support(session: Session, families: Iterable[UUID], known_at: datetime) -> list[Row[Any]]:
    """Acts of support in the order in which they were recorded."""
    acts: list[Row[Any]] = []
    for batch in in_batches(families):
        acts += session.execute(ACTS, {"ids": batch, "known_at": known_at})
    return acts


push: Any = Push.__table__
COVERAGE = (
    select(push.c.feed, push.c.service, push.c.area, push.c.covers_from, push.c.covers_to, push.c.refused)
    .where(push.c.complete_at <= KNOWN_AT)
    .order_by(push.c.covers_from, push.c.id)
)


def list_coverage(session: Session, known_at: datetime) -> list[Row[Any]]:
    """Pushes that are known whole."""
    return list(session.execute(COVERAGE, {"known_at": known_at}))


family: Any = Family.__table__
FAMILIES = select(
    family.c.id, family.c.area, family.c.last_area, family.c.lead, family.c.composed_on, family.c.composed_sequence
).where(family.c.id.in_(IDS))


def list_families(session: Session, families: Iterable[UUID]) -> dict[UUID, Row[Any]]:
    """Shape: id, area, last_area, lead, composed_on, composed_sequence."""
    found: dict[UUID, Row[Any]] = {}
    for batch in in_batches(families):
        found |= {row.id: row for row in session.execute(FAMILIES, {"ids": batch})}
    return found


former: Any = FormerArea.__table__
FORMER = (
    select(former.c.family, former.c.area)
    .where(former.c.family.in_(IDS), former.c.until > KNOWN_AT)
    .order_by(former.c.family, former.c.until.desc())
)


def list_former_areas(session: Session, families: Iterable[UUID], known_at: datetime) -> dict[UUID, str | None]:
    """Where families were known to live at a moment, of those for which it was elsewhere. Shape: family → area."""
    found: dict[UUID, str | None] = {}
    for batch in in_batches(families):
        found |= {row.family: row.area for row in session.execute(FORMER, {"ids": batch, "known_at": known_at})}
    return found


supply: Any = Supply.__table__
SUPPLIES = select(supply.c.category, supply.c.source).order_by(supply.c.category, supply.c.source)


def list_supplies(session: Session) -> list[Row[Any]]:
    """Which service supplies which category at all."""
    return list(session.execute(SUPPLIES))


# --- marking what has to be looked at again


def mark_families(session: Session, families: Iterable[UUID], at: datetime) -> None:
    """Note that there is news of these families."""
    heard_at = now()
    rows = [{"family": family, "mark": at, "heard_at": heard_at} for family in sorted(set(families))]
    upsert(session, DirtyFamily, rows, key=["family"], update=["mark", "heard_at"])


THEIR_FAMILIES = select(membership.c.family).where(membership.c.person.in_(IDS)).distinct()


def list_families_of_people(session: Session, people: Collection[UUID], known_at: datetime) -> set[UUID]:
    """Every family that any of these people, under whatever id, ever belonged to."""
    redirects = list_redirects(session, people, known_at)
    return list_families_of_ids(session, {*people, *redirects, *redirects.values()})


def list_families_of_ids(session: Session, people: Iterable[UUID]) -> set[UUID]:
    """Every family that any of these very ids ever belonged to."""
    families: set[UUID] = set()
    for batch in in_batches(sorted(people)):
        families |= set(session.scalars(THEIR_FAMILIES, {"ids": batch}))
    return families


def list_covered_by(session: Session, area: str) -> list[UUID]:
    """Every family that pushes of an area say something about."""
    return list(session.scalars(select(Family.id).where(or_(Family.last_area == area, Family.last_area.is_(None)))))


REPLACED = select(fact.c.supersedes).where(fact.c.supersedes.in_(IDS))


def list_replaced(session: Session, facts: Iterable[UUID]) -> set[UUID]:
    """Those of these facts that some fact heard before replaces."""
    found: set[UUID] = set()
    for batch in in_batches(facts):
        found |= set(session.scalars(REPLACED, {"ids": batch}))
    return found


PEOPLE_OF = select(fact.c.person).where(fact.c.id.in_(IDS)).distinct()


def list_people_of(session: Session, facts: Iterable[UUID]) -> set[UUID]:
    """Whom these facts are about."""
    found: set[UUID] = set()
    for batch in in_batches(facts):
        found |= set(session.scalars(PEOPLE_OF, {"ids": batch}))
    return found


SUPERSEDE = update(fact).where(fact.c.id.in_(IDS), fact.c.superseded_at.is_(None))


def supersede(session: Session, facts: Iterable[UUID], at: datetime) -> None:
    """These facts hold no longer. What was superseded before keeps its moment."""
    for batch in in_batches(facts):
        session.execute(SUPERSEDE, {"ids": batch, "superseded_at": at})
