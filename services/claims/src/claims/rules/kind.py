"""What every kind of rule has to answer. Each kind is one file of `claims/rules/kinds`, and is found by its name there.

A criterion of an outcomes plan has two rules: a *need* ("somebody is a suspect within twelve months") and the
*progress* that answers it ("nobody is for six months"). Each rule is of a kind. The kind is code; all that it counts
with (measures, windows, thresholds) is data of the plan.

To add a kind, write one file `claims/rules/kinds/<name>.py` with a frozen dataclass that inherits from `NeedKind` or
`ProgressKind`, the module's `KIND` (that class) and `EXAMPLES` (what it answers, by example). A plan names it as
`"kind": "<name>"`. mypy finds a kind that lacks an answer, at `KIND`; `tests/house/test_rule_kinds.py` finds it too,
and a kind without examples; `tests/unit/claims/test_rule_examples.py` runs the examples.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from claims.rules.case import Case
from claims.rules.facts import Record, Use
from claims.rules.verdicts import Finding, Verdict

Source = tuple[str, str]
"""A category of data, and the service that sent it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One person's answer to one need."""

    verdict: Verdict
    reason: str
    records: tuple[UUID, ...] = ()
    figures: tuple[tuple[str, Any], ...] = ()
    sources: frozenset[Source] = frozenset()


@dataclass(frozen=True, slots=True)
class Raised:
    """A need in force from a day on, and who raised it."""

    day: date
    criterion: str
    person: UUID
    at_home: bool


@dataclass(frozen=True, slots=True)
class Contrary:
    """Something that speaks against progress on every day before `day`, unless it may not be used.

    Example: an incident on 10 January speaks against a result on 31 December, and not against one on 10 July.
    """

    day: date
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class Earned:
    """A result that one person's progress earned by itself, and the day on which it did."""

    day: date
    finding: Finding


@dataclass(frozen=True)
class Criterion:
    """A need that the plan knows, and the progress that answers it.

    Shape: `tested` are the roles that are looked at, `raised_later_by` those whose need counts when it begins after
    attachment; `feed` is the one whose coverage makes silence mean something; `discretion`: somebody judges it, and no
    record measures it, so that an auditor looks at every claim that rests on it.
    """

    name: str
    category: str
    feed: str
    tested: frozenset[str]
    raised_later_by: frozenset[str]
    need: "NeedKind"
    progress: "ProgressKind"
    discretion: bool = False


class NeedKind(ABC):
    """A kind of need. An instance is one plan's rule of this kind."""

    @classmethod
    @abstractmethod
    def read(cls, data: Mapping[str, Any]) -> "NeedKind":
        """The rule from the plan's data. Errors: KeyError, ValueError when a part is missing or makes no sense."""

    @abstractmethod
    def show(self, case: Case, criterion: Criterion, person: UUID, day: date) -> Shown:
        """Whether this person shows the need on this day, whatever their role in the family."""

    @abstractmethod
    def list_turning_days(self, case: Case, person: UUID, attached_on: date, until: date) -> set[date]:
        """Days on which the need can begin to show of a person; it is looked for on no other day after attachment.

        Days outside of (attached_on, until] may be among them: the caller leaves those out.
        """


class ProgressKind(ABC):
    """A kind of progress. An instance is one plan's rule of this kind."""

    @classmethod
    @abstractmethod
    def read(cls, data: Mapping[str, Any], need: NeedKind) -> "ProgressKind":
        """The rule from the plan's data, beside the need that it answers.

        Errors: KeyError, ValueError when a part is missing or makes no sense, or when it cannot answer such a need.
        """

    @abstractmethod
    def judge(
        self, case: Case, criterion: Criterion, raisers: Sequence[Raised], attached_on: date, day: date
    ) -> Finding:
        """How the need stands on a day, from all facts: what may not be used is left out by the caller."""

    @abstractmethod
    def list_contraries(
        self, case: Case, criterion: Criterion, raised: Sequence[Raised], until: date
    ) -> list[Contrary]:
        """What speaks against progress on the days before it. `raised` are the needs of all criteria.

        Those outside of (attachment, until] may be among them: the caller leaves those out.
        """

    @abstractmethod
    def list_turning_days(self, case: Case, criterion: Criterion, attached_on: date, until: date) -> set[date]:
        """Days on which the progress can come to be met; it is looked for on no other day.

        Days outside of (attached_on, until] may be among them: the caller leaves those out.
        """

    @abstractmethod
    def earn(self, case: Case, criterion: Criterion, person: UUID, attached_on: date) -> Earned | None:
        """What this person's progress earns by itself, whatever becomes of the family's other needs.

        None when it earns nothing yet, and always for a kind that only counts together with the others.
        """


def list_sources(records: Sequence[Record]) -> frozenset[Source]:
    """Where these records came from."""
    return frozenset((record.category, record.source) for record in records)
