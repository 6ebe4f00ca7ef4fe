"""Reports: numbers of families and pence, never about one of them. Fees stand apart from results."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import today
from claims import reach
from claims.problems import ReportNotFound
from claims.reports import repository
from claims.reports.schemas import ReportView
from claims.reports.small_numbers import withhold_in_row, withhold_in_table
from claims.rules.calendar import Days, financial_year
from claims.targets import repository as targets
from vocabulary.small_numbers import REPORTS as SMALL

Rows = list[dict[str, Any]]
DAY = timedelta(days=1)


def show_report(session: Session, caller: Caller, name: str, as_at: date | None) -> ReportView:
    """One report, with small counts withheld from all but those who work with the claims themselves.

    To them it is told as at the end of a month: who could ask for each day would read from two of them what happened
    in between. Errors: ReportNotFound.
    """
    if name not in REPORTS:
        raise ReportNotFound()
    exact = bool(caller.roles & SMALL.exact_for)
    day = as_at or today()
    if not exact:
        day = _last_month_end(day)
    rows, withhold = REPORTS[name]
    found = rows(session, caller, day)
    return ReportView(
        report=name,
        as_at=day,
        withheld_below=None if exact else SMALL.below,
        rows=found if exact else withhold(found, SMALL.below),
    )


def _last_month_end(day: date) -> date:
    """The last day of a month that is not after the day."""
    return day if (day + DAY).day == 1 else day.replace(day=1) - DAY


def _attachments(session: Session, caller: Caller, as_at: date) -> Rows:
    """By financial year: families attached, targets, and the fees that were settled.

    Fees are paid for all families of a year; who counts some of them only is told of none.
    """
    attached: dict[tuple[str, str], int] = defaultdict(int)
    for framework, day, families in repository.count_attached_by_day(session, caller, as_at):
        if day is not None:
            attached[framework, financial_year(day)] += families
    aims = {(t.framework, t.year): t for t in targets.list_targets(session)}
    counts_all = reach.counts_all(caller)
    fees = {(f, year): int(pence) for f, year, pence in repository.sum_fees(session, as_at)} if counts_all else {}
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
                "fees": {"pence": fees.get((framework, year), 0)} if counts_all else None,
            }
        )
    return rows


def _withhold_attachments(rows: Rows, below: int) -> Rows:
    """A year's fees tell how many families they are paid for, so they go with the count."""
    found: Rows = []
    for framework in sorted({row["framework"] for row in rows}):
        own = [row for row in rows if row["framework"] == framework]
        told, sums = withhold_in_row([row["attached"] for row in own], below)
        # Fees of a year may be settled for families of earlier ones: where any count is withheld, all fees are.
        fees = all(told)
        for row, count_is_told, sum_is_told in zip(own, told, sums, strict=True):
            found.append(
                row
                | ({} if count_is_told else {"attached": None})
                | ({} if sum_is_told else {"attached_so_far": None})
                | ({} if fees else {"fees": None})
            )
    return found


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


def _withhold_results(rows: Rows, below: int) -> Rows:
    """Somebody may know what was paid in a year, what stands in a status, or how many of a type there are at all."""
    cells = dict(enumerate(row["claims"] for row in rows))
    totals: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        totals["year", row["framework"], row["status"], row["year"] or ""].append(index)
        totals["type", row["framework"], row["type"]].append(index)
    hidden = withhold_in_table(cells, list(totals.values()), below)
    return [row | {"claims": None, "value": None} if index in hidden else row for index, row in enumerate(rows)]


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


def _withhold_nothing(rows: Rows, below: int) -> Rows:
    """Days that pushes cover tell of no family."""
    return rows


REPORTS: dict[str, tuple[Callable[[Session, Caller, date], Rows], Callable[[Rows, int], Rows]]] = {
    "attachments": (_attachments, _withhold_attachments),
    "results": (_results, _withhold_results),
    "coverage": (_coverage, _withhold_nothing),
}
