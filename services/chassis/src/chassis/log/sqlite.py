"""The embedded log: one SQLite file and one stream a producer. Its one relay writes, everybody else reads."""

import sqlite3
import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from chassis.log.base import GONE, LARGEST_ENTRY, SHORTER, Entry, LogGap, Stored

SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    topic TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS entry_topic ON entry (topic, position);
"""


class SqliteLog:
    """Shape: `folder` holds `<producer>.sqlite3`. A connection a thread and producer."""

    largest = LARGEST_ENTRY
    look_every = 0.05  # the end of an index, some microseconds away however long the log is
    refused = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._local = threading.local()

    def prepare(self, topics: Sequence[str]) -> None:
        """Topics are a column here."""

    def append(self, producer: str, entries: Sequence[Entry]) -> None:
        connection = self._open(producer, create=True)
        assert connection is not None
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO entry (id, topic, key, value) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                [(e.id, e.topic, e.key, e.value) for e in entries],
            )

    def read(
        self,
        producer: str,
        topics: Sequence[str],
        after: Mapping[str, int],
        limit: int,
        without: Collection[str] = (),
    ) -> list[Stored]:
        if producer in without:
            return []
        reached = after.get(producer, 0)
        entries = self._behind(producer, topics, reached, limit)
        if not entries and (end := self.ends(producer, topics).get(producer, 0)) < reached:
            raise LogGap({producer: SHORTER if end else GONE})
        return entries

    def begins(self, producer: str, topics: Sequence[str]) -> dict[str, int]:
        """A file keeps all."""
        return dict.fromkeys(self.ends(producer, topics), 0)

    def _behind(self, producer: str, topics: Sequence[str], reached: int, limit: int) -> list[Stored]:
        connection = self._open(producer, create=False)
        if connection is None:
            return []
        marks = ",".join("?" * len(topics))
        rows = connection.execute(
            f"SELECT position, topic, key, value FROM entry WHERE topic IN ({marks}) AND position > ?"
            " ORDER BY position LIMIT ?",
            [*topics, reached, limit],
        )
        return [Stored(producer, *row) for row in rows]

    def ends(self, producer: str, topics: Sequence[str]) -> dict[str, int]:
        connection = self._open(producer, create=False)
        if connection is None:
            return {}
        marks = ",".join("?" * len(topics))
        row = connection.execute(f"SELECT max(position) FROM entry WHERE topic IN ({marks})", [*topics]).fetchone()
        return {producer: int(row[0])} if row[0] else {}

    def close(self) -> None:
        """Connections end with their threads."""

    def _open(self, producer: str, create: bool) -> sqlite3.Connection | None:
        held: dict[str, sqlite3.Connection] = self._local.__dict__.setdefault("held", {})
        if producer not in held:
            path = self._folder / f"{producer}.sqlite3"
            if not create and not path.exists():
                return None
            self._folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, isolation_level=None, timeout=10)
            for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}")
            connection.executescript(SCHEMA)
            held[producer] = connection
        return held[producer]
