from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from chassis.db import in_batches, upsert
from families.models.protections import ProtectedPerson, Protection


def record_protections(session: Session, rows: list[tuple[UUID, UUID, date]]) -> None:
    """Shape: protection, person, since. One that was lifted before it was heard of stays lifted."""
    upsert(
        session,
        Protection,
        [{"id": protection, "person": person, "since": since, "lifted_on": None} for protection, person, since in rows],
        key=["id"],
        update=["since"],
    )


def find_holding(session: Session, protections: Collection[UUID]) -> set[UUID]:
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


def protected_among(session: Session, people: Iterable[UUID]) -> set[UUID]:
    """Which of these leaves are hidden, by a protection of their own or of somebody with whom they are one."""
    found: set[UUID] = set()
    for some in in_batches(people):
        found.update(session.scalars(select(ProtectedPerson.person).where(ProtectedPerson.person.in_(some))))
    return found


def protect_leaves(session: Session, leaves: Collection[UUID]) -> None:
    upsert(session, ProtectedPerson, [{"person": leaf} for leaf in sorted(leaves)], key=["person"])


def unprotect_leaves(session: Session, leaves: Collection[UUID]) -> None:
    for some in in_batches(leaves):
        session.execute(delete(ProtectedPerson).where(ProtectedPerson.person.in_(some)))
