"""Assurance visits: an official of the department looks at the samples of some batches, on some days."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from gateway.context import Info
from gateway.json_mapping import MaybeAbsent, mirrors, read_object, write_input
from gateway.schema.claims import Claim, Finding
from gateway.schema.common import AnyProblem, IdempotencyKey, Purpose, attempt_change


@strawberry.type
@mirrors(claims="VisitView")
class AssuranceVisit:
    """Who may look at which batches' samples, when, and why. Status: planned, running, over, closed."""

    id: UUID
    visitor: str
    from_: date = strawberry.field(name="from")
    to: date
    batches: list[UUID]
    status: str
    reason: str
    opened_by: str
    opened_at: datetime
    closed_by: str | None
    closed_because: str | None
    closed_at: datetime | None
    etag: str


@strawberry.type
@mirrors(claims="Page_VisitView_")
class AssuranceVisitPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[AssuranceVisit]
    next: str | None


@strawberry.type
@mirrors(claims="VisitedClaimView")
class VisitedClaim:
    """A claim of the sample, with who prepared, checked and froze it; findings are oldest first."""

    claim: Claim
    prepared_by: list[str]
    checked_by: str | None
    frozen_by: str | None
    findings: list[Finding]


@strawberry.type
@mirrors(claims="Page_VisitedClaimView_")
class VisitedClaimPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[VisitedClaim]
    next: str | None


@strawberry.type
class VisitsQuery:
    @strawberry.field
    async def assurance_visits(
        self, info: Info, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> AssuranceVisitPage | None:
        """Visits within reach, oldest first; a visitor has their own alone, on its days."""
        claims = info.context.loaders_for(purpose).services.claims
        return read_object(AssuranceVisitPage, await claims.list_visits(first, after))

    @strawberry.field
    async def assurance_visit(self, info: Info, visit: UUID, purpose: Purpose = None) -> AssuranceVisit | None:
        """One visit. Errors: claims' VisitNotFound."""
        return read_object(AssuranceVisit, await info.context.loaders_for(purpose).services.claims.get_visit(visit))

    @strawberry.field
    async def visited_claims(
        self, info: Info, visit: UUID, first: int = 20, after: str | None = None, purpose: Purpose = None
    ) -> VisitedClaimPage | None:
        """The claims of a visit for its visitor: evidence, findings, and who did what."""
        loaders = info.context.loaders_for(purpose)
        page = await loaders.services.claims.list_visited_claims(visit, first, after)
        return read_object(VisitedClaimPage, page, loaders=loaders)


@strawberry.type
@mirrors(claims="Written")
class AssuranceVisitChanged:
    """Status: as a visit's."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


AssuranceVisitChange = Annotated[AssuranceVisitChanged | AnyProblem, strawberry.union("AssuranceVisitChange")]


@strawberry.input
@mirrors(claims="VisitRequest")
class AssuranceVisitInput:
    """`visitor`: somebody with the role assurance_visitor. All days from `from` to `to`, both included."""

    visitor: UUID
    from_: date = strawberry.field(name="from")
    to: date
    batches: list[UUID]
    reason: str


@strawberry.type
class VisitsMutation:
    @strawberry.mutation
    async def open_assurance_visit(
        self, info: Info, input: AssuranceVisitInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> AssuranceVisitChange | None:
        """Let an official of the department look at the samples of some batches, on some days."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.claims.open_visit(body, idempotency_key), AssuranceVisitChanged
        )

    @strawberry.mutation
    async def close_assurance_visit(
        self, info: Info, visit: UUID, reason: str, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> AssuranceVisitChange | None:
        """End a visit before its last day."""
        return await attempt_change(
            info,
            purpose,
            lambda to: to.claims.close_visit(visit, {"reason": reason}, idempotency_key),
            AssuranceVisitChanged,
        )
