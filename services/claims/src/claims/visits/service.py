"""Assurance visits: what the department's official may look at, opened and closed by the council's own people.

The council's information governance officer opens a visit, since they answer for what is shown to whom and have no hand
in any claim: who prepares, checks or audits claims does not choose which of them the department sees. The officer or
the internal auditor closes it before its last day. What is looked at is the sample as it was at the opening.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller, check_person
from chassis.db import new_id, now, today
from chassis.etag import etag
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid
from chassis.runtime import Runtime
from chassis.schemas import Written
from claims import reach
from claims.batches import repository as batches
from claims.batches.service import view_finding
from claims.claims import service as claims
from claims.claims.drafting import SYSTEM
from claims.events import VisitClosed, VisitOpened
from claims.models import AssuranceVisit, AuditFinding, VisitedClaim
from claims.problems import BatchNotFound, VisitNotOpen
from claims.visits import repository
from claims.visits.schemas import CloseRequest, VisitedClaimView, VisitRequest, VisitView
from vocabulary.roles import may_hold

VISITS, CLAIMS = "assurance-visits", "visited-claims"
VISITOR = "assurance_visitor"


def open_visit(session: Session, caller: Caller, request: VisitRequest, days_at_most: int) -> Written:
    """Let an official of the department look at the samples of some batches.

    Errors: PersonNeeded; BatchNotFound, for an officer of another agency too; RequestNotValid for a visitor who does
    not hold the role, for too many days, and for a batch without a sample.
    """
    check_person(caller)
    wanted = dict.fromkeys(request.batches)
    if not reach.may_open_visits(caller) or len(repository.list_batches(session, wanted)) < len(wanted):
        raise BatchNotFound()
    samples = repository.list_samples(session, wanted)
    _check_request(session, request, {batch for batch, _ in samples}, days_at_most)
    visit = AssuranceVisit(
        id=new_id(), visitor=str(request.visitor), from_on=request.from_, to_on=request.to, reason=request.reason,
        opened_by=caller.subject,
    )  # fmt: skip
    session.add(visit)
    session.flush()
    session.add_all(VisitedClaim(visit=visit.id, claim=claim.id, batch=batch) for batch, claim in samples)
    told = VisitOpened(
        visit=visit.id, visitor=visit.visitor, from_on=visit.from_on, to_on=visit.to_on,
        claims=[claim.id for _, claim in samples], bundles=[claim.bundle for _, claim in samples if claim.bundle],
    )  # fmt: skip
    emit(session, told)
    return Written(id=visit.id, status=_find_status(visit), etag=etag(1))


def _check_request(session: Session, request: VisitRequest, sampled: set[UUID], days_at_most: int) -> None:
    """Errors: RequestNotValid."""
    faults = []
    user = repository.find_user(session, str(request.visitor))
    if user is None or VISITOR not in user[0] or not may_hold(VISITOR, user[1]):
        fix = "Give the id of somebody whom identity knows as an assurance visitor of the department."
        detail = "Nobody with this id is an assurance visitor"
        faults.append(Fault(pointer="/body/visitor", code="unknown_visitor", detail=detail, fix=fix))
    if (request.to - request.from_).days >= days_at_most:
        fix = f"Name at most {days_at_most} days, and open another visit for more."
        faults.append(Fault(pointer="/body/to", code="visit_too_long", detail="The visit lasts too long", fix=fix))
    for index, batch in enumerate(request.batches):
        if batch not in sampled:
            fix = "Name batches of which an auditor has drawn the sample."
            detail = "The batch has no sample yet"
            faults.append(Fault(pointer=f"/body/batches/{index}", code="no_sample", detail=detail, fix=fix))
    if faults:
        raise RequestNotValid(errors=faults)


def close_visit(session: Session, caller: Caller, visit_id: UUID, request: CloseRequest) -> Written:
    """End a visit before its last day: the council's officer or an auditor. Errors: PersonNeeded, VisitNotFound,
    VisitNotOpen."""
    check_person(caller)
    visit = repository.get_visit(session, caller, visit_id, lock=True)
    if visit.closed_at is not None or visit.to_on < today():
        raise VisitNotOpen(visit_status=_find_status(visit))
    visit.closed_by, visit.closed_because, visit.closed_at = caller.subject, request.reason, now()
    visit.version += 1
    emit(session, VisitClosed(visit=visit.id))
    return Written(id=visit.id, status=_find_status(visit), etag=etag(visit.version))


def show_visit(session: Session, caller: Caller, visit_id: UUID) -> VisitView:
    """Errors: VisitNotFound."""
    visit = repository.get_visit(session, caller, visit_id)
    return _view(visit, repository.list_batches_of(session, [visit.id])[visit.id])


def list_visits(session: Session, caller: Caller, after: str | None, limit: int) -> Page[VisitView]:
    """Visits within the caller's reach, oldest first. Errors: CursorNotValid."""
    position = read_cursor(after, VISITS)
    rows = repository.list_visits(session, caller, UUID(position[0]) if position else None, limit + 1)
    named = repository.list_batches_of(session, [row.id for row in rows])
    return Page[VisitView].cut(
        rows, limit, name=VISITS, position=lambda row: row.id, view=lambda row: _view(row, named[row.id])
    )


def list_visited_claims(
    runtime: Runtime, caller: Caller, purpose: str, visit_id: UUID, after: str | None, limit: int
) -> Page[VisitedClaimView]:
    """The claims that the caller's running visit may look at, with findings and who did what.

    Errors: VisitNotFound, for everybody but the visitor on the visit's days; CursorNotValid, Unavailable.
    """
    position = read_cursor(after, CLAIMS)
    last = UUID(position[0]) if position else None
    with runtime.read() as session:
        repository.check_running(session, caller, visit_id)
        found = repository.list_claims(session, caller, visit_id, last, limit + 1)
        frozen = repository.list_batches(session, {claim.batch for claim in found if claim.batch})
        findings: dict[UUID, list[AuditFinding]] = {claim.id: [] for claim in found}
        for batch in frozen:
            for finding in batches.list_findings(session, batch):
                findings.setdefault(finding.claim, []).append(finding)
    shown = {view.id: view for view in claims.view_claims(runtime, caller, purpose, found[:limit])}
    return Page[VisitedClaimView].cut(
        found, limit, name=CLAIMS, position=lambda claim: claim.id,
        view=lambda claim: VisitedClaimView(
            claim=shown[claim.id],
            prepared_by=[who for who in claim.prepared_by or () if who != SYSTEM],
            checked_by=claim.checked_by,
            frozen_by=frozen[claim.batch].frozen_by if claim.batch else None,
            findings=[view_finding(row, shown[claim.id].verdict == "shown") for row in findings[claim.id]],
        ),
    )  # fmt: skip


def _view(visit: AssuranceVisit, named: list[UUID]) -> VisitView:
    return VisitView(
        id=visit.id, visitor=visit.visitor, from_=visit.from_on, to=visit.to_on, batches=named,
        status=_find_status(visit), reason=visit.reason, opened_by=visit.opened_by, opened_at=visit.opened_at,
        closed_by=visit.closed_by, closed_because=visit.closed_because, closed_at=visit.closed_at,
        etag=etag(visit.version),
    )  # fmt: skip


def _find_status(visit: AssuranceVisit) -> str:
    if visit.closed_at is not None:
        return "closed"
    if today() < visit.from_on:
        return "planned"
    return "running" if today() <= visit.to_on else "over"
