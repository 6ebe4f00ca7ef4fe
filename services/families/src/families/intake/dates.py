"""Days as partners' systems write them. Which of two numbers is the month is decided by the whole column, never by a
line: `04/05/2009` beside `14/03/2009` is the fourth of May, beside `03/14/2009` the fifth of April."""

import re
from calendar import month_abbr, month_name
from dataclasses import dataclass
from datetime import date
from typing import Literal

from families.intake.notes import Note, note
from families.intake.pieces import file_refused

Order = Literal["day", "month"]
"""What comes first where both are numbers."""

_MONTH = {name.lower(): number for names in (month_name, month_abbr) for number, name in enumerate(names)} | {"sept": 9}
_TIME = r"(?:[T ]+(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?)?"
_PLAIN = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/. ](\d{{1,2}}|[A-Za-z]{{3,9}})[-/. ](\d{{1,2}}){_TIME}", re.ASCII)
_DAY_NAMED = re.compile(rf"(\d{{1,2}})[-/. ]([A-Za-z]{{3,9}})[-/. ](\d{{4}}){_TIME}", re.ASCII)
_NUMBERS = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_TIME}", re.ASCII)
LOOKS_NUMERIC = re.compile(rb"\d[-/.]\d{1,2}[-/.]\d{4}")
"""In a line without these there is nothing to decide."""


def read_date(text: str, order: Order = "day") -> str:
    """Year-month-day of a day in any of the forms; what is none comes back as it is, to be refused as such."""
    if _PLAIN.fullmatch(text):
        return text
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
    elif found := _DAY_NAMED.fullmatch(text):
        day, month, year = found.groups()
    elif found := _NUMBERS.fullmatch(text):
        first, _, second, year = found.groups()
        day, month = (first, second) if order == "day" else (second, first)
    else:
        return text
    number = int(month) if month.isdigit() else _MONTH.get(month.lower())
    try:
        return date(int(year), number or 0, int(day)).isoformat()
    except ValueError:
        return text


@dataclass
class DateColumn:
    """What the values of one column say of their order. Units: row numbers, of the first that says so; 0: none."""

    name: str
    number: int
    day_first: int = 0
    month_first: int = 0
    either: int = 0

    def look_at(self, row: int, text: str) -> None:
        found = _NUMBERS.fullmatch(text.strip())
        if found is None:
            return
        first, second = int(found[1]), int(found[3])
        if 12 < first <= 31 and 1 <= second <= 12:
            self.day_first = self.day_first or row
        elif 12 < second <= 31 and 1 <= first <= 12:
            self.month_first = self.month_first or row
        elif first != second:
            self.either = self.either or row


def decide_orders(columns: list[DateColumn]) -> tuple[dict[str, Order], list[Note]]:
    """Each column's order, where there is something to decide, and what is told of it.

    Errors: FileNotValid: a column says both; or it says nothing, in a file in which another puts the month first.
    """
    orders: dict[str, Order] = {}
    notes = []
    american = next((column for column in columns if column.month_first), None)
    for column in columns:
        if column.day_first and column.month_first:
            raise file_refused(
                f"/header/{column.number}",
                "dates_mixed",
                f"In the column {column.name} row {column.day_first} can only be day/month/year, and row "
                f"{column.month_first} only month/day/year.",
                "Write the whole column in one way, best as year-month-day.",
            )
        if column.day_first:
            orders[column.name] = "day"
            notes.append(note("day_before_month", column.name))
        elif column.month_first:
            orders[column.name] = "month"
            notes.append(note("month_before_day", column.name))
        elif column.either and american:
            raise file_refused(
                f"/header/{column.number}",
                "dates_undecided",
                f"No date in the column {column.name} tells day from month, and the column {american.name} puts the "
                "month first.",
                "Write both columns as year-month-day.",
            )
        elif column.either:
            orders[column.name] = "day"
            notes.append(note("day_before_month_assumed", column.name))
    return orders, notes
