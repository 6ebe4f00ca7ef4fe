"""Months, terms and financial years, as the plan counts them. All dates are inclusive."""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 2000, 2060


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month (a later one, when `months` is negative), or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def first_day_clear_of(day: date, months: int) -> date:
    """The first D for which "the last `months` ending D" no longer hold `day`."""
    clear = months_before(day, -months)
    while months_before(clear, months) < day:
        clear += DAY
    return clear


def financial_year(day: date) -> str:
    """Shape: `2017/18` for 2017-04-01 to 2018-03-31."""
    year = day.year if day.month >= 4 else day.year - 1
    return f"{year}/{(year + 1) % 100:02}"


def financial_year_ends(year: str) -> date:
    """The last day of `2017/18`."""
    return date(int(year[:4]) + 1, 3, 31)


@dataclass(frozen=True, slots=True)
class Term:
    begins: date
    ends: date


class Terms:
    """All terms of a plan, one after another, as if nothing lay between them."""

    def __init__(self, periods: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        """Shape: each period is ((month, day) of its first day, (month, day) of its last)."""
        self.all = sorted(
            (
                Term(date(year, *begins), date(year, *ends))
                for year in range(FIRST_YEAR, LAST_YEAR)
                for begins, ends in periods
            ),
            key=lambda term: term.begins,
        )
        self._ends = [term.ends for term in self.all]
        self._at = {(term.begins, term.ends): place for place, term in enumerate(self.all)}

    def last_ended(self, day: date) -> int:
        """The place of the latest term that ends on or before `day`; -1 before the first."""
        return bisect_right(self._ends, day) - 1

    def ends_between(self, after: date, until: date) -> list[date]:
        """Ends of terms in (after, until]."""
        return self._ends[bisect_right(self._ends, after) : bisect_right(self._ends, until)]

    def place(self, begins: date, ends: date) -> int | None:
        """The place of the term with exactly this period."""
        return self._at.get((begins, ends))


class Days:
    """A set of days, as merged intervals."""

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
        place = bisect_right(self._begins, begins) - 1
        return place >= 0 and self.intervals[place][1] >= ends

    def count(self, begins: date, ends: date) -> int:
        """How many days of begins…ends are in the set."""
        return sum(
            (min(last, ends) - max(first, begins)).days + 1
            for first, last in self.intervals
            if first <= ends and last >= begins
        )

    def any(self, begins: date, ends: date) -> bool:
        return self.count(begins, ends) > 0

    @property
    def last(self) -> date | None:
        return self.intervals[-1][1] if self.intervals else None

    def nth(self, number: int) -> date | None:
        """The day with this number, counted from 0."""
        for first, last in self.intervals:
            length = (last - first).days + 1
            if number < length:
                return first + timedelta(days=number)
            number -= length
        return None

    def size(self) -> int:
        return sum((last - first).days + 1 for first, last in self.intervals)
