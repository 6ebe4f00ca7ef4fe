"""Premises that are not ordinary: what is said of them, and who asked that they protect less."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from gateway.context import Info
from gateway.json_mapping import MaybeAbsent, mirrors, read_object, write_input
from gateway.schema.choices import FlagKind, LoweringVerdict, PremisesKind
from gateway.schema.common import AnyProblem, IdempotencyKey, Purpose, attempt_change


@strawberry.type
@mirrors(families="LoweringView")
class PremisesLowering:
    """Somebody asked that a flag protect less; a second person has to confirm it."""

    id: UUID
    kind: str
    date: date
    reason: str
    asked_by: str


@strawberry.type
@mirrors(families="FlagView")
class PremisesFlag:
    """What an agency says of premises. Without an agency, and without an id, one of before flags had owners."""

    id: UUID | None
    kind: str
    agency: str | None
    date: date
    waiting: PremisesLowering | None


@strawberry.type
@mirrors(families="PremisesActView")
class PremisesAct:
    """Something that was done. Acts: flagged, lowering_asked, lowering_confirmed, lowering_refused."""

    act: str
    kind: str
    agency: str | None
    by: str | None
    date: date
    reason: str
    at: datetime


@strawberry.type
@mirrors(families="PremisesView")
class Premises:
    """What stands of premises, and all that was done, oldest first, as far as the caller may know of either."""

    uprn: str
    flags: list[PremisesFlag]
    history: list[PremisesAct]


@strawberry.type
@mirrors(families="Page_PremisesView_")
class PremisesPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Premises]
    next: str | None


@strawberry.type
class PremisesQuery:
    @strawberry.field
    async def flagged_premises(
        self, info: Info, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> PremisesPage | None:
        """The flagged premises of which the caller may know."""
        families = info.context.loaders_for(purpose).services.families
        return read_object(PremisesPage, await families.list_premises(first, after))

    @strawberry.field
    async def premises(self, info: Info, uprn: str, purpose: Purpose = None) -> Premises | None:
        """What was said of an address. Errors: families' PremisesNotFound."""
        return read_object(Premises, await info.context.loaders_for(purpose).services.families.get_premises(uprn))


@strawberry.type
@mirrors(families="PremisesWritten")
class PremisesFlagged:
    """Shape: `status` is what the caller's agency says of the premises now."""

    status: str
    etag: str


@strawberry.type
@mirrors(families="Written")
class LoweringChanged:
    """Shape: `status` is waiting, confirmed or refused."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


PremisesChange = Annotated[PremisesFlagged | AnyProblem, strawberry.union("PremisesChange")]
LoweringChange = Annotated[LoweringChanged | AnyProblem, strawberry.union("LoweringChange")]


@strawberry.input
@mirrors(families="PremisesRequest")
class PremisesInput:
    """`kind`: refuge, hmo, hostel or care_home. `reason` says on whose word."""

    kind: FlagKind
    reason: str
    date: date


@strawberry.input
@mirrors(families="LoweringRequest")
class LoweringInput:
    """`kind` protects less than the flag: refuge, hmo, hostel, care_home, ordinary.

    Without `flag` it is the agency's own.
    """

    kind: PremisesKind
    reason: str
    date: date
    flag: UUID | None = None


@strawberry.input
@mirrors(families="LoweringDecision")
class LoweringDecisionInput:
    """`verdict`: confirmed, by another than who asked; or refused."""

    verdict: LoweringVerdict
    reason: str
    date: date


@strawberry.type
class PremisesMutation:
    @strawberry.mutation
    async def flag_premises(
        self, info: Info, uprn: str, input: PremisesInput, purpose: Purpose = None
    ) -> PremisesChange | None:
        """Say for one's agency what kind of premises an address is. The same again changes nothing."""
        body = write_input(input)
        return await attempt_change(info, purpose, lambda to: to.families.flag_premises(uprn, body), PremisesFlagged)

    @strawberry.mutation
    async def ask_premises_lowering(
        self, info: Info, uprn: str, input: LoweringInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> LoweringChange | None:
        """Ask that a flag protect less, or be taken away. Nothing changes until a second person confirms it."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.families.ask_lowering(uprn, body, idempotency_key), LoweringChanged
        )

    @strawberry.mutation
    async def decide_premises_lowering(
        self,
        info: Info,
        uprn: str,
        lowering: UUID,
        input: LoweringDecisionInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> LoweringChange | None:
        """Confirm what another person asked, or refuse it."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.families.decide_lowering(uprn, lowering, body, idempotency_key),
            LoweringChanged,
        )
