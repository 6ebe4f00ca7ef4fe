from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from chassis.schemas import Code, Date, Id, Line, PastDate, Schema
from families.sharing import Access
from families.support.schemas import LeadView, SupportView

Role = Literal["child", "adult", "non_resident_parent"]


class NominationRequest(Schema):
    area: Code = Field(description="The area that the family lives in", examples=["thornbury"])
    reason: Line = Field(description="Why a professional puts this family forward")
    date: PastDate | None = Field(default=None, description="The day of the nomination; today if absent")


class MemberRequest(Schema):
    person: Id
    role: Role
    from_: PastDate = Field(alias="from", description="The first day of belonging")


class MemberChange(Schema):
    to: Date = Field(description="The last day of belonging")


class MemberView(Schema):
    """Shape: `name` only where it is shared. Dates are inclusive."""

    person: UUID
    role: str
    from_: date = Field(alias="from")
    to: date | None
    name: str | None = None


class MembershipView(MemberView):
    """One membership with what a change of it needs."""

    id: UUID
    how: str
    etag: str


class FamilyView(Schema):
    id: UUID
    area: str | None = None
    composed_on: date
    members: list[MemberView]
    lead_professional: LeadView | None = None
    support: SupportView
    access: Access
    etag: str


class FamilyItems(Schema):
    items: list[FamilyView]


class MembershipItems(Schema):
    items: list[MembershipView]


class BelongingView(Schema):
    """One person's families. `person` is the id that was asked for."""

    person: UUID
    families: list["FamilyOfView"]


class FamilyOfView(Schema):
    family: UUID
    membership: UUID
    role: str
    from_: date = Field(alias="from")
    to: date | None


class BelongingItems(Schema):
    items: list[BelongingView]


class FamilySupportView(Schema):
    family: UUID
    lead_professional: LeadView | None = None
    support: SupportView


class SupportItems(Schema):
    items: list[FamilySupportView]


class MomentView(Schema):
    """Something that happened, on a day. Kinds: composed, joined, left, agreed, declined, lead_professional,
    assessment, plan, step."""

    on: date
    kind: str
    person: UUID | None = None
    role: str | None = None


class MomentItems(Schema):
    items: list[MomentView]
