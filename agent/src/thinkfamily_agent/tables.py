"""An export as rows: read as a spreadsheet shows it, so that the row numbers of the platform's report fit."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DELIMITERS = (",", ";", "\t", "|")
SEP = re.compile(r'"?sep=.?"?', re.IGNORECASE)
"""A first line that tells a spreadsheet the delimiter, and that none shows as a row."""
ROWS_ABOVE = 30
"""The headings stand within so many rows; those above are titles."""


@dataclass(frozen=True)
class Table:
    """Shape: `rows` are (row number, cells); the first is the headings. Titles above it are left out, and count with
    empty rows as a spreadsheet counts them. A cell may hold line breaks."""

    delimiter: str
    rows: list[tuple[int, list[str]]]


def read_table(path: Path) -> Table | None:
    """The rows of a CSV file; None of what is no text in rows, which the platform may be able to read all the same."""
    raw = path.read_bytes()
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in raw[:4096]:
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("windows-1252", errors="replace")
    first, _, behind = text.partition("\n")
    if SEP.fullmatch(first.strip()):
        text = behind
    delimiter = max(DELIMITERS, key="\n".join(text.splitlines()[:ROWS_ABOVE]).count)
    try:
        rows = list(_numbered(text, delimiter))
    except csv.Error:
        return None
    filled = [sum(bool(cell.strip()) for cell in cells) for _, cells in rows[:ROWS_ABOVE]]
    return Table(delimiter, rows[filled.index(max(filled)) :] if filled else [])


def _numbered(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
        if any(cell.strip() for cell in cells):
            yield number, cells
