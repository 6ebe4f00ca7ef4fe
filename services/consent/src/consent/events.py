"""What consent tells others, once it is true. Ids, codes and dates only."""

from datetime import date as Day
from typing import ClassVar
from uuid import UUID

from chassis.events import Event
from chassis.schemas import Instant, Schema
from transparency.events import HeadEvent


class AgreementEvent(Event):
    """Key: the agreement, so that its coming and going stay in order."""

    topic: ClassVar[str] = "consent.agreement"

    agreement: UUID
    supplier: str
    recipient: str
    purposes: list[str]
    categories: list[str]

    @property
    def key(self) -> str:
        return str(self.agreement)


class AgreementInForce(AgreementEvent):
    name: ClassVar[str] = "agreement.in-force"


class AgreementSuspended(AgreementEvent):
    name: ClassVar[str] = "agreement.suspended"


class AgreementEnded(AgreementEvent):
    name: ClassVar[str] = "agreement.ended"


class PersonEvent(Event):
    """Key: the person."""

    topic: ClassVar[str] = "consent.consent"

    person: UUID

    @property
    def key(self) -> str:
        return str(self.person)


class Continues(Schema):
    """What goes on after a withdrawal, since it rests on another basis."""

    purpose: str
    category: str
    basis: str
    recipient: str


class ConsentGiven(PersonEvent):
    name: ClassVar[str] = "consent.given"

    consent: UUID
    purposes: list[str]
    categories: list[str]


class ConsentWithdrawn(PersonEvent):
    name: ClassVar[str] = "consent.withdrawn"

    consent: UUID
    purposes: list[str]
    categories: list[str]
    continues: list[Continues]


class ConsentCorrected(PersonEvent):
    """It was recorded wrongly and counts for nothing; `replaced_by` says what was meant, if anything was."""

    name: ClassVar[str] = "consent.corrected"

    consent: UUID
    replaced_by: UUID | None
    purposes: list[str]
    categories: list[str]


class ProtectionEvent(PersonEvent):
    """On a topic of their own, that only those may read who must obey them: they say who may not be found."""

    topic: ClassVar[str] = "consent.protection"


class ProtectionSet(ProtectionEvent):
    name: ClassVar[str] = "protection.set"

    protection: UUID
    kind: str
    date: Day


class ProtectionLifted(ProtectionEvent):
    name: ClassVar[str] = "protection.lifted"

    protection: UUID
    kind: str
    date: Day


class RestrictionSet(PersonEvent):
    name: ClassVar[str] = "restriction.set"

    restriction: UUID
    categories: list[str]
    date: Day


class RestrictionLifted(PersonEvent):
    name: ClassVar[str] = "restriction.lifted"

    restriction: UUID
    categories: list[str]
    date: Day


class ObjectionRaised(PersonEvent):
    name: ClassVar[str] = "objection.raised"

    objection: UUID
    purposes: list[str]


class ObjectionAnswered(PersonEvent):
    """Shape: `answer` is `upheld`, or `overridden` on compelling grounds; it may be given anew."""

    name: ClassVar[str] = "objection.answered"

    objection: UUID
    purposes: list[str]
    answer: str


class ObjectionWithdrawn(PersonEvent):
    name: ClassVar[str] = "objection.withdrawn"

    objection: UUID
    purposes: list[str]


class NoticeNotDelivered(PersonEvent):
    """A delivery was corrected: this person was not given the notice after all."""

    name: ClassVar[str] = "notice.not-delivered"

    delivery: UUID
    notice: UUID


class WelfareRequestEvent(Event):
    """A request for the welfare of a child (Children Act 2004 s16LA). Key: the request."""

    topic: ClassVar[str] = "consent.welfare"

    request: UUID

    @property
    def key(self) -> str:
        return str(self.request)


class WelfareRequestMade(WelfareRequestEvent):
    """One service asked another, which answers by the day that is `due`. Shape: nobody need exist under these ids."""

    name: ClassVar[str] = "welfare-request.made"

    holder: str
    service: str
    people: list[UUID]
    due: Day


class WelfareRequestAnswered(WelfareRequestEvent):
    """The holder answered, or a standing rule of theirs. Shape: `people` and `categories` are those of a yes, which
    `user` of `service` may be shown `until` then; none of any other answer."""

    name: ClassVar[str] = "welfare-request.answered"

    answer: UUID
    kind: str
    rule: UUID | None
    holder: str
    service: str
    user: str
    people: list[UUID]
    categories: list[str]
    until: Instant


class WelfareRequestReopened(WelfareRequestEvent):
    """The answer was taken back; another is due."""

    name: ClassVar[str] = "welfare-request.reopened"

    answer: UUID
    due: Day


class WelfareRequestWithdrawn(WelfareRequestEvent):
    """Who asked needs it no more, or asked wrongly."""

    name: ClassVar[str] = "welfare-request.withdrawn"


class WelfareRequestOverdue(WelfareRequestEvent):
    """Nobody answered by the day that was `due`. Told once for each such day."""

    name: ClassVar[str] = "welfare-request.overdue"

    holder: str
    service: str
    due: Day


class HeadSigned(HeadEvent):
    """A head of consent's log."""

    topic: ClassVar[str] = "consent.transparency"
    name: ClassVar[str] = "head.signed"


EVENTS: list[type[Event]] = [
    AgreementInForce, AgreementSuspended, AgreementEnded,
    ConsentGiven, ConsentWithdrawn, ConsentCorrected,
    ProtectionSet, ProtectionLifted, ObjectionRaised, ObjectionAnswered, ObjectionWithdrawn,
    RestrictionSet, RestrictionLifted, NoticeNotDelivered,
    WelfareRequestMade, WelfareRequestAnswered, WelfareRequestReopened, WelfareRequestWithdrawn,
    WelfareRequestOverdue, HeadSigned,
]  # fmt: skip
