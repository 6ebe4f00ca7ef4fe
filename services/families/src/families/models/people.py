"""People, by what records say of them, and how records and people were brought together."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import BigNumber, new_id, now
from families.models.base import Base

IDENTITY = {"category": "identity"}
ADDRESS = {"category": "address"}


class Person(Base):
    """A leaf: somebody as records first showed them. Merging points it at another, unmerging takes that back.

    `root` is where following `merged_into` ends; of somebody who was never merged it is the person's own id.
    """

    __tablename__ = "person"
    __table_args__ = (Index("person_root", "root"), Index("person_merged_into", "merged_into"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    root: Mapped[UUID]
    merged_into: Mapped[UUID | None]
    born: Mapped[str | None] = mapped_column(info=IDENTITY)
    version: Mapped[int] = mapped_column(default=1)
    registered_at: Mapped[datetime] = mapped_column(default=now)


class PersonName(Base):
    """One way in which a source writes somebody. The id is made from all that must differ, so twice is once."""

    __tablename__ = "person_name"
    __table_args__ = (Index("person_name_person", "person"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    source: Mapped[str]
    feed: Mapped[str]
    forename: Mapped[str] = mapped_column(info=IDENTITY)
    surname: Mapped[str] = mapped_column(info=IDENTITY)
    date_of_birth: Mapped[date | None] = mapped_column(info=IDENTITY)
    sex: Mapped[str | None] = mapped_column(info=IDENTITY)
    first_stated_on: Mapped[date]
    last_stated_on: Mapped[date]


class Identifier(Base):
    """A number that a source gives somebody. Schemes: upn, nino."""

    __tablename__ = "identifier"
    __table_args__ = (Index("identifier_person", "person"), Index("identifier_value", "scheme", "value"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    source: Mapped[str]
    scheme: Mapped[str]
    value: Mapped[str] = mapped_column(info=IDENTITY)
    first_stated_on: Mapped[date]


class AddressStatement(Base):
    """A source says that somebody lives at an address: one row a person, source and address, from first to last time.

    `person` is a leaf; `stated_on` is the latest day for which it was said (the same as `last_stated_on`);
    `push` and `record_id` are those that said it last.
    """

    __tablename__ = "address_statement"
    __table_args__ = (
        Index("address_statement_person", "person"),
        Index("address_statement_uprn", "uprn"),
        Index("address_statement_postcode", "postcode"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    source: Mapped[str]
    feed: Mapped[str]
    uprn: Mapped[str | None] = mapped_column(info=ADDRESS)
    address_line: Mapped[str] = mapped_column(info=ADDRESS)
    postcode: Mapped[str] = mapped_column(info=ADDRESS)
    first_stated_on: Mapped[date]
    last_stated_on: Mapped[date]
    stated_on: Mapped[date]
    record_id: Mapped[UUID]
    push: Mapped[UUID]


class CarerStatement(Base):
    """A record of a child names a carer; one row a record."""

    __tablename__ = "carer_statement"
    __table_args__ = (Index("carer_statement_child", "child"),)

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    child: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    source: Mapped[str]
    forename: Mapped[str] = mapped_column(info=IDENTITY)
    surname: Mapped[str] = mapped_column(info=IDENTITY)
    relationship: Mapped[str] = mapped_column(info=IDENTITY)
    same_address: Mapped[bool] = mapped_column(info=ADDRESS)
    stated_on: Mapped[date]
    push: Mapped[UUID]


class BlockingKey(Base):
    """Where to look for people like a record: a hash of a trait, and who has it."""

    __tablename__ = "blocking_key"
    __table_args__ = (Index("blocking_key_person", "person"),)

    key: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=False)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)


class MatchProfile(Base):
    """All that matching compares of a person, on one row, so that a candidate costs one read."""

    __tablename__ = "match_profile"

    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    traits: Mapped[dict[str, Any]] = mapped_column(info=IDENTITY)


class MatchReview(Base):
    """A question for an analyst. Kinds: same_person (are these two one?), non_resident_parent (is `right_person` a
    parent of `left_person` and of the other children in `group`, living elsewhere?).

    Persons are leaves. `verdict`: same, different, yes, no. `explanation` holds fields, outcomes and weights only.
    """

    __tablename__ = "match_review"
    __table_args__ = (
        UniqueConstraint("kind", "left_person", "right_person", name="match_review_once"),
        Index("match_review_status", "status", "kind"),
        Index("match_review_left", "left_person"),
        Index("match_review_right", "right_person"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    status: Mapped[str]
    verdict: Mapped[str | None]
    left_person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    right_person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    group: Mapped[list[str]]
    score: Mapped[float | None]
    weights: Mapped[str]
    explanation: Mapped[list[dict[str, Any]]]
    opened_at: Mapped[datetime] = mapped_column(default=now)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    reason: Mapped[str | None] = mapped_column(info=IDENTITY)


class KeptApart(Base):
    """Two leaves that somebody found to be two people. Nothing brings them together again. `left_person` < `right`."""

    __tablename__ = "kept_apart"

    left_person: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    right_person: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    because: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)


class MergeAct(Base):
    """The chronicle of merges and unmerges: who, when, why."""

    __tablename__ = "merge_act"
    __table_args__ = (Index("merge_act_person", "person"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    other: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    by: Mapped[str]
    reason: Mapped[str] = mapped_column(info=IDENTITY)
    at: Mapped[datetime] = mapped_column(default=now)


class ToCompose(Base):
    """Leaves whose address, carers or identity changed: the composition takes them up when no push is running."""

    __tablename__ = "to_compose"
    __table_args__ = (Index("to_compose_at", "at"),)

    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)


class MatchingLock(Base):
    """One row that whoever matches records, merges or unmerges locks first, so that one does so at a time."""

    __tablename__ = "matching_lock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
