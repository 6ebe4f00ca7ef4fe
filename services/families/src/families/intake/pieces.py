"""Where the lines of a file stand, in pieces that are worked on one at a time. The file itself is never kept whole."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from chassis.problems import Fault
from families.problems import FileNotValid

PIECE_LIMIT = 4 << 20
"""Bytes: blank lines count for nothing, but must not make a piece grow without end."""


@dataclass(frozen=True)
class Piece:
    """Whole lines of the file, by their position in it. Units: bytes."""

    offset: int
    length: int
    first_line: int


@dataclass
class FilePlan:
    """How a file is worked on: its columns in their order, its pieces, how many lines there are."""

    columns: list[str]
    pieces: list[Piece] = field(default_factory=list)
    lines: int = 0

    def bodies(self, file: BinaryIO) -> Iterator[tuple[int, Piece, bytes]]:
        for number, piece in enumerate(self.pieces):
            file.seek(piece.offset)
            yield number, piece, file.read(piece.length)


def lay_out(
    columns: list[str], lines: Iterable[tuple[int, int, int]], *, chunk_lines: int, line_limit: int
) -> FilePlan:
    """Pieces of at most so many lines, from (number, offset, length) of each line that holds something.

    A line longer than the limit is a piece of its own, cut off behind its first byte too many.
    """
    plan = FilePlan(columns)
    start = end = first = held = 0
    for number, offset, length in lines:
        plan.lines += 1
        if held and (held == chunk_lines or length > line_limit or offset + length - start > PIECE_LIMIT):
            plan.pieces.append(Piece(start, end - start, first))
            held = 0
        if length > line_limit:
            plan.pieces.append(Piece(offset, line_limit + 1, number))
            continue
        if not held:
            start, first = offset, number
        end = offset + length
        held += 1
    if held:
        plan.pieces.append(Piece(start, end - start, first))
    return plan


def file_refused(pointer: str, code: str, detail: str, fix: str) -> FileNotValid:
    return FileNotValid(errors=[Fault(pointer=pointer, code=code, detail=detail, fix=fix)])
