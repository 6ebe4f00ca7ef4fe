"""The tables of a log. Each program's models derive from these mixins, as from those of the chassis.

The shadow classes at the end let this package write statements for whichever program's store it is handed; they are
never created. Growth: a row of `log_leaf` a leaf; of `log_block` a row for 255; a head every few seconds at most.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from chassis.clock import now
from chassis.db import TYPES, BigNumber
from chassis.tables import append_only

HASH, SALT = 32, 16


class LogLeafMixin:
    """A leaf: the salted hash of one thing that was logged, written with it in one transaction.

    `record` and `part` say what it is about, such as a decision and a person. `position` says where in the tree it
    stands, and is given later by the sequencer. `salt` is null once what was logged has been erased. Units: `at` in
    milliseconds.
    """

    __tablename__ = "log_leaf"

    seq: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    position: Mapped[int | None] = mapped_column(BigNumber)
    kind: Mapped[str]
    record: Mapped[UUID]
    part: Mapped[UUID | None]
    at: Mapped[int] = mapped_column(BigNumber)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(SALT))
    hash: Mapped[bytes] = mapped_column(LargeBinary(HASH))

    @declared_attr.directive
    def __table_args__(cls) -> Any:
        waiting = text("position IS NULL")
        return (
            Index("log_leaf_position", "position", unique=True),
            Index("log_leaf_record", "record"),
            Index("log_leaf_waiting", "seq", sqlite_where=waiting, postgresql_where=waiting),
            {"info": append_only("position", "salt")},
        )


class LogBlockMixin:
    """The root over a whole block: 256 leaves at level 8, 65,536 at level 16. It can always be worked out again."""

    __tablename__ = "log_block"
    __table_args__ = ({"info": append_only()},)

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(HASH))


class LogHeadMixin:
    """A head that this program signed: the root over its first `size` leaves."""

    __tablename__ = "log_head"
    __table_args__ = ({"info": append_only()},)

    size: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=False)
    at: Mapped[int] = mapped_column(BigNumber)
    root: Mapped[bytes] = mapped_column(LargeBinary(HASH))
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    key: Mapped[bytes] = mapped_column(LargeBinary)


class SeenHeadMixin:
    """A head that a program told, this one included, as it was heard; `verdict` is its worth beside those before.

    `id` is that of the event.
    """

    __tablename__ = "seen_head"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    log: Mapped[str]
    size: Mapped[int] = mapped_column(BigNumber)
    at: Mapped[int] = mapped_column(BigNumber)
    root: Mapped[bytes] = mapped_column(LargeBinary(HASH))
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    key: Mapped[bytes] = mapped_column(LargeBinary)
    verdict: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    @declared_attr.directive
    def __table_args__(cls) -> Any:
        return (Index("seen_head_log_size", "log", "size"), {"info": append_only()})


class LogCheckMixin:
    """What the last walk through the whole log found, up to `size` leaves."""

    __tablename__ = "log_check"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime]
    size: Mapped[int] = mapped_column(BigNumber)
    faults: Mapped[list[Any]]


class LogNoteMixin:
    """What the log says of itself, a leaf each: that it has begun, or what was erased, by whom and why."""

    __tablename__ = "log_note"
    __table_args__ = ({"info": append_only()},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    about: Mapped[str]
    data: Mapped[dict[str, Any]]


class _Shadow(DeclarativeBase):
    type_annotation_map = TYPES


class LogLeaf(LogLeafMixin, _Shadow):
    pass


class LogBlock(LogBlockMixin, _Shadow):
    pass


class LogHead(LogHeadMixin, _Shadow):
    pass


class SeenHead(SeenHeadMixin, _Shadow):
    pass


class LogCheck(LogCheckMixin, _Shadow):
    pass


class LogNote(LogNoteMixin, _Shadow):
    pass
