"""Approvals: what one administrator asked for, and another approves or refuses."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.db import ReadSession, WriteSession
from chassis.paging import After, Limit, Page
from chassis.runtime import TheRuntime
from chassis.schemas import Written
from identity.access import DecideForIdentity, ReadIdentity
from identity.approvals import service
from identity.approvals.schemas import ApprovalStatus, ApprovalView, DecisionRequest
from identity.audit.refusals import noting_refusals

router = APIRouter(prefix="/v1/approvals", tags=["approvals"])


@router.get("")
def list_approvals(
    caller: ReadIdentity,
    session: ReadSession,
    runtime: TheRuntime,
    status: Annotated[ApprovalStatus | None, Query()] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[ApprovalView]:
    """What was asked for, the newest first; of one status. What lapsed may stand as waiting for some minutes."""
    return service.list_approvals(session, runtime.settings, status, after, limit)


@router.get("/{approval_id}")
def show_approval(approval_id: UUID, caller: ReadIdentity, session: ReadSession, runtime: TheRuntime) -> ApprovalView:
    """What was asked for, by whom, and what became of it."""
    return service.show_approval(session, runtime.settings, approval_id)


@router.post("/{approval_id}/confirmation")
def approve_change(
    approval_id: UUID, request: DecisionRequest, caller: DecideForIdentity, session: WriteSession, runtime: TheRuntime
) -> Written:
    """Approve what another administrator asked for. It takes effect at once."""
    find = partial(service.find_refused_approval, approval_id)
    with noting_refusals(runtime, session, caller, "approval", approval_id, find):
        return service.approve_change(session, runtime.settings, caller, approval_id, request)


@router.post("/{approval_id}/refusal")
def refuse_change(
    approval_id: UUID, request: DecisionRequest, caller: DecideForIdentity, session: WriteSession, runtime: TheRuntime
) -> Written:
    """Refuse what another administrator asked for, or take back what you asked for."""
    return service.refuse_change(session, runtime.settings, caller, approval_id, request)
