"""Cover: who stands in for whom, from when to when, as a manager of their service recorded it."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id, now, today
from chassis.paging import Page, read_cursor
from chassis.problems import Fault
from chassis.schemas import Written
from directory.checks import check_user, refuse
from families.covers import repository
from families.covers.schemas import CoverEndRequest, CoverRequest, CoverView
from families.models.safeguarding import Cover
from vocabulary.safeguarding import SAFEGUARDING

ALL, OWN = "covers", "own-covers"


def record_cover(session: Session, caller: Caller, request: CoverRequest) -> Written:
    """Let somebody stand in for a colleague, both of the manager's own service.

    Errors: RequestNotValid for people of other services, for one and the same person, and for days out of order.
    """
    refuse(
        check_user(session, request.covered, caller.service, "/body/covered")
        or check_user(session, request.covering, caller.service, "/body/covering")
        or _check_days(request)
    )
    cover = Cover(
        id=new_id(), covered=request.covered, covering=request.covering, service=caller.service, agency=caller.agency,
        from_on=request.from_, to_on=request.to, reason=request.reason, recorded_by=caller.subject,
    )  # fmt: skip
    session.add(cover)
    session.flush()
    return Written(id=cover.id, status="recorded")


def list_covers(session: Session, caller: Caller, after: str | None, limit: int) -> Page[CoverView]:
    """All covers of the manager's service, oldest first. Errors: CursorNotValid."""
    rows = repository.list_covers(session, service=caller.service, after=_read_position(after, ALL), limit=limit + 1)
    return Page[CoverView].cut(rows, limit, name=ALL, position=lambda cover: cover.id, view=_view)


def list_own_covers(session: Session, caller: Caller, after: str | None, limit: int) -> Page[CoverView]:
    """Those in which the caller stands in or is stood in for, oldest first. Errors: CursorNotValid."""
    rows = repository.list_own_covers(session, caller.subject, after=_read_position(after, OWN), limit=limit + 1)
    return Page[CoverView].cut(rows, limit, name=OWN, position=lambda cover: cover.id, view=_view)


def _read_position(after: str | None, name: str) -> UUID | None:
    position = read_cursor(after, name)
    return UUID(position[0]) if position else None


def end_cover(session: Session, caller: Caller, cover_id: UUID, request: CoverEndRequest) -> Written:
    """End a cover at once; what it was stays. Ending again changes nothing. Errors: CoverNotFound."""
    cover = repository.get_cover(session, cover_id, service=caller.service)
    if cover.ended_on is None:
        cover.ended_on, cover.ended_by, cover.ended_at = today(), caller.subject, now()
        cover.ended_reason = request.reason
    return Written(id=cover.id, status="ended")


def _check_days(request: CoverRequest) -> Fault | None:
    if request.covered == request.covering:
        fix = "Name a colleague."
        return Fault(pointer="/body/covering", code="same_person", detail="Should be another person", fix=fix)
    latest = request.from_ + timedelta(days=SAFEGUARDING.cover_days)
    if not request.from_ <= request.to <= latest:
        fix = f"Let it end after it begins, and within {SAFEGUARDING.cover_days} days; then look again."
        return Fault(pointer="/body/to", code="not_its_days", detail="Should end after it begins, and soon", fix=fix)
    return None


def _view(cover: Cover) -> CoverView:
    return CoverView(
        id=cover.id, covered=cover.covered, covering=cover.covering, from_=cover.from_on, to=cover.to_on,
        reason=cover.reason, recorded_by=cover.recorded_by, recorded_at=cover.recorded_at, ended_on=cover.ended_on,
        ended_by=cover.ended_by, ended_reason=cover.ended_reason,
    )  # fmt: skip
