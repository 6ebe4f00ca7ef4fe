from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from chassis.schemas import Instant, Note, Schema
from families.matching.naming import SomebodyRequest
from vocabulary.safeguarding import SAFEGUARDING

Text = Annotated[Note, StringConstraints(min_length=1, max_length=1000)]
Outcome = Literal["justified", "not_justified"]


class EmergencyRequest(Schema):
    people: list[SomebodyRequest] = Field(min_length=1, max_length=SAFEGUARDING.emergency_people)
    reason: Text = Field(description="What was heard, and why it cannot wait; a second person reads it")


class AccessReviewRequest(Schema):
    outcome: Outcome
    note: Text


class AccessReviewView(Schema):
    outcome: str
    note: str
    by: str
    at: Instant


class EmergencyView(Schema):
    """Shape: `status` says whether a review is due still; `people` by the ids as which they are read now."""

    id: UUID
    user: str
    service: str
    reason: str
    begun_at: Instant
    expires_at: Instant
    review_by: date
    status: Literal["to_review", "overdue", "reviewed"]
    outcome: str | None
    people: list[UUID]
    reviews: list[AccessReviewView]


class NoteView(Schema):
    """`about`: the emergency access that somebody found not justified."""

    id: UUID
    about: UUID
    user: str
    opened_at: Instant
    answer: str | None
    answered_by: str | None
    answered_at: Instant | None


class AnswerRequest(Schema):
    answer: Text
