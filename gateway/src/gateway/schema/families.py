"""families' part of the schema: families over time, the people in them, the support given, and matching."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from gateway.context import Info
from gateway.inner_pages import cut_page
from gateway.json_mapping import MaybeAbsent, mirrors, read_object, read_objects, write_input
from gateway.limits import needs_own_request
from gateway.loaders import Loaders
from gateway.problems import FamilyNotFound, PersonNotFound
from gateway.schema.choices import AssessmentKind, MatchReviewKind, MatchReviewStatus, MatchVerdict
from gateway.schema.claims import Claim, ClaimPage, Eligibility, Progress
from gateway.schema.common import (
    Access,
    AnyProblem,
    IdempotencyKey,
    Purpose,
    attempt_change,
)
from gateway.schema.consent import (
    Consent,
    ConsentPage,
    NoticeGiven,
    NoticeGivenPage,
    SharingLogPage,
    read_sharing_log,
)


@strawberry.type
@mirrors(families="IdentifierView")
class Identifier:
    """A number by which an agency knows a person. Schemes: nino, upn, nhs_number."""

    scheme: str
    value: str
    source: str


@strawberry.type
@mirrors(families="AddressView")
class Address:
    """Where a source said that a person lived, from the first day to the last."""

    address_line: str
    postcode: str
    uprn: str | None
    source: str
    from_: date = strawberry.field(name="from")
    to: date


@strawberry.type
@mirrors(families="FactView")
class Fact:
    """A dated thing that a record states. `value` is a number or a code, with its unit."""

    id: UUID = strawberry.field(metadata={"member": "fact"})
    measure: str
    from_: date = strawberry.field(name="from")
    to: date | None
    value: JSON
    unit: str | None
    source: str
    category: str
    record: UUID
    recorded_at: datetime


@strawberry.type
@mirrors(families="PersonLinkView")
class Link:
    """How a partner's record came to belong to a person."""

    record: UUID
    feed: str
    key: str
    source: str
    how: str
    score: MaybeAbsent[float]
    explanation: JSON
    at: datetime


@strawberry.type
class FactPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Fact]
    next: str | None


@strawberry.type
class LinkPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Link]
    next: str | None


@strawberry.type
@mirrors(families="PersonView")
class Person:
    """A person as this purpose may see one; what is withheld is null, whether it exists or not."""

    loaders: strawberry.Private[Loaders]
    id: UUID
    formerly: list[UUID]
    name: MaybeAbsent[str]
    date_of_birth: MaybeAbsent[date]
    sex: MaybeAbsent[str]
    identifiers: MaybeAbsent[list[Identifier]]
    addresses: MaybeAbsent[list[Address]]
    access: Access

    @strawberry.field
    async def facts(self, measure: str | None = None, first: int = 20, after: str | None = None) -> FactPage | None:
        """Dated facts about the person; of one measure, when it is named. Errors: families' RequestNotValid."""
        rows = await self.loaders.facts_of(measure).load(self.id)
        shown, following = cut_page(rows, first, after)
        return FactPage(items=read_objects(Fact, shown), next=following)

    @strawberry.field
    async def consents(self, first: int = 20, after: str | None = None) -> ConsentPage | None:
        """What the person, or somebody for them, agreed to share, under every id that they have had."""
        found = await self.loaders.consents.load_many([self.id, *self.formerly])
        shown, following = cut_page([row for rows in found for row in rows], first, after)
        return ConsentPage(items=read_objects(Consent, shown), next=following)

    @strawberry.field
    async def notices(self, first: int = 20, after: str | None = None) -> NoticeGivenPage | None:
        """Which privacy notices the person was given, under every id that they have had."""
        found = await self.loaders.notices.load_many([self.id, *self.formerly])
        shown, following = cut_page([row for rows in found for row in rows], first, after)
        return NoticeGivenPage(items=read_objects(NoticeGiven, shown), next=following)

    @strawberry.field
    @needs_own_request
    async def links(self, first: int = 20, after: str | None = None) -> LinkPage | None:
        """Every record of the person, with how it was matched. Errors: NotKnownAsAt with `asAt`."""
        self.loaders.refuse_past(
            "Records are matched anew as more is known: which were the person's is told as of now."
        )
        shown, following = cut_page(await self.loaders.services.families.list_links(self.id), first, after)
        return LinkPage(items=read_objects(Link, shown), next=following)

    @strawberry.field
    @needs_own_request
    async def sharing_log(self, first: int = 50, after: str | None = None) -> SharingLogPage | None:
        """Who saw what of the person, and why. Errors: NotKnownAsAt with `asAt`."""
        self.loaders.refuse_past("Each line of the sharing log has an instant of its own; it is not a state of a day.")
        return await read_sharing_log(self.loaders, [self.id, *self.formerly], first, after)


@strawberry.type
@mirrors(families="MemberView")
class Member:
    """A person in a family, dates inclusive. Roles: child, adult, non_resident_parent."""

    loaders: strawberry.Private[Loaders]
    person_id: UUID = strawberry.field(metadata={"member": "person"})
    role: str
    from_: date = strawberry.field(name="from")
    to: date | None
    name: MaybeAbsent[str]

    @strawberry.field
    async def person(self) -> Person | None:
        """Who it is, as this purpose may see."""
        row = await self.loaders.person.load(self.person_id)
        return read_object(Person, row, loaders=self.loaders) if row else None


@strawberry.type
@mirrors(families="LeadView")
class LeadProfessional:
    """The family's single contact. A base that would locate somebody under protection is null.

    `user`, or the `name` of somebody without an account; `days_late` is null when it was recorded in time.
    """

    user: MaybeAbsent[str]
    name: MaybeAbsent[str]
    service: MaybeAbsent[str]
    sector: str
    date: date
    days_late: MaybeAbsent[int]


@strawberry.type
@mirrors(families="ActView")
class Act:
    """An assessment or a plan, by id and the day on which it happened; `days_late` is null when recorded in time."""

    id: UUID
    date: date
    days_late: MaybeAbsent[int]


@strawberry.type
@mirrors(families="SupportView")
class Support:
    """What has been agreed and done with the family so far."""

    agreed_on: MaybeAbsent[date]
    declined_on: MaybeAbsent[date]
    assessment: MaybeAbsent[Act]
    plan: MaybeAbsent[Act]
    team: MaybeAbsent[list[str]]


@strawberry.type
@mirrors(families="MomentView")
class Moment:
    """Something that happened with a family, on a day.

    Kinds: composed, joined, left, agreed, declined, lead_professional, assessment, plan, step.
    """

    on: date
    kind: str
    person: MaybeAbsent[UUID]
    role: MaybeAbsent[str]


@strawberry.type
class MomentPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Moment]
    next: str | None


@strawberry.type
@mirrors(families="FamilyView")
class Family:
    """The unit of support, as this purpose may see one."""

    loaders: strawberry.Private[Loaders]
    id: UUID
    area: MaybeAbsent[str]
    composed_on: date
    members: list[Member]
    lead_professional: MaybeAbsent[LeadProfessional]
    support: Support
    access: Access
    etag: str

    @strawberry.field
    async def eligibility(self) -> Eligibility | None:
        """Which needs the family shows, with reasons."""
        row = await self.loaders.eligibility.load(self.id)
        return read_object(Eligibility, row) if row else None

    @strawberry.field
    async def progress(self) -> Progress | None:
        """How each need in force has gone since attachment, with reasons."""
        row = await self.loaders.progress.load(self.id)
        return read_object(Progress, row) if row else None

    @strawberry.field
    async def claims(self, first: int = 20, after: str | None = None) -> ClaimPage | None:
        """What was claimed for the family. Errors: NotKnownAsAt with `asAt`."""
        self.loaders.refuse_past("Of a claim its present status is kept, and not the one of each day.")
        shown, following = cut_page(await self.loaders.claims.load(self.id), first, after)
        return ClaimPage(items=read_objects(Claim, shown, loaders=self.loaders), next=following)

    @strawberry.field
    @needs_own_request
    async def timeline(self, first: int = 20, after: str | None = None) -> MomentPage | None:
        """What happened with the family, day by day."""
        moments = await self.loaders.services.families.list_moments(self.id, self.loaders.as_at)
        shown, following = cut_page(moments, first, after)
        return MomentPage(items=read_objects(Moment, shown), next=following)


@strawberry.type
@mirrors(families="Page_FamilyView_")
class FamilyPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Family]
    next: str | None


@strawberry.type
@mirrors(families="RecordRef")
class MatchedRecord:
    """A partner's record on one side of a match."""

    feed: str
    key: str
    source: str


@strawberry.type
@mirrors(families="SideView")
class MatchSide:
    """One of the two people who may be one. `root` is the id as which the person is read now."""

    person: UUID
    root: UUID
    records: list[MatchedRecord]
    name: MaybeAbsent[str]
    date_of_birth: MaybeAbsent[date]
    sex: MaybeAbsent[str]


@strawberry.type
@mirrors(families="ReviewActView")
class MatchReviewAct:
    """Something that was done with a match: decided; or reopened, which takes the decision back."""

    act: str
    verdict: str
    by: str
    reason: str
    at: datetime


@strawberry.type
@mirrors(families="ReviewView")
class MatchReview:
    """A match that the rules leave to an analyst. Kinds: same_person, non_resident_parent."""

    id: UUID
    kind: str
    status: str
    verdict: MaybeAbsent[str]
    score: MaybeAbsent[float]
    explanation: JSON
    left: MatchSide
    right: MatchSide
    children: list[UUID]
    opened_at: datetime
    history: list[MatchReviewAct]


@strawberry.type
@mirrors(families="Page_ReviewView_")
class MatchReviewPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[MatchReview]
    next: str | None


@strawberry.type
@mirrors(families="PushCounts")
class PushCounts:
    """How the lines of a push ended."""

    recorded: int
    unchanged: int
    held: int
    refused: int


@strawberry.type
@mirrors(families="PushView")
class Push:
    """A file that a partner sent, and what became of it."""

    id: UUID
    feed: str
    service: str
    status: str
    covers_from: date
    covers_to: date
    area: str
    dry_run: bool
    lines: int
    counts: PushCounts
    progress: float
    facts: int
    received_at: datetime
    finished_at: datetime | None
    paused_because: str | None


@strawberry.type
@mirrors(families="Page_PushView_")
class PushPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Push]
    next: str | None


@strawberry.input
class MatchReviewFilter:
    """Shape: `status` open or decided; `kind` same_person or non_resident_parent."""

    status: MatchReviewStatus | None = MatchReviewStatus.open
    kind: MatchReviewKind | None = None


@strawberry.type
class FamiliesQuery:
    @strawberry.field
    async def family(self, info: Info, id: UUID, as_at: date | None = None, purpose: Purpose = None) -> Family | None:
        """One family, now or as at a day. Errors: FamilyNotFound, out of reach and unknown alike."""
        loaders = info.context.loaders_for(purpose, as_at)
        row = await loaders.family.load(id)
        if row is None:
            raise FamilyNotFound()
        return read_object(Family, row, loaders=loaders)

    @strawberry.field
    async def families(
        self,
        info: Info,
        first: int = 50,
        after: str | None = None,
        as_at: date | None = None,
        purpose: Purpose = None,
    ) -> FamilyPage | None:
        """The families within the caller's reach."""
        loaders = info.context.loaders_for(purpose, as_at)
        page = await loaders.services.families.list_families(as_at, first, after)
        return read_object(FamilyPage, page, loaders=loaders)

    @strawberry.field
    async def person(self, info: Info, id: UUID, as_at: date | None = None, purpose: Purpose = None) -> Person | None:
        """One person, now or by what had been said of them up to a day.

        Errors: PersonNotFound, out of reach and unknown alike.
        """
        loaders = info.context.loaders_for(purpose, as_at)
        row = await loaders.person.load(id)
        if row is None:
            raise PersonNotFound()
        return read_object(Person, row, loaders=loaders)

    @strawberry.field
    async def match_reviews(
        self,
        info: Info,
        filter: MatchReviewFilter | None = None,
        first: int = 50,
        after: str | None = None,
        purpose: Purpose = None,
    ) -> MatchReviewPage | None:
        """Matches that wait for an analyst, or were decided."""
        narrowed = filter or MatchReviewFilter()
        families = info.context.loaders_for(purpose).services.families
        return read_object(
            MatchReviewPage, await families.list_match_reviews(narrowed.status, narrowed.kind, first, after)
        )

    @strawberry.field
    async def pushes(
        self, info: Info, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> PushPage | None:
        """What partners sent, newest first."""
        return read_object(
            PushPage, await info.context.loaders_for(purpose).services.families.list_pushes(first, after)
        )


@strawberry.type
@mirrors(families="Written")
class FamilyChanged:
    """What was done. `id` is the act's own: an assessment's, a plan's."""

    loaders: strawberry.Private[Loaders]
    family_id: strawberry.Private[UUID]
    id: UUID
    status: str
    etag: MaybeAbsent[str]

    @strawberry.field
    @needs_own_request
    async def family(self) -> Family | None:
        """The family as it is now."""
        row = await self.loaders.family.load(self.family_id)
        return read_object(Family, row, loaders=self.loaders) if row else None


@strawberry.type
@mirrors(families="Written")
class MatchDecided:
    """The decision stands; the people were merged or are known to be two."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


@strawberry.type
@mirrors(families="Unmerged")
class MatchTakenBack:
    """Two are no longer taken for one, or may be asked about again.

    Shape: `shared_meanwhile` is how many sharings there were while they were one, `shared_with` to which services; null
    where they were not, or where the log does not answer.
    """

    id: UUID
    status: str
    etag: MaybeAbsent[str]
    shared_meanwhile: int | None
    shared_with: list[str] | None


FamilyChange = Annotated[FamilyChanged | AnyProblem, strawberry.union("FamilyChange")]
MatchDecision = Annotated[MatchDecided | AnyProblem, strawberry.union("MatchDecision")]
MatchReopening = Annotated[MatchTakenBack | AnyProblem, strawberry.union("MatchReopening")]


@strawberry.input
@mirrors(families="LeadRequest")
class LeadProfessionalInput:
    """`user`, or the `name` of somebody without an account, for whom `service` answers; `sector` is the service's."""

    date: date
    service: str
    user: UUID | None = None
    name: str | None = None
    sector: str | None = None


@strawberry.input
@mirrors(families="ConfirmationRequest")
class LateActsInput:
    """What you have seen that bears the days of what was recorded late."""

    date: date
    reason: str


@strawberry.input
@mirrors(families="AgreementRequest")
class AgreementToBeSupportedInput:
    """Whether the family agreed to be supported; who said so, when one person did."""

    date: date
    agreed: bool
    by: UUID | None = None


@strawberry.input
@mirrors(families="AssessmentRequest")
class AssessmentInput:
    """Kinds: early_help, family_caf, children_and_families. `needs` are the criteria that it named; or why none."""

    date: date
    kind: AssessmentKind
    needs: list[str]
    none_found_because: str | None = None
    note: str = ""


@strawberry.input
@mirrors(families="Goal")
class GoalInput:
    """What the family and its team want for one need."""

    need: str
    goal: str


@strawberry.input
@mirrors(families="PlanRequest")
class PlanInput:
    """The plan that was agreed, after an assessment or, as a safety plan is, before any."""

    date: date
    goals: list[GoalInput]
    assessment: UUID | None = None


@strawberry.input
@mirrors(families="DecisionRequest")
class MatchDecisionInput:
    """`verdict`: same or different; yes or no for a non-resident parent."""

    verdict: MatchVerdict
    reason: str


@strawberry.input
@mirrors(families="ReopeningRequest")
class ReopeningInput:
    """Why the decision is taken back."""

    reason: str


@strawberry.input
@mirrors(families="MergeRequest")
class MergeInput:
    """`other` is to be read as the person; `again`: although somebody else found them to be two."""

    other: UUID
    reason: str
    again: bool = False


@strawberry.input
@mirrors(families="UnmergeRequest")
class UnmergeInput:
    """Either an id that was merged, or a record that was linked."""

    reason: str
    person: UUID | None = None
    record: UUID | None = None


@strawberry.type
class FamiliesMutation:
    @strawberry.mutation
    async def record_agreement_to_be_supported(
        self,
        info: Info,
        family: UUID,
        input: AgreementToBeSupportedInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> FamilyChange | None:
        """The family said yes or no to being supported. It says nothing about consent to share."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.families.record_agreement_to_be_supported(family, body, idempotency_key),
            FamilyChanged,
            family_id=family,
        )

    @strawberry.mutation
    async def name_lead_professional(
        self,
        info: Info,
        family: UUID,
        input: LeadProfessionalInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> FamilyChange | None:
        """Name the family's single contact, from a day on."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.families.name_lead_professional(family, body, idempotency_key),
            FamilyChanged,
            family_id=family,
        )

    @strawberry.mutation
    async def record_assessment(
        self, info: Info, family: UUID, input: AssessmentInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> FamilyChange | None:
        """A whole-family assessment was completed."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.families.record_assessment(family, body, idempotency_key),
            FamilyChanged,
            family_id=family,
        )

    @strawberry.mutation
    async def confirm_late_acts(
        self, info: Info, family: UUID, input: LateActsInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> FamilyChange | None:
        """A second person confirms what was recorded late of a family's support."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.families.confirm_late_acts(family, body, idempotency_key),
            FamilyChanged,
            family_id=family,
        )

    @strawberry.mutation
    async def agree_plan(
        self, info: Info, family: UUID, input: PlanInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> FamilyChange | None:
        """The family and its team agreed a plan."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.families.agree_plan(family, body, idempotency_key),
            FamilyChanged,
            family_id=family,
        )

    @strawberry.mutation
    async def decide_match(
        self,
        info: Info,
        review: UUID,
        input: MatchDecisionInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> MatchDecision | None:
        """Decide whether two people are one, or whether a named carer is the non-resident parent."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.families.decide_match(review, body, idempotency_key), MatchDecided
        )

    @strawberry.mutation
    async def reopen_match(
        self,
        info: Info,
        review: UUID,
        input: ReopeningInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> MatchReopening | None:
        """Take the decision of a match back, so that it may be decided anew."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.families.reopen_match(review, body, idempotency_key), MatchTakenBack
        )

    @strawberry.mutation
    async def merge_people(
        self, info: Info, person: UUID, input: MergeInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> MatchDecision | None:
        """Say that another id is this person."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.families.merge_people(person, body, idempotency_key), MatchDecided
        )

    @strawberry.mutation
    async def unmerge_people(
        self, info: Info, person: UUID, input: UnmergeInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> MatchReopening | None:
        """Say that an id merged into this person, or a record linked to them, is somebody else."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.families.unmerge_people(person, body, idempotency_key), MatchTakenBack
        )
