"""Small counts are withheld, and what is told gives none back: tried as somebody would who adds and subtracts."""

from itertools import pairwise, product
from typing import Any

import pytest

from claims.reports.service import _last_month_end, _withhold_attachments, _withhold_results
from claims.reports.small_numbers import withhold_in_row, withhold_in_table

BELOW = 5


def knowable(counts: tuple[int, ...], told: list[bool], sums: list[bool]) -> list[int]:
    """What somebody works out: the sum of the hidden counts between each two sums that are told."""
    marks = [-1, *(index for index, is_told in enumerate(sums) if is_told)]
    return [
        sum(counts[index] for index in range(before + 1, after + 1) if not told[index])
        for before, after in pairwise(marks)
    ]


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_counts_and_their_sums_never_tell_a_small_one(length: int) -> None:
    for counts in product((0, 1, 4, 5, 30), repeat=length):
        told, sums = withhold_in_row(counts, BELOW)
        assert not [count for count, is_told in zip(counts, told, strict=True) if is_told and 0 < count < BELOW]
        assert not [found for found in knowable(counts, told, sums) if 0 < found < BELOW], counts
        for before, after in pairwise([-1, *(index for index, is_told in enumerate(sums) if is_told)]):
            hidden = [index for index in range(before + 1, after + 1) if not told[index]]
            assert len(hidden) != 1, counts
        if not any(0 < count < BELOW for count in counts):
            assert all(told) and all(sums), counts


def test_a_table_gives_no_small_count_back_by_its_totals() -> None:
    for counts in product((0, 2, 5, 9), repeat=6):
        cells = dict(enumerate(counts))
        rows = [[0, 1, 2], [3, 4, 5], [0, 3], [1, 4], [2, 5]]
        hidden = withhold_in_table(cells, rows, BELOW)
        assert {cell for cell, count in cells.items() if 0 < count < BELOW} <= hidden
        for row in rows:
            inside = [cell for cell in row if cell in hidden]
            others = [cell for cell in row if cell not in hidden and cells[cell]]
            together = sum(cells[cell] for cell in inside)
            # A total tells what is hidden of it together: no small number, unless nothing else could be hidden.
            assert not inside or not others or (len(inside) > 1 and together >= BELOW), (counts, row)
        if not any(0 < count < BELOW for count in counts):
            assert not hidden


def test_what_is_paid_goes_with_the_count_that_it_tells() -> None:
    year: dict[str, Any] = {"framework": "f", "target": 9, "target_so_far": 9}
    rows = [
        year | {"year": "2016/17", "attached": 7, "attached_so_far": 7, "fees": {"pence": 700_000}},
        year | {"year": "2017/18", "attached": 2, "attached_so_far": 9, "fees": {"pence": 200_000}},
    ]
    first, second = _withhold_attachments(rows, BELOW)
    assert (first["attached"], first["attached_so_far"], first["fees"]) == (7, 7, None)
    assert (second["attached"], second["attached_so_far"], second["fees"], second["target"]) == (None, None, None, 9)
    paid: dict[str, Any] = {"framework": "f", "status": "paid", "year": "2018/19"}
    results = [
        paid | {"type": "progress", "claims": 40, "value": {"pence": 3_200_000}},
        paid | {"type": "employment", "claims": 3, "value": {"pence": 240_000}},
        paid | {"type": "progress", "year": "2019/20", "claims": 30, "value": {"pence": 2_400_000}},
    ]
    assert [row["claims"] for row in _withhold_results(results, BELOW)] == [None, None, None]
    assert [row["value"] for row in _withhold_results(results, BELOW)] == [None, None, None]
    assert _withhold_results(results[2:], BELOW) == results[2:]


@pytest.mark.parametrize(("day", "end"), [("2018-03-31", "2018-03-31"), ("2018-04-30", "2018-04-30"),
                                          ("2018-03-30", "2018-02-28"), ("2018-01-01", "2017-12-31")])  # fmt: skip
def test_a_report_is_told_as_at_the_end_of_a_month(day: str, end: str) -> None:
    from datetime import date

    assert _last_month_end(date.fromisoformat(day)) == date.fromisoformat(end)
