"""Facts: dated things that records state, kept with two times."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import new_id, now
from families.models.base import Base

current = text("superseded_at IS NULL")


class Fact(Base):
    """Held from `from_on` to `to_on` (inclusive; null: still), known from `recorded_at` to `superseded_at`.

    Never overwritten: a correction is a new row that names the old one in `supersedes`. `person` is a leaf.
    """

    __tablename__ = "fact"
    # A record states a measure once at a time; two workers on one line cannot both be right.
    __table_args__ = (
        Index("fact_current", "record_id", "measure", unique=True, sqlite_where=current, postgresql_where=current),
        Index("fact_person", "person"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    record_id: Mapped[UUID] = mapped_column(ForeignKey("record.id"))
    measure: Mapped[str]
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    value: Mapped[Any] = mapped_column(JSON, info={"category": "by category of the row"})
    unit: Mapped[str | None]
    age_at_event: Mapped[int | None] = mapped_column(info={"category": "identity"})
    source: Mapped[str]
    category: Mapped[str]
    push: Mapped[UUID]
    supersedes: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    superseded_at: Mapped[datetime | None]
