"""An outcomes plan as the evaluator takes it: kinds of rules are code, everything that they count with is data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from claims.rules.calendar import Terms

Where = Mapping[str, frozenset[str]]
"""Measure → values: a record matches when each measure named has one of them."""


def matches(where: Where, values: Mapping[str, str | int]) -> bool:
    return all(str(values.get(measure, "")) in allowed for measure, allowed in where.items())


@dataclass(frozen=True)
class RateOverTerms:
    """A rate over the latest terms with anything possible in them."""

    possible: str
    absent: tuple[str, ...]
    terms: int
    over: Fraction


@dataclass(frozen=True)
class ConsecutiveTerms:
    """A rate in each of the latest terms that follow each other; the last may be missing for all, `in_arrears`."""

    possible: str
    absent: tuple[str, ...]
    terms: int
    at_most: Fraction
    in_arrears: int


@dataclass(frozen=True)
class CountInWindow:
    """So many events in the last months."""

    where: Where
    unless: Where
    at_least: int
    months: int


@dataclass(frozen=True)
class AbsenceWithCoverage:
    """No event in the last months, all of which accepted pushes cover."""

    where: Where
    months: int


@dataclass(frozen=True)
class ActiveSpell:
    """A spell with one of these values runs."""

    measure: str
    values: frozenset[str]
    exceptions: tuple[Where, ...]


@dataclass(frozen=True)
class Period:
    """So many days in the spell, within so many days running, by what ran before."""

    earlier: frozenset[str]
    days: int
    within: int


@dataclass(frozen=True)
class SustainedSpell:
    """A spell kept up; for those who live elsewhere, the earlier spell's absence for so many months."""

    measure: str
    earlier: str
    periods: tuple[Period, ...]
    away_months_without: int

    def period(self, earlier: str) -> Period | None:
        return next((period for period in self.periods if earlier in period.earlier), None)


Need = RateOverTerms | CountInWindow | ActiveSpell
Remedy = ConsecutiveTerms | AbsenceWithCoverage | SustainedSpell


@dataclass(frozen=True)
class Criterion:
    """Shape: `tested` and `raised_later_by` are roles."""

    name: str
    category: str
    feed: str
    tested: frozenset[str]
    raised_later_by: frozenset[str]
    need: Need
    progress: Remedy


@dataclass(frozen=True)
class Plan:
    name: str
    framework: str
    version: int
    begins: date
    ends: date | None
    terms: Terms
    home: frozenset[str]
    dependent: frozenset[str]
    dependent_until: int
    least_criteria: int
    least_from_home: int
    most_from_away_only: int
    gate: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    employment: str
    employment_type: str
    progress_type: str

    @property
    def label(self) -> str:
        return f"{self.name}-v{self.version}"


def read_plan(data: Mapping[str, Any]) -> Plan:
    """A plan from its data file. Errors: KeyError, ValueError when a part is missing or of no known kind."""
    roles, eligibility, results = data["roles"], data["eligibility"], data["results"]
    return Plan(
        name=data["plan"],
        framework=data["framework"],
        version=int(data["version"]),
        begins=date.fromisoformat(data["from"]),
        ends=date.fromisoformat(data["to"]) if data["to"] else None,
        terms=Terms([(_month_day(term["from"]), _month_day(term["to"])) for term in data["terms"]]),
        home=frozenset(roles["home"]),
        dependent=frozenset(roles["dependent"]),
        dependent_until=int(roles["dependent_until_age"]),
        least_criteria=int(eligibility["least_criteria"]),
        least_from_home=int(eligibility["least_from_home"]),
        most_from_away_only=int(eligibility["most_from_away_only"]),
        gate=tuple(data["gate"]),
        criteria=tuple(_criterion(part) for part in data["criteria"]),
        employment=results["by_sustained_spell"]["criterion"],
        employment_type=results["by_sustained_spell"]["type"],
        progress_type=results["by_progress"]["type"],
    )


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def _where(data: Mapping[str, Any]) -> Where:
    return {measure: frozenset(values) for measure, values in data.items()}


def _criterion(data: Mapping[str, Any]) -> Criterion:
    return Criterion(
        name=data["criterion"],
        category=data["category"],
        feed=data["feed"],
        tested=frozenset(data["tested"]),
        raised_later_by=frozenset(data["raised_later_by"]),
        need=_need(data["need"]),
        progress=_remedy(data["progress"]),
    )


def _need(data: Mapping[str, Any]) -> Need:
    match data["kind"]:
        case "rate_over_terms":
            return RateOverTerms(data["possible"], tuple(data["absent"]), int(data["terms"]), Fraction(data["over"]))
        case "count_in_window":
            where, unless = _where(data["where"]), _where(data["unless"])
            return CountInWindow(where, unless, int(data["at_least"]), int(data["months"]))
        case "active_spell":
            exceptions = tuple(_where(part) for part in data["except"])
            return ActiveSpell(data["measure"], frozenset(data["values"]), exceptions)
    raise ValueError("A need's rule is of no known kind")


def _remedy(data: Mapping[str, Any]) -> Remedy:
    match data["kind"]:
        case "consecutive_terms":
            rate, absent = Fraction(data["at_most"]), tuple(data["absent"])
            return ConsecutiveTerms(data["possible"], absent, int(data["terms"]), rate, int(data["in_arrears"]))
        case "absence_with_coverage":
            return AbsenceWithCoverage(_where(data["where"]), int(data["months"]))
        case "sustained_spell":
            periods = tuple(
                Period(frozenset(part["earlier"]), int(part["days"]), int(part["within"])) for part in data["periods"]
            )
            return SustainedSpell(data["measure"], data["earlier"], periods, int(data["away_months_without"]))
    raise ValueError("A progress rule is of no known kind")
