"""How a CSV file is cut into records: as csv reads it where it is right, line by line where it is not."""

import csv
from io import BytesIO, StringIO
from random import Random
from typing import Any

import pytest

from families.feeds.registry import get_feed
from families.intake.csvfile import make_plan, read_piece
from families.problems import FileNotValid

FEED = get_feed("school_attendance")
NAMES = ("a", "b", "c")
LIMIT = 4000


def read(data: bytes, chunk_lines: int = 3) -> list[tuple[int, Any]]:
    """Each record's number, and its cells or what is wrong with it, piece by piece as the worker reads them."""
    file = BytesIO(data)
    plan = make_plan(file, NAMES, chunk_lines=chunk_lines, line_limit=LIMIT)
    found = [
        (number, [fault.code for fault in cells] if isinstance(cells, list) else list(cells.values()))
        for _, piece, body in plan.bodies(file)
        for number, cells in read_piece(body, piece.first_line, LIMIT, plan.columns, FEED)
    ]
    assert len(found) == plan.lines, "every line that was counted is in the report"
    return found


@pytest.mark.parametrize("seed", range(30))
def test_what_a_csv_writer_wrote_is_read_as_it_was(seed: int) -> None:
    random = Random(seed)
    pieces = ["Ash", "Müller", ",", '"', "\n", "\r\n", " ", '""', "12"]
    rows = [["".join(random.choices(pieces, k=random.randint(0, 4))) for _ in NAMES] for _ in range(40)]
    out = StringIO(newline="")
    csv.writer(out, lineterminator=random.choice(["\n", "\r\n"]), quoting=random.choice([0, 1])).writerows(
        [NAMES, *rows]
    )
    told = read(out.getvalue().encode(random.choice(["utf-8", "utf-8-sig"])), chunk_lines=random.randint(1, 9))
    assert [cells for _, cells in told] == rows


def test_a_quote_inside_a_cell_begins_nothing() -> None:
    lines = ["a,b,c", 'Ro"bin,1,x', *(f"Robin,{n},x" for n in range(300)), 'Swal"lowed,2,x']
    told = read("\r\n".join(lines).encode())
    assert len(told) == 302 and told[0] == (2, ['Ro"bin', "1", "x"]) and told[-1] == (303, ['Swal"lowed', "2", "x"])


def test_a_quote_that_is_never_closed_is_its_own_lines_fault() -> None:
    lines = ["a,b,c", '"Robin,1,x', *(f"Robin,{n},x" for n in range(9)), '"Sam",2,x', "Ash,3,x"]
    told = read("\n".join(lines).encode())
    assert told[0] == (2, ["not_csv"])
    assert [number for number, _ in told] == list(range(2, 14))
    assert told[-2:] == [(12, ["Sam", "2", "x"]), (13, ["Ash", "3", "x"])]


def test_a_quote_that_is_open_to_the_end_of_the_file_refuses_it_and_tells_the_line() -> None:
    with pytest.raises(FileNotValid) as refused:
        read(b'a,b,c\nRobin,1,x\n"Ash,2,x\nSam,3,x\n')
    assert [error.pointer for error in refused.value.errors] == ["/lines/3"]
