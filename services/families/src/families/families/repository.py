from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from chassis.db import in_batches
from families.models.families import Family, Membership
from families.models.people import AddressStatement, Person, PersonName
from families.problems import MembershipNotFound, PersonNotFound
from families.reach import Reach
from families.support.repository import SupportActs, read_support


@dataclass
class KnownFamilies:
    """Families with everything that a view of them can need, read in a fixed number of statements."""

    families: list[Family] = field(default_factory=list)
    memberships: dict[UUID, list[Membership]] = field(default_factory=dict)
    root_of: dict[UUID, UUID] = field(default_factory=dict)
    leaves_of: dict[UUID, list[UUID]] = field(default_factory=dict)
    names: dict[UUID, list[PersonName]] = field(default_factory=dict)
    support: SupportActs = field(default_factory=SupportActs)
    met: dict[UUID, date | None] = field(default_factory=dict)
    """By root: whom of them the caller meets, and until which day; None: now. Of the others nothing is shown."""
    locators: dict[UUID, set[str]] = field(default_factory=dict)
    """By root: the sources that said where they live, and so since when they belong."""


def list_families(
    session: Session, reach: ColumnElement[bool], *, after: UUID | None, limit: int, as_at: date
) -> list[Family]:
    """Families that began in that year or before and have ever had a member, or were nominated.

    By the year, since the day is not everybody's to know; which of them are shown of the day is the view's to say.
    """
    members, last = exists().where(Membership.family == Family.id), as_at.replace(month=12, day=31)
    begun = or_(Family.composed_on <= last, members.where(Membership.from_on <= last))
    families = (
        select(Family).where(reach, begun, members | (Family.origin == "nominated")).order_by(Family.id).limit(limit)
    )
    return list(session.scalars(families.where(Family.id > after) if after else families))


def find_families(session: Session, reach: ColumnElement[bool], ids: Iterable[UUID]) -> list[Family]:
    found: list[Family] = []
    for some in in_batches(ids):
        found += session.scalars(select(Family).where(Family.id.in_(some), reach).order_by(Family.id))
    return found


def find_families_of(session: Session, reach: ColumnElement[bool], persons: Collection[UUID]) -> list[Family]:
    """The families within reach to which these persons belong or belonged, under any of their ids.

    One statement a batch, whoever exists, so that nobody can tell by it who does.
    """
    found: dict[UUID, Family] = {}
    asked = aliased(Person)
    for some in in_batches(persons):
        belongs = select(Membership.id).join(Person, Person.id == Membership.person)
        belongs = belongs.join(asked, asked.root == Person.root)
        # By its families, and no join with them: SQLite would begin with all families within reach.
        own = select(Membership.family).where(Membership.id.in_(belongs.where(asked.id.in_(some))))
        found |= {row.id: row for row in session.scalars(select(Family).where(Family.id.in_(own), reach))}
    return [found[family] for family in sorted(found)]


def read_families(session: Session, families: list[Family], reach: Reach, *, support: bool = True) -> KnownFamilies:
    """Everything about these families, and whom of them the caller meets.

    Shape: a fixed number of statements a batch of 500.
    """
    known = KnownFamilies(families=families)
    ids = [family.id for family in families]
    for some in in_batches(ids):
        for row in session.scalars(select(Membership).where(Membership.family.in_(some)).order_by(Membership.id)):
            known.memberships.setdefault(row.family, []).append(row)
    members = {m.person for rows in known.memberships.values() for m in rows}
    known.met = reach.find_people(session, members)
    read_members(session, known, members)
    for some in in_batches([leaf for leaf, root in known.root_of.items() if root in known.met]):
        said = select(AddressStatement.person, AddressStatement.source).where(AddressStatement.person.in_(some))
        for leaf, source in session.execute(said.distinct()):
            known.locators.setdefault(known.root_of[leaf], set()).add(source)
    if support:
        known.support = read_support(session, ids)
    return known


def read_members(session: Session, known: KnownFamilies, persons: Iterable[UUID]) -> None:
    """Roots and all leaves of these persons, and those of their names that are within reach."""
    for some in in_batches(persons):
        roots = select(Person.root).where(Person.id.in_(some))
        for leaf, root in session.execute(select(Person.id, Person.root).where(Person.root.in_(roots))):
            known.root_of[leaf] = root
            if leaf not in known.leaves_of.setdefault(root, []):
                known.leaves_of[root].append(leaf)
    seen: set[UUID] = set()
    for some in in_batches([leaf for leaf, root in known.root_of.items() if root in known.met]):
        for name in session.scalars(select(PersonName).where(PersonName.person.in_(some)).order_by(PersonName.id)):
            until = known.met[known.root_of[name.person]]
            if name.id not in seen and (until is None or name.first_stated_on <= until):
                seen.add(name.id)
                known.names.setdefault(known.root_of[name.person], []).append(name)


def get_membership(session: Session, family: UUID, membership_id: UUID) -> Membership:
    membership = session.get(Membership, membership_id)
    if membership is None or membership.family != family:
        raise MembershipNotFound()
    return membership


def get_person(session: Session, person_id: UUID, reach: ColumnElement[bool]) -> Person:
    person = session.scalar(select(Person).where(Person.id == person_id, reach))
    if person is None:
        raise PersonNotFound()
    return person


def find_memberships_of(session: Session, family: UUID, root: UUID) -> list[Membership]:
    leaves = select(Person.id).where(Person.root == root)
    return list(session.scalars(select(Membership).where(Membership.family == family, Membership.person.in_(leaves))))


def end_membership(session: Session, membership: Membership, version: int, to: date) -> bool:
    """End it if nobody else has changed it since; False when somebody has."""
    change = (
        update(Membership)
        .where(Membership.id == membership.id, Membership.version == version)
        .values(to_on=to, how="hand", version=version + 1)
        .returning(Membership.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(change) is not None


def hide_areas_of(session: Session, leaves: Collection[UUID]) -> list[Family]:
    """Take the area from the families to which these persons belong now. Shape: the families that had one."""
    hidden: dict[UUID, Family] = {}
    for some in in_batches(leaves):
        belonging = select(Membership.family).where(Membership.person.in_(some), Membership.to_on.is_(None))
        found = select(Family).where(Family.id.in_(belonging), Family.area.is_not(None))
        for family in session.scalars(found):
            family.area = None
            family.version += 1
            hidden[family.id] = family
    session.flush()
    return list(hidden.values())
