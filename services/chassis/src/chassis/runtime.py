"""What a running program holds: its settings, store, log, keys and ways to the other programs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated, Any

from fastapi import Depends, Request
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from chassis.db import Beside, make_engine, reading, writing
from chassis.figures import Figures
from chassis.http import ServiceClient, TokenSource
from chassis.keys import JwksOverHttp, KeySource
from chassis.log import EventLog, SqliteLog
from chassis.log.noted import noted
from chassis.problems import Problem
from chassis.revocations import PATH, RevocationList, no_revocations
from chassis.revocations_over_http import RevocationsOverHttp
from chassis.settings import ServiceSettings
from chassis.thread_slots import ThreadSlot
from chassis.traffic import Traffic
from chassis.write_behind import WriteBehind


@dataclass
class Runtime:
    """Shape: `settings` is the program's own subclass. `engine` is absent in a program that owns no data."""

    settings: Any
    keys: KeySource
    log: EventLog
    store: Engine | None = None
    revocations: RevocationList = field(default_factory=no_revocations)
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    figures: Figures = field(default_factory=lambda: Figures([]))
    traffic: Traffic = field(default_factory=Traffic)
    state: dict[str, Any] = field(default_factory=dict)
    _clients: dict[str, ServiceClient] = field(default_factory=dict)
    _behind: dict[str, WriteBehind] = field(default_factory=dict)
    _guard: Lock = field(default_factory=Lock)

    @property
    def engine(self) -> Engine:
        if self.store is None:
            raise RuntimeError(f"{self.settings.name} owns no data")
        return self.store

    def read(self) -> AbstractContextManager[Session]:
        """A session to look with; closed before another program is called."""
        return reading(self.engine)

    def write(self, beside: Beside = "nobody") -> AbstractContextManager[Session]:
        """A session to change with; it commits as a whole when the block ends."""
        return writing(self.engine, beside)

    def client(self, program: str) -> ServiceClient:
        """The way to another program, with this one's own credentials unless a caller's token is handed over."""
        if program not in self._clients:
            base = getattr(self.settings, f"{program}_url")
            self._clients[program] = ServiceClient(
                base, self._own_tokens(), timeout=self.settings.timeout, program=program
            )
        return self._clients[program]

    def write_behind(self, name: str, send: Callable[[Sequence[Any]], None], every: float | None = None) -> WriteBehind:
        """What hands on small things later: one of each name, made at its first use. Units: seconds, as marks unless
        said.
        """
        with self._guard:
            if name not in self._behind:
                self._behind[name] = WriteBehind(
                    name, send, every=self.settings.marks_every if every is None else every
                )
            return self._behind[name]

    def flush(self) -> None:
        """Hand on what is held back, as far as others take it now: before the process ends, and in tests."""
        for behind in list(self._behind.values()):
            with suppress(Problem):
                behind.flush()

    def _own_tokens(self) -> TokenSource:
        tokens = self.state.get("own_tokens")
        if tokens is None:
            settings = self.settings
            tokens = TokenSource(settings.identity_url, settings.own_client, lambda: settings.own_secret)
            self.state["own_tokens"] = tokens
        return tokens

    def close(self) -> None:
        self.figures.stop()
        for behind in self._behind.values():
            behind.stop()
        for client in self._clients.values():
            client.close()
        self.log.close()
        if self.store is not None:
            self.store.dispose()


def make_runtime(
    settings: ServiceSettings, *, stores_data: bool = True, keys: KeySource | None = None, as_owner: bool = False
) -> Runtime:
    """A runtime as the settings say; with `as_owner` its store is that of the tables' owner, to migrate it.

    `keys` replaces identity's published keys, and its list of revocations, for identity itself and for tests.
    """
    engine = None
    if stores_data:
        settings.var.mkdir(parents=True, exist_ok=True)
        url = settings.owner_url if as_owner else settings.store_url
        engine = make_engine(url, settings.threads, settings.time_budget, settings.statement_timeout)
    published = JwksOverHttp(f"{settings.identity_url}/oauth/jwks")
    traffic = Traffic()
    return Runtime(
        settings=settings,
        store=engine,
        log=noted(make_log(settings), traffic),
        traffic=traffic,
        keys=keys or published,
        revocations=no_revocations() if keys else make_revocations(settings, published),
    )


def make_revocations(settings: ServiceSettings, keys: JwksOverHttp) -> RevocationList:
    """identity's list, as the settings say; empty and not current until it is first taken. `keys` hear of its news."""
    return RevocationList(
        RevocationsOverHttp(f"{settings.identity_url}{PATH}"),
        every=settings.revocations_every,
        tolerated=settings.revocations_tolerated,
        on_news=keys.note_ended,
    )


def make_log(settings: ServiceSettings) -> EventLog:
    if not settings.kafka_servers:
        return SqliteLog(settings.var / "log")
    from chassis.log.credentials import Credentials  # half a second that a laptop need not wait
    from chassis.log.kafka import KafkaLog

    return KafkaLog(
        settings.kafka_servers,
        prefix=settings.kafka_prefix,
        partitions=settings.kafka_partitions,
        copies=settings.kafka_copies,
        name=settings.name,
        credentials=Credentials(
            settings.own_kafka_user, settings.own_kafka_password_file, settings.kafka_tls, settings.kafka_ca_file
        ),
    )


async def the_runtime(request: Request, slot: ThreadSlot) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


TheRuntime = Annotated[Runtime, Depends(the_runtime, scope="function")]


@contextmanager
def running(runtime: Runtime) -> Iterator[Runtime]:
    try:
        yield runtime
    finally:
        runtime.close()
