"""What consent keeps: agreements, what people were told and said, what was decided and what was shared.

Of people it knows ids and dates. Free text about a person is the reason of a protection, of a restriction, and of a
request for the welfare of a child with its answer, and bounded.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from chassis.clock import now
from chassis.db import TYPES, new_id
from chassis.tables import (
    IdempotencyKeyMixin,
    InboxMixin,
    OutboxKeyMixin,
    OutboxMixin,
    ParkedEventMixin,
    PositionMixin,
    append_only,
)
from directory.tables import (
    DirectoryAreaMixin,
    DirectoryServiceMixin,
    DirectoryServiceOwnerMixin,
    DirectoryUserMixin,
)
from transparency.tables import LogBlockMixin, LogCheckMixin, LogHeadMixin, LogLeafMixin, LogNoteMixin, SeenHeadMixin

Day = date  # `date` is a member's name below, and no type any more from there on


class Base(DeclarativeBase):
    type_annotation_map = TYPES


class Agreement(Base):
    """An agreement between two services. `status` is what was done to it; whether it is in force, the day tells too.

    `supplier_agency` and `recipient_agency` are the services' owners when it was drafted; whoever signs a side later
    stands there. `under` is the strategic agreement that frames a district one. What lies behind `version` is empty in
    agreements of before December 2026.
    """

    __tablename__ = "agreement"
    __table_args__ = (Index("agreement_recipient", "recipient"), Index("agreement_supplier", "supplier"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    supplier: Mapped[str]
    recipient: Mapped[str]
    supplier_agency: Mapped[str]
    recipient_agency: Mapped[str]
    tier: Mapped[str]
    begins: Mapped[date]
    ends: Mapped[date | None]
    review_by: Mapped[date | None]
    status: Mapped[str] = mapped_column(default="draft")
    supplier_signed_on: Mapped[date | None]
    recipient_signed_on: Mapped[date | None]
    announced: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    drafted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    under: Mapped[UUID | None]
    control: Mapped[str | None]
    retention: Mapped[str | None]
    security: Mapped[str | None]
    dpia: Mapped[str | None]
    paper: Mapped[dict[str, Any] | None]
    notice_given_by: Mapped[str | None]

    terms: Mapped[list["AgreementTerm"]] = relationship(
        lazy="raise", order_by="(AgreementTerm.purpose, AgreementTerm.category)"
    )
    steps: Mapped[list["AgreementStep"]] = relationship(lazy="raise", order_by="AgreementStep.id")

    @property
    def stops_for_review(self) -> Day | None:
        """The last day before it is under review; None for agreements of before, which no such day ever stopped."""
        return self.review_by if self.control is not None else None


class SettledBasis(Base):
    """The one lawful basis on which a purpose and category rest between two services."""

    __tablename__ = "settled_basis"
    __table_args__ = (
        UniqueConstraint("supplier", "recipient", "purpose", "category", "basis", name="settled_basis_whole"),
    )

    supplier: Mapped[str] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    basis: Mapped[str]


class AgreementTerm(Base):
    """One purpose and category of an agreement, and what makes it lawful.

    `settled` equals `basis` while the agreement binds, and is empty before and after: the foreign key then makes it
    the database's promise that no two binding agreements give one purpose and category two bases.
    """

    __tablename__ = "term"
    __table_args__ = (
        ForeignKeyConstraint(
            ["supplier", "recipient", "purpose", "category", "settled"],
            [
                "settled_basis.supplier",
                "settled_basis.recipient",
                "settled_basis.purpose",
                "settled_basis.category",
                "settled_basis.basis",
            ],
            name="term_rests_on_settled_basis",
        ),
        Index("term_recipient", "recipient", "purpose"),
        Index("term_supplier", "supplier", "category"),
    )

    agreement: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    supplier: Mapped[str]
    recipient: Mapped[str]
    basis: Mapped[str]
    gateway: Mapped[str | None]
    settled: Mapped[str | None]
    article_9: Mapped[str | None]
    article_10: Mapped[str | None]
    schedule_1: Mapped[str | None]
    policy_document: Mapped[str | None]
    necessity: Mapped[str | None]


class AgreementStep(Base):
    """What was done to an agreement, when and by whom.

    `side` is the party for which it was done: supplier, recipient or both. `sponsored` is the agency for which a
    sponsor acted; `deputy_for` the officer for whom a deputy did. Steps of before December 2026 have none of these.
    """

    __tablename__ = "agreement_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agreement: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"), index=True)
    kind: Mapped[str]
    date: Mapped[date]
    agency: Mapped[str]
    by: Mapped[str]
    reason: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    side: Mapped[str | None]
    sponsored: Mapped[str | None]
    deputy_for: Mapped[str | None]
    review_by: Mapped[Day | None]


class Sponsorship(Base):
    """An agency that signs for another one, which has no officer here, as identity tells it."""

    __tablename__ = "sponsorship"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agency: Mapped[str]
    sponsor: Mapped[str] = mapped_column(index=True)
    begins: Mapped[date]
    ends: Mapped[date | None]
    ended: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class Notice(Base):
    """A privacy notice as it was published. It is never changed: people were given this text.

    Shape: of notices of before December 2026 nobody knows which agency published them, nor who.
    """

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("code", "version", "language", name="notice_once"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str]
    version: Mapped[str]
    language: Mapped[str]
    text: Mapped[str]
    agency: Mapped[str | None]
    by: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class Delivery(Base):
    """A notice given to people on one day in one way; `received_by` took it for them where they are children."""

    __tablename__ = "delivery"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    notice: Mapped[UUID] = mapped_column(ForeignKey("notice.id"), index=True)
    date: Mapped[date]
    channel: Mapped[str]
    received_by: Mapped[UUID | None]
    agency: Mapped[str]
    by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class Delivered(Base):
    """Who was given it; `corrected_at` is when it was found that they were not."""

    __tablename__ = "delivered"

    person: Mapped[UUID] = mapped_column(primary_key=True)
    delivery: Mapped[UUID] = mapped_column(ForeignKey("delivery.id"), primary_key=True, index=True)
    corrected_at: Mapped[datetime | None]


class Consent(Base):
    """A consent to share. Empty `recipients`: whoever has an agreement that rests on consent.

    `service` recorded it; it is not known of those of before November 2026. `corrected_at`: it was recorded wrongly,
    and stands as `replaced_by` if it was given at all.
    """

    __tablename__ = "consent"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person: Mapped[UUID] = mapped_column(index=True)
    given_by: Mapped[str]
    representative: Mapped[UUID | None]
    date: Mapped[date]
    purposes: Mapped[list[str]]
    categories: Mapped[list[str]]
    recipients: Mapped[list[str]]
    notice: Mapped[UUID] = mapped_column(ForeignKey("notice.id"))
    channel: Mapped[str]
    agency: Mapped[str]
    by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_on: Mapped[Day | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    service: Mapped[str | None]
    corrected_at: Mapped[datetime | None]
    replaced_by: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)


class Objection(Base):
    """A person's objection to what is done for these purposes (UK GDPR Art 21).

    `status`: raised and upheld ones bind; overridden (compelling grounds) and withdrawn ones do not.
    """

    __tablename__ = "objection"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person: Mapped[UUID] = mapped_column(index=True)
    date: Mapped[date]
    purposes: Mapped[list[str]]
    agency: Mapped[str]
    by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    status: Mapped[str] = mapped_column(default="raised", server_default="raised")
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class Restriction(Base):
    """A restriction of the use of a person's data (UK GDPR Art 18). Empty `categories`: of all. It binds until lifted.

    `because`: which of the four cases of the law it is.
    """

    __tablename__ = "restriction"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person: Mapped[UUID] = mapped_column(index=True)
    because: Mapped[str]
    categories: Mapped[list[str]]
    date: Mapped[date]
    reason: Mapped[str]
    agency: Mapped[str]
    by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    lifted_on: Mapped[Day | None]
    person_told_on: Mapped[Day | None]
    lifted_reason: Mapped[str | None]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)


class Protection(Base):
    """A protection on a person's whereabouts. It binds everybody until it is lifted.

    One person asks for that (`lift_asked_by`), and another does it.
    """

    __tablename__ = "protection"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str]
    date: Mapped[date]
    reason: Mapped[str] = mapped_column(info={"category": "location"})
    agency: Mapped[str]
    by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    lift_asked_on: Mapped[Day | None]
    lift_asked_by: Mapped[str | None]
    lifted_on: Mapped[Day | None]
    lifted_reason: Mapped[str | None] = mapped_column(info={"category": "location"})
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)


class ActStep(Base):
    """What was done later to something recorded about a person: answered, corrected, asked for. `act` is its id.

    The recording itself stands in the row of what was recorded.
    """

    __tablename__ = "act_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    act: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str]
    date: Mapped[date]
    agency: Mapped[str]
    service: Mapped[str]
    by: Mapped[str]
    reason: Mapped[str] = mapped_column(info={"category": "location"})
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class ActingService(Base):
    """A service that acts for a body which the law names (s16LA), and so asks and is asked for it, from day to day."""

    __tablename__ = "acting_service"
    __table_args__ = (Index("acting_service_service", "service"), Index("acting_service_agency", "agency"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    service: Mapped[str]
    agency: Mapped[str]
    contract: Mapped[str]
    begins: Mapped[date]
    ends: Mapped[date]
    by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    ended_reason: Mapped[str | None]


class WelfareRule(Base):
    """A standing yes of a holder: to these services and roles, for these categories, so often in a week.

    One person drafts it and another confirms it; until then, and once it has ended, it answers nothing.
    """

    __tablename__ = "welfare_rule"
    __table_args__ = (Index("welfare_rule_holder", "holder"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    holder: Mapped[str]
    agency: Mapped[str]
    categories: Mapped[list[str]]
    asking_services: Mapped[list[str]]
    asking_roles: Mapped[list[str]]
    answers_at_most: Mapped[int]
    begins: Mapped[date]
    ends: Mapped[date]
    reason: Mapped[str]
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)


class WelfareRequest(Base):
    """A request of one body to another for what it holds about a child, or about others as it relates to the child.

    `referral`: who has no relationship to the child shows one. `acts_for`: the body for which the asking service acts.
    """

    __tablename__ = "welfare_request"
    __table_args__ = (
        Index("welfare_request_holder", "holder", "status", "due_on"),
        Index("welfare_request_by", "by"),
        Index("welfare_request_service", "service"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    holder: Mapped[str]
    service: Mapped[str]
    agency: Mapped[str]
    acts_for: Mapped[str | None]
    by: Mapped[str]
    function: Mapped[str]
    why: Mapped[str] = mapped_column(info={"category": "support"})
    categories: Mapped[list[str]]
    referral: Mapped[str | None]
    urgent: Mapped[bool]
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    status: Mapped[str] = mapped_column(default="open")
    overdue_told: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class WelfareRequestPerson(Base):
    """Whom a request is about. `relation` is `child`, or how somebody has to do with the child; `why` says more of it.

    Where nobody is known whom the request could mean, it holds an id that nobody has: the asker is not told which.
    """

    __tablename__ = "welfare_request_person"

    request: Mapped[UUID] = mapped_column(ForeignKey("welfare_request.id"), primary_key=True)
    person: Mapped[UUID] = mapped_column(primary_key=True)
    relation: Mapped[str]
    why: Mapped[str | None] = mapped_column(info={"category": "support"})


class WelfareAnswer(Base):
    """A holder's answer, by a person or by a rule of theirs. It stands until it is ended; `people` are those of a yes.

    `to_review`: drawn from what rules answered, for a second person to look at by `review_by`.
    """

    __tablename__ = "welfare_answer"
    __table_args__ = (Index("welfare_answer_request", "request"), Index("welfare_answer_rule", "rule", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request: Mapped[UUID] = mapped_column(ForeignKey("welfare_request.id"))
    kind: Mapped[str]
    categories: Mapped[list[str]]
    people: Mapped[list[str]]
    reason: Mapped[str | None] = mapped_column(info={"category": "support"})
    asker_may_know: Mapped[bool]
    by: Mapped[str]
    service: Mapped[str]
    agency: Mapped[str]
    rule: Mapped[UUID | None] = mapped_column(ForeignKey("welfare_rule.id"))
    at: Mapped[datetime]
    shown_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    ended_reason: Mapped[str | None]
    to_review: Mapped[bool] = mapped_column(default=False)
    review_by: Mapped[date | None]
    outcome: Mapped[str | None]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str | None]


class Decision(Base):
    """A decision by which something was shared, with all that it refused.

    `refusals` groups: reason → "category source" → person ids.
    """

    __tablename__ = "decision"
    __table_args__ = ({"info": append_only()},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    program: Mapped[str]
    subject: Mapped[str]
    client: Mapped[str]
    agency: Mapped[str]
    service: Mapped[str]
    roles: Mapped[list[str]]
    purpose: Mapped[str]
    ground: Mapped[str | None]
    ground_reference: Mapped[str | None]
    operation: Mapped[str]
    rule_version: Mapped[str]
    permits: Mapped[int]
    refusals: Mapped[dict[str, Any]]


class Sharing(Base):
    """One line of the sharing log: this category of this source about this person went to the decision's caller."""

    __tablename__ = "sharing"
    __table_args__ = (Index("sharing_person", "person", "id"), {"info": append_only()})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    decision: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), index=True)
    person: Mapped[UUID]
    category: Mapped[str]
    source: Mapped[str]
    agreement: Mapped[UUID | None] = mapped_column(ForeignKey("agreement.id"))
    basis: Mapped[str]


class SentBatch(Base):
    """Marks that a program sent at once."""

    __tablename__ = "sent_batch"
    __table_args__ = ({"info": append_only()},)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    program: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class SentMark(Base):
    """The answer that rests on a decision left the program that asked for it, at `at`. It is never changed.

    A decision without one was made, and what it permitted may have left or not.
    """

    __tablename__ = "sent_mark"
    __table_args__ = ({"info": append_only()},)

    decision: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    at: Mapped[datetime]
    batch: Mapped[UUID] = mapped_column(ForeignKey("sent_batch.id"), index=True)


class SharedAs(Base):
    """The ids that were merged into a person when something of theirs was shared: each one's log stays whole."""

    __tablename__ = "shared_as"
    __table_args__ = ({"info": append_only()},)

    former: Mapped[UUID] = mapped_column(primary_key=True)
    decision: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    person: Mapped[UUID] = mapped_column(primary_key=True)


class AccessReport(Base):
    """Who saw what about a person, as it was made to be handed to them. It is never changed: a mistake is made anew.

    `lines` is what the person is told; `kept_back` what they are not, as pairs of decision and exemption.
    """

    __tablename__ = "access_report"
    __table_args__ = ({"info": append_only()},)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person: Mapped[UUID] = mapped_column(index=True)
    reference: Mapped[str]
    asked_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(default=now)
    agency: Mapped[str]
    by: Mapped[str]
    deputy_for: Mapped[str | None]
    lines: Mapped[list[Any]]
    kept_back: Mapped[list[Any]]


class DirectoryArea(DirectoryAreaMixin, Base):
    pass


class DirectoryService(DirectoryServiceMixin, Base):
    pass


class DirectoryServiceOwner(DirectoryServiceOwnerMixin, Base):
    pass


class DirectoryUser(DirectoryUserMixin, Base):
    pass


class LogLeaf(LogLeafMixin, Base):
    pass


class LogBlock(LogBlockMixin, Base):
    pass


class LogHead(LogHeadMixin, Base):
    pass


class SeenHead(SeenHeadMixin, Base):
    pass


class LogCheck(LogCheckMixin, Base):
    pass


class LogNote(LogNoteMixin, Base):
    pass


class Outbox(OutboxMixin, Base):
    pass


class OutboxKey(OutboxKeyMixin, Base):
    pass


class Inbox(InboxMixin, Base):
    pass


class Position(PositionMixin, Base):
    pass


class ParkedEvent(ParkedEventMixin, Base):
    pass


class IdempotencyKey(IdempotencyKeyMixin, Base):
    pass
