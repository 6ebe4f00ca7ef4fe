"""What a row with its event costs, by one writer and by eight, beside a textbook outbox in the same run.

    .venv/bin/python bench/writes.py                 both profiles, a table for people
    .venv/bin/python bench/writes.py --json --seconds 5 --rounds 3

Ours and the textbook take turns (A B A B), each time on an empty table of rows with keys of its own. The server writes
each commit to its disk. No relay runs: of either, only the writing is measured. Ours numbers the events of each key and
keeps them in order; the textbook does neither, and loses events to a relay that looks behind what it sent last.
`textbook-orm` is the same outbox through SQLAlchemy's sessions, as a Python service would have it.
Units: commits a second; CPU milliseconds of the writers' process for a write, and of the server (PostgreSQL only).
"""

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, ClassVar, Protocol
from uuid import UUID

if Path(sys.path[0]) == Path(__file__).resolve().parent:
    del sys.path[0]  # this script is called like what it measures

import psycopg
from sqlalchemy import Engine, Index, make_url, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from chassis.db import TYPES, BigNumber, make_engine, new_id, writing
from chassis.events import Event
from chassis.outbox import emit
from chassis.tables import OutboxKeyMixin, OutboxMixin
from journey.servers import Postgres
from journey.servers.process import children, stat_of

WRITERS = (1, 8)
GOALS = {"rate": 1.0, "cpu_ms": 3.0}
"""With eight writers at least the textbook's rate; one writer's CPU a write at most, both on PostgreSQL."""


class Base(DeclarativeBase):
    type_annotation_map = TYPES


class Outbox(OutboxMixin, Base):
    pass


class OutboxKey(OutboxKeyMixin, Base):
    pass


class Parcel(Base):
    __tablename__ = "parcel"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]


class ParcelSent(Event):
    topic: ClassVar[str] = "bench.parcel"
    name: ClassVar[str] = "parcel.sent"
    parcel: UUID
    weight: int = 1

    @property
    def key(self) -> str:
        return str(self.parcel)


class Contender(Protocol):
    name: str

    def writer(self) -> Callable[[], None]:
        """What one thread calls again and again."""


class Ours:
    name = "ours"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        Base.metadata.create_all(engine)

    def writer(self) -> Callable[[], None]:
        def write() -> None:
            with writing(self._engine, beside="sharers") as session:
                parcel = Parcel(id=new_id(), name="Bear")
                session.add(parcel)
                emit(session, ParcelSent(parcel=parcel.id))

        return write


class Textbook:
    """An outbox as it stands in textbooks: the row and its event in one transaction, by the driver alone."""

    name = "textbook"

    def __init__(self, connect: Callable[[], Any], mark: str) -> None:
        self._connect, self._mark = connect, mark
        connection = connect()
        number = "INTEGER PRIMARY KEY" if mark == "?" else "bigserial PRIMARY KEY"
        connection.execute("CREATE TABLE book (id text PRIMARY KEY, name text NOT NULL)")
        connection.execute(
            f"CREATE TABLE book_outbox (seq {number}, id text NOT NULL UNIQUE, topic text NOT NULL, key text NOT NULL, "
            "data text NOT NULL, sent boolean NOT NULL DEFAULT FALSE)"
        )
        connection.execute("CREATE INDEX book_waiting ON book_outbox (seq) WHERE NOT sent")
        connection.commit()
        connection.close()

    def writer(self) -> Callable[[], None]:
        connection, mark = self._connect(), self._mark
        row = f"INSERT INTO book (id, name) VALUES ({mark}, {mark})"
        event = f"INSERT INTO book_outbox (id, topic, key, data) VALUES ({mark}, {mark}, {mark}, {mark})"

        def write() -> None:
            id = str(new_id())
            if mark == "?":
                connection.execute("BEGIN IMMEDIATE")
            connection.execute(row, (id, "Bear"))
            connection.execute(event, (str(new_id()), "bench.parcel", id, json.dumps({"parcel": id, "weight": 1})))
            connection.commit()

        return write


class BookRow(Base):
    __tablename__ = "orm_book"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class BookEvent(Base):
    __tablename__ = "orm_book_outbox"
    __table_args__ = (Index("orm_book_waiting", "seq", postgresql_where=text("NOT sent")),)

    seq: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    topic: Mapped[str]
    key: Mapped[str]
    data: Mapped[str]
    sent: Mapped[bool] = mapped_column(default=False)


class TextbookOrm:
    """The same by SQLAlchemy's sessions, on the pool that ours has."""

    name = "textbook-orm"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        Base.metadata.create_all(engine)

    def writer(self) -> Callable[[], None]:
        def write() -> None:
            id = str(new_id())
            data = json.dumps({"parcel": id, "weight": 1})
            # On files the engine lets one transaction write at a time.
            with Session(self._engine.execution_options(writes="everybody")) as session, session.begin():
                session.add(BookRow(id=id, name="Bear"))
                session.add(BookEvent(id=str(new_id()), topic="bench.parcel", key=id, data=data))

        return write


def measure(contender: Contender, writers: int, seconds: float, server: Callable[[], float]) -> dict[str, float]:
    """Write for so long with so many threads, each warmed up by a few writes."""
    calls = [contender.writer() for _ in range(writers)]

    def run(write: Callable[[], None]) -> int:
        count = 0
        while time.perf_counter() < until:
            write()
            count += 1
        return count

    with ThreadPoolExecutor(writers) as threads:
        until = time.perf_counter() + min(1.0, seconds / 4)
        list(threads.map(run, calls))
        began, cpu, served = time.perf_counter(), time.process_time(), server()
        until = began + seconds
        written = sum(threads.map(run, calls))
        took, cpu, served = time.perf_counter() - began, time.process_time() - cpu, server() - served
    return {"rate": written / took, "cpu_ms": cpu / written * 1000, "server_cpu_ms": served / written * 1000}


@contextmanager
def on_files(folder: Path) -> Iterator[tuple[list[Contender], Callable[[], float]]]:
    def connect() -> sqlite3.Connection:
        made = sqlite3.connect(folder / "book.sqlite", isolation_level=None, timeout=60, check_same_thread=False)
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("PRAGMA synchronous=FULL")
        return made

    engine = make_engine(f"sqlite:///{folder / 'ours.sqlite'}")
    yield [Ours(engine), Textbook(connect, "?"), TextbookOrm(engine)], lambda: 0.0


@contextmanager
def on_servers(folder: Path) -> Iterator[tuple[list[Contender], Callable[[], float]]]:
    postgres = Postgres(folder / "postgres")
    postgres.start()
    try:
        url = make_url(postgres.make_database("bench")).set(password=postgres.password("bench"))
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        engine = make_engine(url.render_as_string(hide_password=False))
        books: list[Contender] = [Textbook(lambda: psycopg.connect(plain), "%s"), TextbookOrm(engine)]
        yield [Ours(engine), *books], lambda: _cpu_below(postgres.pid)
        engine.dispose()
    finally:
        postgres.forget()


def _cpu_below(pid: int) -> float:
    """CPU seconds of a process and its children, also of those that ended."""
    return sum(int(part) for each in [pid, *children(pid)] for part in stat_of(each)[11:15]) / 100


PROFILES = {"embedded": on_files, "production": on_servers}


def run_profile(profile: str, seconds: float, rounds: int) -> list[dict[str, Any]]:
    """Figures of each contender and number of writers: the middle one of all rounds."""
    found: dict[tuple[str, int], list[dict[str, float]]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        PROFILES[profile](Path(folder)) as (contenders, server),
    ):
        for writers in WRITERS:
            for _ in range(rounds):
                for contender in contenders:
                    seen = measure(contender, writers, seconds, server)
                    found.setdefault((contender.name, writers), []).append(seen)
    return [
        {"profile": profile, "outbox": name, "writers": writers}
        | {figure: round(median(each[figure] for each in seen), 2) for figure in seen[0]}
        for (name, writers), seen in found.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", choices=PROFILES, action="append")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = [row for name in asked.profile or PROFILES for row in run_profile(name, asked.seconds, asked.rounds)]
    by = {(row["profile"], row["outbox"], row["writers"]): row for row in rows}
    result: dict[str, Any] = {"goals": GOALS, "rows": rows}
    if ("production", "ours", 8) in by:
        ours, book = by["production", "ours", 8], by["production", "textbook", 8]
        result["rate"] = round(ours["rate"] / book["rate"], 2)
        result["rate_beside_orm"] = round(ours["rate"] / by["production", "textbook-orm", 8]["rate"], 2)
        result["cpu_ms"] = by["production", "ours", 1]["cpu_ms"]
    if asked.json:
        print(json.dumps(result))
        return
    for row in rows:
        print("  ".join(f"{name} {value:>8}" for name, value in row.items()))
    print({name: value for name, value in result.items() if name != "rows"})


if __name__ == "__main__":
    main()
