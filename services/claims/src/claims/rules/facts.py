"""What is known of a family, as the evaluator takes it. People are roots here: merged ids have been followed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from claims.rules.calendar import Days

FOREVER = date.max


@dataclass(frozen=True, slots=True)
class Member:
    """A stay in the family. `born`: (year, month), all that is known of a date of birth."""

    person: UUID
    role: str
    begins: date
    ends: date = FOREVER
    born: tuple[int, int] | None = None

    def covers(self, day: date) -> bool:
        return self.begins <= day <= self.ends


@dataclass(frozen=True, slots=True)
class Record:
    """What one line of a partner's file states of a person: the facts that share its id and period.

    Shape: measure → value, a number or a word.
    """

    id: UUID
    person: UUID
    category: str
    source: str
    begins: date
    ends: date
    values: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Support:
    """The dates of the attachment gate's parts, as they were first recorded."""

    parts: Mapping[str, date] = field(default_factory=dict)
    declined_on: date | None = None


@dataclass(frozen=True)
class Coverage:
    """The days of each feed for which accepted pushes are known whole, and which services those came from."""

    feeds: Mapping[str, Days] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    last_day: date | None = None

    def days(self, feed: str) -> Days:
        return self.feeds.get(feed, NOTHING)


NOTHING = Days([])


@dataclass(frozen=True)
class Known:
    """Everything that the evaluator is told of one family."""

    family: UUID
    members: tuple[Member, ...]
    records: tuple[Record, ...]
    support: Support
    coverage: Coverage


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """A category of one person's data from one service: what a decision is asked about."""

    person: UUID
    category: str
    source: str
