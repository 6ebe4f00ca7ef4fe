from typing import Literal
from uuid import UUID

from chassis.schemas import Code, Line, Schema

AgencyKind = Literal[
    "council", "police", "jobcentre", "health", "school", "housing", "justice", "voluntary", "department", "other"
]


class AgencyRequest(Schema):
    code: Code
    name: Line
    kind: AgencyKind


class ServiceRequest(Schema):
    code: Code
    name: Line
    sector: Code


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
