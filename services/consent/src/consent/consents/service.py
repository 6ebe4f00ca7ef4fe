"""Consents to share, and their withdrawal."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import now, today
from chassis.etag import etag
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid
from chassis.schemas import Written
from consent.agreements.repository import list_terms
from consent.agreements.states import state_of
from consent.consents import repository
from consent.consents.schemas import ConsentRequest, ConsentView, PersonConsents, Withdrawn
from consent.decisions.rules import BOOK
from consent.events import ConsentGiven, ConsentWithdrawn, Continues
from consent.models import Consent
from consent.notices.repository import find_notice
from directory import repository as directory


def give_consent(session: Session, caller: Caller, request: ConsentRequest) -> Written:
    """Record a consent. Errors: RequestNotValid when the notice is none of ours."""
    if find_notice(session, request.notice) is None:
        fix = "Publish the notice first, or take the id of one in the list of notices"
        raise RequestNotValid(
            errors=[Fault(pointer="/body/notice", code="notice_not_found", detail="No such notice", fix=fix)]
        )
    consent = Consent(**request.model_dump(), agency=caller.agency, by=caller.subject)
    consent.purposes, consent.categories = sorted(set(request.purposes)), sorted(set(request.categories))
    consent.recipients = sorted(set(request.recipients))
    session.add(consent)
    session.flush()
    emit(
        session,
        ConsentGiven(
            consent=consent.id, person=consent.person, purposes=consent.purposes, categories=consent.categories
        ),
    )
    return Written(id=consent.id, status="given", etag=etag(consent.version))


def withdraw_consent(session: Session, caller: Caller, consent_id: UUID, on: date) -> Withdrawn:
    """Withdraw a consent. Once this is answered, nothing that rested on it leaves.

    Shape: `continues` says what is shared about the person all the same, since it rests on another basis.
    Withdrawing again changes nothing and answers the same.
    Errors: ConsentNotFound; RequestNotValid when `on` lies before the consent.
    """
    consent = repository.get_consent(session, consent_id, agency=caller.agency)
    if on < consent.date:
        fix = "Give the day on which it was withdrawn"
        detail = "The consent had not been given then"
        raise RequestNotValid(errors=[Fault(pointer="/body/date", code="before_consent", detail=detail, fix=fix)])
    continues = list_continuing(session, consent)
    if repository.withdraw(session, consent, on, now(), caller.subject):
        emit(
            session,
            ConsentWithdrawn(
                consent=consent.id,
                person=consent.person,
                purposes=consent.purposes,
                categories=consent.categories,
                continues=continues,
            ),
        )
    return Withdrawn(id=consent.id, status="withdrawn", etag=etag(consent.version), continues=continues)


def list_continuing(session: Session, consent: Consent) -> list[Continues]:
    """What agreements in force carry on another basis, in one of the consent's purposes or categories.

    Leaves out what an objection or a protection stops.
    """
    day, objected = today(), repository.list_objected(session, consent.person) - BOOK.reach.objection_spares
    sectors = directory.find_sectors(session)
    protected = BOOK.reach.protected_categories if repository.has_protection(session, consent.person) else frozenset()
    found = {
        (term.purpose, term.category, term.basis, term.recipient)
        for term in list_terms(session)
        if term.basis != "consent"
        and BOOK.binds(state_of(term, day), term.purpose)
        and (term.purpose in consent.purposes or term.category in consent.categories)
        and (not consent.recipients or term.recipient in consent.recipients)
        and not BOOK.forbidden_by_origin(sectors.get(term.supplier), sectors.get(term.recipient), term.purpose)
        and term.purpose not in objected
        and term.category not in protected
    }
    return [Continues(purpose=p, category=c, basis=b, recipient=r) for p, c, b, r in sorted(found)]


def show_consent(session: Session, caller: Caller, consent_id: UUID) -> ConsentView:
    """A consent that the caller's agency recorded. Errors: ConsentNotFound."""
    return ConsentView.of(repository.get_consent(session, consent_id, agency=caller.agency))


def list_consents(session: Session, caller: Caller, person: UUID, after: str | None, limit: int) -> Page[ConsentView]:
    """A person's consents that the caller's agency recorded, oldest first. Errors: CursorNotValid."""
    position = read_cursor(after, "consents")
    last = UUID(position[0]) if position else None
    rows = repository.list_consents(session, person, agency=caller.agency, after=last, limit=limit + 1)
    return Page[ConsentView].cut(rows, limit, name="consents", position=lambda row: row.id, view=ConsentView.of)


def look_up_consents(session: Session, caller: Caller, people: list[UUID]) -> list[PersonConsents]:
    """The consents of each of them that the caller's agency recorded; who has none is absent."""
    found: dict[UUID, list[ConsentView]] = defaultdict(list)
    for consent in repository.list_for(session, people, agency=caller.agency):
        found[consent.person].append(ConsentView.of(consent))
    return [PersonConsents(person=person, consents=found[person]) for person in people if person in found]
