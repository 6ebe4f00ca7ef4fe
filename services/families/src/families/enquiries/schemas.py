from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chassis.schemas import Code, Instant, Line, Note, PastDate, Schema
from families.matching.naming import SomebodyRequest
from vocabulary.safeguarding import ENQUIRY_KINDS


def _check_kind(value: str) -> str:
    if value not in ENQUIRY_KINDS:
        raise PydanticCustomError("unknown_kind", f"Should be one of {', '.join(ENQUIRY_KINDS)}")
    return value


Kind = Annotated[Code, Field(json_schema_extra={"enum": list(ENQUIRY_KINDS)}), AfterValidator(_check_kind)]
Reason = Annotated[Note, StringConstraints(min_length=1, max_length=500)]
Reference = Annotated[Line, Field(description="Your service's own number of it, with no name in it", max_length=60)]
Subjects = Annotated[list[SomebodyRequest], Field(min_length=1, max_length=50)]


class EnquiryRequest(Schema):
    reference: Reference
    kind: Kind
    begun: PastDate
    subjects: Subjects = Field(description="The people whom it is about: children, and adults where it is about them")


class SubjectsRequest(Schema):
    subjects: Subjects
    reason: Reason


class EnquiryChange(Schema):
    """What was written down wrongly, as it should stand, and why."""

    reference: Reference | None = None
    kind: Kind | None = None
    begun: PastDate | None = None
    reason: Reason


class ReasonRequest(Schema):
    reason: Reason


class CloseRequest(Schema):
    date: PastDate
    reason: Reason


class StepView(Schema):
    """`before`: what stood there until then, of a correction."""

    step: str
    by: str
    at: Instant
    reason: str
    before: dict[str, str]


class EnquiryView(Schema):
    """Shape: `subjects` by the ids as which they are read now."""

    id: UUID
    reference: str
    kind: str
    service: str
    status: Literal["open", "closed"]
    begun: date
    closed_on: date | None
    opened_by: str
    recorded_at: Instant
    subjects: list[UUID]
    history: list[StepView]
    etag: str
