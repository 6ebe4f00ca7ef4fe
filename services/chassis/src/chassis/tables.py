"""Tables that every service keeps for itself. Each service's models derive from these mixins.

`class Outbox(OutboxMixin, Base): pass` — the shadow classes at the end let the chassis write statements for whichever
service's database it is handed; they are never created.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Table, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from chassis.clock import now
from chassis.db import TYPES, BigNumber


def append_only(*but: str) -> dict[str, Any]:
    """The mark of a table whose rows are written once, for its `info`; `but` are columns that are set later.

    On PostgreSQL the role that runs the program can then change and delete nothing of it (`chassis.roles`). Example:
    `__table_args__ = ({"info": append_only()},)`.
    """
    return {"append_only": but}


def columns_to_be_set(table: Table) -> tuple[str, ...] | None:
    """The columns that may be set later in a table whose rows are written once; None of any other table."""
    found: tuple[str, ...] | None = table.info.get("append_only")
    return found


class OutboxMixin:
    """Events, written in the same transaction as what they tell. `position` is given when the relay has sent one: it
    counts up in the order of sending."""

    __tablename__ = "outbox"

    seq: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    topic: Mapped[str]
    type: Mapped[str]
    key: Mapped[str]
    sequence: Mapped[int] = mapped_column(BigNumber)
    at: Mapped[datetime]
    trace: Mapped[str | None]
    data: Mapped[dict[str, Any]]
    position: Mapped[int | None] = mapped_column(BigNumber)

    @declared_attr.directive
    def __table_args__(cls) -> Any:
        # What waits has an index of its own: PostgreSQL does not read `position IS NULL` in the order of `seq` from an
        # index of both, but every event ever sent.
        waiting = text("position IS NULL")
        return (
            Index("outbox_position", "position"),
            Index("outbox_waiting", "seq", sqlite_where=waiting, postgresql_where=waiting),
        )


class OutboxKeyMixin:
    """The last `sequence` given for a key: a consumer that counts can tell a gap."""

    __tablename__ = "outbox_key"

    topic: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(BigNumber)


class InboxMixin:
    """Events that were handled: delivery is at least once, effects are once."""

    __tablename__ = "inbox"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)


class PositionMixin:
    """How far this service has read each stream of the log; and the gaps in it (`chassis.gaps.MARK`)."""

    __tablename__ = "position"

    stream: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigNumber)


class ParkedEventMixin:
    """Dead letters: events that could not be handled, with the reason, for a person to look at.

    They are never lost, and they do not keep the events behind them from being handled.
    """

    __tablename__ = "parked_event"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    topic: Mapped[str]
    type: Mapped[str]
    key: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    event: Mapped[dict[str, Any]]


class IdempotencyKeyMixin:
    """Requests that created something, by the key that their client gave them; kept without the body."""

    __tablename__ = "idempotency_key"

    id: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    client: Mapped[str]
    route: Mapped[str]
    key: Mapped[str]
    digest: Mapped[str]
    status: Mapped[str | None]
    resource: Mapped[UUID | None]
    etag: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(default=now)

    @declared_attr.directive
    def __table_args__(cls) -> Any:
        return (UniqueConstraint("client", "route", "key", name="idempotency_key_once"),)


class _Shadow(DeclarativeBase):
    type_annotation_map = TYPES


class Outbox(OutboxMixin, _Shadow):
    pass


class OutboxKey(OutboxKeyMixin, _Shadow):
    pass


class Inbox(InboxMixin, _Shadow):
    pass


class Position(PositionMixin, _Shadow):
    pass


class ParkedEvent(ParkedEventMixin, _Shadow):
    pass


class IdempotencyKey(IdempotencyKeyMixin, _Shadow):
    pass


METADATA = _Shadow.metadata
"""The six tables as they are now; migrations have them as they were."""
