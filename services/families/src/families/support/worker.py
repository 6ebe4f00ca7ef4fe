"""Tells once of acts that say nothing: some were recorded before empty ones were refused, and count no longer."""

from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.orm import Session

from chassis.clock import now
from chassis.outbox import emit
from chassis.runtime import Runtime
from families.events import ActFoundEmpty
from families.models.support import Assessment, SupportPlan
from families.support.parts import ASSESSMENT, PLAN

AT_ONCE = 500
EMPTY: tuple[tuple[str, Any, ColumnElement[bool]], ...] = (
    (ASSESSMENT, Assessment, (cast(Assessment.needs, String) == "[]") & Assessment.none_found_because.is_(None)),
    (PLAN, SupportPlan, cast(SupportPlan.goals, String) == "[]"),
)


class EmptyActs:
    """The worker that finds kept acts without content. New ones are refused, so that it ends once and for all."""

    name = "empty-acts"

    def step(self, runtime: Runtime) -> bool:
        """Tell of some. True when there may be more."""
        if not self.pending(runtime):
            return False
        with runtime.write() as session:
            return any([_tell_of_empty(session, part, model, empty) for part, model, empty in EMPTY])

    def pending(self, runtime: Runtime) -> int:
        """How many wait to be told of."""
        with runtime.read() as session:
            return sum(
                session.scalar(select(func.count()).select_from(model).where(empty, model.found_empty_at.is_(None)))
                or 0
                for _, model, empty in EMPTY
            )


def _tell_of_empty(session: Session, part: str, model: Any, empty: ColumnElement[bool]) -> bool:
    rows = session.scalars(select(model).where(empty, model.found_empty_at.is_(None)).limit(AT_ONCE)).all()
    for row in rows:
        row.found_empty_at = now()
        emit(session, ActFoundEmpty(family=row.family, part=part, on=row.on))
    return bool(rows)
