"""Migrations, run one at a time whoever starts them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from chassis.db import BigNumber, UtcDateTime
from chassis.relay import locked_file
from chassis.runtime import Runtime

SCRIPTS = Path(__file__).parent / "alembic"
MIGRATING = 815
"""The advisory lock of whoever migrates a service's database."""


def config_for(versions: Path, runtime: Runtime | None = None, metadata: Any = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = runtime.engine if runtime else None
    config.attributes["metadata"] = metadata
    return config


def migrate(runtime: Runtime, versions: Path, metadata: Any, revision: str = "head") -> None:
    """Bring the store to a revision, up or down. A second one waits for the first, then finds nothing to do.

    A store that a later release has migrated is left as it is: who goes back to an earlier release runs on it.
    """
    config = config_for(versions, runtime, metadata)
    with _alone(runtime):
        present = current(runtime)
        if revision == "head" and is_at_least(present, versions):
            return
        if revision == "head" or (revision != "base" and revision > (present or "")):
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)


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
        connection.execute(sa.text(f"SELECT pg_advisory_lock({MIGRATING})"))
        yield
    finally:
        connection.invalidate()
        connection.close()


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
