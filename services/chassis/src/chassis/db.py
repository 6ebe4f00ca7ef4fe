"""The store: one database a service, SQLite on a laptop and PostgreSQL in production, one code for both.

Both are told how to begin. SQLite, left alone, loses concurrent updates without an error (`docs/adr/0003`), so one
writer at a time changes it. On PostgreSQL writers whose rows are guarded by locks and constraints of their own write
side by side, the others alone (`docs/adr/0017`). Who reads sees one moment.
"""

import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from secrets import randbits
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import orjson
from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import Depends, Request
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Table,
    Uuid,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from chassis.bulk_insert import write_rows
from chassis.clock import now, today
from chassis.problems import OutcomeNotKnown, Unavailable
from chassis.thread_slots import ThreadSlot

__all__ = [
    "TYPES", "BigNumber", "ReadSession", "SharedWriteSession", "UtcDateTime", "WriteSession", "in_batches",
    "make_engine", "new_id", "now", "on_commit", "reading", "store_is_away", "today", "upsert", "writing",
]  # fmt: skip

Item = TypeVar("Item")

BigNumber = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
"""SQLite counts up by itself only in a column declared INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. SQLite forgets time zones; what comes out is UTC all the same."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Any) -> datetime | None:
        return value.astimezone(UTC) if value else value

    def process_result_value(self, value: datetime | None, _: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class IdType(Uuid[UUID]):
    """An id. SQLite keeps text, and rows name the same ids again and again: each is read once, not once a row."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return _read_id if super().result_processor(dialect, coltype) else None  # type: ignore[no-untyped-call]


@lru_cache(maxsize=1 << 15)
def _read_id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


TYPES: dict[Any, Any] = {
    datetime: UtcDateTime(),
    date: Date(),
    UUID: IdType(),
    dict[str, Any]: JSON(),
    list[Any]: JSON(),
    list[str]: JSON(),
    list[dict[str, Any]]: JSON(),
}
"""For `type_annotation_map` of each service's Base."""


LOW = (1 << 62) - 1


def new_id() -> UUID:
    """A UUIDv7: ids sort by the time at which they were made."""
    milliseconds, chance = time.time_ns() // 1_000_000, randbits(74)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | chance >> 62 << 64 | 0b10 << 62 | chance & LOW)


class QueueLock:
    """A lock that is handed on in the order of asking; SQLite's own waiting starves the unlucky.

    May be unlocked by another thread than its taker's: a request's dependencies end in a thread of their own.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    def acquire(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            woken = threading.Event()
            self._waiting.append(woken)
        woken.wait()

    def unlock(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


def make_engine(url: str, threads: int = 40, patience: float = 10.0, statement_timeout: float = 300.0) -> Engine:
    """An engine whose pool is as large as the number of requests at once: a smaller one deadlocks.

    Units: seconds. `patience` is how long a free connection is waited for, `statement_timeout` how long a statement may
    take that no request waits for.
    """
    on_servers = make_url(url).get_backend_name() == "postgresql"
    engine = create_engine(
        url,
        pool_size=threads + 10,
        max_overflow=10,
        pool_timeout=patience,
        pool_pre_ping=on_servers,  # a server that was started anew leaves dead connections behind
        connect_args=_session_settings(statement_timeout) if on_servers else {},
        json_serializer=_json_text,
        json_deserializer=_json_value,
    )
    if on_servers:
        _teach_postgres(engine)
    else:
        _teach_sqlite(engine)
    return engine


GONE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
"""A machine that is gone says no word: its locks fall, and others stop waiting for it, in half a minute, not hours.

As libpq calls them; the server has `tcp_` before each.
"""
SESSION = {
    "timezone": "UTC",
    # Nobody waits for a lock for ever, and nobody holds one for ever who has lost the way back.
    "lock_timeout": "20s",
    "idle_in_transaction_session_timeout": "120s",
    # Whoever has given up waiting has closed the connection: what it asked for need not be done to its end.
    "client_connection_check_interval": "1s",
    # A page anywhere costs what the next one does, as in memory and on disks without heads: else hundreds of ids are
    # looked up by reading whole tables.
    "random_page_cost": "1.1",
    **{f"tcp_{name.removeprefix('tcp_')}": str(value) for name, value in GONE.items()},
}
CONNECT_SECONDS = 5
WRITING = 8150
"""The advisory lock of whoever writes to a service's database: alone, or side by side with others who share it."""
Beside = Literal["nobody", "sharers", "everybody"]
"""Beside whom a transaction may write on PostgreSQL.

`nobody` is right for whatever relies on being the only writer: what it reads does not change under it. `sharers` is for
a path whose every check is guarded by a row's lock or a constraint against others of its kind; those who write beside
nobody still wait for it, and it for them. `everybody` takes no lock: only for statements that are right whatever others
do meanwhile.
"""
LOCKING: dict[Beside, str] = {
    "nobody": f"SELECT pg_advisory_xact_lock({WRITING})",
    "sharers": f"SELECT pg_advisory_xact_lock_shared({WRITING})",
}


def _session_settings(statement_timeout: float) -> dict[str, Any]:
    """What a connection is opened with."""
    settings = SESSION | {"statement_timeout": f"{int(statement_timeout * 1000)}ms"}
    return {"options": " ".join(f"-c {name}={value}" for name, value in settings.items()), **GONE}


def _json_text(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _json_value(text: Any) -> Any:
    if not isinstance(text, str | bytes):
        raise TypeError  # SQLite hands back a lone number as a number; SQLAlchemy then takes it as it is
    return orjson.loads(text)


def _teach_sqlite(engine: Engine) -> None:
    one_writer = QueueLock()

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # sqlite3 begins transactions by itself, too late to be isolated
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # At the first statement, in the route's own thread. Taken in the dependency, the lock would let waiting
        # requests fill the thread pool that its holder needs to go on.
        if not connection.get_execution_options().get("writes"):
            connection.exec_driver_sql("BEGIN")
            return
        one_writer.acquire()
        connection.info["writing"] = True
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            end(connection)
            raise

    @event.listens_for(engine, "commit")
    @event.listens_for(engine, "rollback")
    def end(connection: Connection) -> None:
        if connection.info.pop("writing", False):
            one_writer.unlock()


def _teach_postgres(engine: Engine) -> None:
    from chassis.bounded_connection import connect_within_budget  # a laptop need not load the driver

    @event.listens_for(engine, "do_connect")
    def connect(_: Dialect, __: Any, arguments: Any, parameters: Any) -> Any:
        return connect_within_budget(CONNECT_SECONDS, *arguments, **parameters)

    @event.listens_for(engine, "checkout")
    def begin_work(connection: Any, _: Any, __: Any) -> None:
        connection.resting = False

    @event.listens_for(engine, "checkin")
    def rest(connection: Any, _: Any) -> None:
        if connection is not None:
            connection.resting = True

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Held until the transaction ends, however it ends. Each statement behind it sees what the last writer left.
        locking = LOCKING.get(connection.get_execution_options().get("writes", "everybody"))
        if locking:
            connection.exec_driver_sql(locking)


def store_is_away(error: BaseException) -> bool:
    """Whether an error tells of the store's state, not of what was asked of it."""
    if isinstance(error, OutcomeNotKnown):
        return True
    if isinstance(error, DBAPIError):
        state = _state_of(error)
        if error.connection_invalidated or state in NOT_OURS:
            return True
        if state.startswith(TOO_MUCH):
            return False
    return isinstance(error, OperationalError | InterfaceError | TimeoutError)


NOT_OURS = frozenset({"42P01", "42703", "42501"})
"""A table that is not there, a column that is not there, a right that is lacking; SQLite counts them as operational."""
TOO_MUCH = "54"
"""PostgreSQL's class of statements that are too large or too deep, which psycopg counts as operational."""


def on_commit(engine: Engine, wake: Callable[[], None]) -> None:
    """Call `wake` after each commit of this process that may have changed something."""

    @event.listens_for(engine, "commit")
    def committed(connection: Connection) -> None:
        if connection.get_execution_options().get("writes"):
            wake()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that sees one moment of the store and changes nothing."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def writing(engine: Engine, beside: Beside = "nobody") -> Iterator[Session]:
    """A session that commits as a whole when its block ends, or not at all.

    Errors: OutcomeNotKnown when the store went away during the commit, and did not say whether it was done; Unavailable
    when somebody who wrote beside it was first with the same key: who asks again is told so by the check before.
    """
    committing = False
    try:
        with Session(engine.execution_options(writes=beside), expire_on_commit=False) as session, session.begin():
            yield session
            session.flush()  # what fails up to here was not done, for certain
            committing = True
    except Exception as broken:
        if committing and store_is_away(broken):
            raise OutcomeNotKnown() from broken
        if beside == "sharers" and isinstance(broken, IntegrityError) and _state_of(broken) == TAKEN:
            raise Unavailable() from broken
        raise


def _state_of(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


TAKEN = "23505"
"""PostgreSQL's state of a key that is taken."""


async def read_session(request: Request, slot: ThreadSlot) -> AsyncIterator[Session]:
    async with _ended_in_a_thread(reading(request.app.state.runtime.engine)) as session:
        yield session


async def write_session(request: Request, slot: ThreadSlot) -> AsyncIterator[Session]:
    async with _ended_in_a_thread(writing(request.app.state.runtime.engine)) as session:
        yield session


async def shared_write_session(request: Request, slot: ThreadSlot) -> AsyncIterator[Session]:
    async with _ended_in_a_thread(writing(request.app.state.runtime.engine, beside="sharers")) as session:
        yield session


@asynccontextmanager
async def _ended_in_a_thread(block: AbstractContextManager[Session]) -> AsyncIterator[Session]:
    """A session for one request: opened at once, which asks nothing of the store, and ended where waiting harms nobody.

    Shape: the end has a thread beyond those of the pool, all of which may wait for the lock that it gives back.
    """
    session = block.__enter__()
    thread = CapacityLimiter(1)
    try:
        yield session
    except BaseException as broken:
        with CancelScope(shield=True):
            await to_thread.run_sync(block.__exit__, type(broken), broken, broken.__traceback__, limiter=thread)
        raise
    with CancelScope(shield=True):
        await to_thread.run_sync(block.__exit__, None, None, None, limiter=thread)


# scope="function" closes the dependency before the answer is sent: a caller never holds a 201 that failed to commit.
ReadSession = Annotated[Session, Depends(read_session, scope="function")]
WriteSession = Annotated[Session, Depends(write_session, scope="function")]
SharedWriteSession = Annotated[Session, Depends(shared_write_session, scope="function")]
"""For a route whose every check is guarded by a row's lock or a constraint: see `Beside`."""


def in_batches(items: Iterable[Item], size: int = 500) -> Iterator[list[Item]]:
    """Cut for `IN (…)`: databases bound the number of parameters of a statement."""
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def insert_for(session: Session) -> Callable[[Any], Any]:
    """The dialect's own INSERT, the one that knows ON CONFLICT."""
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert


def upsert(
    session: Session,
    model: Any,
    rows: Sequence[dict[str, Any]],
    key: Sequence[str],
    update: Sequence[str] | None = None,
) -> None:
    """Insert rows; where the key is taken, set the columns in `update` (None: leave the old row alone).

    Shape: all rows have the same columns, at most one row a key. Batched; one statement per batch.
    """
    if not rows:
        return
    session.flush()  # what waits in the session may be what these rows refer to
    table = model if isinstance(model, Table) else model.__table__
    statement = _upserting(insert_for(session), table, tuple(key), tuple(update or ()))
    for batch in in_batches(rows, 1000):
        write_rows(session, statement, batch)


@cache
def _upserting(insert: Callable[[Any], Any], table: Table, key: tuple[str, ...], update: tuple[str, ...]) -> Any:
    """Built once: to build a statement costs several times what it costs to run it for a few rows."""
    statement = insert(table)
    if not update:
        return statement.on_conflict_do_nothing(index_elements=key)
    return statement.on_conflict_do_update(
        index_elements=key, set_={column: statement.excluded[column] for column in update}
    )
