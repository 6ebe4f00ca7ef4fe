"""CSV as partners' systems write it: commas, semicolons or tabs, quotes that may hold line breaks, titles above the
headings, columns of their own. Cut into whole rows here.

A line is a row of the file as a spreadsheet shows it: a cell with a line break is still one row, and an empty row is
one too. So the numbers in the report are those beside which a partner finds the row.
"""

import codecs
import csv
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from families.feeds.catalogue import Feed
from families.feeds.lines import LineFault
from families.intake.cells import tidiers
from families.intake.dates import LOOKS_NUMERIC, DateColumn, decide_orders
from families.intake.encodings import as_utf8
from families.intake.headings import count_headings, read_headings
from families.intake.notes import note, numbers
from families.intake.pieces import FilePlan, Reading, count_rows, file_refused, lay_out
from families.problems import FileNotValid

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright strokes"}
ROWS_ABOVE = 30
"""The headings stand within so many rows."""


def make_plan(
    file: BinaryIO,
    names: Sequence[str],
    *,
    chunk_lines: int,
    line_limit: int,
    days: Collection[str] = (),
    folder: Path | None = None,
) -> FilePlan:
    """Read a file from end to end, without keeping it in memory.

    Shape: `days` are the columns that hold dates; what has to be written anew goes to a file without a name in
    `folder`. Errors: FileNotValid: letters that are in doubt, columns missing or repeated, dates in two orders, a quote
    that is never closed.
    """
    file, notes = as_utf8(file, folder)
    start = _find_start(file, line_limit)
    separator, row = _find_headings(file, start, names, line_limit)
    if separator != ",":
        notes.append(note("separator", SEPARATORS[separator]))
    rows = cut(_lines(file, start, line_limit), 1, line_limit, separator, whole=True)
    offset, raw = start, b""
    for _, raw in islice(rows, row):
        offset += len(raw)
    heading = read_headings(_cells(_decode(raw), separator) or [], names)
    if row > 1:
        notes.append(note("rows_above", "row" if row == 2 else f"{row - 1} rows"))
    if heading.passed_over:
        notes.append(note("columns_passed_over", numbers(heading.passed_over)))
    columns = heading.columns
    dated = [DateColumn(name, number) for number, name in enumerate(columns, 1) if name in days]
    lines = cut(_lines(file, offset, line_limit), row + 1, line_limit, separator, len(columns), whole=True)
    plan = lay_out(
        columns,
        _positions(lines, offset, separator, len(columns), dated),
        chunk_lines=chunk_lines,
        line_limit=line_limit,
    )
    orders, told = decide_orders(dated)
    plan.notes = [*notes, *told]
    plan.reading = Reading(separator=separator, orders=orders)
    plan.file = file
    return plan


def _lines(file: BinaryIO, offset: int, line_limit: int) -> Iterator[bytes]:
    file.seek(offset)
    return iter(lambda: file.readline(line_limit + 1), b"")


def _find_start(file: BinaryIO, line_limit: int) -> int:
    """Where the first row begins: behind a byte order mark, and behind `sep=`, which no spreadsheet shows as a row."""
    file.seek(0)
    line = file.readline(line_limit + 1)
    mark = len(codecs.BOM_UTF8) if line.startswith(codecs.BOM_UTF8) else 0
    return len(line) if SEP.fullmatch(line[mark:].rstrip(b"\r\n")) else mark


SEP = re.compile(rb'"?sep=.?"?', re.IGNORECASE)


def _find_headings(file: BinaryIO, start: int, names: Sequence[str], line_limit: int) -> tuple[str, int]:
    """The separator and the row with which most of the feed's columns are named. Without any: commas, the first row."""
    best, found = 0, (",", 1)
    for separator in SEPARATORS:
        try:
            rows = cut(_lines(file, start, line_limit), 1, line_limit, separator)
            for number, raw in islice(rows, ROWS_ABOVE):
                named = count_headings(_cells(_decode(raw), separator) or [], names)
                if named > best:
                    best, found = named, (separator, number)
        except FileNotValid:
            continue  # a quote that is open with this separator; whether it is so with the right one, is seen later
    return found


def _positions(
    lines: Iterable[tuple[int, bytes]], offset: int, separator: str, width: int, dated: Sequence[DateColumn]
) -> Iterator[tuple[int, int, int]]:
    for number, raw in count_rows(lines):
        if not _is_blank(raw, separator):
            if dated and LOOKS_NUMERIC.search(raw):
                cells = _fit(_cells(_decode(raw), separator), width)
                for column in dated if cells else ():
                    column.look_at(number, cells[column.number - 1] if cells else "")
            yield number, offset, len(raw)
        offset += len(raw)


def _is_blank(raw: bytes, separator: str) -> bool:
    """Whether a row holds no more than separators, as a spreadsheet writes rows that were emptied: `,,,,`."""
    return not raw.strip(b' \t\r\n"' + separator.encode())


def cut(
    source: Iterable[bytes],
    first_row: int,
    line_limit: int,
    separator: str = ",",
    width: int = 0,
    whole: bool = False,
) -> Iterator[tuple[int, bytes]]:
    """Rows as (number, bytes with their line end): a line break between quotes ends nothing.

    With a `width`, what stands on several lines and is no record of so many cells is taken line by line: a quote that
    somebody forgot is that line's fault, and takes none of those behind it along. `whole` tells that nothing comes
    behind the source. Errors: FileNotValid when a record is too long, or does not end with the whole file.
    """
    lines, ahead, number, parted = iter(source), deque[bytes](), first_row, separator.encode()

    def read() -> bytes:
        return ahead.popleft() if ahead else next(lines, b"")

    while raw := read():
        parts, size, opened = [raw], len(raw), _is_open(raw, parted)
        while opened and size <= line_limit and (raw := read()):
            parts.append(raw)
            size += len(raw)
            opened = _is_open(raw, parted, opened)
        if size > line_limit or (opened and whole):
            raise _unclosed(number)
        fits = len(parts) == 1 or not width or (not opened and _fit(_cells(_decode(b"".join(parts)), separator), width))
        if not fits:
            ahead.extendleft(reversed(parts[1:]))
            del parts[1:]
        yield number, b"".join(parts)
        number += 1


CLOSES = re.compile(rb'(?:[^"]+|"")*+"')


def _is_open(raw: bytes, parted: bytes, opened: bool = False) -> bool:
    """Whether a cell in quotes goes on behind these bytes; a quote begins one only where a cell begins."""
    if not opened and b'"' not in raw:
        return False
    position = 0
    while True:
        if opened or raw.startswith(b'"', position):
            closed = CLOSES.match(raw, position if opened else position + 1)
            if closed is None:
                return True
            position, opened = closed.end(), False
        position = raw.find(parted, position) + 1
        if not position:
            return False


def _cells(text: str, separator: str) -> list[str] | None:
    """A record's cells; None of what is no CSV."""
    try:
        return next(csv.reader([text], delimiter=separator, strict=True))
    except (csv.Error, StopIteration):
        return None


def _fit(cells: list[str] | None, width: int) -> list[str] | None:
    """A row's cells as wide as the headings: what is empty behind them is left out. None of a row that does not fit."""
    if cells is None or len(cells) < width or any(cell.strip() for cell in cells[width:]):
        return None
    return cells[:width]


def read_piece(
    body: bytes,
    first_row: int,
    line_limit: int,
    columns: Sequence[str],
    feed: Feed,
    reading: Mapping[str, Any],
) -> Iterator[tuple[int, dict[str, str] | list[LineFault]]]:
    """Each row's number and its cells by column, or what is wrong with it. Empty rows are passed over."""
    how = Reading.of(reading)
    tidy = tidiers({column.name: column for column in feed.columns}, how.orders)
    wanted = [(index, name, tidy.get(name)) for index, name in enumerate(columns) if name]
    for number, raw in cut(BytesIO(body), first_row, line_limit, how.separator, len(columns)):
        if _is_blank(raw, how.separator):
            continue
        read = _cells(_decode(raw), how.separator)
        cells = _fit(read, len(columns))
        if read is None:
            yield number, [LineFault("", "not_csv")]
        elif cells is None:
            yield number, [LineFault("", "cell_count")]
        else:
            yield number, {name: do(cells[index].strip()) if do else cells[index] for index, name, do in wanted}


def _decode(raw: bytes) -> str:
    """Half characters pass here: they are one line's fault, which is in the report, and not the file's."""
    return raw.decode("utf-8", "surrogatepass")


def _unclosed(number: int) -> FileNotValid:
    return file_refused(
        f"/lines/{number}",
        "quote_not_closed",
        f"From row {number} on, a quote is not closed.",
        "Close it; write a quote inside a cell as two.",
    )
