from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from chassis.clock import london_day
from chassis.db import in_batches
from families.models.intake import Record
from families.models.people import AddressStatement, Identifier, Person, PersonName
from families.models.premises import Premises
from families.sharing import ADDRESS, IDENTITY, Item, Subject
from vocabulary.premises import HIDING

# Columns and not entities: of hundreds of rows a page, making the objects is what costs.
_LEAVES = select(Person.id, Person.root)
_RECORDS = select(Record.id, Record.feed, Record.source, Record.natural_key, Record.person, Record.how)


@dataclass
class KnownPeople:
    """People and what was read of them, by leaf."""

    root_of: dict[UUID, UUID] = field(default_factory=dict)
    leaves_of: dict[UUID, list[UUID]] = field(default_factory=dict)
    names: dict[UUID, list[PersonName]] = field(default_factory=dict)
    identifiers: dict[UUID, list[Identifier]] = field(default_factory=dict)
    addresses: dict[UUID, list[AddressStatement]] = field(default_factory=dict)
    records: dict[UUID, list[Record]] = field(default_factory=dict)
    until: dict[UUID, date] = field(default_factory=dict)
    """By root: who is met for having belonged to a family, and the day up to which."""

    def reaches(self, leaf: UUID, day: date) -> bool:
        """Whether what is of that day is within reach."""
        until = self.until.get(self.root_of[leaf])
        return until is None or day <= until

    def subject(self, root: UUID) -> Subject:
        return Subject(root, tuple(leaf for leaf in self.leaves_of[root] if leaf != root))

    def wanted(self, items_of: Callable[[UUID], Collection[Item]]) -> dict[Subject, Collection[Item]]:
        """What is asked about each person. Shape: `items_of` tells it of a leaf."""
        return {
            self.subject(root): {item for leaf in leaves for item in items_of(leaf)}
            for root, leaves in self.leaves_of.items()
        }

    def only(self, roots: Collection[UUID]) -> "KnownPeople":
        """The same of some of these people."""
        return replace(self, leaves_of={root: self.leaves_of[root] for root in roots})

    def names_of(self, leaf: UUID) -> set[Item]:
        return {Item(IDENTITY, name.source) for name in self.names.get(leaf, ())}

    def identity_of(self, leaf: UUID) -> set[Item]:
        """The sources that name somebody or give a number of theirs."""
        return self.names_of(leaf) | {Item(IDENTITY, number.source) for number in self.identifiers.get(leaf, ())}

    def addresses_of(self, leaf: UUID) -> set[Item]:
        return {Item(ADDRESS, row.source) for row in self.addresses.get(leaf, ())}

    def records_of(self, leaf: UUID) -> set[Item]:
        """The sources that hold a record of somebody: who sees a record's key sees who it is about."""
        return {Item(IDENTITY, record.source) for record in self.records.get(leaf, ())}


def read_people(
    session: Session,
    ids: Collection[UUID],
    *,
    names: bool = True,
    addresses: bool = False,
    met: Mapping[UUID, date | None] | None = None,
) -> KnownPeople:
    """What is said of these people, whichever of their ids is asked for. `names`: with their records, too.

    `met`, as `Reach.find_people` tells it: of whoever has an `until`, only what was said for a day up to it, and
    records that had been linked by then.
    """
    known = KnownPeople(until={root: until for root, until in (met or {}).items() if until is not None})
    roots: set[UUID] = set()
    for some in in_batches(ids):
        roots.update(session.scalars(select(Person.root).where(Person.id.in_(some))))
    for some in in_batches(sorted(roots)):
        for leaf, root in session.execute(_LEAVES.where(Person.root.in_(some)).order_by(Person.id)):
            known.root_of[leaf] = root
            known.leaves_of.setdefault(root, []).append(leaf)
    for leaves in in_batches(known.root_of) if names else ():
        for name in session.scalars(select(PersonName).where(PersonName.person.in_(leaves))):
            if known.reaches(name.person, name.first_stated_on):
                known.names.setdefault(name.person, []).append(name)
        for record in session.scalars(select(Record).where(Record.person.in_(leaves)).order_by(Record.id)):
            if known.reaches(record.person, london_day(record.linked_at)):
                known.records.setdefault(record.person, []).append(record)
    for leaves in in_batches(known.root_of) if addresses else ():
        for identifier in session.scalars(select(Identifier).where(Identifier.person.in_(leaves))):
            if known.reaches(identifier.person, identifier.first_stated_on):
                known.identifiers.setdefault(identifier.person, []).append(identifier)
        for address in session.scalars(_visible_addresses().where(AddressStatement.person.in_(leaves))):
            if known.reaches(address.person, address.first_stated_on):
                known.addresses.setdefault(address.person, []).append(address)
    return known


def list_records(session: Session, after: UUID | None, limit: int) -> Sequence[Any]:
    """Each record's id, feed, source, natural key, person and how it was linked, in the order of their coming."""
    records = _RECORDS.order_by(Record.id).limit(limit)
    return session.execute(records.where(Record.id > after) if after else records).all()


def find_leaves(session: Session, people: Iterable[UUID]) -> dict[UUID, UUID]:
    """Every leaf that is one person with any of these, with its root."""
    found: dict[UUID, UUID] = {}
    for some in in_batches(people):
        roots = select(Person.root).where(Person.id.in_(some))
        found |= {
            row.id: row.root for row in session.execute(select(Person.id, Person.root).where(Person.root.in_(roots)))
        }
    return found


def _visible_addresses() -> Select[AddressStatement]:
    """A refuge is shown to nobody, by its number or by the words written for it."""
    refuges = select(Premises.uprn).where(Premises.kind.in_(sorted(HIDING)))
    words = select(AddressStatement.postcode).where(AddressStatement.uprn.in_(refuges), AddressStatement.postcode != "")
    return select(AddressStatement).where(
        AddressStatement.uprn.is_(None) | AddressStatement.uprn.not_in(refuges),
        AddressStatement.uprn.is_not(None) | AddressStatement.postcode.not_in(words),
    )


def find_roots(session: Session, people: Iterable[UUID]) -> set[UUID]:
    roots: set[UUID] = set()
    for some in in_batches(people):
        roots.update(session.scalars(select(Person.root).where(Person.id.in_(some))))
    return roots
