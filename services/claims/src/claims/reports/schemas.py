from datetime import date
from typing import Any

from chassis.schemas import Schema


class ReportView(Schema):
    """Shape: rows of numbers by name, the same columns in each; no row is about a person or a family."""

    report: str
    as_at: date
    rows: list[dict[str, Any]]
