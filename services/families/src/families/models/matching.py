"""How records and people were brought together: the index, questions for analysts, merges, and what was decided."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import BigNumber, new_id, now
from families.models.base import Base

IDENTITY = {"category": "identity"}


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


class ReviewAct(Base):
    """What was done with a question, and is never changed: decided, or reopened, which takes the last decision back."""

    __tablename__ = "review_act"
    __table_args__ = (Index("review_act_review", "review"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    review: Mapped[UUID] = mapped_column(ForeignKey("match_review.id"))
    act: Mapped[str]
    verdict: Mapped[str]
    by: Mapped[str]
    reason: Mapped[str] = mapped_column(info=IDENTITY)
    at: Mapped[datetime] = mapped_column(default=now)


class KeptApart(Base):
    """Two leaves that somebody found to be two people. Nothing brings them together until a second person has taken
    that back; then there is no such row any more, and the acts tell of it. `left_person` < `right`."""

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


class ParentElsewhere(Base):
    """A review found this adult to be a parent of this child who lives elsewhere, from a day on. Both are leaves."""

    __tablename__ = "parent_elsewhere"

    child: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    parent: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    since: Mapped[date]


class MatchingLock(Base):
    """One row that whoever matches records, merges or unmerges locks first, so that one does so at a time."""

    __tablename__ = "matching_lock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
