"""Families over time: who belonged to which, from when to when, and how that is known."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import new_id, now
from families.models.base import Base

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
