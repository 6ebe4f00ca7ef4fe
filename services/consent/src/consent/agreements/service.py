"""Agreements between services: drafted by one party, signed for both by two people, in force by date, suspended,
resumed, reviewed, ended. Who the parties are is what identity says of the two services.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import now, today
from chassis.etag import etag
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid
from chassis.schemas import Written
from consent.agreements import repository
from consent.agreements.parties import (
    OTHER_OWNER,
    SIDES,
    VOIDED,
    Owners,
    Side,
    agency_of,
    list_holds,
    list_signatures,
    written_side,
)
from consent.agreements.schemas import AgreementRequest, AgreementSummary, AgreementView, ReviewRequest
from consent.agreements.states import ReviewState, state_of
from consent.agreements.terms import find_faults_of_frame, find_faults_of_terms
from consent.events import AgreementEnded, AgreementEvent, AgreementInForce, AgreementSuspended
from consent.models import Agreement, AgreementStep, AgreementTerm
from consent.problems import (
    AgreementNotSigned,
    AgreementOver,
    BasisAlreadySettled,
    FrameOver,
    HeldByOtherParty,
    NotAnOfficer,
    NotAParty,
    SignedOtherSide,
    SponsorOfOtherSide,
)
from directory.checks import check_service, refuse

SAID = {
    "supplier",
    "recipient",
    "tier",
    "under",
    "review_by",
    "control",
    "retention",
    "security",
    "dpia",
    "notice_given_by",
}
PLATFORM = "platform"
"""By whom a step was done that followed from what identity told."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """In what capacity a caller acts. Shape: `sides` are those for which they speak, `owners` those of now."""

    caller: Caller
    owners: Owners
    sides: tuple[Side, ...]


def draft_agreement(session: Session, caller: Caller, request: AgreementRequest) -> Written:
    """Draft an agreement; nothing may be shared under it until both sides are signed, by two people.

    Shape: the parties' agencies are the services' owners.
    Errors: NotAnOfficer; RequestNotValid for a service that identity does not know, special data without its condition,
    or a district agreement wider than its frame; NotAParty; BasisAlreadySettled, pointing at the terms that a binding
    agreement settled otherwise.
    """
    _check_officer(caller)
    _check([check_service(session, getattr(request, side), f"/body/{side}") for side in SIDES])
    owners = repository.owners_of(session, request.supplier, request.recipient)
    capacity = _capacity_of(session, caller, owners)
    _check(find_faults_of_terms(request.terms))
    if request.under is not None:
        _check(_faults_under(session, caller, request, owners))
    settled = repository.list_settled(session, request.supplier, request.recipient)
    faults = [
        _basis_fault(number)
        for number, term in enumerate(request.terms)
        if settled.get((term.purpose, term.category), term.basis) != term.basis
    ]
    if faults:
        raise BasisAlreadySettled(errors=faults)
    said = request.model_dump(include=SAID)
    agreement = Agreement(
        **said,
        supplier_agency=owners["supplier"],
        recipient_agency=owners["recipient"],
        begins=request.from_,
        ends=request.to,
        drafted_at=now(),
        paper=request.paper.model_dump(mode="json") if request.paper else None,
        steps=[],
    )
    session.add(agreement)
    session.flush()
    pair = {"supplier": request.supplier, "recipient": request.recipient}
    session.add_all(AgreementTerm(agreement=agreement.id, **pair, **term.model_dump()) for term in request.terms)
    _record_step(agreement, capacity, "drafted", today(), capacity.sides)
    session.flush()
    return Written(id=agreement.id, status="draft", etag=etag(agreement.version))


def sign_agreement(session: Session, caller: Caller, agreement_id: UUID, on: date, side: Side | None) -> Written:
    """Sign one side for the agency whose service it is; which side that is, identity and the caller's token say.

    Shape: where one agency has both services, `side` or the first that lacks a signature. Where a service has moved,
    its new owner signs what was in force, which then is again. Signing a signed side again changes nothing.
    Errors: NotAnOfficer; AgreementNotFound; NotAParty; AgreementOver; FrameOver; SignedOtherSide; SponsorOfOtherSide;
    BasisAlreadySettled.
    """
    agreement, capacity = _get_living(session, caller, agreement_id)
    mine = [one for one in capacity.sides if side in (None, one)]
    if not mine:
        raise NotAParty()
    signed = list_signatures(agreement, capacity.owners)
    lacking = [one for one in mine if one not in signed]
    if not lacking:
        return _written(agreement)
    if any(signature.by == caller.subject for signature in signed.values()):
        raise SignedOtherSide()
    _check_sponsor(capacity, lacking[0], signed)
    _check_frame(session, agreement, capacity.owners)
    _sign(session, agreement, capacity, lacking[0], on)
    return _written(agreement)


def suspend_agreement(session: Session, caller: Caller, agreement_id: UUID, on: date, reason: str) -> Written:
    """Stop all routine sharing under an agreement, from this moment, until the same party resumes it.

    Errors: NotAnOfficer; AgreementNotFound; NotAParty; AgreementNotSigned; AgreementOver.
    """
    agreement, capacity = _get_bound(session, caller, agreement_id)
    held = list_holds(agreement) if agreement.status == "suspended" else None
    if held and held.suspended.issuperset(capacity.sides):
        return _written(agreement)
    _record_step(agreement, capacity, "suspended", on, capacity.sides, reason)
    _suspend(session, agreement)
    return _written(agreement)


def resume_agreement(session: Session, caller: Caller, agreement_id: UUID, on: date, reason: str | None) -> Written:
    """Let go of what the caller's party suspended; the agreement stands again when no party holds it any more.

    Errors: NotAnOfficer; AgreementNotFound; NotAParty; AgreementNotSigned; AgreementOver; HeldByOtherParty when the
    caller's party suspended nothing.
    """
    agreement, capacity = _get_bound(session, caller, agreement_id)
    if agreement.status == "signed":
        return _written(agreement)
    mine = [side for side in capacity.sides if side in list_holds(agreement).suspended]
    if not mine:
        raise HeldByOtherParty()
    _record_step(agreement, capacity, "resumed", on, mine, reason)
    agreement.version += 1
    _stand_again(session, agreement)
    return _written(agreement)


def review_agreement(session: Session, caller: Caller, agreement_id: UUID, request: ReviewRequest) -> Written:
    """Say that the caller's party has reviewed the agreement, and when it is to be reviewed next.

    Shape: the day counts once both sides have named it, by two people. Where one agency has both services, two of its
    people say so. Errors: NotAnOfficer; AgreementNotFound; NotAParty; AgreementNotSigned; AgreementOver;
    SignedOtherSide; RequestNotValid when the next review does not lie ahead.
    """
    agreement, capacity = _get_bound(session, caller, agreement_id)
    if request.review_by <= today():
        detail, fix = "The next review should lie ahead", "Give a day after today."
        raise RequestNotValid(errors=[Fault(pointer="/body/review_by", code="review_past", detail=detail, fix=fix)])
    said = _list_reviews(agreement, request.review_by)
    lacking = [side for side in capacity.sides if side not in said]
    if agreement.review_by == request.review_by or not lacking:
        return _written(agreement)
    if any(step.by == caller.subject for step in said.values()):
        raise SignedOtherSide()
    step = _record_step(agreement, capacity, "reviewed", request.date, lacking[:1], request.reason)
    step.review_by = request.review_by
    if len(said) + 1 == len(SIDES):
        agreement.review_by = request.review_by
    agreement.version += 1
    return _written(agreement)


def end_agreement(session: Session, caller: Caller, agreement_id: UUID, on: date, reason: str) -> Written:
    """End an agreement for good; a draft that is ended is given up.

    Errors: NotAnOfficer; AgreementNotFound; NotAParty.
    """
    agreement, capacity = _get_seen(session, caller, agreement_id)
    if agreement.status != "ended":
        bound = agreement.status != "draft"
        agreement.status, agreement.ended_at = "ended", now()
        agreement.version += 1
        _record_step(agreement, capacity, "ended", on, capacity.sides, reason)
        if bound:
            repository.unsettle(session, agreement)
            emit(session, _event_for(AgreementEnded, agreement))
    return _written(agreement)


def suspend_moved(session: Session, services: Sequence[str]) -> None:
    """Suspend what binds services that are another agency's now: the new owner has signed nothing.

    Shape: whoever has it now signs, and it stands again. In a draft, what the owner before signed counts no longer.
    What stays with its owner is left as it is.
    """
    for agreement in repository.list_living_of(session, services):
        _suspend_if_moved(session, agreement)


def announce_agreement(session: Session, agreement: Agreement) -> None:
    """Tell others that an agreement is in force, once its first day has come and not before.

    Shape: one whose service has moved meanwhile is suspended instead.
    """
    if state_of(agreement, today()) == "in_force" and not _suspend_if_moved(session, agreement):
        agreement.announced = True
        emit(session, _event_for(AgreementInForce, agreement))


def show_agreement(session: Session, caller: Caller, agreement_id: UUID, notice: int) -> AgreementView:
    """An agreement of a service that is, or was then, the caller's agency's. Errors: AgreementNotFound."""
    return AgreementView.of(repository.get_agreement(session, agreement_id, agency=caller.agency), today(), notice)


def list_agreements(
    session: Session,
    caller: Caller,
    service: str | None,
    review: ReviewState | None,
    after: str | None,
    limit: int,
    notice: int,
) -> Page[AgreementSummary]:
    """The agreements of services that are, or were then, the caller's agency's.

    Errors: CursorNotValid; RequestNotValid for a service that identity does not know.
    """
    if service is not None:
        refuse(check_service(session, service, "/query/service"))
    position = read_cursor(after, "agreements")
    last, day = UUID(position[0]) if position else None, today()
    spans = {"overdue": (day, None), "due": (day + timedelta(days=notice + 1), day)}
    before, from_ = spans[review] if review else (None, None)
    rows = repository.list_agreements(
        session,
        agency=caller.agency,
        service=service,
        review_before=before,
        review_from=from_,
        after=last,
        limit=limit + 1,
    )
    return Page[AgreementSummary].cut(
        rows,
        limit,
        name="agreements",
        position=lambda row: row.id,
        view=lambda row: AgreementSummary.of(row, day, notice),
    )


def _check_officer(caller: Caller) -> None:
    """Errors: NotAnOfficer for a machine, whatever it was granted, and for people whose roles do not let them sign."""
    if not (caller.is_person and any(repository.lets_sign(role) for role in caller.roles)):
        raise NotAnOfficer()


def _check(faults: Iterable[Fault | None]) -> None:
    """Errors: RequestNotValid with the faults that there are."""
    if found := [fault for fault in faults if fault is not None]:
        raise RequestNotValid(errors=found)


def _capacity_of(session: Session, caller: Caller, owners: Owners) -> Capacity:
    """Errors: NotAParty when neither service is now of the caller's agency, or of one for which it signs."""
    mine = {caller.agency, *repository.list_sponsored(session, caller.agency)}
    sides = tuple(side for side in SIDES if owners[side] in mine)
    if not sides:
        raise NotAParty()
    return Capacity(caller, owners, sides)


def _get_seen(session: Session, caller: Caller, agreement_id: UUID) -> tuple[Agreement, Capacity]:
    """An agreement to be changed, and for which of its sides the caller speaks.

    Errors: NotAnOfficer; AgreementNotFound; NotAParty for who saw it while one of its services was theirs.
    """
    _check_officer(caller)
    agreement = repository.get_agreement(session, agreement_id, agency=caller.agency, change=True)
    owners = repository.owners_of(session, agreement.supplier, agreement.recipient)
    return agreement, _capacity_of(session, caller, owners)


def _get_living(session: Session, caller: Caller, agreement_id: UUID) -> tuple[Agreement, Capacity]:
    agreement, capacity = _get_seen(session, caller, agreement_id)
    if agreement.status == "ended":
        raise AgreementOver()
    return agreement, capacity


def _get_bound(session: Session, caller: Caller, agreement_id: UUID) -> tuple[Agreement, Capacity]:
    agreement, capacity = _get_living(session, caller, agreement_id)
    if agreement.status == "draft":
        raise AgreementNotSigned()
    return agreement, capacity


def _sign(session: Session, agreement: Agreement, capacity: Capacity, side: Side, on: date) -> None:
    _record_step(agreement, capacity, "signed", on, [side])
    setattr(agreement, f"{side}_agency", capacity.owners[side])
    setattr(agreement, f"{side}_signed_on", on)
    agreement.version += 1
    if len(list_signatures(agreement, capacity.owners)) < len(SIDES):
        return
    if agreement.status == "draft":
        agreement.status = "signed"
        _settle(session, agreement)
        announce_agreement(session, agreement)
    else:
        _stand_again(session, agreement)


def _suspend(session: Session, agreement: Agreement) -> None:
    agreement.version += 1
    if agreement.status != "suspended":
        agreement.status = "suspended"
        emit(session, _event_for(AgreementSuspended, agreement))


def _stand_again(session: Session, agreement: Agreement) -> None:
    """Let a suspended agreement stand, unless something still holds it."""
    if agreement.status == "suspended" and not list_holds(agreement):
        agreement.status, agreement.announced = "signed", False
        announce_agreement(session, agreement)


def void_signatures(session: Session, agreement: Agreement, sides: Sequence[Side], reason: str) -> None:
    """Let signatures count no longer, and suspend the agreement until those sides are signed as they should be."""
    step = AgreementStep(agreement=agreement.id, kind=VOIDED, date=today(), agency=PLATFORM, by=PLATFORM)
    step.side, step.reason = written_side(sides), reason
    agreement.steps.append(step)
    _suspend(session, agreement)


def _suspend_if_moved(session: Session, agreement: Agreement) -> bool:
    """Suspend it where a side's service has another owner than the one that stands for it; whether that was so."""
    owners = repository.owners_of(session, agreement.supplier, agreement.recipient)
    moved = [side for side in SIDES if owners[side] not in (None, agency_of(agreement, side))]
    fresh = [side for side in moved if side not in list_holds(agreement).unsigned]
    if fresh:
        step = AgreementStep(
            agreement=agreement.id, kind=OTHER_OWNER, date=today(), by=PLATFORM, side=written_side(fresh)
        )
        step.agency = owners[fresh[0]] or PLATFORM
        agreement.steps.append(step)
        if agreement.status != "draft":
            _suspend(session, agreement)
    return bool(moved)


def _faults_under(session: Session, caller: Caller, request: AgreementRequest, owners: Owners) -> Iterable[Fault]:
    """Why a district agreement cannot stand under the strategic one that it names; nothing when it can."""
    frame = repository.find_frame(session, request.under, agency=caller.agency) if request.under else None
    if frame is None or not _frames(frame, owners):
        detail = "No strategic agreement that both sides have signed binds these two agencies and has this id"
        fix = "Take the id of one from `GET /v1/agreements`, or draft a strategic agreement first."
        return [Fault(pointer="/body/under", code="unknown_frame", detail=detail, fix=fix)]
    return find_faults_of_frame(request, frame)


def _check_sponsor(capacity: Capacity, side: Side, signed: Mapping[Side, AgreementStep]) -> None:
    """Errors: SponsorOfOtherSide where one agency would act on both sides, as the sponsor of one at least.

    Example: the council signs for an academy, and the agreement is with the council's own programme.
    """
    agency = capacity.caller.agency
    [other] = [one for one in SIDES if one != side]
    theirs = signed.get(other)
    sponsors = capacity.owners[side] != agency
    if sponsors and capacity.owners[other] == agency:
        raise SponsorOfOtherSide()
    if theirs is not None and theirs.agency == agency and (sponsors or theirs.sponsored):
        raise SponsorOfOtherSide()


def _check_frame(session: Session, agreement: Agreement, owners: Owners) -> None:
    """Errors: FrameOver when a district agreement has no frame any more in which it could come into force."""
    frame = repository.get_frame(session, agreement)
    if frame is not None and not _frames(frame, owners):
        raise FrameOver()


def _frames(frame: Agreement, owners: Owners) -> bool:
    """Whether a strategic agreement binds the agencies whose services these are."""
    return frame.status in ("signed", "suspended") and all(agency_of(frame, side) == owners[side] for side in SIDES)


def _list_reviews(agreement: Agreement, review_by: date) -> dict[Side, AgreementStep]:
    """Who has named this day as that of the next review, for which side."""
    said: dict[Side, AgreementStep] = {}
    for step in agreement.steps:
        if step.kind == "reviewed" and step.review_by == review_by:
            said |= {side: step for side in SIDES if step.side == side}
    return said


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
    agreement: Agreement,
    capacity: Capacity,
    kind: str,
    on: date,
    sides: Sequence[Side],
    reason: str | None = None,
) -> AgreementStep:
    caller = capacity.caller
    step = AgreementStep(agreement=agreement.id, kind=kind, date=on, agency=caller.agency, by=caller.subject)
    step.side, step.reason = written_side(sides), reason
    step.deputy_for = caller.deputy_for
    owner = capacity.owners[sides[0]]
    step.sponsored = owner if owner != caller.agency else None
    agreement.steps.append(step)
    return step


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
