"""An outcomes plan as the evaluator takes it: kinds of rules are code, everything that they count with is data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from claims.rules.calendar import SchoolCalendar, SchoolTerm, yearly_terms
from claims.rules.case import FamilyRoles
from claims.rules.kind import Criterion
from claims.rules.registry import read_need, read_progress


@dataclass(frozen=True)
class OutcomesPlan:
    """A version of an outcomes plan.

    Shape: `gate` are the parts of the attachment gate; one recorded more than `confirmed_after_days` late earns
    nothing until a second person has confirmed it (None: whatever is recorded counts); `news` says what follows when a
    claim would be another by what is known now (kind of news → status of the claim → effect); `employment` is the
    criterion whose progress may earn a result by itself, as `employment_type`.
    """

    name: str
    framework: str
    version: int
    begins: date
    ends: date | None
    terms: SchoolCalendar
    roles: FamilyRoles
    least_criteria: int
    least_from_home: int
    most_from_away_only: int
    gate: tuple[str, ...]
    confirmed_after_days: int | None
    criteria: tuple[Criterion, ...]
    news: Mapping[str, Mapping[str, str]]
    employment: str
    employment_type: str
    progress_type: str

    @property
    def label(self) -> str:
        """Shape: `outcomes-plan-2015-v1`."""
        return f"{self.name}-v{self.version}"


def read_plan(data: Mapping[str, Any]) -> OutcomesPlan:
    """A plan from its data file. Errors: KeyError, ValueError when a part is missing or of no known kind."""
    roles, eligibility, results = data["roles"], data["eligibility"], data["results"]
    return OutcomesPlan(
        name=data["plan"],
        framework=data["framework"],
        version=int(data["version"]),
        begins=date.fromisoformat(data["from"]),
        ends=date.fromisoformat(data["to"]) if data["to"] else None,
        terms=_read_terms(data["terms"]),
        roles=FamilyRoles(frozenset(roles["home"]), frozenset(roles["dependent"]), int(roles["dependent_until_age"])),
        least_criteria=int(eligibility["least_criteria"]),
        least_from_home=int(eligibility["least_from_home"]),
        most_from_away_only=int(eligibility["most_from_away_only"]),
        gate=tuple(data["gate"]),
        confirmed_after_days=data["late_gate"]["confirmed_after_days"],
        criteria=tuple(_read_criterion(part) for part in data["criteria"]),
        news=data["news"],
        employment=results["by_sustained_spell"]["criterion"],
        employment_type=results["by_sustained_spell"]["type"],
        progress_type=results["by_progress"]["type"],
    )


def _read_terms(data: Any) -> SchoolCalendar:
    """A plan's terms: the same days each year in a list, or the days of each year one by one."""
    if isinstance(data, list):
        periods = {term["name"]: (_month_day(term["from"]), _month_day(term["to"])) for term in data}
        return SchoolCalendar(yearly_terms(periods))
    terms = (
        SchoolTerm(
            term["academic_year"],
            term["term"],
            date.fromisoformat(term["from"]),
            date.fromisoformat(term["to"]),
            date.fromisoformat(term["first_session"]),
        )
        for term in data["dates"]
    )
    areas = {
        area: {(said["academic_year"], said["term"]): date.fromisoformat(said["first_session"]) for said in sessions}
        for area, sessions in data["areas"].items()
    }
    return SchoolCalendar(terms, areas, one_record_a_school=data["records"] == "one_a_school")


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def _read_criterion(data: Mapping[str, Any]) -> Criterion:
    need = read_need(data["need"])
    return Criterion(
        name=data["criterion"],
        category=data["category"],
        feed=data["feed"],
        tested=frozenset(data["tested"]),
        raised_later_by=frozenset(data["raised_later_by"]),
        need=need,
        progress=read_progress(data["progress"], need),
        discretion=bool(data.get("discretion", False)),
    )
