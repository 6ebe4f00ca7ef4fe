"""Where the lines of a file stand, in pieces that are worked on one at a time. The file itself is never kept whole."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, Self, TypeVar

from chassis.problems import Fault
from families.intake.notes import Note
from families.problems import FileNotValid

PIECE_LIMIT = 4 << 20
"""Bytes: blank lines count for nothing, but must not make a piece grow without end."""


Row = TypeVar("Row")

MOST_ROWS = 2_000_000
"""Empty ones counted: a file of nothing but line ends is no reason to be busy for minutes. A sheet holds 1,048,576."""


@dataclass(frozen=True)
class Reading:
    """How a file's rows are read, once that is decided by the whole file. Shape: `orders`: what comes first in the
    dates of a column, `day` or `month`."""

    separator: str = ","
    orders: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """As a push keeps it; a push that an older release took in keeps nothing."""
        return cls(**kept)

    def keep(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Piece:
    """Whole lines of the file, by their position in it. Units: bytes."""

    offset: int
    length: int
    first_line: int


@dataclass
class FilePlan:
    """How a file is worked on: its columns in their order (empty: passed over), its pieces, how many lines there are.

    Shape: `notes` is what its sender is told of how it was read; `file` stands for the one that came where that had to
    be written anew.
    """

    columns: list[str]
    pieces: list[Piece] = field(default_factory=list)
    lines: int = 0
    reading: Reading = field(default_factory=Reading)
    notes: list[Note] = field(default_factory=list)
    file: BinaryIO | None = None

    def bodies(self, file: BinaryIO) -> Iterator[tuple[int, Piece, bytes]]:
        file = self.file or file
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


def count_rows(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, as long as there are not too many. Errors: FileNotValid."""
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise file_refused(
                "/",
                "too_many_rows",
                f"The file has more than {MOST_ROWS} rows, empty ones counted.",
                "Take the empty ones out, or send it in parts, each for its own days.",
            )
        yield row


def file_refused(pointer: str, code: str, detail: str, fix: str) -> FileNotValid:
    return FileNotValid(errors=[Fault(pointer=pointer, code=code, detail=detail, fix=fix)])
