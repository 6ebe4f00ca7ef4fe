from datetime import date
from typing import Self
from uuid import UUID

from pydantic import Field

from chassis.schemas import Id, Instant, PastDate, Schema
from consent.catalogue.entries import Purpose
from consent.models import Objection

ONLY = '"v1"'
"""An objection is not edited: there is one version of it."""


class ObjectionRequest(Schema):
    person: Id
    date: PastDate
    purposes: list[Purpose] = Field(min_length=1, max_length=20)


class ObjectionView(Schema):
    id: UUID
    person: UUID
    date: date
    purposes: list[str]
    recorded_at: Instant
    etag: str

    @classmethod
    def of(cls, objection: Objection) -> Self:
        names = ("id", "person", "date", "purposes", "recorded_at")
        return cls(**{name: getattr(objection, name) for name in names}, etag=ONLY)
