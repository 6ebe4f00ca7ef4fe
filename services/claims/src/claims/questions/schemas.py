from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from chassis.schemas import Id, Instant, PastDate, Schema
from claims.claims.schemas import Reason


class AnswerRequest(Schema):
    """Shape: `same_family`, `different_family` or `joined_later` where two families share people; `stands` or `falls`
    where there is news of a claim. `joined_on` goes with `joined_later` alone."""

    answer: Literal["same_family", "different_family", "joined_later", "stands", "falls"]
    joined_on: PastDate | None = Field(default=None, description="The day from which two families are one")
    reason: Reason
    date: PastDate


class ConfirmRequest(Schema):
    answer: Id = Field(description="The answer that is confirmed, so that nobody confirms another one")
    reason: Reason
    date: PastDate


class SharedPerson(Schema):
    """Somebody whom both families have. Shape: `role` is child or adult."""

    person: UUID
    role: str


class NewsDifference(Schema):
    """Where what was claimed and what follows now differ. Shape: `path` into the claim; both as text."""

    path: str
    frozen: str | None
    recomputed: str | None


class AskedClaim(Schema):
    claim: UUID
    family: UUID
    status: str


class AnswerView(Schema):
    """Shape: `confirms` is another's answer with which this person agreed."""

    id: UUID
    answer: str
    joined_on: date | None
    confirms: UUID | None
    reason: str
    by: str
    date: date
    recorded_at: Instant


class QuestionView(Schema):
    """Shape: `kind` is same_people or news; `status` open, proposed (an answer waits for a second person), answered,
    noted (nothing follows), or closed (it no longer arises). `answer` is the one in force. `shared` and `differences`
    are null where they are withheld, or not of this kind."""

    id: Id
    kind: str
    framework: str
    families: list[UUID]
    claims: list[AskedClaim]
    effect: str
    status: str
    answer: str | None
    joined_on: date | None
    verdict: str = Field(description="`shown`, or `withheld`: the same bytes whatever is behind it")
    shared: list[SharedPerson] | None
    differences: list[NewsDifference] | None
    answers: list[AnswerView]
    raised_at: Instant
    etag: str
