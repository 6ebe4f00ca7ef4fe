from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from chassis.schemas import Date, Id, LookupRequest, Schema
from claims.schemas import Access


class AsAtLookup(LookupRequest):
    as_at: Date | None = Field(default=None, description="The day to look at; the last day known unless given")


class CriterionView(Schema):
    """Shape: `verdict` is met, not_met, not_enough_evidence; or withheld, the same whatever is behind it."""

    criterion: str
    verdict: str
    reason: str
    persons: list[UUID] = Field(description="Who shows it")
    figures: dict[str, Any] = Field(description="What was counted of each person who shows it, by person")


class EligibilityView(Schema):
    """Shape: `eligible`, `attached_on` are null where a part of them is withheld; `missing` names parts of the gate."""

    family: Id
    as_at: date
    eligible: bool | None
    reason: str
    criteria: list[CriterionView]
    attached_on: date | None
    missing: list[str] | None
    plan: str
    access: Access


class EligibilityList(Schema):
    items: list[EligibilityView]


class CohortItem(Schema):
    """Shape: `state` is none, eligible, unconfirmed (a late record waits for a second person), declined or attached."""

    family: Id
    state: str
    criteria: list[str]
    attached_on: date | None


class IdleView(Schema):
    """Shape: `dirty` families wait to be evaluated; nothing is under way at 0."""

    dirty: int
