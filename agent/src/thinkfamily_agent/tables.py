"""An export as rows: read as a spreadsheet shows it, so that the row numbers of the platform's report fit."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Table:
    """Shape: `rows` are (row number, cells); the first is the headings, and empty rows count as a spreadsheet counts
    them. A cell may hold line breaks."""

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
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        return Table(delimiter, list(_numbered(text, delimiter)))
    except csv.Error:
        return None


def _numbered(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
        if any(cell.strip() for cell in cells):
            yield number, cells
