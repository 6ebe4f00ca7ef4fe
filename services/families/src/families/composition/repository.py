"""What composition reads and writes: who has to do with whom, what was said of them, and the memberships."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from chassis.db import in_batches, new_id
from families.composition.carers import CarerWord, Someone
from families.composition.composing import Elsewhere
from families.composition.residence import ResidenceStatement
from families.feeds.registry import FEEDS
from families.feeds.trust import trust
from families.models.composition import ComposedFrom
from families.models.families import Family, Membership
from families.models.intake import Push
from families.models.matching import ParentElsewhere
from families.models.people import AddressStatement, CarerStatement, Person, PersonName
from families.models.premises import Premises
from families.models.protections import ProtectedPerson, Protection

ABOUT_PUPILS = frozenset(feed.name for feed in FEEDS.values() if feed.pupils)
# Columns and not entities: of thousands of rows, making the objects is what costs.
ADDRESS_COLUMNS = (
    AddressStatement.id, AddressStatement.person, AddressStatement.feed, AddressStatement.uprn,
    AddressStatement.address_line, AddressStatement.postcode, AddressStatement.first_stated_on,
    AddressStatement.last_stated_on, AddressStatement.push,
)  # fmt: skip
_ROOTS = select(Person.id, Person.root)
_DIGESTS = select(ComposedFrom.person, ComposedFrom.digest)
NAME_COLUMNS = (
    PersonName.id, PersonName.person, PersonName.feed, PersonName.forename, PersonName.surname,
    PersonName.date_of_birth, PersonName.last_stated_on,
)  # fmt: skip


@dataclass
class Neighbourhood:
    """Everything that composition looks at, and what is stored of it now."""

    root_of: dict[UUID, UUID] = field(default_factory=dict)
    people: list[Someone] = field(default_factory=list)
    carers: list[CarerWord] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    uprns: set[str] = field(default_factory=set)
    kinds: dict[str, str] = field(default_factory=dict)
    protections: set["Hidden"] = field(default_factory=set)
    families: dict[UUID, Family] = field(default_factory=dict)
    memberships: list[Membership] = field(default_factory=list)
    leaf_of: dict[UUID, UUID] = field(default_factory=dict)


# --- what is new


def read_news(session: Session, taken: Collection[UUID]) -> dict[UUID, str]:
    """Of these leaves, those of whom records say something that composition has not seen, with a digest of it.

    Schools send each child anew each term; most say what they said before.
    """
    said: dict[UUID, list[Any]] = {row.id: [row.root] for row in _in(session, _ROOTS, Person.id, taken)}
    addresses: dict[UUID, list[Any]] = {}
    for row in _in(session, select(*ADDRESS_COLUMNS), AddressStatement.person, taken):
        addresses.setdefault(row.person, []).append(row)
    for leaf, rows in addresses.items():
        latest = {row.feed: row.id for row in sorted(rows, key=lambda row: (row.last_stated_on, row.first_stated_on))}
        said[leaf] += sorted((str(row.id), row.first_stated_on) for row in rows)
        said[leaf] += sorted(latest.items())
    for name in _in(session, select(*NAME_COLUMNS).order_by(PersonName.id), PersonName.person, taken):
        said[name.person].append((name.forename, name.surname, name.date_of_birth, name.feed))
    for word in _carers(session, taken, {leaf: leaf for leaf in taken}):
        said[word.child].append(word)
    digests = {leaf: blake2b(repr(rows).encode(), digest_size=16).hexdigest() for leaf, rows in said.items()}
    known = {row.person: row.digest for row in _in(session, _DIGESTS, ComposedFrom.person, taken)}
    return {leaf: digest for leaf, digest in digests.items() if known.get(leaf) != digest}


# --- reading


def read_neighbourhood(session: Session, persons: Collection[UUID]) -> Neighbourhood:
    """Everybody who was ever said to live, or belongs, where these persons were said to live, or belong."""
    found = Neighbourhood()
    statements = _reach_out(session, persons, found)
    leaves = list(found.root_of)
    areas = _areas(session, {row.push for row in statements})
    found.uprns = {row.uprn for row in statements if row.uprn}
    found.kinds = _kinds(session, found.uprns)
    found.elsewhere = [
        Elsewhere(found.root_of[row.child], found.root_of[row.parent], row.since)
        for row in _in(session, select(ParentElsewhere), ParentElsewhere.child, leaves)
        if row.parent in found.root_of
    ]
    found.carers = _carers(session, leaves, found.root_of)
    _describe_people(session, found, statements, areas)
    return found


def _reach_out(session: Session, persons: Collection[UUID], found: Neighbourhood) -> list[Any]:
    """Spread from the persons until nobody new appears; each round costs the same few statements."""
    statements: dict[UUID, Any] = {}
    asked: tuple[set[UUID], set[str], set[str]] = (set(), set(), set())
    fresh = set(persons)
    while fresh:
        roots = {row.root for row in _in(session, select(Person.id, Person.root), Person.id, fresh)} - asked[0]
        asked[0].update(roots)
        leaves = {row.id: row.root for row in _in(session, select(Person.id, Person.root), Person.root, roots)}
        found.root_of |= leaves
        new = _in(session, select(*ADDRESS_COLUMNS), AddressStatement.person, leaves)
        statements |= {row.id: row for row in new}
        uprns = {row.uprn for row in new if row.uprn} - asked[1]
        postcodes = {row.postcode for row in new if not row.uprn} - asked[2]
        asked[1].update(uprns)
        asked[2].update(postcodes)
        near: set[UUID] = {
            row.person for row in _in(session, select(AddressStatement.person), AddressStatement.uprn, uprns)
        }
        if postcodes:
            lines = {(row.postcode, plain_line(row.address_line)) for row in new if not row.uprn}
            near |= {
                row.person
                for row in _in(
                    session,
                    select(AddressStatement.person, AddressStatement.postcode, AddressStatement.address_line),
                    AddressStatement.postcode,
                    postcodes,
                )
                if (row.postcode, plain_line(row.address_line)) in lines
            }
        near |= _belonging_with(session, leaves, found)
        pairs = select(ParentElsewhere.child, ParentElsewhere.parent)
        for row in (
            *_in(session, pairs, ParentElsewhere.child, leaves),
            *_in(session, pairs, ParentElsewhere.parent, leaves),
        ):
            near |= {row.child, row.parent}
        fresh = near - set(found.root_of)
    return sorted(statements.values(), key=lambda row: row.id)


def _belonging_with(session: Session, leaves: Collection[UUID], found: Neighbourhood) -> set[UUID]:
    """The other members of these leaves' families; reads those families and their memberships on the way."""
    known = set(found.families)
    ids = {row.family for row in _in(session, select(Membership.family), Membership.person, leaves)} - known
    for family in _in(session, select(Family), Family.id, ids):
        found.families[family.id] = family
    members = _in(session, select(Membership), Membership.family, ids)
    found.memberships += members
    return {membership.person for membership in members}


def _carers(session: Session, leaves: Collection[UUID], root_of: dict[UUID, UUID]) -> list[CarerWord]:
    """Who is named for whom. A record that says what the one before it said is no news."""
    columns = (
        CarerStatement.child, CarerStatement.forename, CarerStatement.surname, CarerStatement.same_address,
        CarerStatement.stated_on, CarerStatement.record_id,
    )  # fmt: skip
    rows = _in(session, select(*columns), CarerStatement.child, leaves)
    last: dict[UUID, tuple[str, str, bool]] = {}
    words: list[CarerWord] = []
    for row in sorted(rows, key=lambda row: (row.stated_on, row.record_id)):
        child, said = root_of[row.child], (row.forename, row.surname, row.same_address)
        if last.get(child) != said:
            last[child] = said
            words.append(CarerWord(child, *said, row.stated_on))
    return words


def _describe_people(session: Session, found: Neighbourhood, statements: Sequence[Any], areas: dict[UUID, str]) -> None:
    keys = _address_keys(statements)
    said: dict[UUID, list[ResidenceStatement]] = {}
    first: dict[UUID, tuple[date, UUID]] = {}
    for row in statements:
        root = found.root_of[row.person]
        said.setdefault(root, []).append(
            ResidenceStatement(row.feed, keys[row.id], row.first_stated_on, row.last_stated_on, areas.get(row.push))
        )
        first[root] = min(first.get(root, (row.first_stated_on, row.person)), (row.first_stated_on, row.person))
    names: dict[UUID, list[Any]] = {}
    for name in _in(session, select(*NAME_COLUMNS), PersonName.person, found.root_of):
        names.setdefault(found.root_of[name.person], []).append(name)
    protections: dict[UUID, list[tuple[date, date | None]]] = {}
    found.protections = _protections(session, found.root_of)
    for person, since, lifted_on in found.protections:
        if since is not None:
            protections.setdefault(found.root_of[person], []).append((since, lifted_on))
    for person, since, _ in found.protections:
        # Hidden though no protection names them, since they were split off from somebody who is: then always.
        if since is None:
            protections.setdefault(found.root_of[person], [(date.min, None)])
    for root in sorted(set(found.root_of.values())):
        written = names.get(root, [])
        found.people.append(
            Someone(
                root=root,
                born=_born(written),
                names=frozenset((name.forename, name.surname) for name in written),
                statements=tuple(said.get(root, ())),
                protections=tuple(sorted(protections.get(root, ()), key=lambda protection: protection[0])),
                pupil=any(name.feed in ABOUT_PUPILS for name in written),
            )
        )
        found.leaf_of[root] = first[root][1] if root in first else root


def _born(names: Sequence[Any]) -> date | None:
    """The day of birth as the most trusted source wrote it last."""
    dated = [name for name in names if name.date_of_birth is not None]
    if not dated:
        return None
    best = min(dated, key=lambda n: (trust(n.feed), -n.last_stated_on.toordinal(), n.id))
    born: date = best.date_of_birth
    return born


def _address_keys(statements: Sequence[Any]) -> dict[UUID, str]:
    """Shape: the UPRN; without one, that of the same line and postcode where somebody gave it, else the text."""
    known = {(row.postcode, plain_line(row.address_line)): row.uprn for row in statements if row.uprn}
    return {
        row.id: row.uprn
        or known.get((row.postcode, plain_line(row.address_line)))
        or f"{row.postcode}|{plain_line(row.address_line)}"
        for row in statements
    }


def plain_line(line: str) -> str:
    """An address line without what clerks write differently."""
    return " ".join("".join(c if c.isalnum() else " " for c in line.casefold()).split())


def _areas(session: Session, pushes: Collection[UUID]) -> dict[UUID, str]:
    return {row.id: row.area for row in _in(session, select(Push.id, Push.area), Push.id, pushes)}


Hidden = tuple[UUID, date | None, date | None]
"""Person, since, lifted on; without `since`, somebody who is hidden now, for whatever reason."""


def _protections(session: Session, people: Collection[UUID]) -> set[Hidden]:
    rows = _in(session, select(Protection.person, Protection.since, Protection.lifted_on), Protection.person, people)
    hidden = _in(session, select(ProtectedPerson.person), ProtectedPerson.person, people)
    return {(row.person, row.since, row.lifted_on) for row in rows} | {(row.person, None, None) for row in hidden}


def _kinds(session: Session, uprns: Collection[str]) -> dict[str, str]:
    return {row.uprn: row.kind for row in _in(session, select(Premises), Premises.uprn, uprns)}


def _in(session: Session, statement: Any, column: Any, values: Iterable[Any]) -> list[Any]:
    """Rows whose column is among the values, in batches; entities as they are, columns as rows."""
    rows: list[Any] = []
    entity = len(statement.column_descriptions) == 1 and isinstance(statement.column_descriptions[0]["type"], type)
    for some in in_batches(values):
        answer = session.execute(statement.where(column.in_(some)))
        rows += answer.scalars() if entity else answer
    return rows


# --- writing


def unchanged_since(session: Session, found: Neighbourhood) -> bool:
    """Whether nobody has changed these families since they were read, nor who or what may not be located."""
    seen = {family.id: family.version for family in found.families.values()}
    stored = {row.id: row.version for row in _in(session, select(Family.id, Family.version), Family.id, seen)}
    return (
        stored == seen
        and _protections(session, found.root_of) == found.protections
        and _kinds(session, found.uprns) == found.kinds
    )


def add_families(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    session.add_all(Family(**row) for row in rows)
    session.flush()


def add_memberships(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    session.add_all(Membership(**row) for row in rows)
    session.flush()


def end_memberships(session: Session, ends: dict[UUID, date | None]) -> None:
    by_day: dict[date | None, list[UUID]] = {}
    for membership, day in ends.items():
        by_day.setdefault(day, []).append(membership)
    for day, ids in by_day.items():
        for some in in_batches(ids):
            session.execute(
                update(Membership)
                .where(Membership.id.in_(some))
                .values(to_on=day, version=Membership.version + 1)
                .execution_options(synchronize_session=False)
            )


def remove_memberships(session: Session, ids: Iterable[UUID]) -> None:
    for some in in_batches(ids):
        session.execute(delete(Membership).where(Membership.id.in_(some)).execution_options(synchronize_session=False))


def touch_families(session: Session, ids: Iterable[UUID]) -> None:
    """A change of its members changes a family's version."""
    for some in in_batches(ids):
        session.execute(
            update(Family)
            .where(Family.id.in_(some))
            .values(version=Family.version + 1)
            .execution_options(synchronize_session=False)
        )


def lock_family(session: Session, family: UUID) -> None:
    """Let nobody else who locks this family write about it before the caller commits; before anything is read of it."""
    session.execute(select(Family.id).where(Family.id == family).with_for_update(key_share=True))


def count_family_change(session: Session, family: UUID) -> int:
    """Count a change of one family. Shape: its new version."""
    change = (
        update(Family)
        .where(Family.id == family)
        .values(version=Family.version + 1)
        .returning(Family.version)
        .execution_options(synchronize_session=False)
    )
    return session.execute(change).scalar_one()


def set_area(session: Session, family: UUID, area: str | None, protected: bool) -> None:
    session.execute(
        update(Family)
        .where(Family.id == family)
        .values(area=area, protected=protected)
        .execution_options(synchronize_session=False)
    )


def new_family_row(composed_on: date, area: str | None, protected: bool) -> dict[str, Any]:
    return {"id": new_id(), "composed_on": composed_on, "area": area, "protected": protected, "origin": "composed"}
