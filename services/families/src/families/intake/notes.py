"""What is told of how a file was read: codes and words, numbers of rows and columns, never what stood there."""

from collections.abc import Sequence
from typing import TypedDict


class Note(TypedDict):
    """As a push keeps and shows it."""

    code: str
    detail: str


WORDS = {
    "read_as_utf_16": "Read as UTF-16, as the file says.",
    "read_as_windows_1252": "Read as Windows-1252: the file is not UTF-8.",
    "separator": "Read with {} between the columns.",
    "rows_above": "The {} above the headings were passed over.",
    "columns_passed_over": "Columns that are none of this feed's were passed over: {}.",
    "day_before_month": "Dates in the column {} were read as day/month/year: some can be nothing else.",
    "month_before_day": "Dates in the column {} were read as month/day/year: some can be nothing else.",
    "day_before_month_assumed": "Dates in the column {} were read as day/month/year: none tells day from month.",
}


def note(code: str, what: str = "") -> Note:
    return Note(code=code, detail=WORDS[code].format(what))


def numbers(of: Sequence[int], most: int = 20) -> str:
    """Some numbers, and how many more there are."""
    shown = ", ".join(map(str, of[:most]))
    return shown if len(of) <= most else f"{shown} and {len(of) - most} more"
