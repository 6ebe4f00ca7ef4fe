from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from chassis.schemas import Date, Id, Instant, Schema, Written


class BundleRequest(Schema):
    as_at: Date
    persons: list[Id] = Field(min_length=1, max_length=100)
    records: list[Id] = Field(max_length=2000)


class BundleWritten(Written):
    """Shape: `hash` is the SHA-256 of the bundle's canonical JSON, in hex."""

    hash: str


class BundleView(Schema):
    """Shape: `content` holds what is shared of the bundle; `whole` tells whether that is all of it, so that
    `hash` can be checked against it."""

    id: UUID
    family: UUID
    as_at: date
    hash: str
    frozen_at: Instant
    whole: bool
    content: dict[str, Any]
    access: dict[str, Any]
