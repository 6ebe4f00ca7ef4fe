"""Migrations, tables and personal data."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, create_engine, inspect
from sqlalchemy.pool import StaticPool

from chassis.migrations import current, migrate
from fixtures.stack import Programs

from .houses import SERVICES, program
from .rules import Rule

PERSONAL = re.compile(
    r"(^|_)(forename|surname|date_of_birth|birth|dob|sex|gender|nino|upn|nhs_number|uprn|postcode|address|address_line"
    r"|email|phone|telephone|display_name|password|password_hash|given_name|family_name)(_|$)"
)
NOT_PERSONAL = frozenset({("premises", "uprn"), ("outbox", "data")})
"""(table, column): a building of the gazetteer is nobody's."""


@dataclass(frozen=True)
class Store:
    """What the models say, and a store that was migrated."""

    models: MetaData
    engine: Engine


def finds_wrong_numbers(migrations: Mapping[str, str]) -> Iterator[str]:
    """Shape: the text of each migration by its file's name."""
    previous = None
    if not migrations:
        yield "There is no migration at all"
    for file in sorted(migrations):
        number, text = file[:4], migrations[file]
        if not re.search(rf'^revision(: str)? = "{number}"$', text, re.M):
            yield f"{file} has another number inside"
        down = "None" if previous is None else f'"{previous}"'
        if not re.search(rf"^down_revision(: [^=]+)? = {down}$", text, re.M):
            yield f"{file} does not follow {previous}"
        if "def downgrade" not in text:
            yield f"{file} cannot be taken back"
        previous = number


def finds_differences(store: Store) -> Iterator[str]:
    with store.engine.connect() as connection:
        yield from map(repr, compare_metadata(MigrationContext.configure(connection), store.models))


def finds_leftovers(tables: Sequence[str]) -> Iterator[str]:
    yield from (
        f"{table} is left when all migrations are taken back" for table in sorted({*tables} - {"alembic_version"})
    )


def finds_uncategorised(models: MetaData) -> Iterator[str]:
    for table in models.sorted_tables:
        for column in table.columns:
            personal = PERSONAL.search(column.name) and (table.name, column.name) not in NOT_PERSONAL
            if personal and not column.info.get("category"):
                yield f"{table.name}.{column.name} is somebody's, and of no category"


def migration(number: str, down: str, more: str = "def downgrade() -> None: ...") -> str:
    return f'revision = "{number}"\ndown_revision = {down}\n{more}\n'


def toys(*columns: Column[str]) -> MetaData:
    metadata = MetaData()
    Table("toy", metadata, Column("id", Integer, primary_key=True), *columns)
    return metadata


def holding(metadata: MetaData) -> Engine:
    """A store in memory with these tables."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    metadata.create_all(engine)
    return engine


FIRST, SECOND = migration("0001", "None"), migration("0002", '"0001"')
MIGRATIONS_ARE_NUMBERED = Rule(
    says="Every migration's number equals its file, and follows the one before",
    finds=finds_wrong_numbers,
    valid={"two in a row": {"0001_begin.py": FIRST, "0002_shelves.py": SECOND}},
    invalid={
        "another number inside": ({"0001_begin.py": FIRST, "0003_shelves.py": SECOND}, "0003_shelves.py has another"),
        "one that follows itself": ({"0001_begin.py": migration("0001", '"0001"')}, "0001_begin.py does not follow"),
        "two that follow one": (
            {"0001_begin.py": FIRST, "0002_shelves.py": SECOND, "0003_loans.py": migration("0003", '"0001"')},
            "0003_loans.py does not follow 0002",
        ),
        "no way back": ({"0001_begin.py": migration("0001", "None", "")}, "cannot be taken back"),
        "none, so that nothing was looked at": ({}, "no migration at all"),
    },
)
MODELS_ARE_MIGRATED = Rule(
    says="Migrations make what the models say",
    finds=finds_differences,
    valid={"the same": Store(toys(), holding(toys()))},
    invalid={
        "a column that no migration makes": (Store(toys(Column("owner", String)), holding(toys())), "add_column"),
        "a column that no model knows": (Store(toys(), holding(toys(Column("owner", String)))), "remove_column"),
        "a table that no migration makes": (Store(toys(), holding(MetaData())), "add_table"),
    },
)
NOTHING_IS_LEFT = Rule(
    says="Migrations taken back leave nothing",
    finds=finds_leftovers,
    valid={"Alembic's own": ["alembic_version"]},
    invalid={"a table": (["alembic_version", "toy"], "toy is left")},
)
PERSONAL_FIELDS_HAVE_CATEGORIES = Rule(
    says="Every personal field has a data category",
    finds=finds_uncategorised,
    valid={
        "a category": toys(Column("surname", String, info={"category": "identity"})),
        "nobody's": toys(Column("colour", String)),
    },
    invalid={
        "none": (toys(Column("surname", String)), "toy.surname is somebody's"),
        "a part of a name": (toys(Column("home_postcode_2", String)), "toy.home_postcode_2 is somebody's"),
    },
)


@pytest.mark.parametrize("name", SERVICES)
def test_every_migrations_number_equals_its_file(name: str) -> None:
    MIGRATIONS_ARE_NUMBERED.check({path.name: path.read_text() for path in program(name).versions.glob("*.py")})


@pytest.mark.parametrize("name", SERVICES)
def test_migrations_make_what_the_models_say_and_take_it_away_again(name: str, programs: Programs) -> None:
    running = programs.start(program(name))
    metadata = running.program.base.metadata
    MODELS_ARE_MIGRATED.check(Store(metadata, running.runtime.engine))
    migrate(running.runtime, running.program.versions, metadata, "base")
    assert current(running.runtime) is None
    NOTHING_IS_LEFT.check(inspect(running.runtime.engine).get_table_names())
    migrate(running.runtime, running.program.versions, metadata)


@pytest.mark.parametrize("name", SERVICES)
def test_every_personal_field_has_a_data_category(name: str) -> None:
    PERSONAL_FIELDS_HAVE_CATEGORIES.check(program(name).base.metadata)
