"""What consent tells others, once it is true. Ids, codes and dates only."""

from datetime import date as Day
from typing import ClassVar
from uuid import UUID

from chassis.events import Event
from chassis.schemas import Schema
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


class ProtectionSet(PersonEvent):
    name: ClassVar[str] = "protection.set"

    protection: UUID
    kind: str
    date: Day


class ProtectionLifted(PersonEvent):
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


class HeadSigned(HeadEvent):
    """A head of consent's log."""

    topic: ClassVar[str] = "consent.transparency"
    name: ClassVar[str] = "head.signed"


EVENTS: list[type[Event]] = [
    AgreementInForce, AgreementSuspended, AgreementEnded,
    ConsentGiven, ConsentWithdrawn, ConsentCorrected,
    ProtectionSet, ProtectionLifted, ObjectionRaised, ObjectionAnswered, ObjectionWithdrawn,
    RestrictionSet, RestrictionLifted, NoticeNotDelivered, HeadSigned,
]  # fmt: skip
