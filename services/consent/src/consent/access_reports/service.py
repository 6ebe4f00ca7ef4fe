"""Who saw what about a person, to be handed to them: the sharing log in plain words, but for what must be kept back.

It is made of one person and never of a family, since others of it may not be told the same. Nothing in it says whether
anything was kept back: a gap, a count or a sentence for those cases alone would tell.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.clock import LONDON
from chassis.etag import etag
from chassis.idempotency import OnceRunner
from chassis.problems import Fault, RequestNotValid
from chassis.runtime import Runtime
from chassis.schemas import Written
from consent.access_reports import repository
from consent.access_reports.schemas import AccessLine, AccessReportRequest, AccessReportView, KeptBackList
from consent.models import AccessReport
from consent.problems import AccessReportNotFound, PersonNotFound
from consent.standing import check_kept, find_reached, person_fault
from directory.repository import find_sectors
from vocabulary.categories import CATEGORIES
from vocabulary.grounds import GROUNDS
from vocabulary.purposes import BASES, PURPOSES
from vocabulary.roles import ROLES
from vocabulary.subject_access import TOLD_BY_KIND, find_exemption
from vocabulary.suppliers import SUPPLIERS

ACT = "report_sharings"
SENT, NOT_CONFIRMED = "Sent", "Not confirmed"
OWN_RECORD = "The service's own record"
EXPLANATION = (
    "This is what our log says about who was shown information about you, when, and for what.",
    'A line marked "Not confirmed" was decided, and we cannot tell whether it was sent.',
    "A report like this may leave things out where the law says so, for example where telling could put somebody in "
    "danger or harm an enquiry. It does not say whether anything was left out.",
    "You can ask us what any of this means, ask us to correct it, object to it, or complain to us. You can also "
    "complain to the Information Commissioner (ico.org.uk).",
)


def make_report(runtime: Runtime, caller: Caller, request: AccessReportRequest, once: OnceRunner) -> Written:
    """Make a report for a person who asked. It is kept as it was handed out, with who made it and what was kept back.

    Errors: PersonNotFound; RequestNotValid where something is to be kept back that is no line about the person, since
    the officer would believe that it was; Unavailable.
    """
    reached = find_reached(runtime, caller, ACT, [request.person]).get(request.person)
    if reached is None:
        raise PersonNotFound(errors=[person_fault("/body/person")])
    with runtime.write() as session:
        return once(
            session, caller, request, lambda: _make(session, caller, request, reached.ids), "/v1/access-reports/{id}"
        )


def show_report(runtime: Runtime, caller: Caller, report_id: UUID) -> AccessReportView:
    """A report as it is handed out. Errors: AccessReportNotFound; Unavailable."""
    report = _find(runtime, caller, report_id)
    return AccessReportView(
        id=report.id,
        person=report.person,
        reference=report.reference,
        asked_on=report.asked_on,
        made_at=report.made_at,
        agency=_name(report.agency),
        explanation=list(EXPLANATION),
        lines=[AccessLine.model_validate(line) for line in report.lines],
    )


def list_kept_back(runtime: Runtime, caller: Caller, report_id: UUID) -> KeptBackList:
    """What the person was not told, and why. Errors: AccessReportNotFound; Unavailable."""
    return KeptBackList.of(_find(runtime, caller, report_id))


def _find(runtime: Runtime, caller: Caller, report_id: UUID) -> AccessReport:
    with runtime.read() as session:
        kept = repository.find_report(session, report_id)
    return check_kept(runtime, caller, ACT, kept, AccessReportNotFound)


def _make(session: Session, caller: Caller, request: AccessReportRequest, ids: tuple[UUID, ...]) -> Written:
    lines, kept_back = _sort_out(session, caller.agency, request, ids)
    report = AccessReport(
        person=request.person,
        reference=request.reference,
        asked_on=request.asked_on,
        agency=caller.agency,
        by=caller.subject,
        deputy_for=caller.deputy_for,
        lines=[line.model_dump(mode="json") for line in lines],
        kept_back=kept_back,
    )
    session.add(report)
    session.flush()
    return Written(id=report.id, status="made", etag=etag(1))


def _sort_out(
    session: Session, agency: str, request: AccessReportRequest, ids: tuple[UUID, ...]
) -> tuple[list[AccessLine], list[list[str]]]:
    """What the person is told, and pairs of what they are not."""
    rows = list(repository.list_lines(session, agency, ids))
    said = {item.decision: item.because for item in request.keep_back}
    known = {row.decision for row in rows}
    faults = [
        Fault(
            pointer=f"/body/keep_back/{index}/decision",
            code="no_such_line",
            detail="There is no line of this decision about the person in your log",
            fix="Take the decision's id from the sharing log.",
        )
        for index, item in enumerate(request.keep_back)
        if item.decision not in known
    ]
    if faults:
        raise RequestNotValid(errors=faults)
    sectors, protected = find_sectors(session), repository.is_protected(session, ids)
    joined = repository.find_joined(session, known, ids)
    told: list[Row[Any]] = []
    kept_back: set[tuple[str, str]] = set()
    for row in rows:
        because = said.get(row.decision)
        if because is None:
            exemption = find_exemption(
                purpose=row.purpose,
                sector=sectors.get(row.service),
                category=row.category,
                protected=protected,
                others=row.person not in ids or (row.decision, row.person) in joined,
            )
            because = exemption.code if exemption else None
        if because is None:
            told.append(row)
        else:
            kept_back.add((str(row.decision), because))
    return _tell(told, sectors), [list(pair) for pair in sorted(kept_back)]


def _tell(rows: Iterable[Row[Any]], sectors: dict[str, str]) -> list[AccessLine]:
    """One line for all that went to one recipient on one day, for one purpose, from one source."""
    categories: dict[tuple[Any, ...], set[str]] = {}
    for row in rows:
        day = row.at.astimezone(LONDON).date()
        roles = ", ".join(_of(ROLES, role) for role in row.roles) or "A computer system"
        ground = _of(GROUNDS, row.ground) if row.ground else None
        key = (
            day, _tell_service(row.service, sectors), roles, row.purpose, _tell_service(row.source, sectors),
            _tell_basis(row.basis), ground, NOT_CONFIRMED if row.sent is None else SENT,
        )  # fmt: skip
        categories.setdefault(key, set()).add(_of(CATEGORIES, row.category))
    return [
        AccessLine(
            day=day, recipient=recipient, role=role, purpose=_of(PURPOSES, purpose),
            purpose_means=PURPOSES[purpose].sentence if purpose in PURPOSES else "", categories=sorted(names),
            source=source, basis=basis, ground=ground, sent=sent,
        )
        for (day, recipient, role, purpose, source, basis, ground, sent), names in sorted(
            categories.items(), key=lambda each: tuple(map(str, each[0]))
        )
    ]  # fmt: skip


def _tell_service(service: str, sectors: dict[str, str]) -> str:
    """A service's name; only of which kind it is, where its name would tell where somebody lives."""
    sector = sectors.get(service)
    if sector in TOLD_BY_KIND:
        return SUPPLIERS[sector].name
    return _name(service)


def _tell_basis(basis: str) -> str:
    return f"{BASES[basis].name}. {BASES[basis].sentence}" if basis in BASES else OWN_RECORD


def _of(declared: Any, code: str) -> str:
    """The name of something of the vocabulary; of what a later release has dropped, its code in words."""
    return str(declared[code].name) if code in declared else _name(code)


def _name(code: str) -> str:
    """A code in words: codes of services and agencies are made to be read."""
    return code.replace("-", " ").replace("_", " ").capitalize()
