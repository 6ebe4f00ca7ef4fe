"""Premises that are not ordinary: refuges, and where many live; who said so, and who asked for less protection."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import new_id, now
from families.models.base import Base

ADDRESS = {"category": "address"}
stands = text("ended_at IS NULL")
waits = text("status = 'waiting'")


class Premises(Base):
    """What kind of premises an address is: that of the standing flag that protects most. Those not listed are ordinary.

    Everything but the flags' own room reads this alone.
    """

    __tablename__ = "premises"

    uprn: Mapped[str] = mapped_column(primary_key=True, info=ADDRESS)
    kind: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[datetime] = mapped_column(default=now)


class PremisesFlag(Base):
    """An agency says that premises are of a kind, from a day on, until `ended_at`. One stands an agency and premises.

    Without an agency: it was said before November 2026, when nobody asked by whom.
    """

    __tablename__ = "premises_flag"
    __table_args__ = (
        Index("premises_flag_stands", "uprn", "agency", unique=True, sqlite_where=stands, postgresql_where=stands),
        Index("premises_flag_uprn", "uprn"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    uprn: Mapped[str] = mapped_column(info=ADDRESS)
    kind: Mapped[str]
    agency: Mapped[str | None]
    service: Mapped[str | None]
    on: Mapped[date]
    reason: Mapped[str] = mapped_column(info=ADDRESS)
    by: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    replaced_by: Mapped[UUID | None]


class PremisesLowering(Base):
    """Somebody asked that a flag protect less, or be taken away. Statuses: waiting → confirmed, refused, overtaken."""

    __tablename__ = "premises_lowering"
    __table_args__ = (
        Index("premises_lowering_waits", "flag", unique=True, sqlite_where=waits, postgresql_where=waits),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    flag: Mapped[UUID] = mapped_column(ForeignKey("premises_flag.id"), index=True)
    to: Mapped[str]
    status: Mapped[str]
    agency: Mapped[str]
    on: Mapped[date]
    reason: Mapped[str] = mapped_column(info=ADDRESS)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(default=now)
    decided_on: Mapped[date | None]
    decided_reason: Mapped[str | None] = mapped_column(info=ADDRESS)
    decided_by: Mapped[str | None]
    decided_agency: Mapped[str | None]
    decided_at: Mapped[datetime | None]
