from typing import Any

from pydantic import Field

from chassis.schemas import Flag, Instant, Schema


class Jwks(Schema):
    """RFC 7517: the public keys by which access tokens are checked."""

    keys: list[dict[str, Any]]


class RotationRequest(Schema):
    withdraw: Flag = Field(default=False, description="The keys so far may be known to others: trust them no longer")


class KeyView(Schema):
    kid: str
    signs_from: Instant
    created_at: Instant


class KeyList(Schema):
    items: list[KeyView]
