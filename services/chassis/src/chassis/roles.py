"""Who may do what in a program's database: one role owns and migrates the tables, another one runs the program.

The running role adds, reads and changes rows; it can neither drop nor alter a table. Of a table that is marked
`append_only` (`chassis.tables`) it can change and delete nothing: whoever takes a program over, or finds a way to have
it run a statement of theirs, can neither rewrite the sharing log nor the ledger.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from chassis.tables import columns_to_be_set

VERSIONS = "alembic_version"
"""Alembic's own table, which every program looks at before it begins."""


def grant_to(connection: sa.Connection, metadata: sa.MetaData, role: str) -> None:
    """Give the running role what the models say, and take from it what they do not. In the caller's transaction."""
    for statement in list_grants(metadata, role):
        connection.exec_driver_sql(statement)


def list_grants(metadata: sa.MetaData, role: str) -> Iterator[str]:
    """The statements of PostgreSQL, for a role that is not the tables' owner."""
    quoted = sa.dialects.postgresql.dialect().identifier_preparer.quote_identifier  # type: ignore[no-untyped-call]
    who = quoted(role)
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {who}"
    yield f"REVOKE ALL ON {VERSIONS} FROM {who}"
    yield f"GRANT SELECT ON {VERSIONS} TO {who}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {who}"
    for table in metadata.sorted_tables:
        name = quoted(table.name)
        yield f"REVOKE ALL ON {name} FROM {who}"
        columns = columns_to_be_set(table)
        if columns is None:
            yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {who}"
            continue
        yield f"GRANT SELECT, INSERT ON {name} TO {who}"
        if columns:
            yield f"GRANT UPDATE ({', '.join(map(quoted, columns))}) ON {name} TO {who}"
