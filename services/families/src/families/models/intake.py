"""What partners sent: pushes, their chunks while they wait, the report on each line, and the records."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import new_id, now
from families.models.base import Base


class Push(Base):
    """One delivery of a feed. `service` is the supplier, from the credential.

    Statuses: received → processing → finished; paused ↔ processing; abandoned. `resumed`: the supplier looked at
    what had paused it and said that it is right.
    """

    __tablename__ = "push"
    __table_args__ = (Index("push_status", "status"), Index("push_feed_service", "feed", "service"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    feed: Mapped[str]
    service: Mapped[str]
    agency: Mapped[str]
    client: Mapped[str]
    area: Mapped[str]
    covers_from: Mapped[date]
    covers_to: Mapped[date]
    mode: Mapped[str]
    format: Mapped[str] = mapped_column(default="csv", server_default="csv")
    dry_run: Mapped[bool]
    status: Mapped[str]
    sha256: Mapped[str]
    columns: Mapped[list[str]]
    reading: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    notes: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default="[]")
    chunks: Mapped[int]
    next_chunk: Mapped[int] = mapped_column(default=0)
    lines: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    recorded: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    facts: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
    paused_because: Mapped[str | None]
    resumed: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class PushChunk(Base):
    """Whole lines of a push that wait to be worked on; deleted in the transaction that has worked on them."""

    __tablename__ = "push_chunk"

    push: Mapped[UUID] = mapped_column(ForeignKey("push.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_line: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class PushLine(Base):
    """What became of a line. `faults`: `column:code` words, never what stood there."""

    __tablename__ = "push_line"

    push: Mapped[UUID] = mapped_column(ForeignKey("push.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[str]
    faults: Mapped[str] = mapped_column(default="")


class Record(Base):
    """What a supplier says under one natural key, as it says it now. Its facts keep what it said before.

    `person` is a leaf and stays the same for ever, unless an analyst moves the record. `how`: identifier, score,
    new, or review (an analyst moved it). `outcomes`: what agreed when it was linked, in the weights' order of fields.
    `identity`: whom the line is about, as `people/identity.py` writes it.
    """

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("feed", "source", "natural_key", name="record_once"),
        Index("record_person", "person"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    feed: Mapped[str]
    source: Mapped[str]
    natural_key: Mapped[str] = mapped_column(info={"category": "identity"})
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    push: Mapped[UUID]
    line: Mapped[int]
    digest: Mapped[str]
    identity: Mapped[str] = mapped_column(info={"category": "identity"})
    how: Mapped[str]
    score: Mapped[float | None]
    outcomes: Mapped[str]
    weights: Mapped[str]
    linked_at: Mapped[datetime] = mapped_column(default=now)
    recorded_at: Mapped[datetime] = mapped_column(default=now)
