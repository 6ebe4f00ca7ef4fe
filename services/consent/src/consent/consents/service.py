"""Consents to share, and their withdrawal."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id, now, today
from chassis.etag import etag
from chassis.idempotency import OnceRunner
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid, Unavailable
from chassis.runtime import Runtime
from chassis.schemas import Written
from consent.acts.repository import list_steps, record_step
from consent.acts.schemas import by_act
from consent.agreements.repository import list_terms
from consent.agreements.states import state_of
from consent.consents import repository
from consent.consents.schemas import (
    ConsentCorrectionRequest,
    ConsentRequest,
    ConsentView,
    PersonConsents,
    Withdrawn,
)
from consent.decisions.rules import BOOK
from consent.events import ConsentCorrected, ConsentGiven, ConsentWithdrawn, Continues
from consent.models import Consent
from consent.notices.repository import find_notice
from consent.problems import ConsentNotFound
from consent.standing import check_kept, check_reached, find_reached
from directory import repository as directory

NO_REPLACEMENT = Fault(
    pointer="/body/replaced_by",
    code="no_replacement",
    detail="There is no other consent of this person of this id that your agency recorded",
    fix="Record the right consent first and give its id, or leave this member out.",
)


def give_consent(runtime: Runtime, caller: Caller, request: ConsentRequest, once: OnceRunner) -> Written:
    """Record a consent. Errors: PersonNotFound; RequestNotValid when the notice is none of ours; Unavailable."""
    named = [(request.person, "/body/person")]
    if request.representative is not None:
        named.append((request.representative, "/body/representative"))
    check_reached(runtime, caller, "record_consent", [person for person, _ in named], lambda index: named[index][1])

    def record_consent() -> Written:
        if find_notice(session, request.notice) is None:
            fix = "Publish the notice first, or take the id of one in the list of notices"
            raise RequestNotValid(
                errors=[Fault(pointer="/body/notice", code="notice_not_found", detail="No such notice", fix=fix)]
            )
        consent = Consent(**request.model_dump(), agency=caller.agency, service=caller.service, by=caller.subject)
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

    with runtime.write() as session:
        return once(session, caller, request, record_consent, "/v1/consents/{id}")


def withdraw_consent(runtime: Runtime, caller: Caller, consent_id: UUID, on: date) -> Withdrawn:
    """Withdraw a consent. Once this is answered, nothing that rested on it leaves.

    Shape: `continues` says what is shared about the person all the same, since it rests on another basis.
    Withdrawing again changes nothing and answers the same.
    Errors: ConsentNotFound; RequestNotValid when `on` lies before the consent; Unavailable.
    """
    with runtime.read() as session:
        kept = repository.find_consent(session, consent_id)
    _check_may_withdraw(runtime, caller, kept)
    with runtime.write() as session:
        consent = repository.get_consent(session, consent_id)
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


def correct_consent(runtime: Runtime, caller: Caller, consent_id: UUID, request: ConsentCorrectionRequest) -> Written:
    """Say that a consent was recorded wrongly: it counts for nothing, from its beginning on.

    That is no withdrawal: the person said nothing. What was withdrawn stays withdrawn all the same, for whoever
    withdraws must not be overheard because the record was wrong. Correcting again changes nothing.
    Errors: ConsentNotFound; RequestNotValid where `replaced_by` is no other consent of this person; Unavailable.
    """
    with runtime.read() as session:
        kept = repository.find_consent(session, consent_id)
    check_kept(runtime, caller, "correct_consent", kept, ConsentNotFound)
    with runtime.write() as session:
        consent = repository.get_consent(session, consent_id)
        if request.replaced_by is not None:
            other = repository.find_consent(session, request.replaced_by)
            alike = other is not None and (other.person, other.agency) == (consent.person, consent.agency)
            if not alike or request.replaced_by == consent.id:
                raise RequestNotValid(errors=[NO_REPLACEMENT])
        if repository.correct(session, consent, now(), request.replaced_by):
            record_step(session, consent.id, caller, "corrected", today(), request.reason)
            emit(
                session,
                ConsentCorrected(
                    consent=consent.id,
                    person=consent.person,
                    replaced_by=consent.replaced_by,
                    purposes=consent.purposes,
                    categories=consent.categories,
                ),
            )
        return Written(id=consent.id, status="corrected", etag=etag(consent.version))


def _check_may_withdraw(runtime: Runtime, caller: Caller, consent: Consent | None) -> None:
    """Whoever recorded a consent may withdraw it without anybody being asked: a person's no must not wait.

    Who is of the service that recorded it may, too, while families is away and cannot say who works with the person.
    Errors: ConsentNotFound; Unavailable.
    """
    if consent is not None and (consent.by, consent.agency) == (caller.subject, caller.agency):
        return
    try:
        check_kept(runtime, caller, "withdraw_consent", consent, ConsentNotFound)
    except Unavailable:
        if consent is None or (consent.service, consent.agency) != (caller.service, caller.agency):
            raise


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


def show_consent(runtime: Runtime, caller: Caller, consent_id: UUID) -> ConsentView:
    """A consent that the caller's agency recorded. Errors: ConsentNotFound; Unavailable."""
    with runtime.read() as session:
        kept = repository.find_consent(session, consent_id)
        steps = list_steps(session, [consent_id])
    consent = check_kept(runtime, caller, "read_consents", kept, ConsentNotFound)
    return ConsentView.of(consent, steps)


def list_consents(runtime: Runtime, caller: Caller, person: UUID, after: str | None, limit: int) -> Page[ConsentView]:
    """A person's consents that the caller's agency recorded, under each of their ids, oldest first.

    Errors: CursorNotValid; Unavailable.
    """
    position = read_cursor(after, "consents")
    last = UUID(position[0]) if position else None
    reached = find_reached(runtime, caller, "read_consents", [person]).get(person)
    with runtime.read() as session:
        ids = reached.ids if reached else (new_id(),)  # nobody's: as much is done for them
        rows = repository.list_consents(session, ids, agency=caller.agency, after=last, limit=limit + 1)
        steps = by_act(list_steps(session, [row.id for row in rows]))
    return Page[ConsentView].cut(
        rows,
        limit,
        name="consents",
        position=lambda row: row.id,
        view=lambda row: ConsentView.of(row, steps.get(row.id, [])),
    )


def look_up_consents(
    runtime: Runtime, caller: Caller, people: list[UUID], as_at: date | None = None
) -> list[PersonConsents]:
    """The consents of each of them that the caller's agency recorded; who has none, or is out of reach, is absent.

    As at a day: those given by then, as they stood; that one was recorded wrongly is said whenever it was found out.

    Errors: Unavailable.
    """
    reached = find_reached(runtime, caller, "read_consents", people)
    with runtime.read() as session:
        rows = repository.list_for(session, people, agency=caller.agency)
        steps = by_act(list_steps(session, [row.id for row in rows]))
    found: dict[UUID, list[ConsentView]] = defaultdict(list)
    for consent in rows:
        if consent.person in reached and (as_at is None or consent.date <= as_at):
            found[consent.person].append(ConsentView.of(consent, steps.get(consent.id, []), as_at))
    return [PersonConsents(person=person, consents=found[person]) for person in people if person in found]
