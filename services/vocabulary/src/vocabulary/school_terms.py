"""School terms by academic year: of which days a supplier's totals tell, and when a term began for its pupils."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from vocabulary.source import SHARED, Entry, read_entries, read_table

TERMS = ("autumn", "spring", "summer")
HALVES = {"summer_first_half": "summer", "summer_second_half": "summer"}
"""The two halves in which a term may be told as well, and the term."""


class TermDays(BaseModel):
    """Shape: both inclusive."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begins: date = Field(alias="from")
    ends: date = Field(alias="to")


class SchoolYear(Entry):
    """An academic year, such as `2016/17`. Shape: `first_sessions` by term; a council's own stand in its plan."""

    source: ClassVar[str] = "school_terms"

    autumn: TermDays
    spring: TermDays
    summer: TermDays
    summer_first_half: TermDays
    summer_second_half: TermDays
    first_sessions: Mapping[str, date]


YEARS = read_entries(SchoolYear)
"""By academic year."""

_FORMERLY = {
    term: tuple((int(day[:2]), int(day[3:])) for day in days)
    for term, days in read_table(SchoolYear.source)[SHARED]["formerly"].items()
}


class Told(NamedTuple):
    """Of what totals with these days tell. Shape: `part` is the term's name, or that of one of its halves."""

    academic_year: str
    term: str
    part: str


def find_days(academic_year: str, part: str) -> tuple[date, date] | None:
    """First and last day of a term or a half of one, both inclusive; None of a year that is not in the table."""
    year = YEARS.get(academic_year)
    if year is None:
        return None
    days: TermDays = getattr(year, part)
    return days.begins, days.ends


@cache
def list_told() -> Mapping[tuple[date, date], Told]:
    """By first and last day: the term of which totals with these days tell, as they are dated now or were formerly."""
    return dict(_list_told())


def _list_told() -> Iterator[tuple[tuple[date, date], Told]]:
    for label, year in YEARS.items():
        for term in TERMS:
            (first_month, first_day), (last_month, last_day) = _FORMERLY[term]
            in_year = int(label[:4]) + (term != "autumn")
            former = date(in_year, first_month, first_day), date(in_year, last_month, last_day)
            yield former, Told(label, term, term)
        for part in (*TERMS, *HALVES):
            days: TermDays = getattr(year, part)
            yield (days.begins, days.ends), Told(label, HALVES.get(part, part), part)
