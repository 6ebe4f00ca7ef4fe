"""Whom a coordinator and a lead professional no longer meet in what claims shows: who may not be located."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id, now
from chassis.events import Received
from claims.models import Base, Family, Membership
from claims.reach import find_met
from claims.reactions import _keep_protections

DAY, LEFT = date(2017, 9, 1), date(2018, 2, 12)


def caller(subject: str, *roles: str) -> Caller:
    areas = frozenset({"east"})
    return Caller(subject, "portal", "council", "programme", frozenset(roles), areas, frozenset(), (), True, "")


CORA, LENA, CLARE = caller("cora", "programme_coordinator"), caller("lena", "lead_professional"), caller("c", "analyst")


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def family(session: Session, area: str | None, lead: str = "") -> UUID:
    id = new_id()
    session.add(Family(id=id, area=area, lead=lead or None, composed_on=DAY, recorded_at=now()))
    return id


def belongs(session: Session, person: UUID, where: UUID, until: date | None = None, **more: Any) -> None:
    row = {"membership": new_id(), "sequence": 1, "removed": False} | more
    session.add(Membership(family=where, person=person, role="child", begins=DAY, ends=until, recorded_at=now(), **row))
    session.flush()


def tell(session: Session, name: str, protection: UUID, person: UUID, kind: str = "location") -> None:
    data = {"protection": str(protection), "person": str(person), "kind": kind}
    _keep_protections(
        session,
        [Received(uuid4(), f"org.thinkfamily.consent.{name}.v1", name, str(person), 1, datetime.now(UTC), data)],
    )


def met(session: Session, who: Caller, *people: UUID, formerly: tuple[UUID, ...] = ()) -> set[UUID]:
    return find_met(session, who, {person: formerly for person in people})


def test_who_moved_is_met_and_who_fled_is_not(session: Session) -> None:
    home, other, hidden = family(session, "east"), family(session, "west"), family(session, None, lead="lena")
    moved, fled, alone = new_id(), new_id(), new_id()
    for person, where in ((moved, other), (fled, hidden)):
        belongs(session, person, home, until=LEFT)
        belongs(session, person, where)
    belongs(session, alone, home, until=LEFT)
    assert met(session, CORA, moved, fled, alone) == {moved, alone}
    assert met(session, LENA, moved, fled) == {moved, fled}
    assert met(session, CLARE, moved, fled) == {moved, fled}


def test_a_membership_that_ended_or_never_was_hides_nobody(session: Session) -> None:
    home, hidden = family(session, "east"), family(session, None)
    person, membership = new_id(), new_id()
    belongs(session, person, hidden, membership=membership)
    assert met(session, CORA, person) == set()
    belongs(session, person, hidden, until=LEFT, membership=membership, sequence=2)
    assert met(session, CORA, person) == {person}
    belongs(session, person, home)
    assert met(session, CORA, person) == {person}


def test_a_protection_hides_every_id_of_a_person_until_it_is_lifted(session: Session) -> None:
    person, leaf, protection = new_id(), new_id(), uuid4()
    tell(session, "protection.set", protection, leaf)
    tell(session, "protection.set", uuid4(), person, kind="other")
    assert met(session, CORA, person) == {person}
    assert met(session, CORA, person, formerly=(leaf,)) == set()
    tell(session, "protection.lifted", protection, leaf)
    tell(session, "protection.set", protection, leaf)
    assert met(session, CORA, person, formerly=(leaf,)) == {person}
