"""New migrations stop nobody who uses the tables meanwhile; see `docs/changing-a-table-in-use.md`."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import op

from chassis.migrations import create_index_in_use, drop_index_in_use

from .houses import SERVICES, program
from .rules import Rule
from .rules.tables import Migration, finds_what_stops_others, sql_of, sql_of_file

OLD = {"identity": "0004", "families": "0007", "consent": "0003", "claims": "0008"}
"""The last migration of each service that was written before this rule; no council had a table in use by then."""
FIRST = "0001"
"""Of a new service: it makes tables that nobody uses yet."""
WORDS = "everything took the words of docs/words.md at once, on a platform that was stopped; no council used one yet"
ACCEPTED: dict[str, dict[str, str]] = {
    "identity 0005": {"asks-the-database": "who holds a scope of the old name is given the one of the new; " + WORDS},
    "families 0008": {
        "renaming-table": WORDS,
        "renaming-column": WORDS,
        "require-concurrent-index-creation": WORDS,
        "require-concurrent-index-deletion": WORDS,
    },
    "families 0014": {
        "ban-drop-not-null": "the release before shows no plan's assessment, and freezes one that is none as a word"
    },
    "consent 0004": {
        "renaming-table": WORDS,
        "require-concurrent-index-creation": WORDS,
        "require-concurrent-index-deletion": WORDS,
    },
    "claims 0009": {
        "renaming-table": WORDS,
        "renaming-column": WORDS,
        "require-concurrent-index-creation": WORDS,
        "require-concurrent-index-deletion": WORDS,
    },
    "claims 0020": {
        "ban-drop-constraint": "the release before records payments with number 1, which the index of 0019 keeps unique"
    },
}
"""What a migration may do all the same: its name, such as `claims 0009`, then squawk's rule with the reason."""


def toys(upgrade: Callable[[], Any], **accepted: str) -> Migration:
    return Migration("toys 0002", sql_of(upgrade), {rule.replace("_", "-"): why for rule, why in accepted.items()})


def make_shelves() -> None:
    op.create_table("shelf", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("room", sa.String()))
    op.create_index("shelf_room", "shelf", ["room"])


def add_and_index() -> None:
    op.add_column("toy", sa.Column("colour", sa.String()))
    create_index_in_use(op, "toy_colour", "toy", ["colour"])


NO_MIGRATION_STOPS_OTHERS = Rule(
    says="No migration stops those who use its tables, or breaks the code of the release before",
    finds=finds_what_stops_others,
    valid={
        "a new table with its index": toys(make_shelves),
        "a column that may be empty": toys(lambda: op.add_column("toy", sa.Column("colour", sa.String()))),
        "a column with a value for all": toys(
            lambda: op.add_column("toy", sa.Column("lent", sa.Boolean(), server_default="false", nullable=False))
        ),
        "an index, beside those who write": toys(lambda: create_index_in_use(op, "toy_name", "toy", ["name"])),
        "an index dropped, beside those who use it": toys(lambda: drop_index_in_use(op, "toy_name", "toy")),
        "a check that is not yet held against what is there": toys(
            lambda: op.execute("ALTER TABLE toy ADD CONSTRAINT toy_priced CHECK (price > 0) NOT VALID")
        ),
        "and its validation, later": toys(lambda: op.execute("ALTER TABLE toy VALIDATE CONSTRAINT toy_priced")),
        "what was accepted, for a reason": toys(
            lambda: op.drop_column("toy", "colour"), ban_drop_column="no release has read it since 1.4"
        ),
    },
    invalid={
        "a column that must be filled": (
            toys(lambda: op.add_column("toy", sa.Column("colour", sa.String(), nullable=False))),
            "adding-required-field",
        ),
        "a column that becomes required": (
            toys(lambda: op.alter_column("toy", "colour", nullable=False)),
            "adding-not-nullable-field",
        ),
        "a column of another type": (
            toys(lambda: op.alter_column("toy", "price", type_=sa.Integer())),
            "changing-column-type",
        ),
        "another name": (toys(lambda: op.alter_column("toy", "name", new_column_name="title")), "renaming-column"),
        "another table's name": (toys(lambda: op.rename_table("toy", "thing")), "renaming-table"),
        "a column that is dropped": (toys(lambda: op.drop_column("toy", "colour")), "ban-drop-column"),
        "an index that makes writers wait": (
            toys(lambda: op.create_index("toy_name", "toy", ["name"])),
            "require-concurrent-index-creation",
        ),
        "a check of all that is there": (
            toys(lambda: op.create_check_constraint("toy_priced", "toy", "price > 0")),
            "constraint-missing-not-valid",
        ),
        "an index beside something else": (toys(add_and_index), "stands alone in its migration"),
        "what depends on what is stored": (
            toys(lambda: op.get_bind().execute(sa.text("SELECT 1")).all()),
            "asks-the-database",
        ),
        "what was accepted and is not there": (
            toys(lambda: op.add_column("toy", sa.Column("colour", sa.String())), ban_drop_column="no release reads it"),
            "ban-drop-column is accepted and not broken",
        ),
    },
)


@pytest.mark.parametrize("name", SERVICES)
def test_no_new_migration_stops_those_who_use_its_tables(name: str) -> None:
    files = [path for path in sorted(program(name).versions.glob("*.py")) if path.name[:4] > OLD.get(name, FIRST)]
    # Where there is none yet, or one that was accepted is gone, a migration that does nothing.
    nothing: dict[str, str | None] = {one: "" for one in [name, *ACCEPTED] if one.split()[0] == name}
    new = nothing | {f"{name} {path.name[:4]}": sql_of_file(path) for path in files}
    NO_MIGRATION_STOPS_OTHERS.check(*(Migration(one, sql, ACCEPTED.get(one, {})) for one, sql in new.items()))
