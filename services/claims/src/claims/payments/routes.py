"""Payments that came in, money that went back, and what was recorded wrongly of either."""

from uuid import UUID

from fastapi import APIRouter

from chassis.db import WriteSession
from chassis.idempotency import Once
from chassis.schemas import Written
from claims.access import WritePayments
from claims.payments import service
from claims.payments.schemas import PaymentRequest, RepaymentRequest, ReversalRequest

router = APIRouter(prefix="/v1", tags=["ledger"])


@router.post("/payments", status_code=201)
def record_payment(request: PaymentRequest, caller: WritePayments, session: WriteSession, once: Once) -> Written:
    """Record what came in for a submitted batch, and which of its claims were refused."""
    return once(session, caller, request, lambda: service.record_payment(session, caller, request))


@router.post("/payments/{payment_id}/reverse")
def reverse_payment(
    payment_id: UUID, request: ReversalRequest, caller: WritePayments, session: WriteSession, once: Once
) -> Written:
    """Take back a payment that was recorded wrongly; it can be recorded again."""
    return once(session, caller, request, lambda: service.reverse_payment(session, caller, payment_id, request))


@router.post("/repayments", status_code=201)
def record_repayment(request: RepaymentRequest, caller: WritePayments, session: WriteSession, once: Once) -> Written:
    """Record that what was paid for a claim went back."""
    return once(session, caller, request, lambda: service.record_repayment(session, caller, request))


@router.post("/repayments/{repayment_id}/reverse")
def reverse_repayment(
    repayment_id: UUID, request: ReversalRequest, caller: WritePayments, session: WriteSession, once: Once
) -> Written:
    """Take back a repayment that was recorded wrongly; it can be recorded again."""
    return once(session, caller, request, lambda: service.reverse_repayment(session, caller, repayment_id, request))
