"""What can be seen to be wrong before anything is sent, by the columns that the platform publishes of a feed.

Only what is certainly wrong is told: an export that the platform would take is never held back here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from thinkfamily_agent.tables import Table

MOST_TOLD = 50


@dataclass(frozen=True)
class Finding:
    """Shape: `row` as the spreadsheet numbers it; `column` is empty where the row as a whole is meant. No cell is
    repeated: what is printed here ends in logs."""

    row: int
    column: str
    words: str

    def __str__(self) -> str:
        return f"row {self.row}{f', {self.column}' if self.column else ''}: {self.words}"


def check_table(table: Table, feed: Mapping[str, Any]) -> list[Finding]:
    """Shape: at most fifty findings, and a last one that says so."""
    if len(table.rows) < 2:
        return [Finding(1, "", "There is no row below the headings.")]
    (_, headings), *rows = table.rows
    there = {_folded(heading): index for index, heading in enumerate(headings)}
    columns = [column for column in feed["columns"] if _folded(column["name"]) in there]
    found: list[Finding] = []
    for number, cells in rows:
        for column in columns:
            index = there[_folded(column["name"])]
            if column["required"] and not (cells[index].strip() if index < len(cells) else ""):
                found.append(Finding(number, column["name"], "This must be filled in."))
        if len(found) > MOST_TOLD:
            return [*found[:MOST_TOLD], Finding(number, "", "There are more; these are mended first.")]
    return found


def find_missing_columns(table: Table, feed: Mapping[str, Any]) -> list[str]:
    """Required columns for which there is no heading. A mapping at the platform may know them by another name."""
    there = {_folded(heading) for heading in table.rows[0][1]} if table.rows else set()
    return [column["name"] for column in feed["columns"] if column["required"] and _folded(column["name"]) not in there]


def _folded(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
