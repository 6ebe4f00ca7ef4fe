from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from chassis.schemas import Instant, Schema

ObjectKind = Literal[
    "agency", "service", "client", "user", "session", "key", "area", "deputy", "sponsor", "address", "approval"
]


class AuditView(Schema):
    id: UUID
    at: Instant
    actor: str = Field(
        description="A user's id or a client's public id; `platform` for the command line, `nobody` for failed sign-ins"
    )
    client: str
    action: str = Field(examples=["client.registered"])
    object_kind: str
    object: str
    agency: str | None = Field(description="Whom it concerns; not told of entries of earlier releases")
    details: dict[str, Any]
