from datetime import date
from typing import Any

from chassis.schemas import Schema


class ReportView(Schema):
    """Shape: rows of numbers by name, the same columns in each; no row is about a person or a family.

    Where `withheld_below` is given, counts from 1 up to it are null, as are those that would give them back.
    """

    report: str
    as_at: date
    withheld_below: int | None
    rows: list[dict[str, Any]]
