"""CSV as partners' systems write it: UTF-8, commas, quotes that may hold line breaks. Cut into whole lines here.

A line is a record of the file. Its number is that of the first line of text that it stands on, as editors show it.
"""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from chassis.problems import Fault
from families.problems import FileNotValid

BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Piece:
    """Whole lines of the file, by place. Units: bytes."""

    offset: int
    length: int
    first_line: int


@dataclass
class Plan:
    """How a file is worked on: its columns in their order, its pieces, how many lines there are."""

    columns: list[str]
    pieces: list[Piece] = field(default_factory=list)
    lines: int = 0

    def bodies(self, path: Path) -> Iterator[tuple[int, Piece, bytes]]:
        with path.open("rb") as file:
            for number, piece in enumerate(self.pieces):
                file.seek(piece.offset)
                yield number, piece, file.read(piece.length)


def make_plan(path: Path, names: Sequence[str], *, chunk_lines: int, line_limit: int) -> Plan:
    """Read a file once, from end to end, without keeping it.

    Errors: FileNotValid: not UTF-8, no header of exactly these columns, a quote that is never closed.
    """
    with path.open("rb") as file:
        if file.read(2) in BOMS:
            raise _refused("/", "not_utf8", "The file is UTF-16.", "Save it as “CSV UTF-8”.")
        file.seek(0)
        lines = cut(file, 1, line_limit)
        number, header = next(lines, (1, b""))
        offset = len(header)
        columns = _read_header(_decode(header.removeprefix(codecs.BOM_UTF8), number), names)
        plan = Plan(columns)
        start, first, held = offset, 0, 0
        for number, raw in lines:
            _decode(raw, number)
            if not raw.strip():
                offset += len(raw)
                continue
            if held == 0:
                start, first = offset, number
            offset += len(raw)
            held += 1
            plan.lines += 1
            if held == chunk_lines:
                plan.pieces.append(Piece(start, offset - start, first))
                held = 0
        if held:
            plan.pieces.append(Piece(start, offset - start, first))
        return plan


def cut(source: Iterable[bytes], first_line: int, line_limit: int) -> Iterator[tuple[int, bytes]]:
    """Records as (line number, bytes with their line end): a line break between quotes ends nothing.

    Errors: FileNotValid when a record does not end.
    """
    number = begun = first_line
    held = b""
    for raw in source:
        if not held:
            begun = number
        number += 1
        held += raw
        if len(held) > line_limit:
            raise _unclosed(begun)
        if held.count(b'"') % 2 == 0:
            yield begun, held
            held = b""
    if held:
        raise _unclosed(begun)


def read_piece(body: bytes, first_line: int, line_limit: int) -> Iterator[tuple[int, list[str] | None]]:
    """Each line's number and cells; None where it is not well-formed CSV. Empty lines are passed over."""
    for number, raw in cut(BytesIO(body), first_line, line_limit):
        if not raw.strip():
            continue
        try:
            yield number, next(csv.reader([raw.decode("utf-8")], strict=True))
        except (csv.Error, StopIteration):
            yield number, None


def _read_header(text: str, names: Sequence[str]) -> list[str]:
    try:
        columns = [name.strip() for name in next(csv.reader([text], strict=True))]
    except (csv.Error, StopIteration):
        columns = []
    if len(columns) == 1 and any(mark in text for mark in ";\t|"):
        raise _refused("/header", "not_commas", "The columns are not parted by commas.", "Save it with commas.")
    known = set(names)
    faults = [
        Fault(
            pointer=f"/header/{place}",
            code="column_unknown",
            detail=f"Column {place} is none of this feed's.",
            fix="Take it out, or write its name as the feed's page has it.",
        )
        for place, name in enumerate(columns, 1)
        if name not in known
    ]
    faults += [
        Fault(
            pointer=f"/header/{place}",
            code="column_repeated",
            detail=f"Column {place} has come before.",
            fix="Take one of the two out.",
        )
        for place, name in enumerate(columns, 1)
        if name in known and name in columns[: place - 1]
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
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _refused(
            f"/lines/{number}", "not_utf8", f"Line {number} is not UTF-8.", "Save the file as “CSV UTF-8”."
        ) from None
    if "\x00" in text:
        raise _refused(f"/lines/{number}", "not_text", f"Line {number} holds a zero byte.", "Send plain CSV text.")
    return text


def _unclosed(number: int) -> FileNotValid:
    return _refused(
        f"/lines/{number}",
        "quote_not_closed",
        f"From line {number} on, a quote is not closed.",
        "Close it; write a quote inside a cell as two.",
    )


def _refused(pointer: str, code: str, detail: str, fix: str) -> FileNotValid:
    return FileNotValid(errors=[Fault(pointer=pointer, code=code, detail=detail, fix=fix)])
