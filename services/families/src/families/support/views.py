"""What is shown of the support of a family: its lead professional, where it stands, and what happened when."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from typing import Any, Protocol, TypeVar
from uuid import UUID

from families.models.support import AgreementToBeSupported
from families.sharing import LOCATION, SUPPORT, Item, present_only
from families.support.parts import ASSESSMENT, LEAD, PLAN
from families.support.repository import SupportActs, recorded_day
from families.support.schemas import ActView, LeadView, SupportView
from vocabulary.late_recording import count_days_late


class Act(Protocol):
    id: Any
    on: Any
    source: Any


AnAct = TypeVar("AnAct", bound=Act)
Permits = Callable[[UUID, str, str], bool]
"""Whether every member of a family permits that a category from a source is shown: family, category, source."""


def latest_support_items(acts: SupportActs, family: UUID, as_at: date) -> set[Item]:
    """What `view_lead` and `view_support` draw on. A lead professional's service locates."""
    team = [row for row in acts.team.get(family, ()) if row.from_on <= as_at]
    last = [_last(rows.get(family, ()), as_at) for rows in (acts.agreements, acts.assessments, acts.plans)]
    lead = _last(acts.leads.get(family, ()), as_at)
    found = {Item(SUPPORT, row.source) for row in (*last, lead, *team) if row is not None}
    return found | ({Item(LOCATION, lead.source)} if lead else set())


def past_support_items(acts: SupportActs, family: UUID, as_at: date) -> set[Item]:
    """What `moments` draws on."""
    kinds = (acts.leads, acts.assessments, acts.plans, acts.agreements, acts.steps)
    rows: list[Any] = [row for kind in kinds for row in kind.get(family, ())]
    return {Item(SUPPORT, row.source) for row in rows if row.on <= as_at}


def _last(rows: Iterable[AnAct], as_at: date) -> AnAct | None:
    """The last act by date, up to a day."""
    past = [row for row in rows if row.on <= as_at]
    return max(past, key=lambda row: (row.on, row.id), default=None)


class SupportViewBuilder:
    """One caller's view of the support of families, as at the end of a day."""

    def __init__(self, acts: SupportActs, permits: Permits, as_at: date, late_after_days: int | None = None) -> None:
        self._acts, self._permits, self._as_at = acts, permits, as_at
        self._late_after_days = late_after_days

    def view_lead(self, family: UUID) -> LeadView | None:
        row = self._latest(family, self._acts.leads.get(family, []))
        if row is None:
            return None
        service = row.service if self._permits(family, LOCATION, row.source) else None
        late = self._days_late(LEAD, row)
        return LeadView(
            on=row.on,
            sector=row.sector,
            **present_only(user=row.user or None, name=row.name, service=service, days_late=late),
        )

    def view_support(self, family: UUID) -> SupportView:
        said = self._latest(family, self._acts.agreements.get(family, []))
        assessment = self._latest(family, self._acts.assessments.get(family, []))
        plan = self._latest(family, self._acts.plans.get(family, []))
        team = [
            row.service
            for row in self._acts.team.get(family, [])
            if row.from_on <= self._as_at
            and (row.to_on is None or row.to_on >= self._as_at)
            and self._permits(family, SUPPORT, row.source)
        ]
        return SupportView(
            **present_only(
                agreed_on=said.on if said and said.agreed else None,
                declined_on=said.on if said and not said.agreed else None,
                assessment=self._view_act(ASSESSMENT, assessment) if assessment else None,
                plan=self._view_act(PLAN, plan) if plan else None,
                team=sorted(set(team)) or None,
            )
        )

    def _view_act(self, part: str, row: Any) -> ActView:
        return ActView(id=row.id, on=row.on, **present_only(days_late=self._days_late(part, row)))

    def _days_late(self, part: str, row: Any) -> int | None:
        return count_days_late(part, row.on, recorded_day(row), self._late_after_days) or None

    def moments(self, family: UUID) -> Iterator[tuple[date, str]]:
        """What was done with a family. Shape: day and kind of each act that is shown."""
        kinds: list[tuple[str, Collection[Any]]] = [
            ("lead_professional", self._acts.leads.get(family, [])),
            ("assessment", self._acts.assessments.get(family, [])),
            ("plan", self._acts.plans.get(family, [])),
        ]
        for kind, rows in kinds:
            yield from ((row.on, kind) for row in rows if self._shows(family, row))
        agreements: list[AgreementToBeSupported] = self._acts.agreements.get(family, [])
        for said in agreements:
            if self._shows(family, said):
                yield said.on, "agreed" if said.agreed else "declined"
        for step in self._acts.steps.get(family, []):
            if self._shows(family, step):
                yield step.on, step.step

    def _shows(self, family: UUID, row: Act) -> bool:
        return bool(row.on <= self._as_at) and self._permits(family, SUPPORT, row.source)

    def _latest(self, family: UUID, rows: Iterable[AnAct]) -> AnAct | None:
        """The last act by date. What a later one that is not shared would have changed, is not shown either."""
        last = _last(rows, self._as_at)
        return last if last is not None and self._permits(family, SUPPORT, last.source) else None
