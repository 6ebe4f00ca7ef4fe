"""When a fact holds: which columns tell it, and what must be true of them."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from families.feeds.lines import Covers, LineFault, Values
from vocabulary.school_terms import find_days

Days = tuple[date, date | None]
"""First and last day, both inclusive; without a last day it lasts."""


class Period(ABC):
    """Shape: `columns` are those that tell it; `codes` are the faults that it can find."""

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]: ...

    @property
    @abstractmethod
    def codes(self) -> tuple[str, ...]: ...

    @abstractmethod
    def days(self, values: Values) -> Days | None:
        """When it is; None when the line does not tell."""

    @abstractmethod
    def faults(self, values: Values, covers: Covers) -> Iterator[LineFault]:
        """What is wrong with it."""


@dataclass(frozen=True)
class OnDay(Period):
    """One day: that of an event, or that as of which a state is told."""

    day: str

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.day,)

    @property
    def codes(self) -> tuple[str, ...]:
        return ("after_coverage",)

    def days(self, values: Values) -> Days | None:
        day = values[self.day]
        return (day, day) if day else None

    def faults(self, values: Values, covers: Covers) -> Iterator[LineFault]:
        if values[self.day] and values[self.day] > covers.last:
            yield LineFault(self.day, "after_coverage")


@dataclass(frozen=True)
class FromTo(Period):
    """From one column's day to another's; while the last is empty, it lasts.

    With `as_of`, the line tells what was known on that day and no more: a tenancy that had not ended on 31 March held
    up to 31 March, and what became of it in April is the next line's to tell. Without it an old line would go on saying
    that the tenancy lasts, after a later one has said that it is over.
    """

    first: str
    last: str = ""
    as_of: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name in (self.first, self.last, self.as_of) if name)

    @property
    def codes(self) -> tuple[str, ...]:
        of_end = ("end_without_start", "ends_before_start") if self.last else ()
        return (*of_end, "after_as_of") if self.as_of else of_end

    def days(self, values: Values) -> Days | None:
        if not values[self.first]:
            return None
        known_ends = [values[name] for name in (self.last, self.as_of) if name and values[name]]
        return values[self.first], min(known_ends, default=None)

    def faults(self, values: Values, covers: Covers) -> Iterator[LineFault]:
        first, last = values[self.first], values[self.last] if self.last else None
        if last and not first:
            yield LineFault(self.first, "end_without_start")
        elif last and last < first:
            yield LineFault(self.last, "ends_before_start")
        if self.as_of and first and first > values[self.as_of]:
            yield LineFault(self.first, "after_as_of")


@dataclass(frozen=True)
class PartOf(Period):
    """A part of a spell: from its own first day to its own last, or to the spell's where it has none of its own.

    Example: a claim of Universal Credit that began in April and ran under two regimes, the second from 15 March on, is
    two lines: one up to 14 March, and one from 15 March on for as long as the claim lasts.
    """

    whole: FromTo
    part: FromTo

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.whole.columns, *self.part.columns)

    @property
    def codes(self) -> tuple[str, ...]:
        return (*self.whole.codes, "outside_the_spell")

    def days(self, values: Values) -> Days | None:
        whole = self.whole.days(values)
        if whole is None:
            return None
        ends = [day for day in (whole[1], values[self.part.last]) if day]
        return values[self.part.first] or whole[0], min(ends, default=None)

    def faults(self, values: Values, covers: Covers) -> Iterator[LineFault]:
        wrong = list(self.whole.faults(values, covers))
        yield from wrong
        if wrong or not values[self.whole.first]:
            return
        begins, ends = values[self.whole.first], values[self.whole.last]
        first, last = values[self.part.first], values[self.part.last]
        if first and (first < begins or (ends and first > ends)):
            yield LineFault(self.part.first, "outside_the_spell")
        elif last and (last < (first or begins) or (ends and last > ends)):
            yield LineFault(self.part.last, "outside_the_spell")


@dataclass(frozen=True)
class SchoolTerm(Period):
    """A term of the school calendar or a half of one, told by two columns: `2016/17` and `autumn`."""

    academic_year: str
    term: str

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.academic_year, self.term)

    @property
    def codes(self) -> tuple[str, ...]:
        return ("before_term_ended", "term_dates_unknown")

    def days(self, values: Values) -> Days | None:
        return find_days(values[self.academic_year], values[self.term])

    def faults(self, values: Values, covers: Covers) -> Iterator[LineFault]:
        days = find_days(values[self.academic_year], values[self.term])
        if days is None:
            yield LineFault(self.academic_year, "term_dates_unknown")
        elif days[1] > covers.last:
            yield LineFault(self.term, "before_term_ended")
