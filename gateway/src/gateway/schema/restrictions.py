"""Restrictions of the use of what is held of a person (UK GDPR Art 18)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from gateway.context import Info
from gateway.json_mapping import MaybeAbsent, mirrors, read_object, write_input
from gateway.schema.choices import RestrictionCase
from gateway.schema.common import AnyProblem, IdempotencyKey, Purpose, attempt_change

Day = date  # `date` is a member's name below, and no type any more from there on


@strawberry.type
@mirrors(consent="RestrictionView")
class Restriction:
    """What of a person may not be used, and why. Status: set, lifted. No categories: all."""

    id: UUID
    person: UUID
    because: str
    categories: list[str]
    date: date
    status: str
    lifted_on: Day | None
    person_told_on: Day | None
    recorded_at: datetime
    etag: str


@strawberry.type
class RestrictionsQuery:
    @strawberry.field
    async def restriction(self, info: Info, restriction: UUID, purpose: Purpose = None) -> Restriction | None:
        """One that the caller's agency set. Errors: consent's RestrictionNotFound."""
        consent = info.context.loaders_for(purpose).services.consent
        return read_object(Restriction, await consent.get_restriction(restriction))


@strawberry.type
@mirrors(consent="Written")
class RestrictionChanged:
    """Status: set, lifted."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


RestrictionChange = Annotated[RestrictionChanged | AnyProblem, strawberry.union("RestrictionChange")]


@strawberry.input
@mirrors(consent="RestrictionRequest")
class RestrictionInput:
    """In `reason`, what was asked, never what the data says. No categories: all."""

    person: UUID
    because: RestrictionCase
    categories: list[str] = strawberry.field(default_factory=list)
    date: date
    reason: str


@strawberry.input
@mirrors(consent="RestrictionLiftRequest")
class RestrictionLiftInput:
    """`personToldOn`: the day on which the person was told, before it is lifted."""

    date: Day
    person_told_on: Day
    reason: str


@strawberry.type
class RestrictionsMutation:
    @strawberry.mutation
    async def set_restriction(
        self, info: Info, input: RestrictionInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> RestrictionChange | None:
        """Restrict the use of what is held of a person."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.set_restriction(body, idempotency_key), RestrictionChanged
        )

    @strawberry.mutation
    async def lift_restriction(
        self,
        info: Info,
        restriction: UUID,
        input: RestrictionLiftInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> RestrictionChange | None:
        """Lift a restriction of the caller's agency, once the person was told."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.consent.lift_restriction(restriction, body, idempotency_key),
            RestrictionChanged,
        )
