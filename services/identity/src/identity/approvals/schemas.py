from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from chassis.schemas import Instant, Line, Schema

ApprovalStatus = Literal["waiting", "approved", "refused", "replaced", "lapsed"]


class DecisionRequest(Schema):
    """Shape: `reason` says why, as on whose word; it is kept."""

    reason: Line


class ApprovalView(Schema):
    """Shape: `asked` is what is to be, `held` what it was when it was asked for; `object` is the id of the user or
    client, or of the secret, key, deputy or sponsor that will be."""

    id: UUID
    kind: str = Field(examples=["user"])
    object: UUID
    agency: str
    asked: dict[str, Any]
    held: dict[str, Any]
    own_password: bool | None = Field(
        description="Whether the person has set their password themselves; if not, who asked may know it"
    )
    asked_by: str
    asked_at: Instant
    lapses_at: Instant
    status: ApprovalStatus
    decided_by: str | None
    decided_at: Instant | None
    reason: str | None
