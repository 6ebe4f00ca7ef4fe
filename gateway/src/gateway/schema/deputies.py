"""Who does an officer's work in their absence, and which agency signs for one that has no officer here."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from gateway.context import Info
from gateway.inner_pages import cut_page
from gateway.json_mapping import MaybeAbsent, mirrors, read_object, read_objects, write_input
from gateway.schema.common import AnyProblem, IdempotencyKey, Purpose, attempt_change


@strawberry.type
@mirrors(identity="DeputyView")
class Deputy:
    """Somebody who signs for an officer's agency in the officer's place; without `to` until somebody ends it."""

    id: UUID
    officer: UUID
    deputy: UUID
    from_: date = strawberry.field(name="from")
    to: date | None
    reason: str
    ended_at: datetime | None


@strawberry.type
@mirrors(identity="Page_DeputyView_")
class DeputyPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Deputy]
    next: str | None


@strawberry.type
@mirrors(identity="SponsorView")
class Sponsor:
    """An agency whose officer signs for another one; without `to` until somebody ends it."""

    id: UUID
    agency: str
    sponsor: str
    from_: date = strawberry.field(name="from")
    to: date | None
    reason: str
    ended_at: datetime | None


@strawberry.type
class SponsorPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Sponsor]
    next: str | None


@strawberry.type
class DeputiesQuery:
    @strawberry.field
    async def deputies(
        self, info: Info, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> DeputyPage | None:
        """Who deputises for whom, and did, the oldest first."""
        return read_object(
            DeputyPage, await info.context.loaders_for(purpose).services.identity.list_deputies(first, after)
        )

    @strawberry.field
    async def sponsors(
        self, info: Info, agency: str, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> SponsorPage | None:
        """Who signs for an agency, and did. Errors: identity's AgencyNotFound."""
        rows = await info.context.loaders_for(purpose).services.identity.list_sponsors(agency)
        shown, following = cut_page(rows, first, after)
        return SponsorPage(items=read_objects(Sponsor, shown), next=following)


@strawberry.type
@mirrors(identity="Written")
class StandInChanged:
    """The deputy or sponsor as it stands now."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


StandInChange = Annotated[StandInChanged | AnyProblem, strawberry.union("StandInChange")]


@strawberry.input
@mirrors(identity="DeputyRequest")
class DeputyInput:
    """`officer` and `deputy` are people of one agency."""

    officer: UUID
    deputy: UUID
    from_: date = strawberry.field(name="from")
    to: date | None = None
    reason: str


@strawberry.input
@mirrors(identity="SponsorRequest")
class SponsorInput:
    """`sponsor`: the code of the agency that signs."""

    sponsor: str
    from_: date = strawberry.field(name="from")
    to: date | None = None
    reason: str


@strawberry.type
class DeputiesMutation:
    @strawberry.mutation
    async def name_deputy(
        self, info: Info, input: DeputyInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> StandInChange | None:
        """Name somebody who signs for an officer's agency in the officer's place."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.identity.name_deputy(body, idempotency_key), StandInChanged
        )

    @strawberry.mutation
    async def end_deputy(
        self, info: Info, deputy: UUID, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> StandInChange | None:
        """Let somebody deputise no longer."""
        return await attempt_change(
            info, purpose, lambda to: to.identity.end_deputy(deputy, idempotency_key), StandInChanged
        )

    @strawberry.mutation
    async def name_sponsor(
        self, info: Info, agency: str, input: SponsorInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> StandInChange | None:
        """Name the agency whose officer signs for this one, which has none."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.identity.name_sponsor(agency, body, idempotency_key), StandInChanged
        )

    @strawberry.mutation
    async def end_sponsor(
        self, info: Info, agency: str, sponsor: UUID, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> StandInChange | None:
        """Let an agency sign for this one no longer. What it signed stands."""
        return await attempt_change(
            info, purpose, lambda to: to.identity.end_sponsor(agency, sponsor, idempotency_key), StandInChanged
        )
