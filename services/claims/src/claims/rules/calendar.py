"""Months, terms and financial years, as the plan counts them. All dates are inclusive."""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 2000, 2060


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month (a later one, when `months` is negative), or that month's last day.

    Example: six months before 31 August is 28 February, or 29 in a leap year.
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def first_day_clear_of(day: date, months: int) -> date:
    """The first D for which "the last `months` ending D" no longer hold `day`.

    Example: with six months, 10 January is gone on 10 July, and 31 August on 1 March: the window that ends on
    28 February begins on 29 August.
    """
    clear = months_before(day, -months)
    while months_before(clear, months) < day:
        clear += DAY
    return clear


def financial_year(day: date) -> str:
    """Shape: `2017/18` for 2017-04-01 to 2018-03-31."""
    year = day.year if day.month >= 4 else day.year - 1
    return f"{year}/{(year + 1) % 100:02}"


def financial_year_begins(year: str) -> date:
    """The first day of `2017/18`."""
    return date(int(year[:4]), 4, 1)


def financial_year_ends(year: str) -> date:
    """The last day of `2017/18`."""
    return date(int(year[:4]) + 1, 3, 31)


@dataclass(frozen=True, slots=True)
class SchoolTerm:
    """A term's first and last day. Shape: both inclusive."""

    begins: date
    ends: date


class SchoolCalendar:
    """All school terms of a plan, numbered one after another from 0, as if nothing lay between them.

    Example: the summer term ends on 31 July and the autumn term begins on 1 September, and yet their numbers follow
    each other; so "three terms running" may be summer, autumn, spring.
    """

    def __init__(self, periods: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        """Shape: each period is ((month, day) of its first day, (month, day) of its last), both in one year."""
        self.all = sorted(
            (
                SchoolTerm(date(year, *begins), date(year, *ends))
                for year in range(FIRST_YEAR, LAST_YEAR)
                for begins, ends in periods
            ),
            key=lambda term: term.begins,
        )
        self._ends = [term.ends for term in self.all]
        self._numbers = {(term.begins, term.ends): number for number, term in enumerate(self.all)}

    def find_last_ended(self, day: date) -> int:
        """The number of the latest term that ends on or before `day`; -1 before the first."""
        return bisect_right(self._ends, day) - 1

    def list_ends_between(self, after: date, until: date) -> list[date]:
        """Ends of terms in (after, until]."""
        return self._ends[bisect_right(self._ends, after) : bisect_right(self._ends, until)]

    def find_number(self, begins: date, ends: date) -> int | None:
        """The number of the term with exactly these days."""
        return self._numbers.get((begins, ends))


class Days:
    """A set of days. Shape: `intervals` are its runs of days, in order, each with its first and last day."""

    def __init__(self, intervals: Sequence[tuple[date, date]]) -> None:
        merged: list[tuple[date, date]] = []
        for begins, ends in sorted(intervals):
            if begins > ends:
                continue
            if merged and begins <= merged[-1][1] + DAY:
                merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
            else:
                merged.append((begins, ends))
        self.intervals = tuple(merged)
        self._begins = [begins for begins, _ in merged]

    def hold(self, begins: date, ends: date) -> bool:
        """Whether every day of begins…ends is in the set."""
        index = bisect_right(self._begins, begins) - 1
        return index >= 0 and self.intervals[index][1] >= ends

    @property
    def last(self) -> date | None:
        """The latest of the days; None when there are none."""
        return self.intervals[-1][1] if self.intervals else None

    def nth(self, number: int) -> date | None:
        """The day with this number, counted from 0; None when there are not so many."""
        for first, last in self.intervals:
            length = (last - first).days + 1
            if number < length:
                return first + timedelta(days=number)
            number -= length
        return None

    def size(self) -> int:
        """How many days there are."""
        return sum((last - first).days + 1 for first, last in self.intervals)
