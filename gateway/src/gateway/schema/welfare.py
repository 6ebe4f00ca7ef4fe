"""Requests for the welfare of a child: who asks another body, what it answers, and what came of it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from gateway.context import Info
from gateway.json_mapping import MaybeAbsent, mirrors, read_object, write_input
from gateway.schema.choices import (
    WelfareAnswerKind,
    WelfareFunction,
    WelfareRelation,
    WelfareRequestStatus,
    WelfareReviewOutcome,
    WelfareReviewState,
)
from gateway.schema.common import AnyProblem, IdempotencyKey, Purpose, attempt_change
from gateway.schema.consent import ActStep


@strawberry.type
@mirrors(consent="WelfarePersonView")
class WelfarePerson:
    """Somebody whom a request is about, and how they bear on the child."""

    person: UUID
    relation: str
    why: str | None


@strawberry.type
@mirrors(consent="WelfareAnswerView")
class WelfareAnswer:
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
    at: datetime
    shown_until: datetime
    ended_at: datetime | None
    ended_by: str | None
    ended_reason: str | None
    to_review: bool
    review_by: date | None
    outcome: str | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    review_note: str | None


@strawberry.type
@mirrors(consent="Handling")
class WelfareHandling:
    """How the recipient keeps what it is shown, as an agreement between the two has it."""

    agreement: UUID
    control: str | None
    retention: str | None
    security: str | None


@strawberry.type
@mirrors(consent="WelfareOutcome")
class WelfareOutcome:
    """What came of a request, for whoever asked: shared, not_shared, more_detrimental, nothing_held.

    `not_shared` is the same whether the holder holds nothing or judged sharing more detrimental to the child, unless
    the holder let the asker know which.
    """

    outcome: str
    at: datetime
    categories: list[str]
    people: list[UUID]
    shown_until: datetime | None
    basis: str | None


@strawberry.type
@mirrors(consent="WelfareRequestView")
class WelfareRequest:
    """What one body asked of another about a child. Status: open, answered, withdrawn.

    `outcome` is there for whoever asked; `people` and `answers` for the holder; `history` for each what is theirs.
    """

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
    asked_at: datetime
    due_on: date
    overdue: bool
    status: str
    handling: list[WelfareHandling]
    outcome: MaybeAbsent[WelfareOutcome]
    people: MaybeAbsent[list[WelfarePerson]]
    answers: MaybeAbsent[list[WelfareAnswer]]
    history: list[ActStep]
    etag: str


@strawberry.type
@mirrors(consent="Page_WelfareRequestView_")
class WelfareRequestPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[WelfareRequest]
    next: str | None


@strawberry.type
class WelfareQuery:
    @strawberry.field
    async def welfare_requests(
        self,
        info: Info,
        status: WelfareRequestStatus | None = None,
        overdue: bool = False,
        review: WelfareReviewState | None = None,
        first: int = 50,
        after: str | None = None,
        purpose: Purpose = None,
    ) -> WelfareRequestPage | None:
        """What was asked of the caller's service; of all services of the agency, for its officer."""
        consent = info.context.loaders_for(purpose).services.consent
        page = await consent.list_received_welfare_requests(status, overdue, review, first, after)
        return read_object(WelfareRequestPage, page)

    @strawberry.field
    async def own_welfare_requests(
        self, info: Info, overdue: bool = False, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> WelfareRequestPage | None:
        """What the caller asked, or what was asked in the agency, for its officer, with what came of it."""
        consent = info.context.loaders_for(purpose).services.consent
        return read_object(WelfareRequestPage, await consent.list_own_welfare_requests(overdue, first, after))

    @strawberry.field
    async def welfare_request(
        self, info: Info, welfare_request: UUID, purpose: Purpose = None
    ) -> WelfareRequest | None:
        """One request that the caller made, or may answer. Errors: consent's WelfareRequestNotFound."""
        consent = info.context.loaders_for(purpose).services.consent
        return read_object(WelfareRequest, await consent.get_welfare_request(welfare_request))


@strawberry.type
@mirrors(consent="Written")
class WelfareRequestChanged:
    """The request as it stands now."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


WelfareChange = Annotated[WelfareRequestChanged | AnyProblem, strawberry.union("WelfareChange")]


@strawberry.input
@mirrors(consent="WelfareSubject")
class WelfareSubjectInput:
    """Somebody by `person`, or by `identifier`, or by `name` and `dateOfBirth`."""

    person: UUID | None = None
    identifier: str | None = None
    name: str | None = None
    date_of_birth: date | None = None


@strawberry.input
@mirrors(consent="RelatedSubject")
class RelatedSubjectInput:
    """Somebody else whose data relates to the child, and how it bears on the child."""

    who: WelfareSubjectInput
    relation: WelfareRelation
    why: str


@strawberry.input
@mirrors(consent="WelfareRequestBody")
class WelfareRequestInput:
    """What is asked of the service `holder` about a child. Without a `referral` the asker works with the child."""

    holder: str
    child: WelfareSubjectInput
    others: list[RelatedSubjectInput] = strawberry.field(default_factory=list)
    function: WelfareFunction
    why: str
    categories: list[str]
    referral: str | None = None
    urgent: bool = False


@strawberry.input
@mirrors(consent="WelfareAnswerBody")
class WelfareAnswerInput:
    """`categories` of a yes are all that were asked for, unless fewer are named; `reason` goes to the own agency."""

    answer: WelfareAnswerKind
    categories: list[str] | None = None
    reason: str | None = None
    asker_may_know: bool = False


@strawberry.input
@mirrors(consent="WelfareReviewBody")
class WelfareReviewInput:
    """What a second person found about an answer of a rule."""

    outcome: WelfareReviewOutcome
    note: str


@strawberry.type
class WelfareMutation:
    @strawberry.mutation
    async def ask_for_welfare(
        self, info: Info, input: WelfareRequestInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> WelfareChange | None:
        """Ask another body what it holds about a child."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.ask_for_welfare(body, idempotency_key), WelfareRequestChanged
        )

    @strawberry.mutation
    async def withdraw_welfare_request(
        self, info: Info, welfare_request: UUID, reason: str, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> WelfareChange | None:
        """Withdraw what the caller asked; nothing is shown by it any more."""
        return await attempt_change(
            info,
            purpose,
            lambda to: to.consent.withdraw_welfare_request(welfare_request, {"reason": reason}, idempotency_key),
            WelfareRequestChanged,
        )

    @strawberry.mutation
    async def answer_welfare_request(
        self,
        info: Info,
        welfare_request: UUID,
        input: WelfareAnswerInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> WelfareChange | None:
        """Answer what was asked of the caller's service."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.consent.answer_welfare_request(welfare_request, body, idempotency_key),
            WelfareRequestChanged,
        )

    @strawberry.mutation
    async def take_back_welfare_answer(
        self, info: Info, welfare_request: UUID, reason: str, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> WelfareChange | None:
        """Take an answer back; another one is due."""
        return await attempt_change(
            info,
            purpose,
            lambda to: to.consent.take_back_welfare_answer(welfare_request, {"reason": reason}, idempotency_key),
            WelfareRequestChanged,
        )

    @strawberry.mutation
    async def review_welfare_answer(
        self,
        info: Info,
        welfare_request: UUID,
        input: WelfareReviewInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> WelfareChange | None:
        """Say, as a second person, whether what a rule answered was justified."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.consent.review_welfare_answer(welfare_request, body, idempotency_key),
            WelfareRequestChanged,
        )
