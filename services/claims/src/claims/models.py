"""What claims keeps: what it heard, as it heard it; what it made of it; and the money.

What was heard is only ever added to. Each row says when it was `recorded_at`, on a clock that this service counts on
by itself, so that any evaluation can be repeated as known at any moment. Of people it knows ids, the month of birth and
facts; no name, no address.
"""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.db import TYPES, BigNumber, new_id, now
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

ClaimStatus = Literal[
    "drafted", "checked", "frozen", "submitted", "paid", "to_repay", "repaid", "rejected", "retracted", "dropped"
]
QuestionKind = Literal["same_people", "news"]
QuestionStatus = Literal["open", "proposed", "answered", "noted", "closed"]
CohortState = Literal["none", "eligible", "unconfirmed", "attached", "declined"]
LIVE = ("drafted", "checked", "frozen", "submitted", "paid", "to_repay")
is_live = text("status IN ('drafted', 'checked', 'frozen', 'submitted', 'paid', 'to_repay')")
is_fee = text("kind = 'attachment_fee'")
is_of_people = text("kind = 'same_people'")


class Base(DeclarativeBase):
    type_annotation_map = TYPES


# --- what was heard


class Clock(Base):
    """One row: the moment of the last news. Two transactions never share a moment, and a later one commits later."""

    __tablename__ = "clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]


class Person(Base):
    """What was told of a person, version by version. A person is a leaf: whom they were merged into stands apart."""

    __tablename__ = "person"

    person: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigNumber, primary_key=True)
    born: Mapped[str | None] = mapped_column(info={"category": "identity"})
    recorded_at: Mapped[datetime]


class Redirect(Base):
    """A merge (`into` is set) or its undoing (`into` is null), version by version; the last one holds."""

    __tablename__ = "redirect"

    person: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigNumber, primary_key=True)
    into: Mapped[UUID | None] = mapped_column(index=True)
    recorded_at: Mapped[datetime]


class BarredFrom(Base):
    """A user must not meet this person or family, as long as the bar stands, as families tells it. `id` of either."""

    __tablename__ = "barred_from"
    __table_args__ = (Index("barred_from_user", "user"),)

    bar: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user: Mapped[str]
    recorded_at: Mapped[datetime]


class Family(Base):
    """A family that was composed. `lead` is its present lead professional's user, named on `lead_on`.

    `area` decides who may meet it, and is null where it may not be known. `last_area` is the last one known; it decides
    which pushes cover the family, and is never shown.
    """

    __tablename__ = "family"
    __table_args__ = (Index("family_area_id", "area", "id"), Index("family_lead_id", "lead", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    area: Mapped[str | None]
    last_area: Mapped[str | None] = mapped_column(index=True, info={"category": "location"})
    composed_on: Mapped[date | None]
    composed_sequence: Mapped[int] = mapped_column(BigNumber, default=0)
    lead: Mapped[str | None]
    lead_on: Mapped[date | None]
    lead_sequence: Mapped[int] = mapped_column(BigNumber, default=0)
    recorded_at: Mapped[datetime]


class FormerArea(Base):
    """What a family's `last_area` was `until` another was heard of, so that what covered it then can be told again."""

    __tablename__ = "former_area"

    family: Mapped[UUID] = mapped_column(primary_key=True)
    until: Mapped[datetime] = mapped_column(primary_key=True)
    area: Mapped[str | None] = mapped_column(info={"category": "location"})


class Membership(Base):
    """A stay in a family, version by version."""

    __tablename__ = "membership"

    membership: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigNumber, primary_key=True)
    family: Mapped[UUID] = mapped_column(index=True)
    person: Mapped[UUID] = mapped_column(index=True)
    role: Mapped[str]
    begins: Mapped[date]
    ends: Mapped[date | None]
    removed: Mapped[bool]
    recorded_at: Mapped[datetime]


class Fact(Base):
    """A dated thing that a record states. It holds until `superseded_at`; then another, or none, takes its place."""

    __tablename__ = "fact"
    __table_args__ = (Index("fact_supersedes", "supersedes"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(index=True)
    measure: Mapped[str]
    begins: Mapped[date]
    ends: Mapped[date | None]
    value: Mapped[str]
    source: Mapped[str]
    category: Mapped[str]
    record: Mapped[UUID]
    supersedes: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]


class Protection(Base):
    """A person may not be located, as `consent` told it; not where, nor why. Once lifted it stays so."""

    __tablename__ = "protection"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(index=True)
    lifted: Mapped[bool]


class Support(Base):
    """An act of support: agreement, lead professional, assessment, plan, or that the family declined.

    `recorded_on` and `recorded_by` are of who wrote it down, `days_late` how late; null in what older releases heard.
    `empty_at`: when it was heard that it says nothing, and so is no part of the gate.
    """

    __tablename__ = "support"

    family: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigNumber, primary_key=True)
    part: Mapped[str]
    on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_on: Mapped[date | None]
    recorded_by: Mapped[str | None]
    days_late: Mapped[int | None]
    confirmed_by: Mapped[str | None]
    empty_at: Mapped[datetime | None]


class Push(Base):
    """A partner's push, known whole from `complete_at` on: finished, and every one of its facts seen.

    It is coverage when none of its lines was refused.
    """

    __tablename__ = "push"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    feed: Mapped[str | None]
    service: Mapped[str | None]
    area: Mapped[str | None]
    covers_from: Mapped[date | None]
    covers_to: Mapped[date | None]
    expected: Mapped[int | None]
    refused: Mapped[int] = mapped_column(default=0)
    seen: Mapped[int] = mapped_column(default=0)
    complete_at: Mapped[datetime | None]


class Supply(Base):
    """Which service supplies which category at all: decisions are asked about these, whatever one family has."""

    __tablename__ = "supply"

    category: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)


class DirtyFamily(Base):
    """A family about which there is news since it was last evaluated. `heard_at` is in wall-clock time."""

    __tablename__ = "dirty_family"
    __table_args__ = (Index("dirty_family_mark", "mark", "family"), Index("dirty_family_heard", "heard_at"))

    family: Mapped[UUID] = mapped_column(primary_key=True)
    mark: Mapped[datetime]
    heard_at: Mapped[datetime]


# --- what was made of it


class FamilyStanding(Base):
    """How a family stands, as last evaluated: a cache of the evaluation, for lists and to notice changes."""

    __tablename__ = "standing"

    family: Mapped[UUID] = mapped_column(primary_key=True)
    framework: Mapped[str]
    plan: Mapped[str]
    plan_version: Mapped[int]
    as_at: Mapped[date]
    state: Mapped[str] = mapped_column(index=True)
    eligible: Mapped[bool]
    criteria: Mapped[list[str]]
    attached_on: Mapped[date | None] = mapped_column(index=True)
    missing: Mapped[list[str]]
    progress: Mapped[list[Any]]
    evaluated_at: Mapped[datetime]


class Claim(Base):
    """A result, claimed. `known_at` and `denied` are what makes it computable again; `trace` is what was concluded.

    `risks` are the reasons why an auditor looks at it in any case; `prepared_by` the people on whose word it was
    drafted; `gate` the acts of support with how late each was recorded. Null for claims of before they were kept.
    """

    __tablename__ = "claim"
    # One result a family and framework: two drafts, or a draft beside a payment, cannot stand at once.
    __table_args__ = (
        Index(
            "one_standing_claim", "family", "framework", unique=True, sqlite_where=is_live, postgresql_where=is_live
        ),
        Index("claim_status", "status"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    family: Mapped[UUID] = mapped_column(index=True)
    framework: Mapped[str]
    plan: Mapped[str]
    plan_version: Mapped[int]
    component: Mapped[str]
    type: Mapped[str]
    result_date: Mapped[date]
    attached_on: Mapped[date]
    pence: Mapped[int] = mapped_column(BigNumber)
    status: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    known_at: Mapped[datetime]
    drafted_at: Mapped[datetime] = mapped_column(default=now)
    bundle: Mapped[UUID | None]
    hash: Mapped[str | None]
    material: Mapped[str]
    trace: Mapped[dict[str, Any]]
    uses: Mapped[list[Any]]
    denied: Mapped[list[Any]]
    risks: Mapped[list[str] | None]
    prepared_by: Mapped[list[str] | None]
    gate: Mapped[list[Any] | None]
    checked_by: Mapped[str | None]
    checked_on: Mapped[date | None]
    batch: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"), index=True)
    ended_because: Mapped[str | None]
    ended_by: Mapped[str | None]
    ended_on: Mapped[date | None]


class Check(Base):
    """A second person's word on a claim."""

    __tablename__ = "claim_check"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    claim: Mapped[UUID] = mapped_column(ForeignKey("claim.id"), index=True)
    verdict: Mapped[str]
    reason: Mapped[str]
    by: Mapped[str]
    on: Mapped[date]
    at: Mapped[datetime] = mapped_column(default=now)


class Question(Base):
    """What a person has to answer before money moves, or about money that has moved.

    Shape: `same_people`: whether `family` and `other` (the lower id and the higher) are one family; `content` is whom
    they share. `news`: what became known of a claim after it was submitted; `content` is what differs. `effect` is what
    the plan's or framework's data made of it. `answer` is the one in force: it may be in force while another has been
    given that waits for a second person.
    """

    __tablename__ = "question"
    __table_args__ = (
        Index(
            "one_question_a_pair",
            "family",
            "other",
            "framework",
            unique=True,
            sqlite_where=is_of_people,
            postgresql_where=is_of_people,
        ),
        Index("question_status", "status", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    framework: Mapped[str]
    family: Mapped[UUID]
    other: Mapped[UUID | None] = mapped_column(index=True)
    claim: Mapped[UUID | None] = mapped_column(ForeignKey("claim.id"), index=True)
    effect: Mapped[str]
    content: Mapped[list[Any]]
    status: Mapped[str]
    answer: Mapped[str | None]
    joined_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    raised_at: Mapped[datetime] = mapped_column(default=now)


class Answer(Base):
    """What a person said to a question, or, with `confirms`, that another's answer is right. Only ever added to."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("question", "number", name="one_answer_at_a_time"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    question: Mapped[UUID] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    answer: Mapped[str]
    joined_on: Mapped[date | None]
    confirms: Mapped[UUID | None] = mapped_column(ForeignKey("answer.id"))
    reason: Mapped[str]
    by: Mapped[str]
    on: Mapped[date]
    at: Mapped[datetime] = mapped_column(default=now)


class Batch(Base):
    """Claims that go out together. Its claims are frozen when it is made.

    `content_hash` and the sample's rules are as of the freeze; `seed` is known once the auditor's nonce is revealed.
    These are null for batches of before auditors committed to a nonce.
    """

    __tablename__ = "batch"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    framework: Mapped[str]
    status: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    frozen_on: Mapped[date]
    frozen_by: Mapped[str]
    submitted_on: Mapped[date | None]
    submitted_by: Mapped[str | None]
    frozen_days_late: Mapped[int | None]
    submitted_days_late: Mapped[int | None]
    paid_on: Mapped[date | None]
    sample_percent: Mapped[int | None]
    sample_least: Mapped[int | None]
    content_hash: Mapped[str | None]
    seed: Mapped[str | None]
    abandoned_on: Mapped[date | None]
    abandoned_by: Mapped[str | None]
    abandoned_because: Mapped[str | None]


class SampleCommitment(Base):
    """The hash of a nonce that an auditor handed in. A batch is frozen under it, once; then the nonce is revealed."""

    __tablename__ = "sample_commitment"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    framework: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    batch: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"), unique=True)
    nonce: Mapped[str | None]
    revealed_at: Mapped[datetime | None]


class BatchClaim(Base):
    """A claim as it was frozen into a batch, for good, though it falls or the batch is abandoned.

    `whole` are the reasons why it is looked at in any case; `digest` is of what was known of it then.
    """

    __tablename__ = "batch_claim"

    batch: Mapped[UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    claim: Mapped[UUID] = mapped_column(ForeignKey("claim.id"), primary_key=True, index=True)
    stratum: Mapped[int]
    whole: Mapped[list[str]]
    digest: Mapped[str]


class Draw(Base):
    """One drawing of a sample. `seed`: the first 52 bits of the batch's; in old batches, what somebody chose."""

    __tablename__ = "draw"
    __table_args__ = (UniqueConstraint("batch", "number", name="one_draw_at_a_time"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    batch: Mapped[UUID] = mapped_column(ForeignKey("batch.id"))
    number: Mapped[int]
    seed: Mapped[int] = mapped_column(BigNumber)
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)


class Sampled(Base):
    """A claim in a sample; `verdict` is the auditor's last finding on it."""

    __tablename__ = "sampled"

    claim: Mapped[UUID] = mapped_column(ForeignKey("claim.id"), primary_key=True)
    batch: Mapped[UUID] = mapped_column(ForeignKey("batch.id"), index=True)
    draw: Mapped[UUID] = mapped_column(ForeignKey("draw.id"))
    verdict: Mapped[str | None]


class AuditFinding(Base):
    """What an auditor found on a sampled claim. Final: another auditor's stands in its place, and `corrects` it."""

    __tablename__ = "finding"
    __table_args__ = ({"info": append_only()},)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    batch: Mapped[UUID] = mapped_column(ForeignKey("batch.id"), index=True)
    claim: Mapped[UUID] = mapped_column(ForeignKey("claim.id"), index=True)
    verdict: Mapped[str]
    reason: Mapped[str]
    by: Mapped[str]
    on: Mapped[date]
    at: Mapped[datetime] = mapped_column(default=now)
    corrects: Mapped[UUID | None]


class AssuranceVisit(Base):
    """An official of the department may look at some batches' samples on some days. `to_on` is the last of them."""

    __tablename__ = "assurance_visit"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    visitor: Mapped[str] = mapped_column(index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    reason: Mapped[str]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(default=now)
    closed_by: Mapped[str | None]
    closed_because: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class VisitedClaim(Base):
    """A claim that the visit may look at: of a named batch's sample as it was when the visit was opened."""

    __tablename__ = "visited_claim"

    visit: Mapped[UUID] = mapped_column(ForeignKey("assurance_visit.id"), primary_key=True)
    claim: Mapped[UUID] = mapped_column(ForeignKey("claim.id"), primary_key=True, index=True)
    batch: Mapped[UUID] = mapped_column(ForeignKey("batch.id"))


class Payment(Base):
    """Money that came in for a batch; once a batch, and once more where the one before was recorded wrongly."""

    __tablename__ = "payment"
    __table_args__ = (Index("one_payment", "batch", "number", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    batch: Mapped[UUID] = mapped_column(ForeignKey("batch.id"))
    number: Mapped[int] = mapped_column(default=1, server_default="1")
    on: Mapped[date]
    pence: Mapped[int] = mapped_column(BigNumber)
    reference: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    reversed_on: Mapped[date | None]
    reversed_by: Mapped[str | None]
    reversed_because: Mapped[str | None]


class FeeSettlement(Base):
    """A financial year's attachment fees, settled; again when more attachments have been proven since."""

    __tablename__ = "fee_settlement"
    __table_args__ = (UniqueConstraint("framework", "year", "number", name="one_settlement_at_a_time"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    framework: Mapped[str]
    year: Mapped[str]
    number: Mapped[int]
    families: Mapped[int]
    pence: Mapped[int] = mapped_column(BigNumber)
    on: Mapped[date]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)


class LedgerEntry(Base):
    """Money earned, repaid, or taken back since it was recorded wrongly. Written once, never changed.

    Shape: `kind` is result, attachment_fee, repayment or reversal; the last two have negative pence, or positive where
    they reverse a repayment, and `reverses` is what they take back. `number` counts a family's entries of a kind.
    """

    __tablename__ = "ledger_entry"
    # One paid result a family and framework at a time, and one fee a funded place: promises of the database, not of the
    # code. A second result has number 2, which is given only when the first was taken back.
    __table_args__ = (
        Index("one_entry", "framework", "family", "kind", "number", unique=True),
        Index("one_fee", "framework", "first_funded_place", unique=True, sqlite_where=is_fee, postgresql_where=is_fee),
        Index("ledger_entry_framework_on", "framework", "on"),
        {"info": append_only()},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    framework: Mapped[str]
    year: Mapped[str]
    pence: Mapped[int] = mapped_column(BigNumber)
    on: Mapped[date]
    family: Mapped[UUID | None]
    claim: Mapped[UUID | None] = mapped_column(ForeignKey("claim.id"))
    payment: Mapped[UUID | None] = mapped_column(ForeignKey("payment.id"))
    settlement: Mapped[UUID | None] = mapped_column(ForeignKey("fee_settlement.id"))
    first_funded_place: Mapped[int | None]
    funded_places: Mapped[int | None]
    number: Mapped[int] = mapped_column(default=1, server_default="1")
    reverses: Mapped[UUID | None]
    reference: Mapped[str | None]
    reason: Mapped[str | None]
    by: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class Target(Base):
    """How many families a framework pays for in a financial year, and from its beginning to the year's end."""

    __tablename__ = "target"

    framework: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(default=new_id, unique=True)
    families: Mapped[int]
    cumulative: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    by: Mapped[str]


class OutcomesPlanVersion(Base):
    """A version of an outcomes plan, word for word as it was in force here first. It is never changed."""

    __tablename__ = "outcomes_plan_version"
    __table_args__ = (
        UniqueConstraint("plan", "version", name="outcomes_plan_version_once"),
        {"info": append_only()},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    plan: Mapped[str]
    version: Mapped[int]
    document: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime] = mapped_column(default=now)


# --- who is who


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
