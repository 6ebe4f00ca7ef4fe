"""Putting leaves into a log, in the transaction that writes what they stand for.

A leaf is SHA-256 over a salt and what was logged. The salt keeps a leaf from being guessed: without it, whoever holds
the tree could try every person and category. To erase is to drop the salt with the row: the leaf stays, so the tree can
still be proved, and it says nothing any more.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime
from secrets import token_bytes
from time import time_ns
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, bindparam, event, insert, select, update
from sqlalchemy.orm import Session

from chassis.bulk_insert import write_rows
from chassis.db import in_batches, new_id, now
from transparency.log import NOTES, Entries, Key
from transparency.merkle import hash_leaf
from transparency.tables import SALT, LogBlock, LogLeaf, LogNote

LEAF = insert(LogLeaf.__table__)  # type: ignore[arg-type]
NOTE = insert(LogNote.__table__)  # type: ignore[arg-type]
BEGUN, ERASED = "begun", "erased"


def append_leaves(session: Session, kind: str, entries: Entries) -> None:
    """A leaf for each entry. The sequencer gives it its position in the tree, seconds later."""
    at = time_ns() // 1_000_000
    rows = []
    for (record, part), entry in entries.items():
        salt = token_bytes(SALT)
        digest = hash_leaf(salt + write_entry(kind, record, part, entry))
        rows.append({"kind": kind, "record": record, "part": part, "at": at, "salt": salt, "hash": digest})
    if rows:
        write_rows(session, LEAF, rows)


def write_entry(kind: str, record: UUID, part: UUID | None, entry: dict[str, Any]) -> bytes:
    """What is hashed behind the salt: JSON in one way only, whatever store it was read from."""
    whole = {"kind": kind, "record": record, "part": part, "entry": entry}
    return orjson.dumps(whole, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no form of its own in a log")


def add_note(session: Session, about: str, data: dict[str, Any]) -> None:
    """Let the log say something of itself."""
    id, entry = new_id(), {"at": now(), "about": about, "data": data}
    write_rows(session, NOTE, [{"id": id, **entry}])
    append_leaves(session, NOTES.kind, {(id, None): entry})


def erase_entries(session: Session, kind: str, keys: Collection[Key], *, by: str, reason: str) -> None:
    """Say that these entries are gone, and let nobody guess them from their leaves. The caller drops its rows.

    Shape: the leaves stay in the tree; a note, with a leaf of its own, tells who erased them and why.
    """
    leaf = LogLeaf.__table__
    for some in in_batches(sorted({record for record, _ in keys})):
        found = session.execute(select(leaf.c.seq, leaf.c.record, leaf.c.part).where(leaf.c.record.in_(some)))
        gone = [row.seq for row in found if (row.record, row.part) in keys]
        session.execute(update(leaf).where(leaf.c.seq.in_(gone), leaf.c.kind == kind).values(salt=None))  # type: ignore[arg-type]
    named = sorted([kind, str(record), str(part) if part else None] for record, part in keys)
    add_note(session, ERASED, {"by": by, "reason": reason, "leaves": named})


def log_each_row(model: Any, kind: str) -> None:
    """Give each row of a table a leaf of its own, with the row: whoever adds one cannot forget it.

    Shape: for rows that are added as objects, by a session. Their source is a `TableSource` with `read_columns`.
    """

    @event.listens_for(model, "after_insert")
    def inserted(_: Any, connection: Connection, row: Any) -> None:
        values = {column.name: getattr(row, column.key) for column in model.__table__.columns}
        entry = {name: _as_stored(value) for name, value in values.items() if name != "id" and value is not None}
        at, salt = time_ns() // 1_000_000, token_bytes(SALT)
        digest = hash_leaf(salt + write_entry(kind, row.id, None, entry))
        leaf = {"kind": kind, "record": row.id, "part": None, "at": at, "salt": salt, "hash": digest}
        connection.execute(LEAF, leaf)


def _as_stored(value: Any) -> Any:
    """What a store gives back of JSON: an id in it comes back as text."""
    if isinstance(value, dict | list | tuple):
        return orjson.loads(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
    return value


class StoredNodes:
    """The hashes of a store's tree, as `merkle.Tree` reads them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read_nodes(self, level: int, first: int, end: int) -> list[bytes]:
        asked = {"first": first, "end": end}
        if level == 0:
            return list(self._connection.scalars(LEAVES, asked))
        return list(self._connection.scalars(BLOCKS, asked | {"level": level}))


_leaf, _block = LogLeaf.__table__.c, LogBlock.__table__.c
LEAVES = (
    select(_leaf.hash)
    .where(_leaf.position >= bindparam("first"), _leaf.position < bindparam("end"))
    .order_by(_leaf.position)
)
BLOCKS = (
    select(_block.hash)
    .where(_block.level == bindparam("level"), _block.index >= bindparam("first"), _block.index < bindparam("end"))
    .order_by(_block.index)
)
