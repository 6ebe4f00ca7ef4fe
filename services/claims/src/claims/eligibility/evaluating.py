"""From what is known of a family to its evaluation: under which plan, as at which day."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from chassis.db import today
from claims.frameworks import catalogue
from claims.history.service import LoadedFamily
from claims.rules.evaluate import Evaluation
from claims.rules.facts import Use
from claims.rules.kind import Criterion
from claims.rules.plan import OutcomesPlan


def find_last_day(family: LoadedFamily) -> date:
    """The last day that pushes tell of; today before any."""
    return family.facts.coverage.last_day or today()


def find_plan_for(framework: str, family: LoadedFamily, day: date) -> OutcomesPlan:
    """The plan in force when the gate was passed, whatever came later; the one of the day before that."""
    plan = catalogue.plan_in_force(framework, day)
    parts = family.facts.support.parts
    if all(part in parts for part in plan.gate):
        return catalogue.plan_in_force(framework, max(parts[part] for part in plan.gate))
    return plan


def evaluate_family(
    framework: str,
    family: LoadedFamily,
    denied: Collection[Use] = frozenset(),
    disregarded: Collection[Use] = frozenset(),
) -> Evaluation:
    """The evaluation of a family under the plan that applies to it."""
    return Evaluation(find_plan_for(framework, family, find_last_day(family)), family.facts, denied, disregarded)


def list_uses_beneath(
    evaluation: Evaluation, criterion: Criterion, supplies: Collection[tuple[str, str]], days: Collection[date]
) -> frozenset[Use]:
    """Everything that the criterion looks at on these days. What shows nothing is looked at as well, and counts.

    Shape: `supplies` is every (category, source) that this platform is supplied with at all.
    """
    people: set[UUID] = set()
    for day in days:
        people.update(evaluation.case.in_scope(day, criterion.tested))
    sources = [source for category, source in supplies if category == criterion.category]
    return frozenset(Use(person, criterion.category, source) for person in people for source in sources)


def list_gate_uses(evaluation: Evaluation, days: Collection[date]) -> frozenset[Use]:
    """The acts of support, which the Think Family programme records about everybody in the family."""
    people = {person for day in days for person in evaluation.case.in_scope(day)}
    return frozenset(Use(person, "support", "programme") for person in people)
