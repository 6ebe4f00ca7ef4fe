from datetime import date
from uuid import UUID

from pydantic import Field

from chassis.schemas import Schema
from families.sharing import Access


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
