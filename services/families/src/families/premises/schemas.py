from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from chassis.schemas import Id, Instant, Note, PastDate, Schema, Written

FlagKind = Literal["refuge", "hmo", "hostel", "care_home"]
Kind = Literal["refuge", "hmo", "hostel", "care_home", "ordinary"]
Reason = Annotated[Note, AfterValidator(lambda text: text.strip()), Field(min_length=1, max_length=1000)]


class PremisesRequest(Schema):
    """What your agency says of premises. In `reason`, say on whose word."""

    kind: FlagKind
    reason: Reason
    date: PastDate


class PremisesWritten(Schema):
    """The answer names no address. Shape: `status` is what your agency says of the premises."""

    status: str
    etag: str


class LoweringRequest(Schema):
    """Shape: `kind` protects less than the flag. `flag` is your agency's own unless given."""

    kind: Kind
    flag: Id | None = Field(default=None, description="The flag that is to protect less; your agency's if absent")
    reason: Reason
    date: PastDate


class LoweringAsked(Written):
    """Nothing changes until a second person has confirmed it."""


class LoweringDecision(Schema):
    """Who asked cannot confirm, and may take it back by refusing."""

    verdict: Literal["confirmed", "refused"]
    reason: Reason
    date: PastDate


class FlagView(Schema):
    """Shape: without an agency, and without an id, one of before flags had owners."""

    id: UUID | None
    kind: str
    agency: str | None
    date: date
    waiting: "LoweringView | None" = Field(description="What somebody asked, and nobody has confirmed yet")


class LoweringView(Schema):
    id: UUID
    kind: str
    date: date
    reason: str
    asked_by: str


class PremisesActView(Schema):
    """Something that was done, by whom and why. Acts: flagged, lowering_asked, lowering_confirmed, lowering_refused.

    Shape: `kind` is what was said or asked; `by` a user's id.
    """

    act: str
    kind: str
    agency: str | None
    by: str | None
    date: date
    reason: str
    at: Instant


class PremisesView(Schema):
    """Shape: what stands of it, and all that was done, oldest first, as far as you may know of either."""

    uprn: str
    flags: list[FlagView]
    history: list[PremisesActView]
