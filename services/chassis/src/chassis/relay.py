"""Outbox → log. One relay a service is active; it gives positions, stops at the first failure, goes on from there."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
from sqlalchemy import bindparam, func, select, text, update

from chassis.db import reading, writing
from chassis.events import envelope
from chassis.log import Entry
from chassis.runtime import Runtime
from chassis.tables import Outbox

BATCH = 500


def relay_once(runtime: Runtime) -> int:
    """Send what waits, at most one batch, in the order of the outbox. Returns how many were sent.

    A relay that dies between sending and marking sends the batch again: the log keeps each id once, and consumers
    deduplicate all the same.
    """
    box = Outbox.__table__.c
    with reading(runtime.engine) as session:
        waiting = session.execute(
            select(box.seq, box.id, box.topic, box.type, box.key, box.sequence, box.at, box.trace, box.data)
            .where(box.position.is_(None))
            .order_by(box.seq)
            .limit(BATCH)
        ).all()
    if not waiting:
        return 0
    entries = [
        Entry(
            str(row.id),
            row.topic,
            row.key,
            orjson.dumps(
                envelope(
                    id=row.id,
                    topic=row.topic,
                    type=row.type,
                    key=row.key,
                    sequence=row.sequence,
                    at=row.at,
                    trace=row.trace,
                    data=row.data,
                )
            ),
        )
        for row in waiting
    ]
    positions = runtime.log.append(runtime.settings.name, entries)
    marks = update(Outbox.__table__).where(box.seq == bindparam("row"))  # type: ignore[arg-type]
    with writing(runtime.engine) as session:
        session.connection().execute(
            marks.values(position=bindparam("place")),
            [{"row": row.seq, "place": place} for row, place in zip(waiting, positions, strict=True)],
        )
    return len(waiting)


def count_waiting(runtime: Runtime) -> int:
    box = Outbox.__table__.c
    with reading(runtime.engine) as session:
        return session.scalar(select(func.count()).where(box.position.is_(None))) or 0


@contextmanager
def only_one(runtime: Runtime, task: str) -> Iterator[bool]:
    """Whether this process may do a task that only one at a time may do; the others stand by and ask again.

    On PostgreSQL an advisory lock, elsewhere a lock on a file: either falls with its holder.
    """
    if runtime.engine.dialect.name == "postgresql":
        with runtime.engine.connect() as connection:
            name = f"{runtime.settings.name}.{task}"
            free = bool(
                connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), {"name": name})
            )
            connection.commit()
            try:
                yield free
            finally:
                if free:
                    connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), {"name": name})
                    connection.commit()
        return
    with locked_file(runtime.settings.var / "run" / f"{runtime.settings.name}.{task}.lock", wait=False) as free:
        yield free


@contextmanager
def locked_file(path: Path, wait: bool) -> Iterator[bool]:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)
