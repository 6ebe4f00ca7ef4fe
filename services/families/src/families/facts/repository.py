from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from chassis.bulk_insert import write_rows
from chassis.clock import end_of_day
from chassis.db import in_batches
from families.models.facts import Fact

INSERT = insert(Fact.__table__)  # type: ignore[arg-type]


def current_facts(session: Session, records: Collection[UUID]) -> dict[UUID, dict[str, Fact]]:
    """What records state now, by measure."""
    found: dict[UUID, dict[str, Fact]] = {}
    for some in in_batches(records):
        for fact in session.scalars(select(Fact).where(Fact.record_id.in_(some), Fact.superseded_at.is_(None))):
            found.setdefault(fact.record_id, {})[fact.measure] = fact
    return found


def supersede(session: Session, facts: Collection[UUID], at: datetime) -> None:
    for some in in_batches(facts):
        session.execute(
            update(Fact).where(Fact.id.in_(some)).values(superseded_at=at).execution_options(synchronize_session=False)
        )


def save_facts(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        write_rows(session, INSERT, rows)


def list_facts(session: Session, people: Iterable[UUID], measure: str | None = None) -> list[Fact]:
    """What is stated now about these leaves, in order of time."""
    facts: list[Fact] = []
    for some in in_batches(people):
        query = select(Fact).where(Fact.person.in_(some), Fact.superseded_at.is_(None))
        facts += session.scalars(query.where(Fact.measure == measure) if measure else query)
    return sorted(facts, key=lambda fact: (fact.from_on, fact.measure, fact.id))


def list_facts_as_at(
    session: Session, people: Iterable[UUID], day: date, spells: Collection[str], measure: str | None = None
) -> list[Fact]:
    """What is stated now about these leaves of the time up to the end of a day, in order of time.

    Of what ended later, spells had begun; what sums a period up (32 of 180 sessions of a term) was not there yet.
    """
    return [
        fact
        for fact in list_facts(session, people, measure)
        if fact.from_on <= day and (fact.to_on is None or fact.to_on <= day or fact.measure in spells)
    ]


def list_facts_as_known(session: Session, people: Iterable[UUID], day: date, measure: str | None = None) -> list[Fact]:
    """What was stated about these leaves at the end of a day, as far as it is dated up to it, in order of time.

    A spell that ran on that day is told as it was known then: without an end, whatever became of it.
    """
    end = end_of_day(day)
    facts: list[Fact] = []
    for some in in_batches(people):
        query = select(Fact).where(
            Fact.person.in_(some),
            Fact.recorded_at < end,
            or_(Fact.superseded_at.is_(None), Fact.superseded_at >= end),
            Fact.from_on <= day,
            or_(Fact.to_on.is_(None), Fact.to_on <= day),
        )
        facts += session.scalars(query.where(Fact.measure == measure) if measure else query)
    return sorted(facts, key=lambda fact: (fact.from_on, fact.measure, fact.id))
