"""Facts as records state them: new, corrected or no longer stated, each with its event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.db import new_id, now
from families.events import FactCorrected, FactEnded, FactEvent, FactRecorded
from families.facts import repository
from families.feeds.lines import FactStatement
from families.models.facts import Fact


@dataclass(frozen=True)
class Stating:
    """What one record states now. `known`: the record stated something before."""

    record: UUID
    person: UUID
    statements: tuple[FactStatement, ...]
    known: bool
    age: int | None = None


def record_facts(
    session: Session, statings: Sequence[Stating], *, source: str, category: str, push: UUID
) -> list[FactEvent]:
    """Write what changed, nothing else; the events are the caller's to emit."""
    at = now()
    before = repository.current_facts(session, [s.record for s in statings if s.known])
    rows: list[dict[str, Any]] = []
    events: list[FactEvent] = []
    over: list[UUID] = []
    for stating in statings:
        old = before.get(stating.record, {})
        for statement in stating.statements:
            earlier = old.get(statement.measure)
            if earlier is not None and _same(earlier, statement, stating):
                continue
            if earlier is not None:
                over.append(earlier.id)
            row = {
                "id": new_id(),
                "person": stating.person,
                "record_id": stating.record,
                "measure": statement.measure,
                "from_on": statement.first,
                "to_on": statement.last,
                "value": statement.value,
                "unit": statement.unit,
                "age_at_event": stating.age,
                "source": source,
                "category": category,
                "push": push,
                "supersedes": earlier.id if earlier else None,
                "recorded_at": at,
                "superseded_at": None,
            }
            rows.append(row)
            events.append(_event(FactCorrected if earlier else FactRecorded, row))
        stated = {statement.measure for statement in stating.statements}
        for measure, earlier in old.items():
            if measure not in stated:
                over.append(earlier.id)
                events.append(_event(FactEnded, _row(earlier) | {"push": push}))
    repository.supersede(session, over, at)
    repository.save_facts(session, rows)
    return events


def move_facts(session: Session, record: UUID, person: UUID, push: UUID) -> list[FactEvent]:
    """A record turned out to be about somebody else: its facts are corrected to be theirs."""
    at = now()
    rows, events = [], []
    for earlier in repository.current_facts(session, [record]).get(record, {}).values():
        row = _row(earlier) | {"id": new_id(), "person": person, "supersedes": earlier.id, "recorded_at": at}
        rows.append(row | {"push": push, "superseded_at": None})
        events.append(_event(FactCorrected, rows[-1]))
    repository.supersede(session, [row["supersedes"] for row in rows], at)
    repository.save_facts(session, rows)
    return events


def age_on(born: date | None, day: date | None) -> int | None:
    """Whole years on a day."""
    if born is None or day is None or born > day:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _same(fact: Fact, statement: FactStatement, stating: Stating) -> bool:
    return (fact.from_on, fact.to_on, fact.value, fact.age_at_event) == (
        statement.first,
        statement.last,
        statement.value,
        stating.age,
    )


def _row(fact: Fact) -> dict[str, Any]:
    return {column.name: getattr(fact, column.name) for column in Fact.__table__.columns}


def _event(kind: type[FactEvent], row: dict[str, Any]) -> FactEvent:
    return kind(
        fact=row["id"],
        person=row["person"],
        measure=row["measure"],
        from_=row["from_on"],
        to=row["to_on"],
        value=row["value"],
        unit=row["unit"],
        age_at_event=row["age_at_event"],
        source=row["source"],
        category=row["category"],
        record=row["record_id"],
        push=row["push"],
        supersedes=row["supersedes"],
    )
