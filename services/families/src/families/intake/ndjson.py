"""NDJSON: a JSON object a line, its members named as the feed's columns. Each line stands or falls alone.

So nothing of a line is judged at the door but where it ends: what is wrong with it is in the report.
"""

import codecs
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from families.feeds.catalogue import Feed
from families.feeds.lines import LineFault
from families.intake.pieces import FilePlan, count_rows, file_refused, lay_out

BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
Cells = dict[str, str]


class Members(list[tuple[str, Any]]):
    """An object as it was written: its members in their order, also those that come twice."""


def make_plan(
    file: BinaryIO,
    names: Sequence[str],
    *,
    chunk_lines: int,
    line_limit: int,
    days: Collection[str] = (),
    folder: Path | None = None,
) -> FilePlan:
    """Read a file once, from end to end, without keeping it. Errors: FileNotValid: UTF-16."""
    file.seek(0)
    mark = file.read(3)
    if mark[:2] in BOMS:
        raise file_refused("/", "not_utf8", "The file is UTF-16.", "Send it as UTF-8.")
    offset = len(codecs.BOM_UTF8) if mark == codecs.BOM_UTF8 else 0
    file.seek(offset)
    return lay_out(list(names), _positions(file, offset, line_limit), chunk_lines=chunk_lines, line_limit=line_limit)


def read_piece(
    body: bytes, first_line: int, line_limit: int, columns: Sequence[str], feed: Feed, reading: Mapping[str, Any]
) -> Iterator[tuple[int, Cells | list[LineFault]]]:
    """Each line's number and its cells as CSV would hold them, or what is wrong with it; blank lines count only."""
    numeric = {column.name for column in feed.columns if column.numeric}
    for number, raw in enumerate(body.split(b"\n"), first_line):
        if len(raw) > line_limit:
            yield number, [LineFault("", "line_too_long")]
        elif raw.strip():
            yield number, _read(raw, columns, numeric)


def _positions(file: BinaryIO, offset: int, line_limit: int) -> Iterator[tuple[int, int, int]]:
    """Number, offset and length of each line that is not blank; of a line that is too long, no more is held at once."""
    number = 1
    for raw in count_rows(iter(lambda: file.readline(line_limit + 1), b"")):
        length = len(raw)
        while length > line_limit and raw and not raw.endswith(b"\n"):
            raw = file.readline(line_limit + 1)
            length += len(raw)
        if length > line_limit or raw.strip():
            yield number, offset, length
        offset += length
        number += 1


def _read(raw: bytes, columns: Sequence[str], numeric: set[str]) -> Cells | list[LineFault]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return [LineFault("", "not_utf8")]
    try:
        members = json.loads(text, object_pairs_hook=Members, parse_constant=_no_constant)
    except RecursionError:
        return [LineFault("", "nested")]
    except ValueError:  # also of a number with thousands of digits
        return [LineFault("", "not_an_object")]
    if not isinstance(members, Members):
        return [LineFault("", "not_an_object")]
    return _cells(members, columns, numeric)


def _cells(members: Members, columns: Sequence[str], numeric: set[str]) -> Cells | list[LineFault]:
    cells = dict.fromkeys(columns, "")
    seen: set[str] = set()
    faults: dict[LineFault, None] = {}  # in order, each once
    for name, value in members:
        if name not in cells:
            faults[LineFault("", "member_unknown")] = None  # its name may be anything, even somebody's
        elif name in seen:
            faults[LineFault(name, "member_repeated")] = None
        elif isinstance(value, str):
            cells[name] = value
        elif type(value) is int and name in numeric:
            cells[name] = str(value)
        elif value is not None:
            faults[LineFault(name, "nested" if isinstance(value, list) else "wrong_type")] = None
        seen.add(name)
    return list(faults) or cells


def _no_constant(_: str) -> Any:
    raise ValueError("NaN and Infinity are no JSON")
