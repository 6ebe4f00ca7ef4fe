"""`python -m chassis.migrated <program>`: wait until the program's store has the tables that this code knows.

Stands before each command in an init container: a migration Job and the programs of a release are made together, and
the programs must not work on the tables of the release before.
"""

import argparse
import signal
import sys
import time
from typing import Any

import structlog
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, ProgrammingError

from chassis.cli import load
from chassis.db import make_engine
from chassis.migrations import is_at_least
from chassis.program import Program
from chassis.telemetry import described, set_up_logging

PAUSE = 2.0
log = structlog.get_logger()


def is_migrated(program: Program, engine: Engine) -> bool:
    """Whether the store stands at this code's last revision or at a later one. Errors: OperationalError.

    A later one is another release's: schema goes before code, so the code of the release before runs on it as well.
    """
    with engine.connect() as connection:
        return is_at_least(MigrationContext.configure(connection).get_current_revision(), program.versions)


def wait(program: Program, engine: Engine, pause: float = PAUSE) -> None:
    """Return once the store is migrated; an absent store is waited for as well."""
    told: dict[str, Any] | None = None
    while True:
        try:
            if is_migrated(program, engine):
                return
            found: dict[str, Any] = {}
        except (OperationalError, ProgrammingError) as broken:  # also: its tables are not granted to us yet
            found = described(broken)
        if found != told:
            log.info("waiting for the migration", **found)
            told = found
        time.sleep(pause)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="chassis.migrated", description=__doc__)
    parser.add_argument("program")
    program = load(parser.parse_args(arguments).program)
    settings = program.settings.with_prefix()
    set_up_logging(program.name, settings.log_level)
    # The first process of a container is not ended by a signal that it does not handle.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    engine = make_engine(settings.store_url, threads=1)
    try:
        wait(program, engine)
    finally:
        engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
