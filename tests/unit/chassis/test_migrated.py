"""Waiting for a migration."""

import threading
from pathlib import Path

from chassis.cli import load
from chassis.migrated import is_migrated, wait
from chassis.migrations import current, migrate
from chassis.runtime import Runtime, make_runtime, running
from fixtures.tokens import TRUSTED


def empty_store(var: Path) -> Runtime:
    return make_runtime(load("consent").settings(var=var), keys=TRUSTED)


def test_a_store_is_migrated_from_the_last_revision_that_the_code_knows(tmp_path: Path) -> None:
    program = load("consent")
    with running(empty_store(tmp_path)) as runtime:
        assert not is_migrated(program, runtime.engine)
        migrate(runtime, program.versions, program.base.metadata)
        assert is_migrated(program, runtime.engine)


def test_a_store_of_a_later_release_does_for_the_code_of_an_earlier_one(tmp_path: Path) -> None:
    program = load("consent")
    with running(empty_store(tmp_path)) as runtime:
        migrate(runtime, program.versions, program.base.metadata)
        with runtime.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        assert is_migrated(program, runtime.engine)
        migrate(runtime, program.versions, program.base.metadata)
        assert current(runtime) == "9999", "and is left as it is"


def test_waiting_ends_when_the_migration_has_been_made(tmp_path: Path) -> None:
    program = load("consent")
    with running(empty_store(tmp_path)) as runtime:
        waiting = threading.Thread(target=wait, args=(program, runtime.engine, 0.01))
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        migrate(runtime, program.versions, program.base.metadata)
        waiting.join(30)
        assert not waiting.is_alive()
