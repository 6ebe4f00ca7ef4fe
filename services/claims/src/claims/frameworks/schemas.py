from datetime import date
from typing import Any

from pydantic import Field

from chassis.schemas import Money, Schema


class FrameworkView(Schema):
    framework: str
    title: str
    from_: date = Field(alias="from")
    result: Money
    attachment_fee: Money
    document: dict[str, Any]


class OutcomesPlanView(Schema):
    """Shape: `rules` is the data file, as it is evaluated."""

    plan: str
    framework: str
    version: int
    from_: date = Field(alias="from")
    to: date | None
    rules: dict[str, Any]


class FrameworkList(Schema):
    items: list[FrameworkView]
    next: str | None = None


class OutcomesPlanList(Schema):
    items: list[OutcomesPlanView]
    next: str | None = None
