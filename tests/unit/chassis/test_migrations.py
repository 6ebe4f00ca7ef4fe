"""Migrations of tables that are in use: nobody waits long for them, and nothing is done by half."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, inspect, text
from sqlalchemy.exc import IntegrityError

from chassis.cli import load, main
from chassis.db import new_id
from chassis.migrations import MigrationBroke, MigrationGaveUp, current, migrate
from fixtures.footing import ON_PRODUCTION
from fixtures.stack import Programs, Running

from .toys.app import Base, Toy, program

HEAD = """
from alembic import op
import sqlalchemy as sa

from chassis.migrations import create_index_in_use, drop_index_in_use

revision = "{number}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    {up}


def downgrade() -> None:
    {down}
"""
ADD = {
    "up": 'op.create_table("shelf", sa.Column("id", sa.Uuid())); op.add_column("toy", sa.Column("colour", sa.String()))'
}
ADD["down"] = 'op.drop_column("toy", "colour"); op.drop_table("shelf")'
INDEX = {
    "up": 'create_index_in_use(op, "toy_by_name", "toy", ["name"])',
    "down": 'drop_index_in_use(op, "toy_by_name", "toy")',
}


def versions(folder: Path, after: Path | None = None, /, **migration: str) -> Path:
    """The toys' migrations, or those in another folder, and one more."""
    versions = folder / "versions"
    shutil.copytree(after or program.versions, versions, ignore=shutil.ignore_patterns("__pycache__"))
    before = max(path.name for path in versions.glob("*.py"))[:4]
    number = f"{int(before) + 1:04}"
    (versions / f"{number}_more.py").write_text(HEAD.format(number=number, before=before, **migration))
    return versions


@contextmanager
def reading_toys(engine: Engine) -> Iterator[Connection]:
    """Somebody whose transaction has looked at the toys, and goes on."""
    with engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM toy"))
        yield connection


def indexes(engine: Engine) -> set[str | None]:
    return {index["name"] for index in inspect(engine).get_indexes("toy")}


@pytest.fixture
def toys(programs: Programs) -> Running:
    return programs.start(program, migration_lock_timeout=0.3, migration_statement_timeout=1)


@ON_PRODUCTION
def test_a_migration_that_waits_for_a_lock_gives_up_with_one_line_and_changes_nothing(
    toys: Running, tmp_path: Path
) -> None:
    engine, more = toys.runtime.engine, versions(tmp_path, **ADD)
    before = current(toys.runtime)
    with reading_toys(engine):
        with pytest.raises(MigrationGaveUp) as told:
            migrate(toys.runtime, more, Base.metadata)
        assert str(told.value).splitlines() == [
            f"migration after {before} gave up: a lock was not free within 0.3 s: somebody's transaction is open on "
            "the table, or writers are busy; nothing of it is done"
        ]
        assert current(toys.runtime) == before
        assert "shelf" not in inspect(engine).get_table_names(), "what it made before the lock is gone again"
    migrate(toys.runtime, more, Base.metadata)
    assert "shelf" in inspect(engine).get_table_names()


@ON_PRODUCTION
def test_those_who_come_after_a_migration_that_waits_are_served_when_it_gives_up(toys: Running, tmp_path: Path) -> None:
    """They queue behind it: without a bound on its waiting, one long look would stop everybody."""
    more = versions(tmp_path, **ADD)
    gave_up: list[Exception] = []

    def try_it() -> None:
        try:
            migrate(toys.runtime, more, Base.metadata)
        except MigrationGaveUp as told:
            gave_up.append(told)

    with reading_toys(toys.runtime.engine):
        migrating = threading.Thread(target=try_it)
        migrating.start()
        with reading_toys(toys.runtime.engine) as later:
            assert later.execute(text("SELECT 1")).scalar() == 1
        migrating.join(30)
    assert len(gave_up) == 1


@ON_PRODUCTION
def test_a_migration_whose_statement_takes_too_long_gives_up(toys: Running, tmp_path: Path) -> None:
    more = versions(tmp_path, up='op.execute("SELECT pg_sleep(30)")', down="pass")
    with pytest.raises(MigrationGaveUp, match=r"a statement took more than 1.0 s; nothing of it is done"):
        migrate(toys.runtime, more, Base.metadata)


@ON_PRODUCTION
def test_the_bounds_of_a_migration_are_nobody_elses(toys: Running, tmp_path: Path) -> None:
    with toys.runtime.engine.connect() as connection:
        before = [connection.execute(text(f"SHOW {name}")).scalar() for name in ("lock_timeout", "statement_timeout")]
    migrate(toys.runtime, versions(tmp_path, **ADD), Base.metadata)
    for _ in range(3):
        with toys.runtime.engine.connect() as connection:
            assert [
                connection.execute(text(f"SHOW {name}")).scalar() for name in ("lock_timeout", "statement_timeout")
            ] == before


def test_an_index_is_made_and_dropped_while_its_table_is_in_use(toys: Running, tmp_path: Path) -> None:
    more = versions(tmp_path, **INDEX)
    before = current(toys.runtime)
    migrate(toys.runtime, more, Base.metadata)
    assert "toy_by_name" in indexes(toys.runtime.engine)
    migrate(toys.runtime, more, Base.metadata, before or "")
    assert "toy_by_name" not in indexes(toys.runtime.engine)


@ON_PRODUCTION
def test_an_index_whose_making_broke_off_is_made_at_the_next_try(toys: Running, tmp_path: Path) -> None:
    more = versions(tmp_path, **INDEX)
    with toys.runtime.engine.connect() as writer:
        writer.execute(text("UPDATE toy SET name = name"))
        with pytest.raises(MigrationGaveUp):
            migrate(toys.runtime, more, Base.metadata)
    assert "toy_by_name" in indexes(toys.runtime.engine), "what is left of it, of no use"
    migrate(toys.runtime, more, Base.metadata)
    with toys.runtime.engine.connect() as connection:
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'toy_by_name'::regclass"
        assert connection.execute(text(valid)).scalar() is True


@ON_PRODUCTION
def test_the_command_says_in_one_line_that_a_migration_gave_up(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    consent = programs.start(load("consent"))
    migrate(consent.runtime, load("consent").versions, load("consent").base.metadata, "0002")
    monkeypatch.setenv("CONSENT_DATABASE_URL", consent.runtime.settings.database_url)
    monkeypatch.setenv("CONSENT_MIGRATION_LOCK_TIMEOUT", "0.2")
    with consent.runtime.engine.connect() as connection:
        connection.execute(text("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE"))
        assert main(["consent", "migrate"]) == 4
    told = [line for line in capsys.readouterr().err.splitlines() if line]
    assert told[-1].startswith("consent: migration after 0002 gave up: a lock was not free within 0.2 s")
    assert len(told) == 1


# On SQLite `toy` is copied and the old table dropped, while `shelf` refers to it.
SHELF = {"up": 'op.create_table("shelf", sa.Column("toy", sa.Uuid(), sa.ForeignKey("toy.id")))', "down": "pass"}
COPY = """with op.batch_alter_table("toy", recreate="auto") as table:
        table.alter_column("name", existing_type=sa.String(), nullable=True)"""


def migrate_further(toys: Running, folder: Path, *migrations: dict[str, str]) -> None:
    """One migration after the other, each from the folder of the one before."""
    more = program.versions
    for number, migration in enumerate(migrations):
        more = versions(folder / str(number), more, **migration)
    migrate(toys.runtime, more, Base.metadata)


def test_a_table_is_changed_while_rows_of_another_refer_to_it(toys: Running, tmp_path: Path) -> None:
    migrate_further(toys, tmp_path / "once", SHELF)
    with toys.runtime.write() as session:
        session.execute(insert(Toy).values(id=(toy := new_id()), name="bear"))
        session.execute(text("INSERT INTO shelf (toy) SELECT id FROM toy"))
    migrate_further(toys, tmp_path / "again", SHELF, {"up": COPY, "down": "pass"})
    with toys.runtime.read() as session:
        joined = "SELECT count(*) FROM shelf JOIN toy ON toy.id = shelf.toy"
        assert session.execute(text(joined)).scalar() == 1 and session.get(Toy, toy)
    with pytest.raises(IntegrityError), toys.runtime.write() as session:  # references are watched again
        session.execute(text("DELETE FROM toy"))


@pytest.mark.parametrize("then", ["", "DELETE FROM toy"])
def test_a_migration_that_breaks_a_reference_changes_nothing(toys: Running, tmp_path: Path, then: str) -> None:
    migrate_further(toys, tmp_path / "once", SHELF)
    with toys.runtime.write() as session:
        session.execute(insert(Toy).values(id=new_id(), name="bear"))
        session.execute(text("INSERT INTO shelf (toy) SELECT id FROM toy"))
    before = current(toys.runtime)
    up = f"{COPY}\n    op.execute({then!r})" if then else COPY
    with pytest.raises((MigrationBroke, IntegrityError)) if then else nullcontext():
        migrate_further(toys, tmp_path / "again", SHELF, {"up": up, "down": "pass"})
    assert (current(toys.runtime) == before) == bool(then)
    with toys.runtime.read() as session:
        assert session.execute(text("SELECT count(*) FROM toy")).scalar() == 1
