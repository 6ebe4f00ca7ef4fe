"""CSV as partners' systems write it: UTF-8, commas, quotes that may hold line breaks. Cut into whole lines here.

A line is a record of the file. Its number is that of the first line of text that it stands on, as editors show it.
"""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import BinaryIO

from chassis.problems import Fault
from families.feeds.catalogue import Feed
from families.feeds.lines import LineFault
from families.intake.pieces import FilePlan, file_refused, lay_out
from families.problems import FileNotValid

BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def make_plan(file: BinaryIO, names: Sequence[str], *, chunk_lines: int, line_limit: int) -> FilePlan:
    """Read a file once, from end to end, without keeping it.

    Errors: FileNotValid: not UTF-8, no header of exactly these columns, a quote that is never closed.
    """
    file.seek(0)
    if file.read(2) in BOMS:
        raise file_refused("/", "not_utf8", "The file is UTF-16.", "Save it as “CSV UTF-8”.")
    file.seek(0)
    source = iter(lambda: file.readline(line_limit + 1), b"")
    number, header = next(cut(source, 1, line_limit, whole=True), (1, b""))
    columns = _read_header(_decode(header.removeprefix(codecs.BOM_UTF8), number), names)
    lines = cut(source, number + header.count(b"\n"), line_limit, len(columns), whole=True)
    return lay_out(columns, _positions(lines, len(header)), chunk_lines=chunk_lines, line_limit=line_limit)


def _positions(lines: Iterable[tuple[int, bytes]], offset: int) -> Iterator[tuple[int, int, int]]:
    for number, raw in lines:
        _decode(raw, number)
        if raw.strip():
            yield number, offset, len(raw)
        offset += len(raw)


def cut(
    source: Iterable[bytes], first_line: int, line_limit: int, width: int = 0, whole: bool = False
) -> Iterator[tuple[int, bytes]]:
    """Records as (line number, bytes with their line end): a line break between quotes ends nothing.

    With a `width`, what stands on several lines and is no record of so many cells is taken line by line: a quote that
    somebody forgot is that line's fault, and takes none of those behind it along. `whole` tells that nothing comes
    behind the source. Errors: FileNotValid when a record is too long, or does not end with the whole file.
    """
    lines, ahead, number = iter(source), deque[bytes](), first_line

    def read() -> bytes:
        return ahead.popleft() if ahead else next(lines, b"")

    while raw := read():
        parts, size, opened = [raw], len(raw), _is_open(raw.removeprefix(codecs.BOM_UTF8))
        while opened and size <= line_limit and (raw := read()):
            parts.append(raw)
            size += len(raw)
            opened = _is_open(raw, opened)
        if size > line_limit or (opened and whole):
            raise _unclosed(number)
        if len(parts) > 1 and width and (opened or len(_cells(_decode(b"".join(parts), number)) or ()) != width):
            ahead.extendleft(reversed(parts[1:]))
            del parts[1:]
        yield number, b"".join(parts)
        number += len(parts)


CLOSES = re.compile(rb'(?:[^"]+|"")*+"')


def _is_open(raw: bytes, opened: bool = False) -> bool:
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
        position = raw.find(b",", position) + 1
        if not position:
            return False


def _cells(text: str) -> list[str] | None:
    """A record's cells; None of what is no CSV."""
    try:
        return next(csv.reader([text], strict=True))
    except (csv.Error, StopIteration):
        return None


def read_piece(
    body: bytes, first_line: int, line_limit: int, columns: Sequence[str], feed: Feed
) -> Iterator[tuple[int, dict[str, str] | list[LineFault]]]:
    """Each line's number and its cells by column, or what is wrong with it. Empty lines are passed over."""
    for number, raw in cut(BytesIO(body), first_line, line_limit, len(columns)):
        if not raw.strip():
            continue
        cells = _cells(_decode(raw, number))
        if cells is None:
            yield number, [LineFault("", "not_csv")]
        elif len(cells) != len(columns):
            yield number, [LineFault("", "cell_count")]
        else:
            yield number, dict(zip(columns, cells, strict=True))


def _read_header(text: str, names: Sequence[str]) -> list[str]:
    columns = [name.strip() for name in _cells(text) or ()]
    if len(columns) == 1 and any(mark in text for mark in ";\t|"):
        raise file_refused("/header", "not_commas", "The columns are not parted by commas.", "Save it with commas.")
    known = set(names)
    faults = [
        Fault(
            pointer=f"/header/{number}",
            code="column_unknown",
            detail=f"Column {number} is none of this feed's.",
            fix="Take it out, or write its name as the feed's page has it.",
        )
        for number, name in enumerate(columns, 1)
        if name not in known
    ]
    faults += [
        Fault(
            pointer=f"/header/{number}",
            code="column_repeated",
            detail=f"Column {number} has come before.",
            fix="Take one of the two out.",
        )
        for number, name in enumerate(columns, 1)
        if name in known and name in columns[: number - 1]
    ]
    faults += [
        Fault(
            pointer="/header",
            code="column_missing",
            detail=f"The column {name} is missing.",
            fix="Add it; it may be empty where the feed's page does not require it.",
        )
        for name in names
        if name not in columns
    ]
    if faults:
        raise FileNotValid(errors=faults)
    return columns


def _decode(raw: bytes, number: int) -> str:
    """Half characters pass here: they are one line's fault, which is in the report, and not the file's."""
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise file_refused(
            f"/lines/{number}", "not_utf8", f"Line {number} is not UTF-8.", "Save the file as “CSV UTF-8”."
        ) from None


def _unclosed(number: int) -> FileNotValid:
    return file_refused(
        f"/lines/{number}",
        "quote_not_closed",
        f"From line {number} on, a quote is not closed.",
        "Close it; write a quote inside a cell as two.",
    )
