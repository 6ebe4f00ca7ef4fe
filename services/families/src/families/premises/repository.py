from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from chassis.db import in_batches, upsert
from families.models.families import Family, Membership, Premises, ProtectedPerson, Protection
from families.models.people import AddressStatement, Person


def find_premises(session: Session, uprn: str) -> Premises | None:
    return session.get(Premises, uprn)


def living_at(session: Session, uprn: str) -> list[UUID]:
    """Leaves who were ever said to live at an address."""
    return list(session.scalars(select(AddressStatement.person).where(AddressStatement.uprn == uprn).distinct()))


def record_protections(session: Session, rows: list[tuple[UUID, UUID, date]]) -> None:
    """Shape: protection, person, since. One that was lifted before it was heard of stays lifted."""
    upsert(
        session,
        Protection,
        [{"id": protection, "person": person, "since": since, "lifted_on": None} for protection, person, since in rows],
        key=["id"],
        update=["since"],
    )


def holding(session: Session, protections: Collection[UUID]) -> set[UUID]:
    """Which of these protections hold."""
    found: set[UUID] = set()
    for some in in_batches(protections):
        found.update(
            session.scalars(select(Protection.id).where(Protection.id.in_(some), Protection.lifted_on.is_(None)))
        )
    return found


def lift_protection(session: Session, protection: UUID, person: UUID, on: date) -> None:
    """A lifting may be heard of before the protection itself; then it stands there lifted already."""
    found = session.execute(
        update(Protection).where(Protection.id == protection).values(lifted_on=on).returning(Protection.id)
    ).scalar_one_or_none()
    if found is None:
        upsert(session, Protection, [{"id": protection, "person": person, "since": on, "lifted_on": on}], key=["id"])


def leaves_of(session: Session, persons: Iterable[UUID]) -> dict[UUID, UUID]:
    """Every leaf that is one person with any of these, with its root."""
    found: dict[UUID, UUID] = {}
    for some in in_batches(persons):
        roots = select(Person.root).where(Person.id.in_(some))
        found |= {
            row.id: row.root for row in session.execute(select(Person.id, Person.root).where(Person.root.in_(roots)))
        }
    return found


def under_protection(session: Session, leaves: Collection[UUID]) -> set[UUID]:
    """Which of these leaves have a protection of their own that holds."""
    found: set[UUID] = set()
    for some in in_batches(leaves):
        found.update(
            session.scalars(
                select(Protection.person).where(Protection.person.in_(some), Protection.lifted_on.is_(None))
            )
        )
    return found


def protect_persons(session: Session, leaves: Collection[UUID]) -> None:
    upsert(session, ProtectedPerson, [{"person": leaf} for leaf in sorted(leaves)], key=["person"])


def unprotect_persons(session: Session, leaves: Collection[UUID]) -> None:
    for some in in_batches(leaves):
        session.execute(delete(ProtectedPerson).where(ProtectedPerson.person.in_(some)))


def hide_area_of(session: Session, leaves: Collection[UUID]) -> list[Family]:
    """Take the area from the families to which these persons belong now; those from which it was taken."""
    taken: dict[UUID, Family] = {}
    for some in in_batches(leaves):
        belonging = select(Membership.family).where(Membership.person.in_(some), Membership.to_on.is_(None))
        found = select(Family).where(Family.id.in_(belonging), Family.area.is_not(None))
        for family in session.scalars(found):
            family.area = None
            family.version += 1
            taken[family.id] = family
    session.flush()
    return list(taken.values())
