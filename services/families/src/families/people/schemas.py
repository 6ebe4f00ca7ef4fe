from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field, model_validator

from chassis.schemas import Date, Instant, Line, Schema
from families.families.schemas import Access

__all__ = ["Access", "AddressView", "IdentifierView", "PersonLinkView", "PersonView", "SearchRequest"]


class IdentifierView(Schema):
    scheme: str
    value: str
    source: str


class AddressView(Schema):
    """Said by this source from the first day to the last, which may be in the past."""

    address_line: str
    postcode: str
    uprn: str | None
    source: str
    from_: date = Field(serialization_alias="from")
    to: date


class PersonView(Schema):
    """What is not shared is absent. `formerly`: ids that are read as this one."""

    id: UUID
    formerly: list[UUID]
    name: str | None = None
    date_of_birth: date | None = None
    sex: str | None = None
    identifiers: list[IdentifierView] | None = None
    addresses: list[AddressView] | None = None
    access: Access


class PersonItems(Schema):
    items: list[PersonView]


class PersonLinkView(Schema):
    record: UUID
    feed: str
    key: str
    source: str
    how: str
    score: float | None = None
    explanation: list[dict[str, Any]]
    at: Instant


class PersonLinkItems(Schema):
    items: list[PersonLinkView]


class SearchRequest(Schema):
    """At least one of the three; those given must all fit."""

    name: Line | None = Field(default=None, description="Forename and surname, in any order")
    date_of_birth: Date | None = None
    identifier: Line | None = Field(default=None, description="UPN or National Insurance number")

    @model_validator(mode="after")
    def _something(self) -> "SearchRequest":
        if self.name is None and self.date_of_birth is None and self.identifier is None:
            raise ValueError("Give a name, a date of birth or an identifier")
        return self
