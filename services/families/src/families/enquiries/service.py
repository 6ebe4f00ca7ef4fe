"""Enquiries of children's social care: opened, corrected, closed, with all that was done to each.

An open enquiry says whom those who work on it may meet (`families.reach`), and carries what they are shown.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id, now
from chassis.etag import Match, etag
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid
from chassis.schemas import Written
from directory.repository import find_service
from families.bars.repository import find_barred
from families.enquiries import repository
from families.enquiries.schemas import (
    CloseRequest,
    EnquiryChange,
    EnquiryRequest,
    EnquiryView,
    StepView,
    SubjectsRequest,
)
from families.matching.naming import SomebodyRequest, find_named
from families.models.safeguarding import Enquiry, EnquiryStep, EnquirySubject
from families.people.repository import find_roots
from families.problems import EnquiryExists, EnquiryOver, NoSocialCareService, PersonNotFound
from vocabulary.safeguarding import SAFEGUARDING

LIST = "enquiries"
PURPOSE = "safeguarding"


def open_enquiry(session: Session, caller: Caller, request: EnquiryRequest) -> Written:
    """Open an enquiry about some people, as a service of children's social care.

    Errors: NoSocialCareService; EnquiryExists; PersonNotFound for somebody who is nobody, or from whom the caller is
    barred.
    """
    service = find_service(session, caller.service)
    if service is None or service.agency != caller.agency or service.sector not in SAFEGUARDING.enquiry_sectors:
        raise NoSocialCareService()
    if repository.find_by_reference(session, caller.service, request.reference):
        raise EnquiryExists()
    people = _find_people(session, caller, request.subjects)
    enquiry = Enquiry(
        id=new_id(), reference=request.reference, kind=request.kind, service=caller.service, agency=caller.agency,
        begun_on=request.begun, opened_by=caller.subject, version=1,
    )  # fmt: skip
    session.add(enquiry)
    session.flush()
    _add_subjects(session, caller, enquiry, people)
    _note(session, caller, enquiry, "opened", "")
    return Written(id=enquiry.id, status="open", etag=etag(enquiry.version))


def add_subjects(session: Session, caller: Caller, enquiry_id: UUID, request: SubjectsRequest) -> Written:
    """Say that an enquiry is about further people. Errors: EnquiryNotFound, EnquiryOver, PersonNotFound."""
    enquiry = _get_own(session, caller, enquiry_id)
    if enquiry.closed_on is not None:
        raise EnquiryOver()
    people = _find_people(session, caller, request.subjects)
    there = {subject.person for subject in repository.list_subjects(session, enquiry.id)}
    there = find_roots(session, there)
    _add_subjects(session, caller, enquiry, [person for person in people if person not in there])
    return _change(session, caller, enquiry, "subjects_added", request.reason)


def remove_subject(session: Session, caller: Caller, enquiry_id: UUID, person: UUID, reason: str) -> Written:
    """Take back that an enquiry is about somebody: it was recorded wrongly. Errors: EnquiryNotFound, PersonNotFound."""
    enquiry = _get_own(session, caller, enquiry_id)
    roots = find_roots(session, [person])
    subjects = repository.list_subjects(session, enquiry.id)
    meant = [subject for subject in subjects if roots & find_roots(session, [subject.person])]
    if not meant:
        raise PersonNotFound()
    for subject in meant:
        subject.removed_by, subject.removed_at = caller.subject, now()
    return _change(session, caller, enquiry, "subject_removed", reason, person=str(person))


def correct_enquiry(
    session: Session, caller: Caller, enquiry_id: UUID, request: EnquiryChange, match: Match
) -> Written:
    """Write down rightly what was written down wrongly; what stood there stays in the history.

    Errors: EnquiryNotFound, PreconditionRequired, Stale, EnquiryExists.
    """
    enquiry = _get_own(session, caller, enquiry_id)
    match.check(enquiry.version)
    before = {"reference": enquiry.reference, "kind": enquiry.kind, "begun": enquiry.begun_on.isoformat()}
    other = repository.find_by_reference(session, caller.service, request.reference or enquiry.reference)
    if other is not None and other.id != enquiry.id:
        raise EnquiryExists()
    enquiry.reference = request.reference or enquiry.reference
    enquiry.kind = request.kind or enquiry.kind
    enquiry.begun_on = request.begun or enquiry.begun_on
    return _change(session, caller, enquiry, "corrected", request.reason, **before)


def close_enquiry(session: Session, caller: Caller, enquiry_id: UUID, request: CloseRequest) -> Written:
    """Close an enquiry: from now on nobody meets anybody by it.

    Errors: EnquiryNotFound; EnquiryOver; RequestNotValid for a day before it began.
    """
    enquiry = _get_own(session, caller, enquiry_id)
    if enquiry.closed_on is not None:
        raise EnquiryOver()
    if request.date < enquiry.begun_on:
        fix = "Give the day on which it was closed."
        detail = "The enquiry had not begun then"
        raise RequestNotValid(errors=[Fault(pointer="/body/date", code="before_enquiry", detail=detail, fix=fix)])
    enquiry.closed_on = request.date
    return _change(session, caller, enquiry, "closed", request.reason)


def reopen_enquiry(session: Session, caller: Caller, enquiry_id: UUID, reason: str) -> Written:
    """Take back that an enquiry was closed. Of one that is open, nothing changes. Errors: EnquiryNotFound."""
    enquiry = _get_own(session, caller, enquiry_id)
    if enquiry.closed_on is None:
        return Written(id=enquiry.id, status="open", etag=etag(enquiry.version))
    before = {"closed_on": enquiry.closed_on.isoformat()}
    enquiry.closed_on = None
    return _change(session, caller, enquiry, "reopened", reason, **before)


def show_enquiry(session: Session, caller: Caller, enquiry_id: UUID) -> EnquiryView:
    """One enquiry that the caller works on. Errors: EnquiryNotFound."""
    return _views(session, caller, [repository.get_enquiry(session, caller, enquiry_id)])[0]


def list_enquiries(
    session: Session, caller: Caller, status: str | None, after: str | None, limit: int
) -> Page[EnquiryView]:
    """Those that the caller works on, the oldest first. Errors: CursorNotValid."""
    position = read_cursor(after, LIST)
    is_open = None if status is None else status == "open"
    rows = repository.list_enquiries(
        session, caller, is_open=is_open, after=UUID(position[0]) if position else None, limit=limit + 1
    )
    views = _views(session, caller, rows)
    return Page[EnquiryView].cut(views, limit, name=LIST, position=lambda view: view.id)


def _get_own(session: Session, caller: Caller, enquiry_id: UUID) -> Enquiry:
    """Others read along; the service that opened an enquiry changes it."""
    enquiry = repository.get_enquiry(session, caller, enquiry_id)
    if enquiry.service != caller.service:
        raise NoSocialCareService()
    return enquiry


def _find_people(session: Session, caller: Caller, named: Sequence[SomebodyRequest]) -> list[UUID]:
    people = find_named(session, named, "/body/subjects", PURPOSE)
    if not find_barred(session, caller.subject).people.isdisjoint(people):
        raise PersonNotFound()
    return people


def _add_subjects(session: Session, caller: Caller, enquiry: Enquiry, people: Sequence[UUID]) -> None:
    session.add_all(
        EnquirySubject(id=new_id(), enquiry=enquiry.id, person=person, added_by=caller.subject) for person in people
    )


def _change(session: Session, caller: Caller, enquiry: Enquiry, step: str, reason: str, **before: str) -> Written:
    enquiry.version += 1
    _note(session, caller, enquiry, step, reason, **before)
    return Written(id=enquiry.id, status="open" if enquiry.closed_on is None else "closed", etag=etag(enquiry.version))


def _note(session: Session, caller: Caller, enquiry: Enquiry, step: str, reason: str, **before: str) -> None:
    session.add(
        EnquiryStep(id=new_id(), enquiry=enquiry.id, step=step, by=caller.subject, reason=reason, before=before)
    )


def _views(session: Session, caller: Caller, enquiries: Sequence[Enquiry]) -> list[EnquiryView]:
    """Those of them that are about nobody from whom the caller is barred are shown with their people."""
    ids = [enquiry.id for enquiry in enquiries]
    subjects, steps = repository.read_subjects(session, ids), repository.read_steps(session, ids)
    barred = find_barred(session, caller.subject).people
    return [
        EnquiryView(
            id=one.id, reference=one.reference, kind=one.kind, service=one.service,
            status="open" if one.closed_on is None else "closed", begun=one.begun_on, closed_on=one.closed_on,
            opened_by=one.opened_by, recorded_at=one.recorded_at,
            subjects=[person for person in subjects.get(one.id, []) if person not in barred],
            history=[
                StepView(step=step.step, by=step.by, at=step.recorded_at, reason=step.reason, before=step.before)
                for step in steps.get(one.id, [])
            ],
            etag=etag(one.version),
        )
        for one in enquiries
    ]  # fmt: skip
