"""Reports: numbers of families and pence, never about one of them. Fees stand apart from results."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import today
from claims.problems import ReportNotFound
from claims.reports import repository
from claims.reports.schemas import ReportView
from claims.rules.calendar import Days, financial_year
from claims.targets import repository as targets

Rows = list[dict[str, Any]]


def show_report(session: Session, caller: Caller, name: str, as_at: date | None) -> ReportView:
    """Errors: ReportNotFound."""
    if name not in REPORTS:
        raise ReportNotFound()
    day = as_at or today()
    return ReportView(report=name, as_at=day, rows=REPORTS[name](session, caller, day))


def _attachments(session: Session, caller: Caller, as_at: date) -> Rows:
    """By financial year: families attached, targets, and the fees that were settled."""
    attached: dict[tuple[str, str], int] = defaultdict(int)
    for framework, day, families in repository.count_attached_by_day(session, caller, as_at):
        if day is not None:
            attached[framework, financial_year(day)] += families
    aims = {(t.framework, t.year): t for t in targets.list_targets(session)}
    fees = {(framework, year): int(pence) for framework, year, pence in repository.sum_fees(session, as_at)}
    rows: Rows = []
    so_far: dict[str, int] = defaultdict(int)
    for framework, year in sorted({*attached, *aims, *fees}):
        so_far[framework] += attached.get((framework, year), 0)
        aim = aims.get((framework, year))
        rows.append(
            {
                "framework": framework,
                "year": year,
                "attached": attached.get((framework, year), 0),
                "attached_so_far": so_far[framework],
                "target": aim.families if aim else None,
                "target_so_far": aim.cumulative if aim else None,
                "fees": {"pence": fees.get((framework, year), 0)},
            }
        )
    return rows


def _results(session: Session, caller: Caller, as_at: date) -> Rows:
    """Paid results by type and financial year, then claims that are not paid yet by type and status."""
    rows = [
        {"framework": f, "type": t, "status": "paid", "year": y, "claims": n, "value": {"pence": int(p)}}
        for f, t, y, n, p in repository.count_paid(session, caller, as_at)
    ]
    rows += [
        {"framework": f, "type": t, "status": s, "year": None, "claims": n, "value": {"pence": int(p)}}
        for f, t, s, n, p in repository.count_claims(session, caller)
        if s != "paid"
    ]
    return sorted(rows, key=lambda r: (r["framework"], r["status"], r["year"] or "", r["type"]))


def _coverage(session: Session, caller: Caller, as_at: date) -> Rows:
    """The days of each feed that accepted pushes cover without a gap."""
    spans: dict[tuple[str, str, str], list[tuple[date, date]]] = defaultdict(list)
    for feed, service, area, begins, ends in repository.list_complete_pushes(session, as_at):
        spans[feed, service, area].append((begins, min(ends, as_at)))
    return [
        {"feed": feed, "service": service, "area": area, "from": begins.isoformat(), "to": ends.isoformat()}
        for (feed, service, area), those in sorted(spans.items())
        for begins, ends in Days(those).intervals
    ]


REPORTS: dict[str, Callable[[Session, Caller, date], Rows]] = {
    "attachments": _attachments,
    "results": _results,
    "coverage": _coverage,
}
