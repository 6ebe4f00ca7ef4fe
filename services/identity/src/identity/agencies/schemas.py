from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from chassis.schemas import Code, Line, Schema
from vocabulary.suppliers import SUPPLIERS

AgencyKind = Literal[
    "council", "police", "jobcentre", "health", "school", "housing", "justice", "voluntary", "department", "other"
]


def _check_sector(value: str) -> str:
    if value not in SUPPLIERS:
        raise PydanticCustomError("unknown_sector", f"Should be one of {', '.join(SUPPLIERS)}")
    return value


Sector = Annotated[Code, Field(json_schema_extra={"enum": list(SUPPLIERS)}), AfterValidator(_check_sector)]
"""The kind of supplier that a service is."""


class AgencyRequest(Schema):
    code: Code
    name: Line
    kind: AgencyKind


class ServiceRequest(Schema):
    code: Code
    name: Line
    sector: Sector


class ServiceView(Schema):
    id: UUID
    code: str
    name: str
    sector: str
    agency: str


class AgencyView(Schema):
    id: UUID
    code: str
    name: str
    kind: str
    services: list[ServiceView]


class ServiceList(Schema):
    """Shape: all services of one agency; there are few, so they come on one page."""

    items: list[ServiceView]
