"""What must be asked of the store before a token is given: many requests ask with one statement.

An assertion is good once, and a client that is remembered must still be as it is remembered. Both are one INSERT, which
takes nothing for a client that has changed meanwhile. Whoever asks while a statement is on its way joins the next one,
so a statement and its commit serve all who came in meanwhile.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from anyio import CapacityLimiter, to_thread
from sqlalchemy import ARRAY, Connection, Integer, String, Uuid, and_, bindparam, column, func, select
from sqlalchemy.dialects import postgresql, sqlite

from chassis.db import UtcDateTime
from chassis.runtime import Runtime
from identity.models import Client, UsedAssertion
from identity.tokens.repository import digest_of

MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Shown:
    """An assertion that was shown: its digest, and until when it is refused for having been shown."""

    digest: str
    until: datetime


@dataclass(frozen=True)
class Question:
    """Whether a client is active and still of this version, and what it shows was never shown before."""

    client: UUID
    version: int
    shown: Shown | None


Waiting = Sequence[tuple[Question, "asyncio.Future[bool]"]]


def shown_by(client: UUID, jti: str, until: datetime) -> Shown:
    """Two clients may choose the same `jti`."""
    return Shown(digest_of(f"{client} {jti}"), until)


class Confirming:
    """Answers questions of one process. An assertion that it confirms is burnt with that answer.

    On PostgreSQL it waits for no writer: that a digest stands there once is the table's own promise, and no event goes
    with it (`docs/adr/0017`). SQLite has one writer in any case.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._waiting: deque[tuple[Question, asyncio.Future[bool]]] = deque()
        self._asking: asyncio.Task[None] | None = None
        self._thread = CapacityLimiter(1)

    async def confirm(self, question: Question) -> bool:
        """Errors: those of a store that is away."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bool] = loop.create_future()
        self._waiting.append((question, answer))
        if self._asking is None:
            self._asking = loop.create_task(self._ask_for_all(loop))
        return await answer

    async def _ask_for_all(self, loop: asyncio.AbstractEventLoop) -> None:
        """As a task of its own: the request that came first must not wait for those behind it."""
        try:
            while self._waiting:
                await to_thread.run_sync(self._work, loop, limiter=self._thread)
        finally:
            self._asking = None

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """Ask until nobody waits, on a server over one connection. Whoever waits is told, whatever happens."""
        waiting = self._take()
        try:
            if self._runtime.engine.dialect.name != "postgresql":
                while waiting:
                    loop.call_soon_threadsafe(_tell, waiting, self._ask_file([each for each, _ in waiting]))
                    waiting = self._take()
                return
            with self._runtime.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                while waiting:
                    loop.call_soon_threadsafe(_tell, waiting, _ask_server(connection, [each for each, _ in waiting]))
                    waiting = self._take()
        except Exception as broken:
            loop.call_soon_threadsafe(_fail, waiting, broken)

    def _take(self) -> Waiting:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]

    def _ask_file(self, questions: Sequence[Question]) -> list[bool]:
        writes = any(each.shown for each in questions)
        with self._runtime.write() if writes else self._runtime.read() as session:
            current = _list_current(session.connection(), questions)
            shown = [
                {"digest": each.shown.digest, "expires_at": each.shown.until}
                for each in questions
                if each.shown and (each.client, each.version) in current
            ]
            fresh = set[str]()
            if shown:
                insert = sqlite.insert(UsedAssertion).values(shown).on_conflict_do_nothing(index_elements=["digest"])
                fresh = set(session.scalars(insert.returning(UsedAssertion.digest)))
        return _judge(questions, current, fresh)


_asked = (
    func.unnest(
        bindparam("digests", type_=ARRAY(String)),
        bindparam("untils", type_=ARRAY(UtcDateTime)),
        bindparam("clients", type_=ARRAY(Uuid)),
        bindparam("versions", type_=ARRAY(Integer)),
    )
    .table_valued(
        column("digest", String), column("until", UtcDateTime), column("client", Uuid), column("version", Integer)
    )
    .render_derived(name="asked")
)
_unchanged = and_(Client.id == _asked.c.client, Client.version == _asked.c.version, Client.status == "active")
_INSERT = (
    postgresql.insert(UsedAssertion)
    # In one order at all replicas: each waits for the other's row that it wants as well.
    .from_select(
        ["digest", "expires_at"],
        select(_asked.c.digest, _asked.c.until).join_from(_asked, Client, _unchanged).order_by(_asked.c.digest),
    )
    .on_conflict_do_nothing(index_elements=["digest"])
    .returning(UsedAssertion.digest)
)


def _ask_server(connection: Connection, questions: Sequence[Question]) -> list[bool]:
    shown = [(each, each.shown) for each in questions if each.shown]
    others = [each for each in questions if not each.shown]
    fresh = set[str]()
    if shown:
        lists = {
            "digests": [what.digest for _, what in shown],
            "untils": [what.until for _, what in shown],
            "clients": [each.client for each, _ in shown],
            "versions": [each.version for each, _ in shown],
        }
        fresh = set(connection.scalars(_INSERT, lists))
    return _judge(questions, _list_current(connection, others) if others else set(), fresh)


def _list_current(connection: Connection, questions: Sequence[Question]) -> set[tuple[UUID, int]]:
    """Which clients are active, and of which version they are."""
    active = select(Client.id, Client.version).where(Client.status == "active")
    rows = connection.execute(active.where(Client.id.in_({each.client for each in questions})))
    return {(id, version) for id, version in rows}


def _judge(questions: Sequence[Question], current: set[tuple[UUID, int]], fresh: set[str]) -> list[bool]:
    """Of several who show one assertion at once the first one wins."""
    good = []
    for each in questions:
        if each.shown is None:
            good.append((each.client, each.version) in current)
            continue
        good.append(each.shown.digest in fresh)
        fresh.discard(each.shown.digest)
    return good


def _tell(waiting: Waiting, good: Sequence[bool]) -> None:
    for (_, answer), each in zip(waiting, good, strict=True):
        if not answer.done():  # who asked may have gone
            answer.set_result(each)


def _fail(waiting: Waiting, broken: Exception) -> None:
    for _, answer in waiting:
        if not answer.done():
            answer.set_exception(broken)
