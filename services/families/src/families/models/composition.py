"""Whose families must be composed again, and what they were composed from last."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import now
from families.models.base import Base


class ToCompose(Base):
    """Leaves whose address, carers or identity changed: the composition takes them up when no push is running."""

    __tablename__ = "to_compose"
    __table_args__ = (Index("to_compose_at", "at"),)

    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)


class Composing(Base):
    """Persons whom the composition has taken up and not finished; a marker that comes meanwhile is a new one."""

    __tablename__ = "composing"

    person: Mapped[UUID] = mapped_column(primary_key=True)


class ComposedFrom(Base):
    """What was known of a leaf when its families were composed last: who is marked without news costs little."""

    __tablename__ = "composed_from"

    person: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str]
