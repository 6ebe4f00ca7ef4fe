"""Migrations, tables and personal data."""

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from chassis.migrations import current, migrate
from fixtures.stack import Programs

from .houses import SERVICES, program

PERSONAL = re.compile(
    r"(^|_)(forename|surname|date_of_birth|birth|dob|sex|gender|nino|upn|nhs_number|uprn|postcode|address|address_line"
    r"|email|phone|telephone|display_name|password|password_hash|given_name|family_name)(_|$)"
)
NOT_PERSONAL = {("place", "uprn"), ("outbox", "data")}
"""(table, column): a building of the gazetteer is nobody's."""


@pytest.mark.parametrize("name", SERVICES)
def test_every_migrations_number_equals_its_file(name: str) -> None:
    files = sorted(program(name).versions.glob("*.py"))
    previous = None
    assert files
    for file in files:
        text = file.read_text()
        number = file.name[:4]
        assert re.search(rf'^revision(: str)? = "{number}"$', text, re.M), f"{file.name} has another number inside"
        down = "None" if previous is None else f'"{previous}"'
        assert re.search(rf"^down_revision(: [^=]+)? = {down}$", text, re.M), f"{file.name} does not follow {previous}"
        assert "def downgrade" in text
        previous = number


@pytest.mark.parametrize("name", SERVICES)
def test_migrations_make_what_the_models_say_and_take_it_away_again(name: str, programs: Programs) -> None:
    running = programs.start(program(name))
    metadata = running.program.base.metadata
    with running.runtime.engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), metadata)
    assert difference == []
    migrate(running.runtime, running.program.versions, metadata, "base")
    assert current(running.runtime) is None
    assert set(inspect(running.runtime.engine).get_table_names()) <= {"alembic_version"}
    migrate(running.runtime, running.program.versions, metadata)


@pytest.mark.parametrize("name", SERVICES)
def test_every_personal_field_has_a_data_category(name: str) -> None:
    bare = [
        f"{table.name}.{column.name}"
        for table in program(name).base.metadata.sorted_tables
        for column in table.columns
        if PERSONAL.search(column.name)
        and (table.name, column.name) not in NOT_PERSONAL
        and not column.info.get("category")
    ]
    assert bare == []
