from pydantic import Field

from chassis.schemas import Schema
from consent.catalogue.entries import Purpose
from consent.decisions.schemas import GroundSchema


class CoverageRequest(Schema):
    purpose: Purpose
    ground: GroundSchema | None = None


class Ask(Schema):
    """Whom to ask about what is not covered."""

    service: str
    email: str | None


class CoverageView(Schema):
    """The same whoever is asked about, and whether anybody is: it says nothing about people."""

    purpose: str
    covers: list[str] = Field(description="Categories that this purpose covers at all, for this service and role")
    ask: Ask
