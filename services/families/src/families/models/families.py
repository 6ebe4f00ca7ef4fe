"""Families over time: who belonged to which, from when to when, and how that is known; places and protections."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import new_id, now
from families.models.base import Base

ADDRESS = {"category": "address"}
SUPPORT = {"category": "support"}


class Family(Base):
    """The unit of support. `protected`: it lives where nobody may find it, and has no area."""

    __tablename__ = "family"
    __table_args__ = (Index("family_area_id", "area", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    composed_on: Mapped[date]
    area: Mapped[str | None] = mapped_column(info={"category": "location"})
    protected: Mapped[bool] = mapped_column(default=False)
    origin: Mapped[str] = mapped_column(default="composed")
    reason: Mapped[str | None] = mapped_column(info=SUPPORT)
    version: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class Membership(Base):
    """A person in a family, dates inclusive. `how`: composed from records, stated by hand, or decided in a review.

    The person is a leaf: merging moves nobody, and unmerging finds everybody where they were.
    """

    __tablename__ = "membership"
    __table_args__ = (Index("membership_family", "family"), Index("membership_person", "person"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    family: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    how: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class Composing(Base):
    """Persons whom the composition has taken up and not finished; a marker that comes meanwhile is a new one."""

    __tablename__ = "composing"

    person: Mapped[UUID] = mapped_column(primary_key=True)


class ComposedFrom(Base):
    """What was known of a leaf when its families were composed last: who is marked without news costs little."""

    __tablename__ = "composed_from"

    person: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str]


class Premises(Base):
    """What kind of premises an address is; those not listed are ordinary."""

    __tablename__ = "premises"

    uprn: Mapped[str] = mapped_column(primary_key=True, info=ADDRESS)
    kind: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class Protection(Base):
    """A location protection as `consent` told it. `lifted_on` is null while it holds."""

    __tablename__ = "protection"
    __table_args__ = (Index("protection_person", "person"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID]
    since: Mapped[date]
    lifted_on: Mapped[date | None]


class ProtectedPerson(Base):
    """Persons under protection now, every leaf of theirs: they take no part in blocking, matching and composition."""

    __tablename__ = "protected_person"

    person: Mapped[UUID] = mapped_column(primary_key=True)


class ParentElsewhere(Base):
    """A review found this adult to be a parent of this child who lives elsewhere, from a day on. Both are leaves."""

    __tablename__ = "parent_elsewhere"

    child: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    parent: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    since: Mapped[date]
