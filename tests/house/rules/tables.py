"""What a migration would do to a table in use: its SQL as PostgreSQL would be given it, read by squawk.

`docs/changing-a-table-in-use.md` says what to do instead.
"""

import importlib.util
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations

SQUAWK = Path(sys.executable).parent / "squawk"
POSTGRES = "17"
"""As in `deploy/k8s`."""
BOUNDS = "SET lock_timeout = '10s';\nSET statement_timeout = '900s';\n"
"""The runner of migrations says this first (`chassis.migrations.bound_waiting`)."""
NOT_OURS = {
    "prefer-bigint-over-int": "ids are UUIDs and positions BigNumber; what is an Integer counts few things",
    "prefer-identity": "SQLAlchemy writes an autoincrement as BIGSERIAL",
}
"""Rules of squawk that are not ours, with the reason."""


@dataclass(frozen=True)
class Migration:
    """Shape: `accepted` are rules that it may break, squawk's or `asks-the-database`, each with the reason.

    No `sql` is one that cannot be told without a database.
    """

    name: str
    sql: str | None
    accepted: Mapping[str, str] = field(default_factory=dict)


def sql_of(upgrade: Callable[[], Any]) -> str | None:
    """The SQL that a migration gives to PostgreSQL; None where it asks the database something first."""
    written = io.StringIO()
    options = {"as_sql": True, "output_buffer": written, "literal_binds": True, "transactional_ddl": True}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with Operations.context(context):
        try:
            upgrade()
        except AttributeError:  # there is no connection, or no answer from one
            return None
    return f"BEGIN;\n{written.getvalue()}COMMIT;\n"


def sql_of_file(path: Path) -> str | None:
    spec = importlib.util.spec_from_file_location(f"migration_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return sql_of(module.upgrade)


def finds_what_stops_others(migration: Migration) -> Iterator[str]:
    """What squawk says of a migration's SQL, and rules that were accepted in vain."""
    found = dict(_read_by_squawk(migration.sql)) if migration.sql is not None else {}
    if migration.sql is None:
        found["asks-the-database"] = "its SQL depends on what is stored: change tables in a migration of its own"
    for rule in sorted(found.keys() - migration.accepted.keys()):
        yield f"{migration.name}: {rule}: {found[rule]}"
    for rule in sorted(migration.accepted.keys() - found.keys()):
        yield f"{migration.name}: {rule} is accepted and not broken: take it off the list"
    outside = re.split(r"^(?:BEGIN|COMMIT);$", migration.sql or "", flags=re.MULTILINE)
    statements = [part for part in outside if part.strip()]
    if any("CONCURRENTLY" in part for part in statements) and len(statements) > 1:
        yield f"{migration.name}: an index that is made outside of the transaction stands alone in its migration"


def _read_by_squawk(sql: str) -> Iterator[tuple[str, str]]:
    """Each rule that is broken, with what squawk says and one line that breaks it."""
    given = BOUNDS + sql
    command = [str(SQUAWK), "--reporter", "json", "--pg-version", POSTGRES, *(f"--exclude={rule}" for rule in NOT_OURS)]
    answer = subprocess.run(command, input=given, capture_output=True, text=True)
    for each in json.loads(answer.stdout):
        yield each["rule_name"], f"{each['message']} ({given.splitlines()[each['line']].strip()})"
