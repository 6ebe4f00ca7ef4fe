"""What sources say of people, kept once a person, source and saying, from the first day it was said to the last."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from chassis.db import in_batches, upsert
from families.composition_queue.repository import mark_news
from families.feeds.lines import Carer, Stated
from families.models.intake import Record
from families.models.people import AddressStatement, CarerStatement, Identifier, Person, PersonName


@dataclass(frozen=True, slots=True)
class LinkedLine:
    """A line and the person whom it is about. `fresh`: it says something new; otherwise it says again what it said."""

    person: UUID
    record: UUID
    about: Stated
    on: date
    carer: Carer | None
    fresh: bool


def record_statements(session: Session, said: Sequence[LinkedLine], *, source: str, feed: str, push: UUID) -> None:
    """Keep names, numbers, addresses and carers, and mark whom the composition must look at again."""
    named = _record_names(session, said, source, feed)
    _record_identifiers(session, [one for one in said if one.fresh], source)
    moved = _record_addresses(session, said, source, feed, push)
    cared = _record_carers(session, [one for one in said if one.fresh], source, push)
    mark_news(session, named | moved | cared)


def _row_id(*parts: object) -> UUID:
    """An id made from what a row says, so that to say it twice is to say it once."""
    return UUID(bytes=blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).digest())


def _record_names(session: Session, said: Sequence[LinkedLine], source: str, feed: str) -> set[UUID]:
    """Shape: the people who are written in a way in which this source had not written them."""
    rows: dict[UUID, dict[str, Any]] = {}
    for one in said:
        who = one.about
        id = _row_id(one.person, source, who.forename, who.surname, who.date_of_birth, who.sex)
        row = rows.setdefault(
            id,
            {
                "id": id,
                "person": one.person,
                "source": source,
                "feed": feed,
                "forename": who.forename,
                "surname": who.surname,
                "date_of_birth": who.date_of_birth,
                "sex": who.sex,
                "first_stated_on": one.on,
                "last_stated_on": one.on,
            },
        )
        _widen(row, one.on, one.on)
    known: dict[UUID, tuple[date, date]] = {}
    ways: dict[UUID, int] = {}
    for some in in_batches({row["person"] for row in rows.values()}):
        columns = PersonName.id, PersonName.person, PersonName.first_stated_on, PersonName.last_stated_on
        found = select(*columns).where(PersonName.person.in_(some), PersonName.source == source)
        for id, person, first, last in session.execute(found):
            known[id] = first, last
            ways[person] = ways.get(person, 0) + 1
    # When a name was last used matters only where a source writes somebody in several ways.
    changed = [
        row
        for row in rows.values()
        if (row["id"] not in known or ways[row["person"]] > 1) and _widen(row, *known.get(row["id"], (None, None)))
    ]
    upsert(session, PersonName.__table__, changed, key=["id"], update=["first_stated_on", "last_stated_on"])
    return {row["person"] for row in changed if row["id"] not in known}


def _widen(row: dict[str, Any], first: date | None, last: date | None) -> bool:
    """Shape: whether the row says more than the days given."""
    if first is None or last is None:
        return True
    row["first_stated_on"] = min(row["first_stated_on"], first)
    row["last_stated_on"] = max(row["last_stated_on"], last)
    return (row["first_stated_on"], row["last_stated_on"]) != (first, last)


def _record_identifiers(session: Session, said: Sequence[LinkedLine], source: str) -> None:
    rows = {}
    for one in said:
        for scheme, value in one.about.identifiers:
            id = _row_id(one.person, source, scheme, value)
            rows[id] = {
                "id": id,
                "person": one.person,
                "source": source,
                "scheme": scheme,
                "value": value,
                "first_stated_on": one.on,
            }
    upsert(session, Identifier.__table__, list(rows.values()), key=["id"])


def _record_addresses(session: Session, said: Sequence[LinkedLine], source: str, feed: str, push: UUID) -> set[UUID]:
    """Shape: the people who may live elsewhere than was known."""
    rows: dict[UUID, dict[str, Any]] = {}
    for one in said:
        who = one.about
        if not (who.uprn or who.postcode or who.address_line):
            continue
        id = _row_id(one.person, source, who.uprn, who.address_line, who.postcode)
        row = rows.setdefault(
            id,
            {
                "id": id,
                "person": one.person,
                "source": source,
                "feed": feed,
                "uprn": who.uprn,
                "address_line": who.address_line,
                "postcode": who.postcode,
                "first_stated_on": one.on,
                "last_stated_on": one.on,
                "stated_on": one.on,
                "record_id": one.record,
                "push": push,
            },
        )
        if one.on >= row["last_stated_on"]:
            row["record_id"] = one.record
        _widen(row, one.on, one.on)
    people = {row["person"] for row in rows.values()}
    known: dict[UUID, tuple[date, date]] = {}
    count: dict[UUID, int] = {}
    for some in in_batches(people):
        found = session.execute(
            select(
                AddressStatement.id,
                AddressStatement.person,
                AddressStatement.first_stated_on,
                AddressStatement.last_stated_on,
            ).where(AddressStatement.person.in_(some))
        )
        for id, person, first, last in found:
            known[id] = first, last
            count[person] = count.get(person, 0) + 1
    changed = [row for row in rows.values() if _widen(row, *known.get(row["id"], (None, None)))]
    for row in changed:
        row["stated_on"] = row["last_stated_on"]
    update = ["first_stated_on", "last_stated_on", "stated_on", "record_id", "push"]
    upsert(session, AddressStatement.__table__, changed, key=["id"], update=update)
    merged = _merged(session, {row["person"] for row in changed})
    # The same address said again decides nothing, unless another one is in question.
    return {
        row["person"]
        for row in changed
        if row["id"] not in known or count[row["person"]] > 1 or row["person"] in merged
    }


def _merged(session: Session, people: Collection[UUID]) -> set[UUID]:
    """Those of these leaves that share their person with other leaves."""
    merged: set[UUID] = set()
    for some in in_batches(people):
        rows = session.execute(
            select(Person.id, Person.root).where(
                Person.merged_into.is_not(None), or_(Person.id.in_(some), Person.root.in_(some))
            )
        )
        for leaf, root in rows:
            merged |= {leaf, root}
    return merged


def _record_carers(session: Session, said: Sequence[LinkedLine], source: str, push: UUID) -> set[UUID]:
    """Shape: the children whose carers, or the days for which they were named, may be others than was known.

    A school names the same carer again each term, and composition need not look at that.
    """
    rows = {
        one.record: {
            "record_id": one.record,
            "child": one.person,
            "source": source,
            "forename": one.carer.forename,
            "surname": one.carer.surname,
            "relationship": one.carer.relationship,
            "same_address": one.carer.same_address,
            "stated_on": one.on,
            "push": push,
        }
        for one in said
        if one.carer
    }
    children = {one.person for one in said if one.carer}
    before = _carers_of(session, children)
    for some in in_batches([one.record for one in said if one.carer is None]):
        session.execute(
            delete(CarerStatement)
            .where(CarerStatement.record_id.in_(some))
            .execution_options(synchronize_session=False)
        )
    update = ["forename", "surname", "relationship", "same_address", "stated_on", "push"]
    upsert(session, CarerStatement.__table__, list(rows.values()), key=["record_id"], update=update)
    after = _carers_of(session, children)
    # Of several carers the order of their naming counts, and of a merged child what was said of its other leaves.
    several = {child for child in children if len(after[child]) > 1} | _merged(session, children)
    return several | {child for child in children if after[child] != before.get(child)}


def _carers_of(session: Session, children: Collection[UUID]) -> dict[UUID, set[tuple[Any, ...]]]:
    """Who was ever named as a child's carer, and on which day first."""
    carer = CarerStatement.forename, CarerStatement.surname, CarerStatement.same_address
    found: dict[UUID, set[tuple[Any, ...]]] = {}
    named = select(CarerStatement.child, *carer, func.min(CarerStatement.stated_on))
    for some in in_batches(children):
        rows = session.execute(named.where(CarerStatement.child.in_(some)).group_by(CarerStatement.child, *carer))
        for child, *said in rows:
            found.setdefault(child, set()).add(tuple(said))
    return found


def hand_over_record(
    session: Session, record: Record, old: UUID, new: UUID, about: Stated, others: Collection[Stated]
) -> None:
    """A record turned out to be about another leaf: what it says is said of that one, and no longer of the old one,
    unless the old one's other records of the same source (`others`) say it too.
    """
    source = record.source
    last = session.scalar(select(func.max(PersonName.last_stated_on)).where(PersonName.person == old))
    gone = _row_ids(old, source, about) - {id for other in others for id in _row_ids(old, source, other)}
    dates = {
        row.id: (row.first_stated_on, row.last_stated_on)
        for row in session.scalars(select(AddressStatement).where(AddressStatement.id.in_(gone)))
    }
    on = max((days[1] for days in dates.values()), default=last)
    if on is not None:
        said = [LinkedLine(new, record.id, about, on, None, fresh=False)]
        _record_names(session, said, source, record.feed)
        _record_identifiers(session, said, source)
        _record_addresses(session, said, source, record.feed, record.push)
    for table in (PersonName, Identifier, AddressStatement):
        session.execute(delete(table).where(table.id.in_(gone)).execution_options(synchronize_session=False))
    session.execute(update(CarerStatement).where(CarerStatement.record_id == record.id).values(child=new))


def _row_ids(person: UUID, source: str, who: Stated) -> set[UUID]:
    """The ids of all rows that say of this person what a line says."""
    ids = {
        _row_id(person, source, who.forename, who.surname, who.date_of_birth, who.sex),
        _row_id(person, source, who.uprn, who.address_line, who.postcode),
    }
    return ids | {_row_id(person, source, scheme, value) for scheme, value in who.identifiers}
