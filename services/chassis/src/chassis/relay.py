"""The relay sends the events of the outbox to the log.

One relay of each service is active. It gives each event its position, stops at the first failure and goes on there.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import structlog
from sqlalchemy import BigInteger, Engine, Text, bindparam, cast, func, select, text, update
from sqlalchemy.exc import DBAPIError

from chassis.db import reading, writing
from chassis.events import envelope, set_aside
from chassis.log import Entry
from chassis.runtime import Runtime
from chassis.tables import Outbox

BATCH = 500
log = structlog.get_logger()
LOOK_BACK = 60.0
"""Seconds after which a relay that finds nothing looks from the beginning of the outbox.

So it also finds what a person wrote into the table by hand, without taking the writer's lock.
"""
ASK_AGAIN = 1.0
"""Seconds after which the holder of a task asks whether it still is."""


def what_waits() -> Any:
    """The query for what waits to be sent behind a position in the outbox, oldest first.

    Shape: `data` is the text as it is stored, so that it need not be parsed and written again.
    """
    box = Outbox.__table__.c
    data = cast(box.data, Text).label("data")
    columns = box.seq, box.id, box.topic, box.type, box.key, box.sequence, box.at, box.trace, data
    behind = box.seq > bindparam("after", 0, BigInteger)
    return select(*columns).where(box.position.is_(None), behind).order_by(box.seq).limit(BATCH)


def _mark() -> Any:
    """Give the events in `sent` the positions that follow `last`, in their order: one statement, not one each."""
    box = Outbox.__table__
    rank = func.row_number().over(order_by=box.c.seq)
    ranked = select(box.c.seq, rank.label("rank")).where(box.c.seq.in_(bindparam("sent", expanding=True))).subquery()
    position = ranked.c.rank + bindparam("last", type_=BigInteger)
    return update(box).where(box.c.seq == ranked.c.seq).values(position=position)  # type: ignore[arg-type]


_WAITING, _MARK = what_waits(), _mark()


@dataclass
class Floor:
    """Where a relay begins to look. No event that is not sent may ever lie at or below it.

    Writers write side by side, so one that placed its event early may commit late: behind the last event sent there may
    be one that nobody can see yet. So what was sent last becomes the floor only in a look whose snapshot shows all
    transactions that were running when it was marked. The marking transaction's own id tells: all that began to write
    earlier have smaller ids, and all later ones place behind what was sent already.

    Neither the ids of the events' own transactions nor a snapshot's upper end would do. Example: transaction 101 places
    at 1, transaction 100 places at 2 and commits. Nothing older than 100 runs, and the snapshot ends at 101, but the
    event at 1 is still to come.
    Shape: `sent` waits to become the floor, until all below transaction `marked` are over.
    """

    after: int = 0
    sent: int | None = None
    marked: int = 0

    def note(self, sent: int, marked: int) -> None:
        """Events up to `sent` were seen before transaction `marked` began to write."""
        if self.sent is None:
            self.sent, self.marked = sent, marked

    def rise(self, oldest: int, upto: int | None) -> None:
        """All that a snapshot shows was sent, up to `upto` (None: to its end); `oldest` still runs, nothing older."""
        if self.sent is None or oldest <= self.marked:
            return
        if upto is None or upto >= self.sent:
            self.after, self.sent = max(self.after, self.sent), None
        else:
            self.after = max(self.after, upto)


OLDEST = text("SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)")
OWN = text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)")


def relay_once(runtime: Runtime, floor: Floor) -> Floor | None:
    """Send what waits above the floor, at most one batch, in the order of the outbox.

    Shape: the floor, or None when nothing waited.
    All that one snapshot shows is sent by `seq`: it shows no event of a key without the earlier ones (`outbox.emit`).
    A relay that dies between sending and marking, or one that is relieved without knowing it, sends a batch again.
    Every relay begins with the first event that is not marked, so the first copy of each stands in its order, and
    consumers deduplicate by id.
    """
    box = Outbox.__table__.c
    beside_others = runtime.engine.dialect.name == "postgresql"
    with reading(runtime.engine) as session:
        waiting = session.execute(_WAITING, {"after": floor.after}).all()
        oldest: int = session.scalar(OLDEST) if beside_others and floor.sent is not None else 1
        if not waiting:
            floor.rise(oldest, None)
            return None
        last = session.scalar(select(func.max(box.position))) or 0
    entries = [_as_entry(row, runtime.log.largest) for row in waiting]
    runtime.log.append(runtime.settings.name, entries)
    # Nobody but the one relay writes to these columns, so it waits for no writer.
    with writing(runtime.engine, beside="everybody") as session:
        session.connection().execute(_MARK, {"sent": [row.seq for row in waiting], "last": last})
        marked: int = session.scalar(OWN) if beside_others else 0
    floor.rise(oldest, waiting[-1].seq if len(waiting) == BATCH else None)
    floor.note(waiting[-1].seq, marked)
    return floor


def _as_entry(row: Any, largest: int) -> Entry:
    """An event of the outbox as it goes into the log.

    One that is too large for the log (no `emit` of today writes one) would hold back all behind it for ever. So it is
    set aside: the log gets all but its data, whoever waits for it parks that, and the outbox still holds the whole.
    """
    event = envelope(
        id=row.id,
        topic=row.topic,
        type=row.type,
        key=row.key,
        sequence=row.sequence,
        at=row.at,
        trace=row.trace,
        data=orjson.Fragment(row.data),
    )
    value = orjson.dumps(event)
    if len(value) > largest:
        log.error("event set aside", event_id=str(row.id), topic=row.topic, bytes=len(value), most=largest)
        value = orjson.dumps(set_aside(event, "too-large"))
    return Entry(str(row.id), row.topic, row.key, value)


class Relay:
    """Relays again and again, once it has seen to it that its topics are there.

    It looks above a floor that rises behind what it sends. To begin at the beginning at each look would cost PostgreSQL
    every event sent since its last vacuum.
    """

    def __init__(self, runtime: Runtime, topics: Sequence[str]) -> None:
        self._runtime, self._topics = runtime, topics
        self._prepared = False
        self._floor = Floor()
        self._looked_back = time.monotonic()

    def step(self) -> bool:
        """Whether there was something to send."""
        if not self._prepared:
            self._runtime.log.prepare(self._topics)
            self._prepared = True
        try:
            sent = relay_once(self._runtime, self._floor)
        except Exception:
            self._prepared = False  # a topic may have been deleted: it is made again before the next try
            raise
        if sent is None and time.monotonic() - self._looked_back > LOOK_BACK:
            self._floor, self._looked_back = Floor(), time.monotonic()
        return sent is not None


def count_waiting(runtime: Runtime) -> int:
    box = Outbox.__table__.c
    with reading(runtime.engine) as session:
        return session.scalar(select(func.count()).where(box.position.is_(None))) or 0


def find_oldest_waiting(runtime: Runtime) -> float:
    """When the event that waits longest for the relay was told, Unix time; 0 when none waits."""
    box = Outbox.__table__.c
    with reading(runtime.engine) as session:
        at = session.scalar(select(box.at).where(box.position.is_(None)).order_by(box.seq).limit(1))
    return at.timestamp() if at else 0.0


Still = Callable[[], bool]
"""Whether this process is still the one."""


@contextmanager
def only_one(runtime: Runtime, task: str) -> Iterator[Still]:
    """Whether this process may do a task that only one at a time may do; the others stand by and ask again.

    On PostgreSQL an advisory lock, which falls with the connection that took it: so ask `still` now and then.
    Elsewhere a lock on a file, which falls with the process.
    """
    if runtime.engine.dialect.name == "postgresql":
        with _advisory_lock(runtime.engine, f"{runtime.settings.name}.{task}") as still:
            yield still
        return
    with locked_file(runtime.settings.var / "run" / f"{runtime.settings.name}.{task}.lock", wait=False) as free:
        yield lambda: free


@contextmanager
def _advisory_lock(engine: Engine, name: str) -> Iterator[Still]:
    lock = {"name": name}
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        free = bool(connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), lock))
        asked = time.monotonic()

        def still() -> bool:
            nonlocal free, asked
            if free and time.monotonic() - asked > ASK_AGAIN:
                try:
                    connection.execute(text("SELECT 1"))
                except DBAPIError:
                    free = False
                asked = time.monotonic()
            return free

        yield still
    finally:
        # The lock is the connection's: closed for good, not handed back to the pool, it lets go in every case.
        connection.invalidate()
        connection.close()


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
