"""A report in the forms in which it is handed over: a page to print, and a table."""

import csv
import io
from pathlib import Path

from starlette.responses import HTMLResponse

from chassis.pages.html import load_templates, name_style
from consent.access_reports.schemas import AccessReportView

_pages = load_templates(Path(__file__).with_name("templates"))
_style = Path(__file__).with_name("templates").joinpath("style.css").read_text()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src {name_style(_style)}; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
}
COLUMNS = ("Day", "Who was shown it", "Their role", "What for", "What", "Where it came from", "Why it was lawful",
           "What they acted on", "Sent")  # fmt: skip
RUNS = ("=", "+", "-", "@", "\t", "\r")
"""What a cell may not begin with: a spreadsheet would run it as a formula."""


def make_page(report: AccessReportView) -> HTMLResponse:
    """Without script, for a screen reader and for paper. Units: days as they are written in England."""
    text = _pages.get_template("report.html").render(
        report=report, style=_style, asked_on=_day(report.asked_on), made_on=_day(report.made_at), day=_day
    )
    return HTMLResponse(text, headers=HEADERS)


def make_table(report: AccessReportView) -> str:
    """CSV (RFC 4180) with a line of headings. Units: days as YYYY-MM-DD."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for line in report.lines:
        cells = (line.day.isoformat(), line.recipient, line.role, line.purpose, "; ".join(line.categories),
                 line.source, line.basis, line.ground or "", line.sent)  # fmt: skip
        table.writerow([plain_cell(cell) for cell in cells])
    return written.getvalue()


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(RUNS) else text


def _day(when: object) -> str:
    """Example: 3 May 2026."""
    return f"{when:%-d %B %Y}"
