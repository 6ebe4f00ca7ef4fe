"""families' part of the schema that is about safeguarding: enquiries, emergency access, bars, cover.

Whom a ground reaches is asked with the header `Ground`, for the whole operation: `enquiry 0190…`.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from gateway.context import Info
from gateway.json_mapping import MaybeAbsent, mirrors, read_object, write_input
from gateway.schema.choices import BarReason, EmergencyAccessOutcome, EmergencyAccessStatus, EnquiryKind, EnquiryStatus
from gateway.schema.common import AnyProblem, IdempotencyKey, Purpose, attempt_change


@strawberry.type
@mirrors(families="StepView")
class EnquiryStep:
    """What was done to an enquiry, by whom, and why."""

    step: str
    by: str
    at: datetime
    reason: str


@strawberry.type
@mirrors(families="EnquiryView")
class Enquiry:
    """An enquiry of children's social care. Kinds: s47, s17. Status: open, closed."""

    id: UUID
    reference: str
    kind: str
    service: str
    status: str
    begun: date
    closed_on: date | None
    opened_by: str
    recorded_at: datetime
    subjects: list[UUID]
    history: list[EnquiryStep]
    etag: str


@strawberry.type
@mirrors(families="Page_EnquiryView_")
class EnquiryPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Enquiry]
    next: str | None


@strawberry.type
@mirrors(families="AccessReviewView")
class EmergencyAccessReview:
    """What somebody else found. Outcomes: justified, not_justified."""

    outcome: str
    note: str
    by: str
    at: datetime


@strawberry.type
@mirrors(families="EmergencyView")
class EmergencyAccess:
    """Access to named people at once. Status: to_review, overdue, reviewed."""

    id: UUID
    user: str
    service: str
    reason: str
    begun_at: datetime
    expires_at: datetime
    review_by: date
    status: str
    outcome: str | None
    people: list[UUID]
    reviews: list[EmergencyAccessReview]


@strawberry.type
@mirrors(families="Page_EmergencyView_")
class EmergencyAccessPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[EmergencyAccess]
    next: str | None


@strawberry.type
@mirrors(families="NoteView")
class GovernanceNote:
    """Something that the officers of an agency must look at: an emergency access that was found not justified."""

    id: UUID
    about: UUID
    user: str
    opened_at: datetime
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None


@strawberry.type
@mirrors(families="BarView")
class Bar:
    """Somebody is kept from people and families of their own. Status: set, lifted."""

    id: UUID
    user: str
    because: str
    status: str
    recorded_by: str
    recorded_at: datetime
    people: MaybeAbsent[list[UUID]]
    families: MaybeAbsent[list[UUID]]
    lifted_by: MaybeAbsent[str]
    lifted_at: MaybeAbsent[datetime]
    lifted_reason: MaybeAbsent[str]


@strawberry.type
@mirrors(families="CoverView")
class Cover:
    """Somebody stands in for a colleague, from one day to another, both included."""

    id: UUID
    covered: str
    covering: str
    from_: date = strawberry.field(name="from")
    to: date
    reason: str
    recorded_by: str
    recorded_at: datetime
    ended_on: date | None
    ended_by: str | None
    ended_reason: str | None


@strawberry.type
@mirrors(families="Page_NoteView_")
class GovernanceNotePage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[GovernanceNote]
    next: str | None


@strawberry.type
@mirrors(families="Page_BarView_")
class BarPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Bar]
    next: str | None


@strawberry.type
@mirrors(families="Page_CoverView_")
class CoverPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Cover]
    next: str | None


@strawberry.type
class SafeguardingQuery:
    @strawberry.field
    async def enquiries(
        self,
        info: Info,
        status: EnquiryStatus | None = None,
        first: int = 50,
        after: str | None = None,
        purpose: Purpose = None,
    ) -> EnquiryPage | None:
        """The enquiries that the caller works on. `status`: open, closed; else all."""
        families = info.context.loaders_for(purpose).services.families
        return read_object(EnquiryPage, await families.list_enquiries(status, first, after))

    @strawberry.field
    async def own_emergency_access(
        self, info: Info, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> EmergencyAccessPage | None:
        """The emergency access that the caller used, and what was found about it."""
        families = info.context.loaders_for(purpose).services.families
        return read_object(EmergencyAccessPage, await families.list_own_emergency_access(first, after))

    @strawberry.field
    async def emergency_access(
        self,
        info: Info,
        status: EmergencyAccessStatus | None = None,
        first: int = 50,
        after: str | None = None,
        purpose: Purpose = None,
    ) -> EmergencyAccessPage | None:
        """What was used in the caller's agency, for who reviews it. `status`: to_review, overdue; else all."""
        families = info.context.loaders_for(purpose).services.families
        return read_object(EmergencyAccessPage, await families.list_emergency_access(status, first, after))

    @strawberry.field
    async def governance_notes(
        self, info: Info, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> GovernanceNotePage | None:
        """What the officers of the caller's agency must look at."""
        families = info.context.loaders_for(purpose).services.families
        return read_object(GovernanceNotePage, await families.list_governance_notes(first, after))

    @strawberry.field
    async def bars(
        self, info: Info, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> BarPage | None:
        """The caller's own bars, and those over which they watch."""
        families = info.context.loaders_for(purpose).services.families
        return read_object(BarPage, await families.list_bars(first, after))

    @strawberry.field
    async def covers(
        self, info: Info, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> CoverPage | None:
        """All covers of the manager's service."""
        families = info.context.loaders_for(purpose).services.families
        return read_object(CoverPage, await families.list_covers(first, after))

    @strawberry.field
    async def own_covers(
        self, info: Info, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> CoverPage | None:
        """Those in which the caller stands in for somebody, or somebody for them."""
        families = info.context.loaders_for(purpose).services.families
        return read_object(CoverPage, await families.list_own_covers(first, after))


@strawberry.type
@mirrors(families="Written")
class SafeguardingRecorded:
    """It stands from now on."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


SafeguardingChange = Annotated[SafeguardingRecorded | AnyProblem, strawberry.union("SafeguardingChange")]


@strawberry.input
@mirrors(families="SomebodyRequest")
class SomebodyInput:
    """Somebody by id, or by a number, or by name and date of birth."""

    person: UUID | None = None
    identifier: str | None = None
    name: str | None = None
    date_of_birth: date | None = None


@strawberry.input
@mirrors(families="EnquiryRequest")
class EnquiryInput:
    """Kinds: s47, s17. `reference` is the service's own, with no name in it."""

    reference: str
    kind: EnquiryKind
    begun: date
    subjects: list[SomebodyInput]


@strawberry.input
@mirrors(families="SubjectsRequest")
class EnquirySubjectsInput:
    """Further people whom it is about, and why."""

    subjects: list[SomebodyInput]
    reason: str


@strawberry.input
@mirrors(families="CloseRequest")
class EnquiryCloseInput:
    """The day on which it was closed, and why."""

    date: date
    reason: str


@strawberry.input
@mirrors(families="EmergencyRequest")
class EmergencyAccessInput:
    """What was heard, and why it cannot wait; a second person reads it."""

    people: list[SomebodyInput]
    reason: str


@strawberry.input
@mirrors(families="AccessReviewRequest")
class EmergencyAccessReviewInput:
    """Outcomes: justified, not_justified."""

    outcome: EmergencyAccessOutcome
    note: str


@strawberry.input
@mirrors(families="BarRequest")
class BarInput:
    """Because: relative, neighbour, other."""

    user: UUID
    because: BarReason
    people: list[UUID] = strawberry.field(default_factory=list)
    families: list[UUID] = strawberry.field(default_factory=list)


@strawberry.input
@mirrors(families="CoverRequest")
class CoverInput:
    """Days are inclusive."""

    covered: UUID
    covering: UUID
    from_: date = strawberry.field(name="from")
    to: date
    reason: str


@strawberry.type
class SafeguardingMutation:
    @strawberry.mutation
    async def open_enquiry(
        self, info: Info, input: EnquiryInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> SafeguardingChange | None:
        """Open an enquiry, as a service of children's social care."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.families.open_enquiry(body, idempotency_key), SafeguardingRecorded
        )

    @strawberry.mutation
    async def add_enquiry_subjects(
        self,
        info: Info,
        enquiry: UUID,
        input: EnquirySubjectsInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> SafeguardingChange | None:
        """Say that an enquiry is about further people."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.families.add_enquiry_subjects(enquiry, body, idempotency_key),
            SafeguardingRecorded,
        )

    @strawberry.mutation
    async def remove_enquiry_subject(
        self,
        info: Info,
        enquiry: UUID,
        person: UUID,
        reason: str,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> SafeguardingChange | None:
        """Take back that an enquiry is about somebody."""
        return await attempt_change(
            info,
            purpose,
            lambda to: to.families.remove_enquiry_subject(enquiry, person, {"reason": reason}, idempotency_key),
            SafeguardingRecorded,
        )

    @strawberry.mutation
    async def close_enquiry(
        self,
        info: Info,
        enquiry: UUID,
        input: EnquiryCloseInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> SafeguardingChange | None:
        """Close an enquiry: nobody meets anybody by it any longer."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.families.close_enquiry(enquiry, body, idempotency_key),
            SafeguardingRecorded,
        )

    @strawberry.mutation
    async def reopen_enquiry(
        self, info: Info, enquiry: UUID, reason: str, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> SafeguardingChange | None:
        """Take back that an enquiry was closed."""
        return await attempt_change(
            info,
            purpose,
            lambda to: to.families.reopen_enquiry(enquiry, {"reason": reason}, idempotency_key),
            SafeguardingRecorded,
        )

    @strawberry.mutation
    async def use_emergency_access(
        self, info: Info, input: EmergencyAccessInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> SafeguardingChange | None:
        """Meet people at once, for some hours; then ask with the header `Ground: emergency <id>`."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.families.use_emergency_access(body, idempotency_key), SafeguardingRecorded
        )

    @strawberry.mutation
    async def review_emergency_access(
        self,
        info: Info,
        access: UUID,
        input: EmergencyAccessReviewInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> SafeguardingChange | None:
        """Say whether somebody else's emergency access was justified."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.families.review_emergency_access(access, body, idempotency_key),
            SafeguardingRecorded,
        )

    @strawberry.mutation
    async def answer_governance_note(
        self, info: Info, note: UUID, answer: str, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> SafeguardingChange | None:
        """Say what came of a note for the officers."""
        return await attempt_change(
            info,
            purpose,
            lambda to: to.families.answer_governance_note(note, {"answer": answer}, idempotency_key),
            SafeguardingRecorded,
        )

    @strawberry.mutation
    async def record_bar(
        self, info: Info, input: BarInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> SafeguardingChange | None:
        """Keep the caller, or somebody whom they manage, from people and families of their own."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.families.record_bar(body, idempotency_key), SafeguardingRecorded
        )

    @strawberry.mutation
    async def lift_bar(
        self, info: Info, bar: UUID, reason: str, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> SafeguardingChange | None:
        """Lift a bar, as a second person."""
        return await attempt_change(
            info,
            purpose,
            lambda to: to.families.lift_bar(bar, {"reason": reason}, idempotency_key),
            SafeguardingRecorded,
        )

    @strawberry.mutation
    async def record_cover(
        self, info: Info, input: CoverInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> SafeguardingChange | None:
        """Let somebody of the manager's service stand in for a colleague."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.families.record_cover(body, idempotency_key), SafeguardingRecorded
        )

    @strawberry.mutation
    async def end_cover(
        self, info: Info, cover: UUID, reason: str, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> SafeguardingChange | None:
        """End a cover before its last day."""
        return await attempt_change(
            info,
            purpose,
            lambda to: to.families.end_cover(cover, {"reason": reason}, idempotency_key),
            SafeguardingRecorded,
        )
