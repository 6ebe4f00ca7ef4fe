from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chassis.schemas import Code, Flag, Id, Instant, Line, Note, PastDate, Schema
from consent.acts.schemas import ActStepView
from consent.catalogue.entries import Category
from vocabulary.welfare import FUNCTIONS, WELFARE

Why = Annotated[Note, StringConstraints(min_length=1, max_length=1000)]
AnswerKind = Literal["yes", "more_detrimental", "nothing_held"]
ReviewOutcome = Literal["justified", "not_justified"]
CHILD = "child"


def _function(value: str) -> str:
    if value not in FUNCTIONS:
        raise PydanticCustomError("unknown_function", f"Should be one of {', '.join(FUNCTIONS)}")
    return value


FunctionCode = Annotated[Code, Field(json_schema_extra={"enum": list(FUNCTIONS)}), AfterValidator(_function)]


def _relation(value: str) -> str:
    if value not in WELFARE.relations:
        raise PydanticCustomError("unknown_relation", f"Should be one of {', '.join(WELFARE.relations)}")
    return value


Relation = Annotated[Code, Field(json_schema_extra={"enum": list(WELFARE.relations)}), AfterValidator(_relation)]


class WelfareSubject(Schema):
    """Somebody who is meant. Shape: `person`, or `identifier`, or `name` and `date_of_birth`; none of it is kept but
    whom it means."""

    person: Id | None = None
    identifier: Line | None = None
    name: Line | None = None
    date_of_birth: PastDate | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_name = self.name is not None or self.date_of_birth is not None
        if (self.person is not None) + (self.identifier is not None) + by_name != 1:
            raise PydanticCustomError("named_in_one_way", "Should name somebody by one of the three ways")
        if by_name and (self.name is None or self.date_of_birth is None):
            raise PydanticCustomError("name_and_birth", "Should hold both the name and the date of birth")
        return self


class RelatedSubject(Schema):
    """Somebody else whose data relates to the child. Shape: `why` says how it bears on the child."""

    who: WelfareSubject
    relation: Relation
    why: Why


class WelfareRequestBody(Schema):
    """What one body asks of another about a child. Without a `referral` the asker works with the child already."""

    holder: Code = Field(description="The service that is asked")
    child: WelfareSubject
    others: list[RelatedSubject] = Field(default=[], max_length=WELFARE.adults)
    function: FunctionCode = Field(description="Which of your functions it helps")
    why: Why = Field(description="Why it is relevant to safeguarding this child or promoting their welfare")
    categories: list[Category] = Field(min_length=1, max_length=50)
    referral: Line | None = Field(default=None, description="The reference of the referral by which you know of them")
    urgent: Flag = False


class WelfareAnswerBody(Schema):
    """The holder's answer. Shape: `categories` of a yes are all that were asked for, unless fewer are named."""

    answer: AnswerKind
    categories: list[Category] | None = Field(default=None, min_length=1, max_length=50)
    reason: Why | None = Field(
        default=None,
        description="Needed where sharing would be more detrimental to the child than not sharing, and where you hold "
        "records and say that nothing relevant is among them. It goes to your agency alone",
    )
    asker_may_know: Flag = Field(
        default=False,
        description="Whether the asker is told which of the two it is; otherwise they read that nothing is shared",
    )

    @model_validator(mode="after")
    def _is_reasoned(self) -> Self:
        if self.answer == "more_detrimental" and self.reason is None:
            raise PydanticCustomError("reason_missing", "Should say why it would be more detrimental to the child")
        if self.answer != "yes" and self.categories is not None:
            raise PydanticCustomError("categories_of_no_yes", "Should name categories with a yes alone")
        return self


class WelfareStepBody(Schema):
    reason: Why


class WelfareReviewBody(Schema):
    outcome: ReviewOutcome
    note: Why


class WelfarePersonView(Schema):
    person: UUID
    relation: str
    why: str | None


class WelfareAnswerView(Schema):
    """An answer as the holder's people see it; that of a rule stands in the name of whoever confirmed the rule."""

    id: UUID
    kind: str
    categories: list[str]
    people: list[UUID]
    reason: str | None
    asker_may_know: bool
    by: str
    service: str
    rule: UUID | None
    at: Instant
    shown_until: Instant
    ended_at: Instant | None
    ended_by: str | None
    ended_reason: str | None
    to_review: bool
    review_by: date | None
    outcome: str | None
    reviewed_by: str | None
    reviewed_at: Instant | None
    review_note: str | None


class Handling(Schema):
    """How the recipient keeps what it is shown, as an agreement between the two has it: how, and not whether."""

    agreement: UUID
    control: str | None
    retention: str | None
    security: str | None


class WelfareOutcome(Schema):
    """What came of a request, for whoever asked.

    Shape: `not_shared` is one and the same whether the holder holds nothing or judged sharing more detrimental to the
    child, unless the holder let the asker know which. People are named of what is shared alone.
    """

    outcome: Literal["shared", "not_shared", "more_detrimental", "nothing_held"]
    at: Instant
    categories: list[str]
    people: list[UUID]
    shown_until: Instant | None
    basis: str | None


class WelfareRequestView(Schema):
    """A request. Shape: `outcome` for whoever asked; `people` and `answers` for the holder; `history` for each what is
    theirs."""

    id: UUID
    holder: str
    service: str
    agency: str
    acts_for: str | None
    by: str
    function: str
    why: str
    categories: list[str]
    referral: str | None
    urgent: bool
    asked_at: Instant
    due_on: date
    overdue: bool
    status: Literal["open", "answered", "withdrawn"]
    handling: list[Handling]
    outcome: WelfareOutcome | None = None
    people: list[WelfarePersonView] | None = None
    answers: list[WelfareAnswerView] | None = None
    history: list[ActStepView]
    etag: str
