from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import in_batches
from families.models.people import Person
from families.models.safeguarding import Enquiry, EnquiryStep, EnquirySubject
from families.problems import EnquiryNotFound

OF_AGENCY = frozenset({"mash_worker"})
"""The safeguarding hub works on all enquiries of its agency."""
OF_SERVICE = frozenset({"childrens_social_worker", "team_manager"})
"""Others work on those of their own service."""


def within(caller: Caller) -> ColumnElement[bool]:
    """A condition on `Enquiry`: those that the caller works on."""
    ways = []
    if caller.roles & OF_AGENCY:
        ways.append(Enquiry.agency == caller.agency)
    if caller.roles & OF_SERVICE:
        ways.append(and_(Enquiry.agency == caller.agency, Enquiry.service == caller.service))
    return or_(*ways) if ways and caller.is_person else false()


def get_enquiry(session: Session, caller: Caller, enquiry_id: UUID) -> Enquiry:
    """Errors: EnquiryNotFound, in the same words for what does not exist and what is somebody else's."""
    enquiry = session.scalar(select(Enquiry).where(Enquiry.id == enquiry_id, within(caller)))
    if enquiry is None:
        raise EnquiryNotFound()
    return enquiry


def find_open(session: Session, caller: Caller, enquiry_id: UUID) -> Enquiry | None:
    """The enquiry, if the caller works on it and it is open."""
    held = select(Enquiry).where(Enquiry.id == enquiry_id, within(caller), Enquiry.closed_on.is_(None))
    return session.scalar(held)


def find_by_reference(session: Session, service: str, reference: str) -> Enquiry | None:
    return session.scalar(select(Enquiry).where(Enquiry.service == service, Enquiry.reference == reference))


def list_enquiries(
    session: Session, caller: Caller, *, is_open: bool | None, after: UUID | None, limit: int
) -> Sequence[Enquiry]:
    """Those that the caller works on, the oldest first."""
    listed = select(Enquiry).where(within(caller)).order_by(Enquiry.id).limit(limit)
    if is_open is not None:
        listed = listed.where(Enquiry.closed_on.is_(None) if is_open else Enquiry.closed_on.is_not(None))
    return session.scalars(listed.where(Enquiry.id > after) if after else listed).all()


def list_subjects(session: Session, enquiry: UUID) -> Sequence[EnquirySubject]:
    """Whom it is about now."""
    now_about = EnquirySubject.removed_at.is_(None)
    return session.scalars(
        select(EnquirySubject).where(EnquirySubject.enquiry == enquiry, now_about).order_by(EnquirySubject.id)
    ).all()


def read_subjects(session: Session, enquiries: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """The roots of those whom each enquiry is about now."""
    found: dict[UUID, list[UUID]] = {}
    for some in in_batches(enquiries):
        rows = (
            select(EnquirySubject.enquiry, Person.root)
            .join(Person, Person.id == EnquirySubject.person)
            .where(EnquirySubject.enquiry.in_(some), EnquirySubject.removed_at.is_(None))
        )
        for enquiry, root in session.execute(rows.order_by(EnquirySubject.id)):
            if root not in found.setdefault(enquiry, []):
                found[enquiry].append(root)
    return found


def read_steps(session: Session, enquiries: Collection[UUID]) -> dict[UUID, list[EnquiryStep]]:
    """What was done to each enquiry, in order."""
    found: dict[UUID, list[EnquiryStep]] = {}
    for some in in_batches(enquiries):
        for row in session.scalars(select(EnquiryStep).where(EnquiryStep.enquiry.in_(some)).order_by(EnquiryStep.id)):
            found.setdefault(row.enquiry, []).append(row)
    return found
