"""Whether families are eligible and attached, as each caller may see it."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol, TypeVar
from uuid import UUID

from chassis.auth import Caller
from chassis.paging import Page, read_cursor, write_cursor
from chassis.runtime import Runtime
from claims import sharing
from claims.claims.risks import list_unconfirmed
from claims.eligibility import evaluating, repository
from claims.eligibility.schemas import CohortItem, CriterionView, EligibilityView
from claims.history import repository as history
from claims.history.service import LoadedFamily, load_families
from claims.models import CohortState, FamilyStanding
from claims.rules.evaluate import Evaluation
from claims.rules.facts import Use
from claims.schemas import WITHHELD, Access

COHORT = "cohort"
View = TypeVar("View", covariant=True)


def show_eligibility(
    runtime: Runtime, caller: Caller, purpose: str, family: UUID, as_at: date | None
) -> EligibilityView:
    """One family within the caller's reach. Errors: FamilyNotFound, Unavailable."""
    with runtime.read() as session:
        repository.get_within_reach(session, caller, family)
    return look_up_eligibility(runtime, caller, purpose, [family], as_at)[0]


def look_up_eligibility(
    runtime: Runtime, caller: Caller, purpose: str, families: Sequence[UUID], as_at: date | None
) -> list[EligibilityView]:
    """Those within the caller's reach, in the order asked for. Errors: Unavailable."""
    framework = runtime.settings.framework
    return view_families(
        runtime,
        caller,
        purpose,
        families,
        lambda family, supplies: PreparedEligibility(framework, family, supplies, as_at),
    )


class Prepared(Protocol[View]):
    """A family evaluated, before it is known what of it may be shown. `uses` is everything beneath its view."""

    uses: set[Use]

    def view(self, permitted: frozenset[Use], access: Access) -> View: ...


def view_families(
    runtime: Runtime,
    caller: Caller,
    purpose: str,
    families: Sequence[UUID],
    prepare: Callable[[LoadedFamily, Sequence[tuple[str, str]]], Prepared[View]],
) -> list[View]:
    """Families within the caller's reach, each as far as everything beneath its view may be shown.

    Shape: one load, one question to consent; in the order asked for. Errors: Unavailable.
    """
    loaded, supplies = load_within_reach(runtime, caller, families)
    prepared = [prepare(family, supplies) for family in loaded.values()]
    uses = {use for each in prepared for use in each.uses}
    formerly = {person: ids for family in loaded.values() for person, ids in family.formerly.items()}
    permitted = sharing.ask_shareable(runtime, caller, purpose, uses, formerly)
    access = sharing.describe_access(runtime, caller, purpose) if prepared else None
    return [each.view(permitted, access) for each in prepared if access]


def load_within_reach(
    runtime: Runtime, caller: Caller, families: Sequence[UUID]
) -> tuple[dict[UUID, LoadedFamily], list[tuple[str, str]]]:
    """What is known now of those within reach, and who supplies what at all."""
    with runtime.read() as session:
        within = repository.list_within_reach(session, caller, families)
        moment = history.find_latest_moment(session)
        found = load_families(session, within, moment) if moment else {}
        supplies = [(row.category, row.source) for row in history.list_supplies(session)]
    return {family: found[family] for family in within if family in found}, supplies


class PreparedEligibility:
    """A family evaluated, before it is known what of it may be shown."""

    def __init__(
        self, framework: str, family: LoadedFamily, supplies: Sequence[tuple[str, str]], as_at: date | None
    ) -> None:
        self.evaluation: Evaluation = evaluating.evaluate_family(framework, family)
        self.day = as_at or evaluating.find_last_day(family)
        parts = family.facts.support.parts
        days = {self.day, *([max(parts.values())] if parts else [])}
        self.beneath = {
            criterion.name: evaluating.list_uses_beneath(self.evaluation, criterion, supplies, days)
            for criterion in self.evaluation.plan.criteria
        }
        self.gate = evaluating.list_gate_uses(self.evaluation, days)
        self.uses: set[Use] = set(self.gate).union(*self.beneath.values())

    def view(self, permitted: frozenset[Use], access: Access) -> EligibilityView:
        found = self.evaluation.eligibility(self.day)
        attachment = self.evaluation.attachment()
        waiting = list_unconfirmed(self.evaluation.plan, self.evaluation.facts.support) if attachment.on else []
        shown = {name for name, uses in self.beneath.items() if uses <= permitted}
        whole = len(shown) == len(self.beneath)
        gate = self.gate <= permitted
        return EligibilityView(
            family=self.evaluation.facts.family,
            as_at=self.day,
            eligible=found.eligible if whole else None,
            reason=found.reason if whole else WITHHELD,
            criteria=[
                CriterionView(
                    criterion=f.criterion,
                    verdict=f.verdict.value,
                    reason=f.reason,
                    persons=list(f.persons),
                    figures=dict(f.figures),
                )
                if f.criterion in shown
                else CriterionView(criterion=f.criterion, verdict=WITHHELD, reason=WITHHELD, persons=[], figures={})
                for f in found.criteria
            ],
            attached_on=attachment.on if whole and gate and not waiting else None,
            missing=(waiting or list(attachment.missing)) if gate else None,
            plan=self.evaluation.plan.label,
            access=access,
        )


def list_cohort(
    runtime: Runtime, caller: Caller, purpose: str, state: CohortState | None, after: str | None, limit: int
) -> Page[CohortItem]:
    """Families by how they stand. A family whose standing may not be shown is not in the list at all.

    Errors: CursorNotValid, Unavailable.
    """
    position = read_cursor(after, COHORT)
    last = UUID(position[0]) if position else None
    shown: list[CohortItem] = []
    while len(shown) <= limit:
        with runtime.read() as session:
            rows = repository.list_standings(session, caller, state, last, limit + 1)
        if not rows:
            break
        shown += _permitted(runtime, caller, purpose, rows)
        last = rows[-1].family
    page = shown[:limit]
    return Page(items=page, next=write_cursor(COHORT, page[-1].family) if len(shown) > limit else None)


def _permitted(runtime: Runtime, caller: Caller, purpose: str, rows: Sequence[FamilyStanding]) -> list[CohortItem]:
    loaded, supplies = load_within_reach(runtime, caller, [row.family for row in rows])
    framework = runtime.settings.framework
    needed = {}
    for row in rows:
        if row.family in loaded:
            evaluation = evaluating.evaluate_family(framework, loaded[row.family])
            days = {row.as_at, *([row.attached_on] if row.attached_on else [])}
            criteria = evaluation.plan.criteria
            uses = frozenset[Use]().union(
                *(evaluating.list_uses_beneath(evaluation, c, supplies, days) for c in criteria)
            )
            needed[row.family] = uses | evaluating.list_gate_uses(evaluation, days)
    formerly = {person: ids for family in loaded.values() for person, ids in family.formerly.items()}
    permitted = sharing.ask_shareable(runtime, caller, purpose, set().union(*needed.values()), formerly)
    return [
        CohortItem(family=row.family, state=row.state, criteria=row.criteria, attached_on=row.attached_on)
        for row in rows
        if row.family in needed and needed[row.family] <= permitted
    ]


def count_waiting_families(runtime: Runtime) -> int:
    """How many families wait to be evaluated."""
    with runtime.read() as session:
        return repository.count_dirty(session)
