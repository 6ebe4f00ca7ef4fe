from uuid import UUID

from pydantic import Field, SecretStr

from chassis.schemas import Instant, Schema
from identity.users.schemas import Password


class OwnPassword(Schema):
    """Shape: the password that holds now, and the one that is to hold from now on."""

    current: SecretStr = Field(min_length=1, max_length=200, json_schema_extra={"pattern": r"^[^\x00]*$"})
    new: Password


class OwnSessionView(Schema):
    id: UUID
    client: str
    signed_in_at: Instant
    expires_at: Instant
    current: bool = Field(description="Whether the caller's token came of it")


class OwnSessionList(Schema):
    """Shape: one's own open sessions; there are few, so they come on one page."""

    items: list[OwnSessionView]
