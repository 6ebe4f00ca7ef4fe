"""How attached families' needs stand, as each caller may see it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.auth import Caller
from chassis.runtime import Runtime
from claims.eligibility import evaluating, repository
from claims.eligibility.service import view_families
from claims.history.service import LoadedFamily
from claims.progress.schemas import NeedView, ProgressView
from claims.rules.facts import Use
from claims.schemas import WITHHELD, Access


def show_progress(runtime: Runtime, caller: Caller, purpose: str, family: UUID, as_at: date | None) -> ProgressView:
    """One family within the caller's reach. Errors: FamilyNotFound, Unavailable."""
    with runtime.read() as session:
        repository.get_within_reach(session, caller, family)
    return look_up_progress(runtime, caller, purpose, [family], as_at)[0]


def look_up_progress(
    runtime: Runtime, caller: Caller, purpose: str, families: Sequence[UUID], as_at: date | None
) -> list[ProgressView]:
    """Those within the caller's reach, in the order asked for. Errors: Unavailable."""
    framework = runtime.settings.framework
    return view_families(
        runtime,
        caller,
        purpose,
        families,
        lambda family, supplies: PreparedProgress(framework, family, supplies, as_at),
    )


class PreparedProgress:
    """A family evaluated, before it is known what of it may be shown."""

    def __init__(
        self, framework: str, family: LoadedFamily, supplies: Sequence[tuple[str, str]], as_at: date | None
    ) -> None:
        self.evaluation = evaluating.evaluate_family(framework, family)
        self.day = as_at or evaluating.find_last_day(family)
        # Progress looks back over the whole time since attachment: whoever belonged to the family at any time.
        days = {self.day} | {stay.begins for stay in family.facts.members}
        self.beneath = {
            criterion.name: evaluating.list_uses_beneath(self.evaluation, criterion, supplies, days)
            for criterion in self.evaluation.plan.criteria
        }
        self.gate = evaluating.list_gate_uses(self.evaluation, days)
        self.uses: set[Use] = set(self.gate).union(*self.beneath.values())

    def view(self, permitted: frozenset[Use], access: Access) -> ProgressView:
        attached_on = self.evaluation.attachment().on
        shown = {name for name, uses in self.beneath.items() if uses <= permitted}
        whole = len(shown) == len(self.beneath) and self.gate <= permitted
        needs = self.evaluation.progress(attached_on, self.day).needs if attached_on and attached_on < self.day else ()
        in_force = {need.criterion: need for need in needs}
        views = []
        for criterion in self.evaluation.plan.criteria:
            if criterion.name not in shown or not self.gate <= permitted:
                views.append(
                    NeedView(
                        criterion=criterion.name, verdict=WITHHELD, reason=WITHHELD, since=None, persons=[], figures={}
                    )
                )
            elif need := in_force.get(criterion.name):
                views.append(
                    NeedView(
                        criterion=need.criterion,
                        verdict=need.verdict.value,
                        reason=need.reason,
                        since=need.since,
                        persons=list(need.persons),
                        figures=dict(need.figures),
                    )
                )
        result = self.evaluation.result() if whole else None
        reached = result if result and result.on <= self.day else None
        return ProgressView(
            family=self.evaluation.facts.family,
            as_at=self.day,
            attached_on=attached_on if whole else None,
            needs=views,
            result_date=reached.on if reached else None,
            route=reached.type if reached else None,
            access=access,
        )
