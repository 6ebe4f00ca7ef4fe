"""The role that runs a program can change no table, and nothing of what is written once; on a real PostgreSQL."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import MetaData, Table, make_url

from chassis.cli import load
from chassis.db import new_id
from chassis.migrations import migrate
from chassis.roles import VERSIONS
from chassis.runtime import make_runtime, running
from chassis.tables import append_only, columns_to_be_set
from fixtures.footing import ON_PRODUCTION, Production
from fixtures.stack import Programs
from fixtures.tokens import TRUSTED
from journey.servers.postgres import OWNER
from transparency.log import TableSource
from vocabulary.programs import SERVICES

TREE = {"log_leaf", "log_block", "log_head", "log_note", "seen_head"}
WRITTEN_ONCE = {
    "claims": {"ledger_entry", "finding", "outcomes_plan_version"},
    "consent": {"decision", "sharing", "shared_as", "sent_batch", "sent_mark", "access_report"},
    "families": {"evidence_bundle"},
    "identity": {"audit_entry"},
}
"""The sharing log, evidence, ledger and audit."""


@pytest.fixture
def granted(programs: Programs, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """The database of the program that the test names, as the role sees it that runs the program."""
    footing = programs.footing
    assert isinstance(footing, Production)
    program, role = load(request.param), f"run-{new_id().hex}"
    store = footing.store(program, programs.var)
    address = make_url(store["database_url"])
    password, owners_password = new_id().hex, address.password
    with psycopg.connect(
        address.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as owner:
        made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
        owner.execute(made.format(sql.Identifier(role), sql.Literal(password)))
        # As whoever makes the database does: `databases.sh`, and `Postgres.make_database`.
        database = sql.Identifier(address.database or "")
        owner.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        owner.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(role)))
        (tmp_path / f"{program.name}.owner").write_text(str(owners_password))
        url = address.set(username=role, password=password)
        settings = program.settings(
            var=tmp_path,
            secrets=tmp_path,
            database_url=url.render_as_string(hide_password=False),
            database_owner=OWNER,
        )
        for _ in range(2):  # granting again changes nothing
            with running(make_runtime(settings, keys=TRUSTED, as_owner=True)) as runtime:
                migrate(runtime, program.versions, program.base.metadata)
        with psycopg.connect(
            url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
        ) as connection:
            yield connection
        owner.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
        owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    footing.forget(store)


def tables_of(name: str) -> list[Table]:
    metadata: MetaData = load(name).base.metadata
    return metadata.sorted_tables


def is_let(connection: psycopg.Connection, statement: str, *names: str) -> bool:
    """Whether the role may do this. What it may not is refused before a row is looked at."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


CHANGES = ("UPDATE {0} SET {1} = {1} WHERE false", "DELETE FROM {0} WHERE false")
NEVER = (
    "TRUNCATE {0} CASCADE",
    "DROP TABLE {0} CASCADE",
    "ALTER TABLE {0} ADD COLUMN more integer",
    "ALTER TABLE {0} DISABLE TRIGGER ALL",
    "CREATE RULE forget AS ON INSERT TO {0} DO INSTEAD NOTHING",
    "CREATE INDEX ON {0} ({1})",
)
ADDS = ("SELECT {1} FROM {0} WHERE false", "INSERT INTO {0} SELECT * FROM {0} WHERE false")
BESIDE = (
    "CREATE TABLE more (id integer)",
    "CREATE TEMPORARY TABLE more (id integer)",
    "CREATE SCHEMA more",
    "CREATE FUNCTION more() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "SET session_replication_role = replica",
)


@ON_PRODUCTION
@pytest.mark.parametrize("granted", SERVICES, indirect=True)
def test_the_running_role_does_what_the_models_say_and_nothing_else(
    granted: psycopg.Connection, request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.params["granted"]
    once = WRITTEN_ONCE[name] | TREE
    wrong: list[str] = []
    for table in tables_of(name):
        first = next(column.name for column in table.columns if column.name not in ("position", "salt"))
        expected = (
            dict.fromkeys(ADDS, True) | dict.fromkeys(NEVER, False) | dict.fromkeys(CHANGES, table.name not in once)
        )
        for statement, let in expected.items():
            if is_let(granted, statement, table.name, first) != let:
                wrong.append(f"{statement.format(table.name, first)}: {'refused' if let else 'let'}")
    assert wrong == []
    assert [statement for statement in BESIDE if is_let(granted, statement)] == []
    assert is_let(granted, "SELECT version_num FROM {0}", VERSIONS)
    assert not is_let(granted, "DELETE FROM {0}", VERSIONS)
    for column, let in {"position": True, "salt": True, "hash": False, "record": False, "seq": False}.items():
        assert is_let(granted, "UPDATE {0} SET {1} = {1} WHERE false", "log_leaf", column) == let


@pytest.mark.parametrize("name", SERVICES)
def test_what_stands_in_a_log_is_written_once(name: str) -> None:
    marked = {table.name for table in tables_of(name) if columns_to_be_set(table) is not None}
    assert marked == WRITTEN_ONCE[name] | TREE
    sources = importlib.import_module(f"{name}.log").LOG.sources
    assert {source.table.name for source in sources if isinstance(source, TableSource)} <= marked


def test_a_table_without_a_mark_is_an_ordinary_one() -> None:
    assert columns_to_be_set(Table("plain", MetaData())) is None
    assert columns_to_be_set(Table("once", MetaData(), info=append_only("position"))) == ("position",)
