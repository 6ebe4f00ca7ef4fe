from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from chassis.schemas import Code, Id, Instant, Line, PastDate, Schema
from consent.models import AccessReport
from vocabulary.subject_access import EXEMPTIONS


def _check_exemption(value: str) -> str:
    if value not in EXEMPTIONS:
        raise PydanticCustomError("unknown_exemption", f"Should be one of {', '.join(EXEMPTIONS)}")
    return value


ExemptionCode = Annotated[Code, Field(json_schema_extra={"enum": list(EXEMPTIONS)}), AfterValidator(_check_exemption)]


class KeepBackItem(Schema):
    """A sharing of which the person is not told, beside those that the exemptions keep back by themselves."""

    decision: Id
    because: ExemptionCode


class AccessReportRequest(Schema):
    """Shape: `reference` is the agency's own of the rights request, and stands on the page; it names nobody."""

    person: Id
    reference: Line = Field(description="Your own reference of the rights request; no name and no case content")
    asked_on: PastDate = Field(description="The day on which the person asked")
    keep_back: list[KeepBackItem] = Field(default=[], max_length=500)


class AccessLine(Schema):
    """What went to one recipient on one day for one purpose, in plain words.

    Shape: `sent` is "Sent", or "Not confirmed" where it was decided and nothing tells whether it left.
    """

    day: date
    recipient: str
    role: str
    purpose: str
    purpose_means: str
    categories: list[str]
    source: str
    basis: str
    ground: str | None
    sent: str


class AccessReportView(Schema):
    """A report as it is handed to the person. Nothing in it tells whether anything was kept back."""

    id: UUID
    person: UUID
    reference: str
    asked_on: date
    made_at: Instant
    agency: str
    explanation: list[str]
    lines: list[AccessLine]


class KeptBackView(Schema):
    decision: UUID
    because: str
    name: str
    law: str


class KeptBackList(Schema):
    """What the person was not told, for the officer and whoever reviews the report; never handed out."""

    items: list[KeptBackView]

    @classmethod
    def of(cls, report: AccessReport) -> Self:
        items = []
        for decision, because in report.kept_back:
            # A code that a later release no longer has is shown as it was.
            known = EXEMPTIONS.get(because)
            name, law = (known.name, known.law) if known else (because, "")
            items.append(KeptBackView(decision=UUID(decision), because=because, name=name, law=law))
        return cls(items=items)
