"""Whom a caller may meet: that asking about one costs the same in a large borough as in a small one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id
from families.families import repository as families
from families.models.base import Base
from families.models.families import Family, Membership
from families.models.people import Person
from families.models.protections import ProtectedPerson
from families.models.support import LeadProfessional, TeamMember
from families.protections.repository import protected_among
from families.reach import Reach
from fixtures.costs import counted

DAY = date(2017, 9, 1)
SAID: dict[str, Any] = {"source": "programme", "recorded_by": "cora"}
LEADS: dict[str, Any] = {"on": DAY, "user": "leo", "service": "programme", "sector": "council", "origin": "programme"}
WHO = {
    "coordinator": Reach(
        Caller("cora", "portal", "council", "programme", frozenset({"programme_coordinator"}), frozenset({"east"}),
               frozenset(), (), True, ""), as_partner=False,
    ),
    "lead": Reach(
        Caller("leo", "portal", "council", "programme", frozenset({"lead_professional"}), frozenset(),
               frozenset(), (), True, ""), as_partner=False,
    ),
    "partner": Reach(
        Caller("hana", "portal", "homes", "housing", frozenset({"partner_practitioner"}), frozenset(),
               frozenset(), (), True, ""), as_partner=True,
    ),
}  # fmt: skip


@contextmanager
def borough(size: int) -> Iterator[tuple[Session, list[UUID], list[UUID]]]:
    """So many families of one, all of them within everybody's reach; and ten of them, with their people."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        ids = sorted((new_id(), new_id()) for _ in range(size))
        session.add_all(Family(id=family, composed_on=DAY, area="east") for family, _ in ids)
        session.add_all(Person(id=person, root=person, merged_into=None, born=None, version=1) for _, person in ids)
        session.flush()
        for number, (family, person) in enumerate(ids):
            session.add_all([
                Membership(family=family, person=person, role="adult", from_on=DAY, to_on=None, how="composed"),
                LeadProfessional(family=family, **LEADS, **SAID),
                TeamMember(family=family, service="housing", user=None, from_on=DAY, to_on=None, **SAID),
            ])  # fmt: skip
            if number % 5 == 4:
                session.add(ProtectedPerson(person=person))
        session.flush()
        session.expunge_all()
        some = ids[size // 4 + 1 :][:10]
        yield session, [family for family, _ in some], [person for _, person in some]
    engine.dispose()


ASKED: dict[str, Callable[[Session, Reach, list[UUID], list[UUID]], object]] = {
    "one family": lambda session, reach, ids, _: reach.get_family(session, ids[0]),
    "families by id": lambda session, reach, ids, _: families.find_families(session, reach.families(named=True), ids),
    "families of people": lambda session, reach, _, people: families.find_families_of(
        session, reach.families(named=True), people
    ),
    "one person": lambda session, reach, _, people: families.get_person(session, people[0], reach.people()),
    "people by id": lambda session, reach, _, people: reach.find_people(session, people),
    "who is hidden": lambda session, reach, _, people: protected_among(session, people),
}


def cost(size: int, who: str, ask: Callable[[Session, Reach, list[UUID], list[UUID]], object]) -> int:
    with borough(size) as (session, ids, people), counted(session) as steps:
        assert ask(session, WHO[who], ids, people)
    return steps.taken


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("what", ASKED)
def test_asking_about_some_costs_the_same_in_a_large_borough(who: str, what: str) -> None:
    # A page of an index more or less; what grows with the borough takes twenty times as many.
    assert cost(400, who, ASKED[what]) < 1.2 * cost(20, who, ASKED[what])


def test_a_page_of_an_areas_families_costs_the_same_in_a_large_borough() -> None:
    def page(session: Session, reach: Reach, ids: list[UUID], _: list[UUID]) -> object:
        return families.list_families(session, reach.families(), after=ids[0], limit=10, as_at=DAY)

    assert cost(400, "coordinator", page) < 1.2 * cost(20, "coordinator", page)
