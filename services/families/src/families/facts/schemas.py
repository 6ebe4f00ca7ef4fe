from datetime import date
from uuid import UUID

from pydantic import Field

from chassis.schemas import Instant, Schema


class FactView(Schema):
    """Held from `from` to `to` (inclusive; null: still); known since `recorded_at`. `person` is the leaf."""

    fact: UUID
    person: UUID
    measure: str
    from_: date = Field(serialization_alias="from")
    to: date | None
    value: int | str
    unit: str | None
    source: str
    category: str
    record: UUID
    recorded_at: Instant


class FactItems(Schema):
    items: list[FactView]


class PersonFacts(Schema):
    person: UUID
    facts: list[FactView]


class PersonFactItems(Schema):
    items: list[PersonFacts]
