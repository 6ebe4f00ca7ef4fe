from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chassis.db import in_batches
from families.models.people import Person
from families.models.safeguarding import (
    EmergencyAccess,
    EmergencyAccessPerson,
    EmergencyAccessReview,
    GovernanceNote,
)
from families.problems import AccessNotFound, NoteNotFound


def find_standing(
    session: Session, access_id: UUID, *, user: str, service: str, at: datetime
) -> EmergencyAccess | None:
    """The access, if this user asked for it, in this service, and it has not ended."""
    held = select(EmergencyAccess).where(
        EmergencyAccess.id == access_id, EmergencyAccess.user == user, EmergencyAccess.service == service,
        EmergencyAccess.expires_at > at,
    )  # fmt: skip
    return session.scalar(held)


def get_access(session: Session, access_id: UUID, *, agency: str) -> EmergencyAccess:
    access = session.get(EmergencyAccess, access_id)
    if access is None or access.agency != agency:
        raise AccessNotFound()
    return access


def list_of_agency(
    session: Session, agency: str, *, open_only: bool, overdue_on: date | None, after: UUID | None, limit: int
) -> Sequence[EmergencyAccess]:
    """The oldest first. `overdue_on`: only those whose review was due before that day."""
    listed = select(EmergencyAccess).where(EmergencyAccess.agency == agency).order_by(EmergencyAccess.id).limit(limit)
    if open_only or overdue_on:
        listed = listed.where(EmergencyAccess.outcome.is_(None))
    if overdue_on:
        listed = listed.where(EmergencyAccess.review_by < overdue_on)
    return session.scalars(listed.where(EmergencyAccess.id > after) if after else listed).all()


def list_of_user(session: Session, user: str, *, after: UUID | None, limit: int) -> Sequence[EmergencyAccess]:
    """The oldest first."""
    listed = select(EmergencyAccess).where(EmergencyAccess.user == user).order_by(EmergencyAccess.id).limit(limit)
    return session.scalars(listed.where(EmergencyAccess.id > after) if after else listed).all()


def count_overdue(session: Session, on: date) -> int:
    """How many reviews were due before that day and are not done."""
    late = select(func.count()).select_from(EmergencyAccess)
    return session.scalar(late.where(EmergencyAccess.outcome.is_(None), EmergencyAccess.review_by < on)) or 0


def read_people(session: Session, accesses: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """The roots of those whom each access names."""
    found: dict[UUID, list[UUID]] = {}
    for some in in_batches(accesses):
        rows = select(EmergencyAccessPerson.access, Person.root).join(Person, Person.id == EmergencyAccessPerson.person)
        named = rows.where(EmergencyAccessPerson.access.in_(some)).order_by(Person.root)
        for access, root in session.execute(named.distinct()):
            found.setdefault(access, []).append(root)
    return found


def read_reviews(session: Session, accesses: Collection[UUID]) -> dict[UUID, list[EmergencyAccessReview]]:
    """What was found about each, in order."""
    found: dict[UUID, list[EmergencyAccessReview]] = {}
    for some in in_batches(accesses):
        rows = select(EmergencyAccessReview).where(EmergencyAccessReview.access.in_(some))
        for row in session.scalars(rows.order_by(EmergencyAccessReview.id)):
            found.setdefault(row.access, []).append(row)
    return found


def list_notes(
    session: Session, agency: str, *, but_of: str, after: UUID | None, limit: int
) -> Sequence[tuple[GovernanceNote, EmergencyAccess]]:
    """Each note of an agency with what it is about, the oldest first; none about what `but_of` used."""
    rows = select(GovernanceNote, EmergencyAccess).join(EmergencyAccess, EmergencyAccess.id == GovernanceNote.about)
    rows = rows.where(GovernanceNote.agency == agency, EmergencyAccess.user != but_of)
    rows = rows.order_by(GovernanceNote.id).limit(limit)
    found = session.execute(rows.where(GovernanceNote.id > after) if after else rows)
    return [(note, access) for note, access in found]


def get_note(session: Session, note_id: UUID, *, agency: str) -> GovernanceNote:
    note = session.get(GovernanceNote, note_id)
    if note is None or note.agency != agency:
        raise NoteNotFound()
    return note
