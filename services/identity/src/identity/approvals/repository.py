from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.models import Approval
from identity.problems import ApprovalNotFound


def get_approval(session: Session, approval_id: UUID) -> Approval:
    row = session.get(Approval, approval_id)
    if row is None:
        raise ApprovalNotFound()
    return row


def lock_approval(session: Session, approval_id: UUID) -> Approval:
    """The approval, so that nobody else decides it meanwhile. Errors: ApprovalNotFound."""
    row = session.get(Approval, approval_id, with_for_update=True)
    if row is None:
        raise ApprovalNotFound()
    return row


def list_approvals(session: Session, status: str | None, before: UUID | None, limit: int) -> list[Approval]:
    listed = select(Approval).order_by(Approval.id.desc()).limit(limit)
    if status:
        listed = listed.where(Approval.status == status)
    return list(session.scalars(listed.where(Approval.id < before) if before else listed))


def list_lapsed(session: Session, asked_before: datetime, limit: int) -> list[Approval]:
    """Those that still stand as waiting, and were asked for too long ago."""
    old = select(Approval).where(Approval.status == "waiting", Approval.asked_at <= asked_before)
    return list(session.scalars(old.order_by(Approval.id).limit(limit).with_for_update()))
