"""Questions of claims that a person answers: are two families the same people, does a claim stand after what is new."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from gateway.context import Info
from gateway.json_mapping import MaybeAbsent, mirrors, read_object, write_input
from gateway.schema.choices import QuestionAnswer, QuestionKind, QuestionStatus
from gateway.schema.common import AnyProblem, IdempotencyKey, Purpose, attempt_change


@strawberry.type
@mirrors(claims="SharedPerson")
class SharedPerson:
    """Somebody whom two families both have, as child or adult."""

    person: UUID
    role: str


@strawberry.type
@mirrors(claims="NewsDifference")
class NewsDifference:
    """Where what was claimed and what follows now differ."""

    path: str
    frozen: str | None
    recomputed: str | None


@strawberry.type
@mirrors(claims="AskedClaim")
class AskedClaim:
    """A claim that the question is about."""

    claim: UUID
    family: UUID
    status: str


@strawberry.type
@mirrors(claims="AnswerView")
class Answer:
    """What somebody said to a question; `confirms` is another's answer with which they agreed."""

    id: UUID
    answer: str
    joined_on: date | None
    confirms: UUID | None
    reason: str
    by: str
    date: date
    recorded_at: datetime


@strawberry.type
@mirrors(claims="QuestionView")
class Question:
    """A question for a person. `kind`: same_people, news.

    `status`: open, proposed (an answer waits for a second person), answered, noted, closed. `answer` is the one in
    force. `shared` is whom two families both have, `differences` is what differs from what was claimed.
    """

    id: UUID
    kind: str
    framework: str
    families: list[UUID]
    claims: list[AskedClaim]
    effect: str
    status: str
    answer: str | None
    joined_on: date | None
    verdict: str
    shared: list[SharedPerson] | None
    differences: list[NewsDifference] | None
    answers: list[Answer]
    raised_at: datetime
    etag: str


@strawberry.type
@mirrors(claims="Page_QuestionView_")
class QuestionPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Question]
    next: str | None


@strawberry.input
class QuestionFilter:
    """Shape: what is left out does not narrow."""

    kind: QuestionKind | None = None
    status: QuestionStatus | None = None


@strawberry.type
class QuestionsQuery:
    @strawberry.field
    async def questions(
        self,
        info: Info,
        filter: QuestionFilter | None = None,
        first: int = 50,
        after: str | None = None,
        purpose: Purpose = None,
    ) -> QuestionPage | None:
        """Questions by kind and status, oldest first."""
        services, wanted = info.context.loaders_for(purpose).services, filter or QuestionFilter()
        return read_object(QuestionPage, await services.claims.list_questions(wanted.kind, wanted.status, first, after))

    @strawberry.field
    async def question(self, info: Info, id: UUID, purpose: Purpose = None) -> Question | None:
        """One question with its answers. Errors: claims' QuestionNotFound."""
        return read_object(Question, await info.context.loaders_for(purpose).services.claims.get_question(id))


@strawberry.type
@mirrors(claims="Written")
class QuestionAnswered:
    """The answer was kept. Its status says whether it is in force (answered) or waits for another person (proposed)."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


QuestionChange = Annotated[QuestionAnswered | AnyProblem, strawberry.union("QuestionChange")]


@strawberry.input
@mirrors(claims="AnswerRequest")
class AnswerInput:
    """`answer`: same_family, different_family, joined_later (with `joinedOn`); of news stands, falls."""

    answer: QuestionAnswer
    joined_on: date | None = None
    reason: str
    date: date


@strawberry.input
@mirrors(claims="ConfirmRequest")
class ConfirmationInput:
    """The other person's `answer` that is confirmed."""

    answer: UUID
    reason: str
    date: date


@strawberry.type
class QuestionsMutation:
    @strawberry.mutation
    async def answer_question(
        self, info: Info, question: UUID, input: AnswerInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> QuestionChange | None:
        """Answer a question, or correct an answer."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.claims.answer_question(question, body, idempotency_key), QuestionAnswered
        )

    @strawberry.mutation
    async def confirm_answer(
        self,
        info: Info,
        question: UUID,
        input: ConfirmationInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> QuestionChange | None:
        """Agree, as a second person, to an answer that lets money go out."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.claims.confirm_answer(question, body, idempotency_key), QuestionAnswered
        )
