"""Migrations, run one at a time whoever starts them, on tables in use (`docs/changing-a-table-in-use.md`)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from chassis.db import BigNumber, UtcDateTime
from chassis.relay import locked_file
from chassis.roles import grant_to
from chassis.runtime import Runtime

SCRIPTS = Path(__file__).parent / "alembic"
MIGRATING = 815
"""The advisory lock of whoever migrates a service's database."""
GAVE_UP = {
    "55P03": "a lock was not free within {lock} s: somebody's transaction is open on the table, or writers are busy",
    "57014": "a statement took more than {statement} s",
}
"""PostgreSQL's states of a migration that waited, or worked, longer than it may."""


class MigrationGaveUp(Exception):
    """A migration waited or worked too long. It has changed nothing, and may be tried again.

    Those before it that ended are kept: each is a transaction of its own.
    """


class MigrationBroke(Exception):
    """A migration would leave references to what is gone. It has changed nothing."""


def config_for(versions: Path, runtime: Runtime | None = None, metadata: Any = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = runtime.engine if runtime else None
    config.attributes["metadata"] = metadata
    config.attributes["settings"] = runtime.settings if runtime else None
    return config


def migrate(runtime: Runtime, versions: Path, metadata: Any, revision: str = "head") -> None:
    """Bring the store to a revision, up or down. A second one waits for the first, then finds nothing to do.

    A store that a later release has migrated is left as it is: who goes back to an earlier release runs on it.
    Errors: MigrationGaveUp when a table is in use for longer than a migration may wait.
    """
    config = config_for(versions, runtime, metadata)
    with _alone(runtime), _told_in_a_line(runtime):
        present = current(runtime)
        if revision == "head" and is_at_least(present, versions):
            pass
        elif revision == "head" or (revision != "base" and revision > (present or "")):
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)
        # Also where nothing was to be migrated: a database that had one role so far gets its second one.
        if revision == "head" and runtime.settings.running_role:
            with runtime.engine.begin() as connection:
                grant_to(connection, metadata, runtime.settings.running_role)


def is_at_least(present: str | None, versions: Path) -> bool:
    """Whether a revision is this code's last one or a later one: schema goes before code."""
    return (present or "") >= (ScriptDirectory.from_config(config_for(versions)).get_current_head() or "")


@contextmanager
def _alone(runtime: Runtime) -> Iterator[None]:
    if runtime.engine.dialect.name != "postgresql":
        with locked_file(runtime.settings.var / "run" / f"{runtime.settings.name}.migrate.lock", wait=True):
            yield
        return
    # A connection of its own: the one that migrates takes the writers' lock, and must not wait for us holding it.
    connection = runtime.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        connection.execute(sa.text("SET lock_timeout = 0"))
        connection.execute(sa.text("SET statement_timeout = 0"))
        connection.execute(sa.text(f"SELECT pg_advisory_lock({MIGRATING})"))
        yield
    finally:
        connection.invalidate()
        connection.close()


@contextmanager
def _told_in_a_line(runtime: Runtime) -> Iterator[None]:
    try:
        yield
    except OperationalError as broken:
        why = GAVE_UP.get(str(getattr(broken.orig, "sqlstate", None)))
        if why is None:
            raise
        settings = runtime.settings
        why = why.format(lock=settings.migration_lock_timeout, statement=settings.migration_statement_timeout)
        raise MigrationGaveUp(f"migration after {current(runtime)} gave up: {why}; nothing of it is done") from None


def bound_waiting(connection: sa.Connection, lock: float, statement: float) -> None:
    """Let this connection wait for a lock, and work on a statement, so long at most; below any transaction.

    Whoever waits for a table's lock is waited for by all who come later, even those who only read.
    Units: seconds; 0 is for ever.
    """
    if connection.dialect.name != "postgresql":
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"SET lock_timeout = {int(lock * 1000)}")
    driver.execute(f"SET statement_timeout = {int(statement * 1000)}")
    driver.commit()


def let_references_go(connection: sa.Connection) -> None:
    """Let SQLite drop a table that others refer to, on this connection; below any transaction, else it does nothing.

    SQLite changes a table by copying it and dropping the old one, as `batch_alter_table` does. While it watches
    references, dropping a table to which a row refers fails: a council that had paid a batch could not upgrade.
    """
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")


def check_references(connection: sa.Connection | None) -> None:
    """Find what `let_references_go` let through, before a migration is committed. Errors: MigrationBroke."""
    if connection is not None and connection.dialect.name == "sqlite":
        broken = {row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
        if broken:
            raise MigrationBroke(f"the migration leaves rows that refer to nothing, in: {', '.join(sorted(broken))}")


def create_index_in_use(op: Any, name: str, table: str, columns: Sequence[str], **options: Any) -> None:
    """An index on a table that others write to meanwhile; like `op.create_index`, which makes them wait.

    Stands alone in its migration, since PostgreSQL builds it outside of the migration's transaction. If that breaks
    off, an index without use stays behind; the next try drops it first.
    """
    if op.get_context().dialect.name != "postgresql":
        op.create_index(name, table, list(columns), **options)
        return
    with op.get_context().autocommit_block():
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, list(columns), if_not_exists=True, postgresql_concurrently=True, **options)


def drop_index_in_use(op: Any, name: str, table: str) -> None:
    """Drop an index of a table that others use meanwhile; like `op.drop_index`, which makes them wait."""
    if op.get_context().dialect.name != "postgresql":
        op.drop_index(name, table)
        return
    with op.get_context().autocommit_block():
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)


def current(runtime: Runtime) -> str | None:
    with runtime.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def create_chassis_tables(op: Any) -> None:
    """The chassis's tables as they were in the first release; called by each service's 0001."""
    op.create_table(
        "outbox",
        sa.Column("seq", BigNumber, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Uuid(), nullable=False, unique=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sequence", BigNumber, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("trace", sa.String(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("position", BigNumber, nullable=True),
    )
    op.create_index("outbox_position_seq", "outbox", ["position", "seq"])
    op.create_table(
        "outbox_key",
        sa.Column("topic", sa.String(), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("last", BigNumber, nullable=False),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "position",
        sa.Column("producer", sa.String(), primary_key=True),
        sa.Column("position", BigNumber, nullable=False),
    )
    op.create_table(
        "parked_event",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("event", sa.JSON(), nullable=False),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("id", BigNumber, primary_key=True, autoincrement=True),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("resource", sa.Uuid(), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("client", "route", "key", name="idempotency_key_once"),
    )


def positions_by_stream(op: Any) -> None:
    """From the second release on, a producer's log may have many streams."""
    with op.batch_alter_table("position") as table:
        table.alter_column("producer", new_column_name="stream")


def positions_by_producer(op: Any) -> None:
    with op.batch_alter_table("position") as table:
        table.alter_column("stream", new_column_name="producer")


def index_what_waits(op: Any) -> None:
    """From the third release on, what waits in the outbox is found without reading what was sent."""
    op.create_index("outbox_position", "outbox", ["position"])
    waiting = sa.text("position IS NULL")
    op.create_index("outbox_waiting", "outbox", ["seq"], sqlite_where=waiting, postgresql_where=waiting)
    op.drop_index("outbox_position_seq", "outbox")


def index_positions(op: Any) -> None:
    op.create_index("outbox_position_seq", "outbox", ["position", "seq"])
    op.drop_index("outbox_waiting", "outbox")
    op.drop_index("outbox_position", "outbox")


def drop_chassis_tables(op: Any) -> None:
    for table in ("idempotency_key", "parked_event", "position", "inbox", "outbox_key", "outbox"):
        op.drop_table(table)
