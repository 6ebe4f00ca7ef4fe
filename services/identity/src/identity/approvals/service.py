"""The second administrator's part: to approve or refuse what another one asked for."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.clock import now
from chassis.paging import Page, read_cursor
from chassis.runtime import Runtime
from chassis.schemas import Written
from identity.approvals import repository
from identity.approvals.schemas import ApprovalStatus, ApprovalView, DecisionRequest
from identity.audit.refusals import Found
from identity.audit.service import PLATFORM, Actor, record
from identity.clients import service as clients
from identity.deputies import service as deputies
from identity.models import Approval, User
from identity.problems import AnotherAdministratorNeeded, ApprovalNotWaiting, OwnAccount
from identity.settings import IdentitySettings
from identity.sponsors import service as sponsors
from identity.two_people.service import WAITING, Kind, show_asked
from identity.users import service as users

APPLY: dict[Kind, Callable[[Session, Actor, Approval], None]] = {
    "user": users.apply_approved,
    "client": clients.apply_approved,
    "credential": clients.apply_approved_credential,
    "deputy": deputies.apply_approved,
    "sponsor": sponsors.apply_approved,
}
BATCH = 100


def approve_change(
    session: Session, settings: IdentitySettings, caller: Caller, approval_id: UUID, request: DecisionRequest
) -> Written:
    """Make true what another administrator asked for. It is judged again as things stand now.

    Approving again what one has approved changes nothing.
    Errors: ApprovalNotFound; AnotherAdministratorNeeded for who asked; OwnAccount for whom it is about;
    ApprovalNotWaiting; ApprovalOutdated, and whatever the change itself may raise.
    """
    row = repository.lock_approval(session, approval_id)
    if row.asked_by == caller.subject:
        raise AnotherAdministratorNeeded()
    if caller.subject in (str(row.object_id), row.asked.get("deputy")):
        raise OwnAccount()
    if row.status == "approved" and row.decided_by == caller.subject:
        return Written(id=row.id, status="approved")
    _check_waiting(settings, row)
    actor, kind = Actor.of(caller), _kind_of(row)
    _decide(row, "approved", caller, request.reason)
    _record(session, actor, row)
    APPLY[kind](session, actor, row)
    row.password_hash = None
    return Written(id=row.id, status=row.status)


def find_refused_approval(approval_id: UUID, session: Session) -> Found:
    """What the audit says of who may not approve."""
    row = repository.get_approval(session, approval_id)
    return row.agency, _describe(row)


def refuse_change(
    session: Session, settings: IdentitySettings, caller: Caller, approval_id: UUID, request: DecisionRequest
) -> Written:
    """Let what was asked for come to nothing; who asked may take it back so. Refusing again changes nothing.

    Errors: ApprovalNotFound, ApprovalNotWaiting.
    """
    row = repository.lock_approval(session, approval_id)
    if row.status == "refused" and row.decided_by == caller.subject:
        return Written(id=row.id, status="refused")
    _check_waiting(settings, row)
    _decide(row, "refused", caller, request.reason)
    row.password_hash = None
    _record(session, Actor.of(caller), row)
    return Written(id=row.id, status=row.status)


def show_approval(session: Session, settings: IdentitySettings, approval_id: UUID) -> ApprovalView:
    """Errors: ApprovalNotFound."""
    return _view(session, settings, repository.get_approval(session, approval_id))


def list_approvals(
    session: Session, settings: IdentitySettings, status: ApprovalStatus | None, after: str | None, limit: int
) -> Page[ApprovalView]:
    """What was asked for, the newest first. Errors: CursorNotValid."""
    position = read_cursor(after, "approvals")
    rows = repository.list_approvals(session, status, UUID(position[0]) if position else None, limit + 1)
    views = [_view(session, settings, row) for row in rows]
    return Page[ApprovalView].cut(views, limit, name="approvals", position=lambda view: view.id)


def let_lapse(runtime: Runtime) -> int:
    """Note of what waited too long that it lapsed; how many there were of one batch."""
    settings: IdentitySettings = runtime.settings
    with runtime.write() as session:
        rows = repository.list_lapsed(session, now() - timedelta(seconds=settings.approvals_lapse), BATCH)
        for row in rows:
            row.status, row.decided_at, row.password_hash = "lapsed", now(), None
            _record(session, PLATFORM, row)
        return len(rows)


def _check_waiting(settings: IdentitySettings, row: Approval) -> None:
    status = _status_of(settings, row)
    if status != WAITING:
        raise ApprovalNotWaiting(became=status)


def _decide(row: Approval, status: str, caller: Caller, reason: str) -> None:
    row.status, row.decided_by, row.decided_at, row.reason = status, caller.subject, now(), reason


def _record(session: Session, actor: Actor, row: Approval) -> None:
    record(session, actor, f"approval.{row.status}", "approval", row.id, row.agency, **_describe(row))


def _describe(row: Approval) -> dict[str, str]:
    return {"about": row.kind, "about_id": str(row.object_id), "asked_by": row.asked_by}


def _status_of(settings: IdentitySettings, row: Approval) -> ApprovalStatus:
    """What waits too long has lapsed, whether anybody has noted it yet or not."""
    status: ApprovalStatus = row.status  # type: ignore[assignment]
    return "lapsed" if status == WAITING and _lapses_at(settings, row) <= now() else status


def _lapses_at(settings: IdentitySettings, row: Approval) -> datetime:
    return row.asked_at + timedelta(seconds=settings.approvals_lapse)


def _kind_of(row: Approval) -> Kind:
    kind: Kind = row.kind  # type: ignore[assignment]
    return kind


def _view(session: Session, settings: IdentitySettings, row: Approval) -> ApprovalView:
    user = session.get(User, row.object_id) if row.kind == "user" else None
    return ApprovalView(
        id=row.id,
        kind=row.kind,
        object=row.object_id,
        agency=row.agency,
        asked=show_asked(row.asked),
        held=row.held,
        own_password=user.own_password if user else None,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        lapses_at=_lapses_at(settings, row),
        status=_status_of(settings, row),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
    )
