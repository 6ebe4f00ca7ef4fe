from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from chassis.schemas import Id, Schema
from claims.schemas import Access


class NeedView(Schema):
    """Shape: a need in force and how it stands, or `withheld`, which looks the same whether it is in force or not."""

    criterion: str
    verdict: str
    reason: str
    since: date | None = Field(description="Since when the need is in force; null where it is withheld")
    persons: list[UUID] = Field(description="Who shows the verdict, or stands in its way")
    figures: dict[str, Any] = Field(description="What was counted")


class ProgressView(Schema):
    """Shape: `result_date` and `route` are null while there is no result, and where a part of it is withheld."""

    family: Id
    as_at: date
    attached_on: date | None
    needs: list[NeedView]
    result_date: date | None
    route: str | None
    access: Access


class ProgressList(Schema):
    items: list[ProgressView]
