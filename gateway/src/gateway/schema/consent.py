"""consent's part of the schema: agreements, notices, consents, protections, and who saw what."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from gateway.context import Info
from gateway.json_mapping import MaybeAbsent, mirrors, read_object, write_input
from gateway.loaders import Loaders
from gateway.schema.choices import (
    AgreementControl,
    AgreementReviewState,
    AgreementSide,
    AgreementTier,
    ConsentChannel,
    ConsentGiver,
    NoticeChannel,
    ObjectionAnswer,
    ProtectionKind,
)
from gateway.schema.common import (
    AnyProblem,
    IdempotencyKey,
    Purpose,
    attempt_change,
)

Day = date  # `date` is a member's name below, and no type any more from there on


@strawberry.type
@mirrors(consent="TermView")
class AgreementTerm:
    """What an agreement lets flow: one category for one purpose on one lawful basis.

    Special data has a condition too, and where that asks for one, a paragraph of Schedule 1 with its policy document.
    """

    purpose: str
    category: str
    basis: str
    gateway: str | None
    article_9: str | None = strawberry.field(name="article9")
    article_10: str | None = strawberry.field(name="article10")
    schedule_1: str | None = strawberry.field(name="schedule1")
    policy_document: str | None
    necessity: str | None


@strawberry.type
@mirrors(consent="SignatureView")
class AgreementSignature:
    """The last signature of a side (supplier, recipient). `sponsor`: who signed for an agency without an officer."""

    side: str
    agency: str
    sponsor: str | None
    by: str
    deputy_for: str | None
    date: date
    recorded_at: datetime


@strawberry.type
@mirrors(consent="PaperSchema")
class AgreementPaper:
    """The document of an agreement that was made on paper, with its SHA-256."""

    reference: str
    sha256: str
    supplier_signed_on: Day
    recipient_signed_on: Day


@strawberry.type
@mirrors(consent="AgreementSummary")
class Agreement:
    """An agreement between two services, signed by two people. A district one stands `under` a strategic one.

    Tiers: strategic, district. Status: draft, signed, in_force, under_review, lapsed, suspended, ended. Review: due,
    overdue. Control: joint, separate.
    """

    id: UUID
    supplier: str
    recipient: str
    supplier_agency: str
    recipient_agency: str
    supplier_signed_on: date | None
    recipient_signed_on: date | None
    signatures: list[AgreementSignature]
    tier: str
    under: UUID | None
    control: str | None
    retention: str | None
    security: str | None
    dpia: str | None
    paper: AgreementPaper | None
    status: str
    from_: date = strawberry.field(name="from")
    to: date | None
    terms: list[AgreementTerm]
    review_by: date | None
    review: str | None
    etag: str


@strawberry.type
@mirrors(consent="Page_AgreementSummary_")
class AgreementPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Agreement]
    next: str | None


@strawberry.type
@mirrors(consent="ActStepView")
class ActStep:
    """What was done to something recorded about a person, by whom and why."""

    kind: str
    date: date
    agency: str
    by: str
    reason: str | None
    recorded_at: datetime


@strawberry.type
@mirrors(consent="ConsentView")
class Consent:
    """What a person, or somebody for them, agreed to share. No recipients: with all.

    Status: given, withdrawn, corrected (recorded wrongly: it counts for nothing).
    """

    id: UUID
    status: str
    given_by: str
    representative: UUID | None
    purposes: list[str]
    categories: list[str]
    recipients: list[str]
    notice: UUID
    channel: str
    withdrawn_on: date | None
    replaced_by: UUID | None
    steps: list[ActStep]
    date: date
    etag: str


@strawberry.type
class ConsentPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[Consent]
    next: str | None


@strawberry.type
@mirrors(consent="GivenNotice")
class NoticeGiven:
    """A privacy notice that a person was given."""

    delivery: UUID
    notice: UUID
    code: str
    version: str
    language: str
    channel: str
    date: date


@strawberry.type
class NoticeGivenPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[NoticeGiven]
    next: str | None


@strawberry.type
@mirrors(consent="SharingView")
class SharingLogEntry:
    """One sharing: who saw which category about the person, when, for what, and by which agreement.

    `sent`: when the answer left. Null: that is not confirmed. It was decided, and may have left.
    """

    id: UUID
    at: datetime
    decision: UUID
    person: UUID
    category: str
    source: str
    agency: str
    service: str
    role: str | None
    subject: str
    purpose: str
    operation: str
    agreement: UUID | None
    basis: str
    sent: datetime | None


@strawberry.type
@mirrors(consent="Page_SharingView_")
class SharingLogPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[SharingLogEntry]
    next: str | None


async def read_sharing_log(loaders: Loaders, people: list[UUID], first: int, after: str | None) -> SharingLogPage:
    return read_object(SharingLogPage, await loaders.services.consent.list_sharing_log(people, first, after))


@strawberry.type
class ConsentQuery:
    @strawberry.field
    async def agreements(
        self,
        info: Info,
        first: int = 50,
        after: str | None = None,
        service: str | None = None,
        review: AgreementReviewState | None = None,
        purpose: Purpose = None,
    ) -> AgreementPage | None:
        """Agreements of services that are the caller's agency's, or were then. Review: due, overdue."""
        consent = info.context.loaders_for(purpose).services.consent
        return read_object(AgreementPage, await consent.list_agreements(first, after, service, review))

    @strawberry.field
    async def sharing_log(
        self, info: Info, person: UUID, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> SharingLogPage | None:
        """Who saw what of a person under this one id; `Person.sharingLog` takes in every id they have had."""
        return await read_sharing_log(info.context.loaders_for(purpose), [person], first, after)


@strawberry.type
@mirrors(consent="Written")
class NoticeDelivered:
    """The delivery stands for each person it names."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


@strawberry.type
@mirrors(consent="Written")
class AgreementChanged:
    """The agreement as it stands now. Status: as an agreement's."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


@strawberry.type
@mirrors(consent="Written")
class ConsentRecorded:
    """The consent holds from now on."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


@strawberry.type
@mirrors(consent="Continues")
class Continues:
    """What goes on to be shared after a withdrawal, since it rests on another basis."""

    purpose: str
    category: str
    basis: str
    recipient: str


@strawberry.type
@mirrors(consent="Withdrawn")
class ConsentWithdrawn:
    """Nothing that rested on this consent leaves from now on. `continues` is what goes on, and why."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]
    continues: list[Continues]


@strawberry.type
@mirrors(consent="Written")
class ProtectionSet:
    """Whatever locates the person is shown to nobody from now on."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


@strawberry.type
@mirrors(consent="Written")
class NoticeDeliveryCorrected:
    """These people were not given the notice after all; it is due to them again."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


@strawberry.type
@mirrors(consent="Written")
class ConsentCorrected:
    """The consent was recorded wrongly: it counts for nothing, and stays readable."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


@strawberry.type
@mirrors(consent="Written")
class ObjectionChanged:
    """Status: raised, upheld, overridden, withdrawn. The first two stop what the objection is about."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


@strawberry.type
@mirrors(consent="Written")
class ProtectionLiftChanged:
    """Status: set, lift_asked, lifted. It protects until it is lifted, for which two people are needed."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


NoticeDeliveryCorrection = Annotated[NoticeDeliveryCorrected | AnyProblem, strawberry.union("NoticeDeliveryCorrection")]
ConsentCorrection = Annotated[ConsentCorrected | AnyProblem, strawberry.union("ConsentCorrection")]
ObjectionChange = Annotated[ObjectionChanged | AnyProblem, strawberry.union("ObjectionChange")]
ProtectionLift = Annotated[ProtectionLiftChanged | AnyProblem, strawberry.union("ProtectionLift")]
NoticeDelivery = Annotated[NoticeDelivered | AnyProblem, strawberry.union("NoticeDelivery")]
AgreementChanging = Annotated[AgreementChanged | AnyProblem, strawberry.union("AgreementChanging")]
ConsentRecording = Annotated[ConsentRecorded | AnyProblem, strawberry.union("ConsentRecording")]
ConsentWithdrawal = Annotated[ConsentWithdrawn | AnyProblem, strawberry.union("ConsentWithdrawal")]
ProtectionSetting = Annotated[ProtectionSet | AnyProblem, strawberry.union("ProtectionSetting")]


@strawberry.input
@mirrors(consent="DeliveryRequest")
class NoticeDeliveryInput:
    """Channels: letter, in_person, email. At most 500 persons; `receivedBy` took it for those who are children."""

    date: date
    channel: NoticeChannel
    persons: list[UUID]
    received_by: UUID | None = None


@strawberry.input
@mirrors(consent="TermSchema")
class AgreementTermInput:
    """Codes: `purposes`, `categories`, `bases` and `conditions` of consent. Special data needs its condition."""

    purpose: str
    category: str
    basis: str
    gateway: str | None = None
    article_9: str | None = strawberry.field(default=None, name="article9")
    article_10: str | None = strawberry.field(default=None, name="article10")
    schedule_1: str | None = strawberry.field(default=None, name="schedule1")
    policy_document: str | None = None
    necessity: str


@strawberry.input
@mirrors(consent="PaperSchema")
class AgreementPaperInput:
    """The document of an agreement that was made on paper, with its SHA-256 in hexadecimal digits."""

    reference: str
    sha256: str
    supplier_signed_on: Day
    recipient_signed_on: Day


@strawberry.input
@mirrors(consent="AgreementRequest")
class AgreementInput:
    """Tiers: strategic, district. Control: joint, separate. A district agreement names the strategic one `under` it.

    `noticeGivenBy`: supplier or recipient, whose privacy notice tells people what the recipient does with the data.
    """

    supplier: str
    recipient: str
    tier: AgreementTier
    under: UUID | None = None
    from_: date = strawberry.field(name="from")
    to: date | None = None
    terms: list[AgreementTermInput]
    control: AgreementControl
    retention: str
    security: str
    dpia: str
    review_by: date
    notice_given_by: AgreementSide = AgreementSide.recipient
    paper: AgreementPaperInput | None = None


@strawberry.input
@mirrors(consent="SignRequest")
class AgreementSignatureInput:
    """Side: supplier, recipient; needed where the caller's agency has both services."""

    date: Day
    side: AgreementSide | None = None


@strawberry.input
@mirrors(consent="StepRequest")
class AgreementStepInput:
    """The day on which it was done, and why."""

    date: Day
    reason: str


@strawberry.input
@mirrors(consent="ResumeRequest")
class AgreementResumptionInput:
    """The day on which the caller's party let go of it."""

    date: Day
    reason: str | None = None


@strawberry.input
@mirrors(consent="ReviewRequest")
class AgreementReviewInput:
    """The day by which it is to be reviewed next; it counts once both sides have named it."""

    date: Day
    review_by: Day
    reason: str | None = None


@strawberry.input
@mirrors(consent="ConsentRequest")
class ConsentInput:
    """`givenBy`: person or representative, who is then named. No recipients: all.

    Channels: letter, in_person, email, telephone, online.
    """

    person: UUID
    given_by: ConsentGiver = ConsentGiver.person
    representative: UUID | None = None
    date: date
    purposes: list[str]
    categories: list[str]
    recipients: list[str] = strawberry.field(default_factory=list)
    notice: UUID
    channel: ConsentChannel


@strawberry.input
@mirrors(consent="WithdrawalRequest")
class WithdrawalInput:
    """The day on which the person said so."""

    date: date


@strawberry.input
@mirrors(consent="DeliveryCorrectionRequest")
class DeliveryCorrectionInput:
    """Who was not given the notice after all, and why. Example of a reason: returned by post."""

    persons: list[UUID]
    reason: str


@strawberry.input
@mirrors(consent="ConsentCorrectionRequest")
class ConsentCorrectionInput:
    """`replacedBy`: the consent that was meant, if any was given; it is recorded first."""

    reason: str
    replaced_by: UUID | None = None


@strawberry.input
@mirrors(consent="ObjectionRequest")
class ObjectionInput:
    """For which purposes a person objects to what is done on another basis than consent."""

    person: UUID
    date: date
    purposes: list[str]


@strawberry.input
@mirrors(consent="AnswerRequest")
class ObjectionAnswerInput:
    """Answer: upheld, or overridden on compelling grounds, which the reason names."""

    answer: ObjectionAnswer
    date: date
    reason: str


@strawberry.input
@mirrors(consent="ObjectionWithdrawalRequest")
class ObjectionWithdrawalInput:
    """The person took the objection back on this day."""

    date: date
    reason: str


@strawberry.input
@mirrors(consent="LiftRequest")
class ProtectionLiftInput:
    """On whose word, never where somebody is."""

    date: date
    reason: str


@strawberry.input
@mirrors(consent="ProtectionRequest")
class ProtectionInput:
    """Kind: location. The reason stays with the information governance officer."""

    person: UUID
    kind: ProtectionKind = ProtectionKind.location
    date: date
    reason: str


@strawberry.type
class ConsentMutation:
    @strawberry.mutation
    async def draft_agreement(
        self, info: Info, input: AgreementInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> AgreementChanging | None:
        """An agreement between two services is drafted; it binds nobody until two people have signed."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.draft_agreement(body, idempotency_key), AgreementChanged
        )

    @strawberry.mutation
    async def sign_agreement(
        self,
        info: Info,
        agreement: UUID,
        input: AgreementSignatureInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> AgreementChanging | None:
        """One side is signed for the agency whose service it is."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.sign_agreement(agreement, body, idempotency_key), AgreementChanged
        )

    @strawberry.mutation
    async def suspend_agreement(
        self,
        info: Info,
        agreement: UUID,
        input: AgreementStepInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> AgreementChanging | None:
        """Routine sharing stops until the same party resumes it."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.suspend_agreement(agreement, body, idempotency_key), AgreementChanged
        )

    @strawberry.mutation
    async def resume_agreement(
        self,
        info: Info,
        agreement: UUID,
        input: AgreementResumptionInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> AgreementChanging | None:
        """The caller's party lets go of what it suspended."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.resume_agreement(agreement, body, idempotency_key), AgreementChanged
        )

    @strawberry.mutation
    async def review_agreement(
        self,
        info: Info,
        agreement: UUID,
        input: AgreementReviewInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> AgreementChanging | None:
        """The caller's party has reviewed it."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.review_agreement(agreement, body, idempotency_key), AgreementChanged
        )

    @strawberry.mutation
    async def end_agreement(
        self,
        info: Info,
        agreement: UUID,
        input: AgreementStepInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> AgreementChanging | None:
        """The agreement ends for good; a draft is given up."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.end_agreement(agreement, body, idempotency_key), AgreementChanged
        )

    @strawberry.mutation
    async def deliver_notice(
        self,
        info: Info,
        notice: UUID,
        input: NoticeDeliveryInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> NoticeDelivery | None:
        """A privacy notice was given to these people."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.deliver_notice(notice, body, idempotency_key), NoticeDelivered
        )

    @strawberry.mutation
    async def record_consent(
        self, info: Info, input: ConsentInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> ConsentRecording | None:
        """A person, or somebody for them, agreed to share."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.record_consent(body, idempotency_key), ConsentRecorded
        )

    @strawberry.mutation
    async def withdraw_consent(
        self,
        info: Info,
        consent: UUID,
        input: WithdrawalInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> ConsentWithdrawal | None:
        """A consent was withdrawn: no answer to a later request holds what rested on it."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.withdraw_consent(consent, body, idempotency_key), ConsentWithdrawn
        )

    @strawberry.mutation
    async def correct_notice_delivery(
        self,
        info: Info,
        notice: UUID,
        delivery: UUID,
        input: DeliveryCorrectionInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> NoticeDeliveryCorrection | None:
        """A privacy notice came back, or was entered for the wrong people."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.consent.correct_delivery(notice, delivery, body, idempotency_key),
            NoticeDeliveryCorrected,
        )

    @strawberry.mutation
    async def correct_consent(
        self,
        info: Info,
        consent: UUID,
        input: ConsentCorrectionInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> ConsentCorrection | None:
        """A consent was recorded wrongly, which is no withdrawal."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.correct_consent(consent, body, idempotency_key), ConsentCorrected
        )

    @strawberry.mutation
    async def raise_objection(
        self,
        info: Info,
        input: ObjectionInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> ObjectionChange | None:
        """A person objects to what is done for these purposes."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.raise_objection(body, idempotency_key), ObjectionChanged
        )

    @strawberry.mutation
    async def answer_objection(
        self,
        info: Info,
        objection: UUID,
        input: ObjectionAnswerInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> ObjectionChange | None:
        """Uphold an objection, or override it on compelling grounds."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.answer_objection(objection, body, idempotency_key), ObjectionChanged
        )

    @strawberry.mutation
    async def withdraw_objection(
        self,
        info: Info,
        objection: UUID,
        input: ObjectionWithdrawalInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> ObjectionChange | None:
        """The person took an objection back."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.withdraw_objection(objection, body, idempotency_key), ObjectionChanged
        )

    @strawberry.mutation
    async def ask_to_lift_protection(
        self,
        info: Info,
        protection: UUID,
        input: ProtectionLiftInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> ProtectionLift | None:
        """Ask that a protection be lifted; another person confirms it."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.consent.ask_to_lift_protection(protection, body, idempotency_key),
            ProtectionLiftChanged,
        )

    @strawberry.mutation
    async def confirm_protection_lift(
        self,
        info: Info,
        protection: UUID,
        input: ProtectionLiftInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> ProtectionLift | None:
        """Lift a protection for which another person asked."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.consent.confirm_protection_lift(protection, body, idempotency_key),
            ProtectionLiftChanged,
        )

    @strawberry.mutation
    async def refuse_protection_lift(
        self,
        info: Info,
        protection: UUID,
        input: ProtectionLiftInput,
        idempotency_key: IdempotencyKey,
        purpose: Purpose = None,
    ) -> ProtectionLift | None:
        """Let a protection stand that somebody asked to lift."""
        body = write_input(input)
        return await attempt_change(
            info,
            purpose,
            lambda to: to.consent.refuse_protection_lift(protection, body, idempotency_key),
            ProtectionLiftChanged,
        )

    @strawberry.mutation
    async def set_protection(
        self, info: Info, input: ProtectionInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> ProtectionSetting | None:
        """Protect where a person is."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.set_protection(body, idempotency_key), ProtectionSet
        )
