"""How a CSV file is cut into rows: as csv reads it where it is right, line by line where it is not."""

import codecs
import csv
from io import BytesIO, StringIO
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from families.feeds.registry import get_feed
from families.intake import pieces
from families.intake.csvfile import make_plan, read_piece
from families.intake.dates import read_date
from families.intake.pieces import FilePlan
from families.problems import FileNotValid

FEED = get_feed("benefits")
NAMES = ("forename", "date_of_birth", "uprn")
HEADING = ",".join(NAMES)
LIMIT = 4000
Rows = list[tuple[int, Any]]


def plan_of(data: bytes, chunk_lines: int = 3) -> tuple[FilePlan, Rows]:
    """How a file is read, and each row's number with its cells or what is wrong, piece by piece as the worker reads."""
    file = BytesIO(data)
    plan = make_plan(file, NAMES, chunk_lines=chunk_lines, line_limit=LIMIT, days=["date_of_birth"])
    found = [
        (number, [fault.code for fault in cells] if isinstance(cells, list) else [cells[name] for name in NAMES])
        for _, piece, body in plan.bodies(file)
        for number, cells in read_piece(body, piece.first_line, LIMIT, plan.columns, FEED, plan.reading.keep())
    ]
    assert len(found) == plan.lines, "every line that was counted is in the report"
    return plan, found


def read(data: bytes, chunk_lines: int = 3) -> Rows:
    return plan_of(data, chunk_lines)[1]


def refusal(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(FileNotValid) as refused:
        read(data)
    return [(error.pointer, error.code) for error in refused.value.errors]


@pytest.mark.parametrize("seed", range(30))
def test_what_a_csv_writer_wrote_is_read_as_it_was(seed: int) -> None:
    random = Random(seed)
    pieces = ["Ash", "Müller", ",", '"', "\n", "\r\n", ";", '""', "12"]
    rows = [["".join(random.choices(pieces, k=random.randint(0, 4))) for _ in NAMES] for _ in range(40)]
    rows = [[*row[:2], "end"] for row in rows]
    out = StringIO(newline="")
    separator = random.choice([",", ";", "\t", "|"])
    csv.writer(
        out, delimiter=separator, lineterminator=random.choice(["\n", "\r\n"]), quoting=random.choice([0, 1])
    ).writerows([NAMES, *rows])
    told = read(out.getvalue().encode(random.choice(["utf-8", "utf-8-sig", "utf-16"])), random.randint(1, 9))
    assert [cells for _, cells in told] == [[cell.strip() for cell in row] for row in rows]


LETTERS = st.characters(codec="cp1252", exclude_categories=["Cc"]) | st.sampled_from("\n\"',;\t|")
CELL = st.text(LETTERS, max_size=8).filter(lambda text: not text.startswith("="))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    rows=st.lists(st.tuples(CELL, CELL), max_size=12),
    separator=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"]),
    titles=st.integers(0, 4),
    sep_line=st.booleans(),
    order=st.permutations(range(5)),
    chunk=st.integers(1, 5),
)
def test_a_written_file_reads_back_the_same_in_every_dialect(
    rows: list[tuple[str, str]],
    separator: str,
    end: str,
    quoting: Any,
    encoding: str,
    titles: int,
    sep_line: bool,
    order: list[int],
    chunk: int,
) -> None:
    out = StringIO(newline="")
    if sep_line:
        out.write(f"sep={separator}{end}")
    writer = csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting)
    headings = ["FORENAME", "Date of birth", "Uprn ", "Our notes", ""]
    writer.writerows([["Extract", *[""] * 4]] * titles)
    for row in [headings, *([*row, "x", "mine", ""] for row in rows), [""] * 5]:
        writer.writerow([row[index] for index in order])
    text = out.getvalue()
    marks = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    told = read(marks.get(encoding, b"") + text.encode(encoding), chunk)
    assert told == [(titles + 2 + n, [a.strip(), b.strip(), "x"]) for n, (a, b) in enumerate(rows)]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda rest: HEADING.encode() + b"\n" + rest))
def test_no_file_raises_anything_but_the_readers_own_problem(data: bytes) -> None:
    try:
        read(data)
    except FileNotValid as refused:
        assert refused.errors and len(refused.errors) <= 20


def test_a_quote_inside_a_cell_begins_nothing() -> None:
    lines = [HEADING, 'Ro"bin,1,x', *(f"Robin,{n},x" for n in range(300)), 'Swal"lowed,2,x']
    told = read("\r\n".join(lines).encode())
    assert len(told) == 302 and told[0] == (2, ['Ro"bin', "1", "x"]) and told[-1] == (303, ['Swal"lowed', "2", "x"])


def test_a_quote_that_is_never_closed_is_its_own_lines_fault() -> None:
    lines = [HEADING, '"Robin,1,x', *(f"Robin,{n},x" for n in range(9)), '"Sam",2,x', "Ash,3,x"]
    told = read("\n".join(lines).encode())
    assert told[0] == (2, ["not_csv"])
    assert [number for number, _ in told] == list(range(2, 14))
    assert told[-2:] == [(12, ["Sam", "2", "x"]), (13, ["Ash", "3", "x"])]


def test_a_quote_that_is_open_to_the_end_of_the_file_refuses_it_and_tells_the_line() -> None:
    assert refusal(f'{HEADING}\nRobin,1,x\n"Ash,2,x\nSam,3,x\n'.encode()) == [("/lines/3", "quote_not_closed")]


def test_a_row_has_the_number_that_a_sheet_shows_beside_it() -> None:
    told = read(f'{HEADING}\nRobin,1,"Flat 2\nMill"\n\n,,\nAsh,2,x\n'.encode())
    assert [number for number, _ in told] == [2, 5]


@pytest.mark.parametrize(
    ("data", "notes"),
    [
        (f"{HEADING}\nMüller,,x\n".encode(), []),
        (f"{HEADING}\nMüller,,x\n".encode("utf-8-sig"), []),
        (f"{HEADING}\nMüller,,x\n".encode("utf-16"), ["read_as_utf_16"]),
        (f"{HEADING}\nMüller,,x\n".encode("cp1252"), ["read_as_windows_1252"]),
        (f"{HEADING}\nMüller,,x\n".replace(",", ";").encode("cp1252"), ["read_as_windows_1252", "separator"]),
        (f"{HEADING}\nMüller,,x\n".replace(",", "\t").encode(), ["separator"]),
        ("sep=;\r\nForename;Date of Birth;UPRN\r\nMüller;;x\r\n".encode(), ["separator"]),
        ("UPRN,dateOfBirth,FORENAME\nx,,Müller".encode(), []),
        ("Spring census,,\n,,\nForename,DATE-OF-BIRTH,uprn\nMüller,,x\n,,\n,,\n".encode(), ["rows_above"]),
        ("Forename,Class,Date of Birth,uprn,\nMüller,7B,,x,\n".encode(), ["columns_passed_over"]),
        (f"{HEADING}\nMüller,,x,,,,\n".encode(), []),
        (f'{HEADING}\n"=""Müller""",,x\n'.encode(), []),
    ],
)
def test_a_file_as_it_comes_is_understood_and_what_was_found_is_told(data: bytes, notes: list[str]) -> None:
    plan, rows = plan_of(data)
    assert [cells for _, cells in rows] == [["Müller", "", "x"]]
    assert [note["code"] for note in plan.notes] == notes


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (f"{HEADING}\nMüller,,x\n".encode() + "Zoë,,x\n".encode("cp1252"), [("/lines/2", "not_utf8")]),
        (f"{HEADING}\nAndr\x82,,x\n".encode("latin-1"), [("/lines/2", "not_utf8")]),
        (f"{HEADING}\nAndr\x8f,,x\n".encode("latin-1"), [("/lines/2", "not_utf8")]),
        (f"{HEADING}\n".encode("utf-16-le"), [("/", "not_utf8")]),
        (codecs.BOM_UTF16_LE + b"\x00\xd8,\x00", [("/", "not_utf16")]),
        (codecs.BOM_UTF16_LE + b"a", [("/", "not_utf16")]),
        (b"forename,FORENAME,date of birth,uprn\n", [("/header/2", "column_repeated")]),
        (b"forename,born,uprn\n", [("/header", "column_missing"), ("/header/2", "column_unknown")]),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(data: bytes, found: list[tuple[str, str]]) -> None:
    assert refusal(data) == found


def test_a_heading_of_thousands_of_columns_gets_a_short_answer() -> None:
    assert refusal(",".join(f"c{n}" for n in range(400)).encode())[-1] == ("/header/1", "column_unknown")
    assert refusal(",".join("x" for _ in range(900)).encode()) == [("/header", "too_many_columns")]


def test_a_file_of_line_ends_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "MOST_ROWS", 1000)
    assert refusal(HEADING.encode() + b"\n" * 1002) == [("/", "too_many_rows")]
    assert read(HEADING.encode() + b"\n" * 1000) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2009-03-14", "2009-03-14"),
        ("2009-Mar-14 00:00:00", "2009-03-14"),
        ("2009-03-14T00:00:00.000", "2009-03-14"),
        ("2009/3/14", "2009-03-14"),
        ("14 March 2009", "2009-03-14"),
        ("14-MAR-2009", "2009-03-14"),
        ("4/5/2009", "2009-05-04"),
        ("04.05.2009 09:30", "2009-05-04"),
        ("30/02/2009", "30/02/2009"),
        ("14/03/09", "14/03/09"),
        ("14/03-2009", "14/03-2009"),
        ("39886", "39886"),
        ("1４/03/2009", "1４/03/2009"),
    ],
)
def test_a_day_is_read_in_every_form_that_has_one_meaning(text: str, day: str) -> None:
    assert read_date(text) == day


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.dates(), st.sampled_from(["%d/%m/%Y", "%Y-%b-%d", "%d %B %Y", "%Y-%m-%dT%H:%M:%S"]))
def test_a_day_reads_back_as_it_was_written(day: Any, form: str) -> None:
    text = day.strftime(form).replace(day.strftime("%Y"), f"{day.year:04}")
    assert read_date(text) == day.isoformat()


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,4}[-/.][0-9A-Za-z]{1,4}[-/.][0-9]{1,4}"))
def test_what_is_no_day_comes_back_as_it_is(text: str) -> None:
    assert read_date(text) == text or len(read_date(text)) == 10


def dated(*days: str) -> bytes:
    return "\n".join([HEADING, *(f"Robin,{day},x" for day in days)]).encode()


@pytest.mark.parametrize(
    ("days", "read_as", "code"),
    [
        (["04/05/2009", "14/03/2009"], ["2009-05-04", "2009-03-14"], ["day_before_month"]),
        (["04/05/2009", "03/14/2009"], ["2009-04-05", "2009-03-14"], ["month_before_day"]),
        (["04/05/2009", "05/05/2009"], ["2009-05-04", "2009-05-05"], ["day_before_month_assumed"]),
        (["05/05/2009", "2009-05-06"], ["2009-05-05", "2009-05-06"], []),
    ],
)
def test_the_whole_column_decides_which_number_is_the_month(
    days: list[str], read_as: list[str], code: list[str]
) -> None:
    plan, rows = plan_of(dated(*days), chunk_lines=1)
    assert [cells[1] for _, cells in rows] == read_as
    assert [note["code"] for note in plan.notes] == code


def test_a_column_that_says_both_is_refused() -> None:
    assert refusal(dated("14/03/2009", *["01/02/2009"] * 9, "03/14/2009")) == [("/header/2", "dates_mixed")]
