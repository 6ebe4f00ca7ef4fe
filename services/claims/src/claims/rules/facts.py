"""What the evaluator is given of one family. People are roots here: merged ids have been followed already."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from claims.rules.calendar import Days

FOREVER = date.max

Values = Mapping[str, str | int]
"""Measure → value, a number or a word."""

Where = Mapping[str, frozenset[str]]
"""Measure → the values that are wanted of it."""


def matches(where: Where, values: Values) -> bool:
    """Whether each measure that is named has one of the wanted values; a measure that is missing counts as `""`.

    Example: `{"asb.role": {"suspect"}}` matches a suspect whatever the action was, and no witness.
    """
    return all(str(values.get(measure, "")) in wanted for measure, wanted in where.items())


def read_where(data: Mapping[str, Iterable[str]]) -> Where:
    """A condition from a plan's data."""
    return {measure: frozenset(values) for measure, values in data.items()}


@dataclass(frozen=True, slots=True)
class Member:
    """A stay in the family. Shape: `born` is (year, month), which is all that is known of a date of birth."""

    person: UUID
    role: str
    begins: date
    ends: date = FOREVER
    born: tuple[int, int] | None = None

    def covers(self, day: date) -> bool:
        """Whether the person belongs to the family on a day. Both ends are inclusive."""
        return self.begins <= day <= self.ends


@dataclass(frozen=True, slots=True)
class Record:
    """What one line of a partner's file states of a person: all facts that share its id and period.

    Example: a term of a school's file is one record with `sessions.possible`, `sessions.authorised` and
    `sessions.unauthorised`.
    """

    id: UUID
    person: UUID
    category: str
    source: str
    begins: date
    ends: date
    values: Values


@dataclass(frozen=True, slots=True)
class GateAct:
    """An act of support, and how it was recorded: when, how late in days (0 in time), by whom, confirmed by whom."""

    on: date
    recorded_on: date
    days_late: int
    recorded_by: str | None
    confirmed_by: str | None


@dataclass(frozen=True, slots=True)
class SupportDates:
    """The dates of the attachment gate's parts, each as it was first recorded. `acts` say how that was."""

    parts: Mapping[str, date] = field(default_factory=dict)
    declined_on: date | None = None
    acts: Mapping[str, GateAct] = field(default_factory=dict)


@dataclass(frozen=True)
class Coverage:
    """The days of each feed for which accepted pushes are known whole, and the services that sent those.

    Only within these days does the absence of a record mean that nothing happened.
    Shape: `last_day` is the last day that any push of the area covers; None before the first push.
    """

    feeds: Mapping[str, Days] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    last_day: date | None = None

    def days(self, feed: str) -> Days:
        """The covered days of one feed; none of a feed that nobody sent."""
        return self.feeds.get(feed, NOTHING)


NOTHING = Days([])


@dataclass(frozen=True)
class FamilyFacts:
    """Everything that the evaluator is given of one family, as known at one moment. Shape: `area` is where it lives."""

    family: UUID
    members: tuple[Member, ...]
    records: tuple[Record, ...]
    support: SupportDates
    coverage: Coverage
    area: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """A category of one person's data from one service: what a decision of consent is asked about."""

    person: UUID
    category: str
    source: str
