"""Money that comes in for a batch and money that goes back, each as entries that are only ever added.

What was recorded wrongly is taken back by entries that say the opposite, with a reason; then it is recorded again. So
the ledger always comes to what is held, to the penny, as at any day.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller, check_person
from chassis.db import new_id, today
from chassis.etag import etag
from chassis.outbox import emit
from chassis.problems import Fault, RequestNotValid
from chassis.schemas import Written
from claims.batches import repository as batches
from claims.batches.service import list_hands
from claims.claims import hands
from claims.claims import repository as claims
from claims.claims.drafting import OPEN, SYSTEM, event_for, mark_those_beside
from claims.claims.same_people import list_barred
from claims.events import ClaimDropped, ClaimPaid, ClaimPaymentReversed, ClaimRejected, ClaimRepaid
from claims.frameworks import catalogue
from claims.history.changes import get_changes
from claims.models import Claim, LedgerEntry, Payment
from claims.order_of_acts import refuse_before_act
from claims.payments import repository
from claims.payments.schemas import PaymentRequest, RefusedClaim, RepaymentRequest, ReversalRequest
from claims.problems import (
    BatchNotOpen,
    ClaimNotOpen,
    PayerNotIndependent,
    PaymentDiffers,
    PaymentHeld,
    PaymentNotOpen,
)
from claims.rules.calendar import financial_year

RESULT, REPAYMENT, REVERSAL = "result", "repayment", "reversal"


def record_payment(session: Session, caller: Caller, request: PaymentRequest) -> Written:
    """Record what came in for a submitted batch: its claims are paid, a ledger row each, save those that were refused.

    Errors: PersonNeeded, BatchNotFound, BatchNotOpen, PayerNotIndependent, PaymentHeld, PaymentDiffers; RequestNotValid
    for a day before the submission, or a refused claim that is not of the batch.
    """
    check_person(caller)
    batch = batches.get_batch(session, caller, request.batch, lock=True)
    if batch.status != "submitted":
        raise BatchNotOpen(batch_status=batch.status)
    theirs = list_hands(session, batch)
    theirs.refuse(
        caller.subject, PayerNotIndependent, hands.PREPARED, hands.CHECKED, hands.FROZE, hands.AUDITED, hands.SUBMITTED
    )
    refuse_before_act(request.date, "The batch was submitted", [batch.submitted_on])
    submitted = batches.list_claims(session, batch.id, ("submitted",))
    refused = _read_refused(request.refused, submitted)
    paid = [claim for claim in submitted if claim.id not in refused]
    _refuse_held(session, batch.framework, batch.id, paid)
    due = sum(claim.pence for claim in paid)
    if request.pence != due:
        raise PaymentDiffers(due={"pence": due})
    payment = Payment(
        id=new_id(), batch=batch.id, number=repository.count_payments(session, batch.id) + 1, on=request.date,
        pence=due, reference=request.reference, by=caller.subject,
    )  # fmt: skip
    status = "paid" if paid or not refused else "rejected"
    if not repository.add_payment(session, payment) or not batches.move_batch(
        session, batch, ("submitted",), status, paid_on=request.date
    ):
        raise BatchNotOpen(batch_status=batch.status)
    for claim in submitted:
        if claim.id in refused:
            ended = {"ended_because": refused[claim.id], "ended_by": caller.subject, "ended_on": request.date}
            claims.move_claim(session, claim.id, ("submitted",), "rejected", **ended)
            emit(session, event_for(ClaimRejected, claim))
    _look_again(session, batch.framework, [claim.family for claim in submitted if claim.id in refused])
    moved = batches.move_claims(session, batch.id, "submitted", "paid")
    _add_entries(session, RESULT, moved, request.date, caller.subject, payment=payment.id, reference=request.reference)
    emit(session, *(event_for(ClaimPaid, claim) for claim in moved))
    return Written(id=payment.id, status=status, etag=etag(1))


def reverse_payment(session: Session, caller: Caller, payment_id: UUID, request: ReversalRequest) -> Written:
    """Take back a payment that was recorded wrongly: its claims are submitted again, those it refused as well.

    Errors: PersonNeeded, PaymentNotFound; PaymentNotOpen when it was reversed already, or a claim of it has moved on;
    RequestNotValid for a day before the payment.
    """
    check_person(caller)
    payment = repository.get_payment(session, payment_id)
    refuse_before_act(request.date, "The payment was recorded for", [payment.on])
    batch = batches.get_batch(session, caller, payment.batch, lock=True)
    if not repository.reverse_payment(session, payment, request.date, caller.subject, request.reason):
        raise PaymentNotOpen(payment_status="reversed")
    entries = {entry.claim: entry for entry in repository.list_entries_of(session, payment.id)}
    paid = [claim for claim in batches.list_claims(session, batch.id, _ANY) if claim.id in entries]
    for claim in paid:
        if claims.move_claim(session, claim.id, ("paid",), "submitted") is None:
            raise PaymentNotOpen(claim_status=claim.status)
    refused = batches.list_claims(session, batch.id, ("rejected",))
    _make_room(session, batch.framework, refused)
    for claim in refused:
        claims.move_claim(
            session, claim.id, ("rejected",), "submitted", ended_because=None, ended_by=None, ended_on=None
        )
    version = batches.move_batch(session, batch, ("paid", "rejected"), "submitted", paid_on=None)
    _add_entries(
        session, REVERSAL, paid, request.date, caller.subject, payment=payment.id, reason=request.reason,
        reverses=entries,
    )  # fmt: skip
    emit(session, *(event_for(ClaimPaymentReversed, claim) for claim in (*paid, *refused)))
    _look_again(session, batch.framework, [claim.family for claim in (*paid, *refused)])
    return Written(id=payment.id, status="reversed", etag=etag(version or batch.version))


def record_repayment(session: Session, caller: Caller, request: RepaymentRequest) -> Written:
    """Record that what was paid for a claim went back: from now on it is no result.

    Errors: PersonNeeded, ClaimNotFound; ClaimNotOpen for one that is not to be repaid; PaymentDiffers; RequestNotValid
    for a day before the payment.
    """
    check_person(caller)
    claim = claims.get_claim(session, caller, request.claim)
    paid = repository.find_paid_entry(session, claim.id)
    if claim.status != "to_repay" or paid is None:
        raise ClaimNotOpen(claim_status=claim.status)
    refuse_before_act(request.date, "The claim was paid", [paid.on])
    if request.pence != paid.pence:
        raise PaymentDiffers(due={"pence": paid.pence})
    if claims.move_claim(session, claim.id, ("to_repay",), "repaid") is None:
        raise ClaimNotOpen(claim_status=claim.status)
    [entry] = _add_entries(
        session, REPAYMENT, [claim], request.date, caller.subject, reference=request.reference,
        reverses={claim.id: paid},
    )  # fmt: skip
    emit(session, event_for(ClaimRepaid, claim))
    _look_again(session, claim.framework, [claim.family])
    return Written(id=entry.id, status="repaid", etag=etag(1))


def reverse_repayment(session: Session, caller: Caller, repayment_id: UUID, request: ReversalRequest) -> Written:
    """Take back a repayment that was recorded wrongly: the claim is to be repaid as before.

    Errors: PersonNeeded, PaymentNotFound; PaymentNotOpen when it was reversed already; RequestNotValid for a day before
    the repayment.
    """
    check_person(caller)
    repaid = repository.get_entry(session, repayment_id, REPAYMENT)
    assert repaid.claim is not None
    refuse_before_act(request.date, "The repayment was recorded for", [repaid.on])
    claim = claims.get_claim(session, caller, repaid.claim)
    if claim.status != "repaid" or repository.is_reversed(session, repaid.id):
        raise PaymentNotOpen(claim_status=claim.status)
    _make_room(session, claim.framework, [claim])
    if claims.move_claim(session, claim.id, ("repaid",), "to_repay") is None:
        raise PaymentNotOpen(claim_status=claim.status)
    _add_entries(
        session, REVERSAL, [claim], request.date, caller.subject, reason=request.reason, reverses={claim.id: repaid}
    )
    emit(session, event_for(ClaimPaymentReversed, claim))
    _look_again(session, claim.framework, [claim.family])
    return Written(id=repaid.id, status="reversed", etag=etag(1))


_ANY = ("submitted", "paid", "to_repay", "repaid")


def _read_refused(refused: Sequence[RefusedClaim], submitted: Sequence[Claim]) -> dict[UUID, str]:
    """Shape: claim → why it was not paid. Errors: RequestNotValid."""
    known = {claim.id for claim in submitted}
    faults = [
        Fault(
            pointer=f"/body/refused/{index}/claim",
            code="not_submitted_here",
            detail="Should be a claim that was submitted in this batch",
        )
        for index, each in enumerate(refused)
        if each.claim not in known
    ]
    if faults:
        raise RequestNotValid(errors=faults)
    return {each.claim: each.reason for each in refused}


def _refuse_held(session: Session, framework: str, batch: UUID, paid: Sequence[Claim]) -> None:
    """Nothing is paid about which a person has still to answer, or of which news has not been looked at.

    Errors: PaymentHeld.
    """
    held = {*list_barred(session, catalogue.get_framework(framework), paid)}
    held |= {*repository.list_held(session, [claim.id for claim in paid])}
    waiting = batches.count_with_news(session, batch, "submitted")
    if held or waiting:
        raise PaymentHeld(held=sorted(held), waiting=waiting)


def _make_room(session: Session, framework: str, back: Sequence[Claim]) -> None:
    """What was drafted for a family since falls, when a claim of it stands again. Errors: PaymentNotOpen."""
    standing = repository.list_live_of(session, framework, [claim.family for claim in back])
    for claim in standing.values():
        ended = {"ended_because": "changed", "ended_by": SYSTEM, "ended_on": today()}
        if claims.move_claim(session, claim.id, OPEN, "dropped", **ended) is None:
            raise PaymentNotOpen(claim_status=claim.status)
        emit(session, event_for(ClaimDropped, claim))


def _look_again(session: Session, framework: str, families: Sequence[UUID]) -> None:
    """The result of these families is gone, or there again: what follows is found where everything else is."""
    if families:
        get_changes(session).mark_families(families)
        mark_those_beside(session, framework, families)


def _add_entries(
    session: Session,
    kind: str,
    those: Sequence[Claim],
    on: date,
    by: str,
    *,
    payment: UUID | None = None,
    reference: str | None = None,
    reason: str | None = None,
    reverses: Mapping[Any, LedgerEntry] | None = None,
) -> list[LedgerEntry]:
    """One entry a claim; with `reverses` (claim → entry) it says the opposite of what that one said."""
    if not those:
        return []
    counted = repository.count_entries(session, those[0].framework, {claim.family for claim in those}, kind)
    entries = []
    for claim in those:
        before = reverses[claim.id] if reverses else None
        entries.append(
            LedgerEntry(
                id=new_id(), kind=kind, framework=claim.framework, year=financial_year(on),
                pence=-before.pence if before else claim.pence, on=on, family=claim.family, claim=claim.id,
                payment=payment, number=counted[claim.family] + 1, reverses=before.id if before else None,
                reference=reference, reason=reason, by=by,
            )
        )  # fmt: skip
    repository.add_entries(session, entries)
    return entries
