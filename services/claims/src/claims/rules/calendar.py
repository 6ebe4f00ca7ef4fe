"""Months, terms and financial years, as the plan counts them. All dates are inclusive."""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from vocabulary.school_terms import TERMS, list_told

DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 2000, 2060
NO_AREAS: Mapping[str, Mapping[tuple[str, str], date]] = MappingProxyType({})


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
    """A term's first and last day, and the first on which a pupil could be at school. Shape: all inclusive.

    Example: the autumn of 2018 is 1 August to 31 December in schools' totals, and its first session was on 3 September.
    """

    academic_year: str
    name: str
    begins: date
    ends: date
    first_session: date


class SchoolCalendar:
    """All school terms of a plan, numbered one after another from 0, as if nothing lay between them.

    Example: the summer term of school ends in July and the autumn term begins in September, and yet their numbers
    follow each other; so "three terms running" may be summer, autumn, spring.
    Shape: `areas` holds first sessions that differ, by area, academic year and term. With `one_record_a_school` a child
    at two schools has two records of a term; without it, two are two children's.
    """

    def __init__(
        self,
        terms: Iterable[SchoolTerm],
        areas: Mapping[str, Mapping[tuple[str, str], date]] = NO_AREAS,
        *,
        one_record_a_school: bool = False,
    ) -> None:
        self.all = sorted(terms, key=lambda term: term.begins)
        self.one_record_a_school = one_record_a_school
        self._areas = areas
        self._ends = [term.ends for term in self.all]
        numbers = {(term.academic_year, term.name): number for number, term in enumerate(self.all)}
        self._told = {
            days: (numbers[told.academic_year, told.term], told.part)
            for days, told in list_told().items()
            if (told.academic_year, told.term) in numbers
        }

    def find_last_ended(self, day: date) -> int:
        """The number of the latest term that ends on or before `day`; -1 before the first."""
        return bisect_right(self._ends, day) - 1

    def list_ends_between(self, after: date, until: date) -> list[date]:
        """Ends of terms in (after, until]."""
        return self._ends[bisect_right(self._ends, after) : bisect_right(self._ends, until)]

    def find_told(self, begins: date, ends: date) -> tuple[int, str] | None:
        """The number of the term of which a record with exactly these days tells, and which part of it."""
        return self._told.get((begins, ends))

    def first_session(self, number: int, area: str | None) -> date:
        """The first day on which a pupil of this area could be at school in a term."""
        term = self.all[number]
        return self._areas.get(area or "", {}).get((term.academic_year, term.name), term.first_session)

    def most_sessions(self, number: int) -> int:
        """How many sessions one child's term can have at most: two on each weekday from the first on."""
        term = self.all[number]
        days = (term.ends - term.first_session).days + 1
        return 2 * sum((term.first_session + timedelta(days=n)).weekday() < 5 for n in range(days))


def yearly_terms(periods: Mapping[str, tuple[tuple[int, int], tuple[int, int]]]) -> Iterator[SchoolTerm]:
    """Terms that begin and end on the same days each year, with a first session on the first of them.

    Shape: by name, (month, day) of the first day and of the last, both in one year.
    """
    for year in range(FIRST_YEAR, LAST_YEAR):
        for name, (first, last) in periods.items():
            begins = date(year, *first)
            since = year if name == TERMS[0] else year - 1
            yield SchoolTerm(f"{since}/{(since + 1) % 100:02}", name, begins, date(year, *last), begins)


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
