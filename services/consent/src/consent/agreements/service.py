"""Agreements between services: drafted by one party, signed by both, in force by date, suspended, resumed, ended."""

from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import today
from chassis.etag import etag
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.problems import Fault
from chassis.schemas import Written
from consent.agreements import repository
from consent.agreements.schemas import AgreementRequest, AgreementSummary, AgreementView
from consent.agreements.states import state_of
from consent.events import AgreementEnded, AgreementEvent, AgreementInForce, AgreementSuspended
from consent.models import Agreement, AgreementStep, AgreementTerm
from consent.problems import AgreementNotSigned, AgreementOver, BasisAlreadySettled, NotAParty


def draft_agreement(session: Session, caller: Caller, request: AgreementRequest) -> Written:
    """Draft an agreement; nothing may be shared under it until both parties have signed.

    Errors: NotAParty; BasisAlreadySettled, pointing at the terms that a binding agreement settled otherwise.
    """
    if caller.agency not in (request.supplier_agency, request.recipient_agency):
        raise NotAParty()
    settled = repository.list_settled(session, request.supplier, request.recipient)
    faults = [
        _basis_fault(number)
        for number, term in enumerate(request.terms)
        if settled.get((term.purpose, term.category), term.basis) != term.basis
    ]
    if faults:
        raise BasisAlreadySettled(errors=faults)
    parties = request.model_dump(include={"supplier", "recipient", "supplier_agency", "recipient_agency", "tier"})
    agreement = Agreement(**parties, begins=request.from_, ends=request.to, review_by=request.review_by)
    session.add(agreement)
    session.flush()
    pair = {"supplier": request.supplier, "recipient": request.recipient}
    session.add_all(AgreementTerm(agreement=agreement.id, **pair, **term.model_dump()) for term in request.terms)
    _record_step(session, agreement, caller, "drafted", today())
    session.flush()
    return Written(id=agreement.id, status="draft", etag=etag(agreement.version))


def sign_agreement(session: Session, caller: Caller, agreement_id: UUID, on: date) -> Written:
    """Sign for the caller's agency; the caller's token says which party that is, never the request.

    Shape: one agency on both sides signs once for both. Signing again changes nothing.
    Errors: AgreementNotFound; AgreementOver; BasisAlreadySettled.
    """
    agreement = _get_living(session, caller, agreement_id)
    if agreement.status == "draft" and _sign_for(agreement, caller.agency, on):
        _record_step(session, agreement, caller, "signed", on)
        if agreement.supplier_signed_on and agreement.recipient_signed_on:
            agreement.status = "signed"
            _settle(session, agreement)
            announce_agreement(session, agreement)
        agreement.version += 1
    return _written(agreement)


def suspend_agreement(session: Session, caller: Caller, agreement_id: UUID, on: date, reason: str) -> Written:
    """Stop all routine sharing under an agreement, from this moment. Errors: AgreementNotFound, …NotSigned, …Over."""
    agreement = _get_living(session, caller, agreement_id)
    if agreement.status == "draft":
        raise AgreementNotSigned()
    if agreement.status == "signed":
        agreement.status = "suspended"
        agreement.version += 1
        _record_step(session, agreement, caller, "suspended", on, reason)
        emit(session, _event_for(AgreementSuspended, agreement))
    return _written(agreement)


def resume_agreement(session: Session, caller: Caller, agreement_id: UUID, on: date, reason: str | None) -> Written:
    """Let a suspended agreement stand again. Errors: AgreementNotFound, AgreementNotSigned, AgreementOver."""
    agreement = _get_living(session, caller, agreement_id)
    if agreement.status == "draft":
        raise AgreementNotSigned()
    if agreement.status == "suspended":
        agreement.status, agreement.announced = "signed", False
        agreement.version += 1
        _record_step(session, agreement, caller, "resumed", on, reason)
        announce_agreement(session, agreement)
    return _written(agreement)


def end_agreement(session: Session, caller: Caller, agreement_id: UUID, on: date, reason: str) -> Written:
    """End an agreement for good; a draft that is ended is given up. Errors: AgreementNotFound."""
    agreement = repository.get_agreement(session, agreement_id, agency=caller.agency, change=True)
    if agreement.status != "ended":
        bound = agreement.status != "draft"
        agreement.status = "ended"
        agreement.version += 1
        _record_step(session, agreement, caller, "ended", on, reason)
        if bound:
            repository.unsettle(session, agreement)
            emit(session, _event_for(AgreementEnded, agreement))
    return _written(agreement)


def announce_agreement(session: Session, agreement: Agreement) -> None:
    """Tell others that an agreement is in force, once its first day has come and not before."""
    if state_of(agreement, today()) == "in_force":
        agreement.announced = True
        emit(session, _event_for(AgreementInForce, agreement))


def show_agreement(session: Session, caller: Caller, agreement_id: UUID) -> AgreementView:
    """An agreement of the caller's agency, with all that was done to it. Errors: AgreementNotFound."""
    return AgreementView.of(repository.get_agreement(session, agreement_id, agency=caller.agency), today())


def list_agreements(
    session: Session, caller: Caller, service: str | None, after: str | None, limit: int
) -> Page[AgreementSummary]:
    """The agreements to which the caller's agency is a party, oldest first. Errors: CursorNotValid."""
    position = read_cursor(after, "agreements")
    last = UUID(position[0]) if position else None
    rows = repository.list_agreements(session, agency=caller.agency, service=service, after=last, limit=limit + 1)
    day = today()
    return Page[AgreementSummary].cut(
        rows, limit, name="agreements", position=lambda row: row.id, view=lambda row: AgreementSummary.of(row, day)
    )


def _get_living(session: Session, caller: Caller, agreement_id: UUID) -> Agreement:
    agreement = repository.get_agreement(session, agreement_id, agency=caller.agency, change=True)
    if agreement.status == "ended":
        raise AgreementOver()
    return agreement


def _sign_for(agreement: Agreement, agency: str, on: date) -> bool:
    """Put the agency's signature where it lacks; False when nothing lacked."""
    lacked = False
    if agency == agreement.supplier_agency and agreement.supplier_signed_on is None:
        agreement.supplier_signed_on, lacked = on, True
    if agency == agreement.recipient_agency and agreement.recipient_signed_on is None:
        agreement.recipient_signed_on, lacked = on, True
    return lacked


def _settle(session: Session, agreement: Agreement) -> None:
    bases = [((term.purpose, term.category), term.basis) for term in agreement.terms]
    try:
        with session.begin_nested():
            repository.settle(session, agreement)
    except IntegrityError:
        # Two drafts with different bases can both be drafted; the second to be signed loses here.
        settled = repository.list_settled(session, agreement.supplier, agreement.recipient)
        faults = [_basis_fault(n) for n, (what, basis) in enumerate(bases) if settled.get(what, basis) != basis]
        raise BasisAlreadySettled(errors=faults) from None


def _basis_fault(number: int) -> Fault:
    return Fault(
        pointer=f"/terms/{number}/basis",
        code="basis_already_settled",
        detail="Another agreement between these services rests this purpose and category on another basis",
        fix="Take the same basis, or end the other agreement first",
    )


def _record_step(
    session: Session, agreement: Agreement, caller: Caller, kind: str, on: date, reason: str | None = None
) -> None:
    step = AgreementStep(agreement=agreement.id, kind=kind, date=on, agency=caller.agency, by=caller.subject)
    step.reason = reason
    session.add(step)


def _event_for(kind: type[AgreementEvent], agreement: Agreement) -> AgreementEvent:
    return kind(
        agreement=agreement.id,
        supplier=agreement.supplier,
        recipient=agreement.recipient,
        purposes=sorted({term.purpose for term in agreement.terms}),
        categories=sorted({term.category for term in agreement.terms}),
    )


def _written(agreement: Agreement) -> Written:
    return Written(id=agreement.id, status=state_of(agreement, today()), etag=etag(agreement.version))
