from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from chassis.schemas import Instant, Note, Schema
from consent.models import ActStep

Day = date  # `date` is a member's name below, and no type any more from there on
Reason = Annotated[Note, StringConstraints(min_length=1, max_length=500)]
"""Why something is answered, corrected or lifted. It says on whose word, never where somebody is."""


class ActStepView(Schema):
    """One step of the history of what was recorded about a person. Shape: `by` is the subject of somebody's token."""

    kind: str
    date: date
    agency: str
    by: str
    reason: str | None
    recorded_at: Instant


def tell_history(
    kept: Any, recorded: str, later: Iterable[ActStepView | None], steps: Iterable[ActStep]
) -> list[ActStepView]:
    """The whole history, oldest first: how it was recorded, what its own row says of later, and each further step."""
    first = ActStepView(
        kind=recorded, date=kept.date, agency=kept.agency, by=kept.by, reason=None, recorded_at=kept.recorded_at
    )
    told = [step for step in later if step is not None] + [ActStepView.model_validate(step) for step in steps]
    return [first, *sorted(told, key=lambda step: step.recorded_at)]


def by_act(steps: Iterable[ActStep]) -> dict[UUID, list[ActStep]]:
    """Steps by what they were done to, each in their order."""
    found: dict[UUID, list[ActStep]] = {}
    for step in steps:
        found.setdefault(step.act, []).append(step)
    return found
