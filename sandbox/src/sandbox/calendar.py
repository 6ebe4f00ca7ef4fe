"""When things happen in the borough: terms, waves of pushes, claim windows. Data only."""

from bisect import bisect_left
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

STORY_BEGINS = date(2016, 9, 1)
IDENTIFIED_ON = date(2017, 8, 31)
FIRST_ATTACHMENT = date(2017, 9, 4)
STORY_ENDS = date(2019, 12, 31)
DAY = timedelta(days=1)


EASTER = {2017: date(2017, 4, 16), 2018: date(2018, 4, 1), 2019: date(2019, 4, 21), 2020: date(2020, 4, 12)}
NEW_YEAR_KEPT = {2017: date(2017, 1, 2), 2018: date(2018, 1, 1), 2019: date(2019, 1, 1), 2020: date(2020, 1, 1)}
"""The bank holiday of the new year: the Monday after where the first was a Sunday."""


@dataclass(frozen=True, slots=True)
class SchoolTerm:
    """A school term; `number` counts from autumn 2016 = 0, without gaps. School opens on `opens` at the earliest."""

    number: int
    academic_year: str
    name: str
    begins: date
    ends: date
    opens: date


def _weekday_from(day: date) -> date:
    while day.weekday() > 4:
        day += DAY
    return day


def _terms() -> tuple[SchoolTerm, ...]:
    terms: list[SchoolTerm] = []
    for year in range(2016, 2020):
        label = f"{year}/{(year + 1) % 100:02}"
        easter, after_new_year = EASTER[year + 1], NEW_YEAR_KEPT[year + 1] + DAY
        for name, begins, ends, opens in (
            ("autumn", date(year, 8, 1), date(year, 12, 31), _weekday_from(date(year, 9, 1))),
            ("spring", date(year + 1, 1, 1), easter, _weekday_from(after_new_year)),
            ("summer", easter + DAY, date(year + 1, 7, 31), easter + 2 * DAY),
        ):
            if ends <= STORY_ENDS:
                terms.append(SchoolTerm(len(terms), label, name, begins, ends, opens))
    return tuple(terms)


TERMS = _terms()
TERM_ENDS = tuple(term.ends for term in TERMS)


@dataclass(frozen=True, slots=True)
class WavePlan:
    """One round of pushes: which terms and which days each feed covers, when it is pushed, when claims are made."""

    number: int
    covers_from: date
    covers_to: date
    terms: tuple[int, ...]
    anti_social_behaviour: tuple[tuple[date, date], ...]
    claims_on: date | None = None

    @property
    def pushed_on(self) -> date:
        return self.covers_to + 5 * DAY if self.number else date(2017, 9, 1)


def _wave(number: int, begins: date, ends: date, terms: tuple[int, ...], *, claims: bool = False) -> WavePlan:
    return WavePlan(number, begins, ends, terms, ((begins, ends),), ends + 14 * DAY if claims else None)


# Attendance comes a term in arrears: a wave brings the terms that had ended when the wave before it ended.
# The last wave brings autumn 2019 besides, so that a second recovery (story 2) can still be seen.
# Story 6: the police's push of wave 5 stops at the end of January 2019; February and March come with wave 6.
WAVES = (
    _wave(0, STORY_BEGINS, IDENTIFIED_ON, (0, 1, 2)),
    _wave(1, date(2017, 9, 1), date(2017, 12, 31), ()),
    _wave(2, date(2018, 1, 1), date(2018, 3, 31), (3,)),
    _wave(3, date(2018, 4, 1), date(2018, 7, 31), (4,)),
    _wave(4, date(2018, 8, 1), date(2018, 12, 31), (5,), claims=True),
    WavePlan(
        5,
        date(2019, 1, 1),
        date(2019, 3, 31),
        (6,),
        ((date(2019, 1, 1), date(2019, 1, 31)),),
        date(2019, 4, 14),
    ),
    WavePlan(
        6,
        date(2019, 4, 1),
        date(2019, 8, 31),
        (7,),
        ((date(2019, 2, 1), date(2019, 3, 31)), (date(2019, 4, 1), date(2019, 8, 31))),
        date(2019, 9, 14),
    ),
    _wave(7, date(2019, 9, 1), STORY_ENDS, (8, 9), claims=True),
)
WINDOWS = tuple(wave for wave in WAVES if wave.claims_on)


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def first_day_clear_of(day: date, months: int) -> date:
    """The first D with `D − months` on or after `day`: the last `months` ending D no longer hold it."""
    clear = months_before(day, -months)
    while months_before(clear, months) < day:
        clear += DAY
    return clear


def financial_year(day: date) -> str:
    """`2017/18` for 2017-04-01 to 2018-03-31."""
    year = day.year if day.month >= 4 else day.year - 1
    return f"{year}/{(year + 1) % 100:02}"


def last_term_ended(day: date) -> SchoolTerm | None:
    """The latest term that ends on or before a day."""
    index = bisect_left(TERM_ENDS, day + DAY)
    return TERMS[index - 1] if index else None
