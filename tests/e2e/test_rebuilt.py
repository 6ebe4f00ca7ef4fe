"""What a service has learnt from the others can be learnt anew: from the first event on, to the same state."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select

from chassis.cli import load
from chassis.listener import listen_once
from chassis.migrations import migrate
from chassis.runtime import Runtime, make_runtime, running
from claims.models import Fact, Family, Membership, Person, Push, Redirect, Supply, Support
from e2e.conftest import Carried
from e2e.kills import runtime_of
from fixtures.tokens import TRUSTED

pytestmark = pytest.mark.timeout(1800)

LEARNT = (Person, Redirect, Family, Membership, Fact, Support, Push, Supply)
HEARD_AT = {"recorded_at"}
"""When it was heard is no part of what was heard …"""
WHETHER = {"superseded_at", "complete_at"}
"""… and of these it counts whether they are set."""


def learnt(runtime: Runtime, table: Any) -> set[tuple[Any, ...]]:
    columns = [column.key for column in inspect(table).columns if column.key not in HEARD_AT]
    with runtime.read() as session:
        return {
            tuple(getattr(row, name) is not None if name in WHETHER else getattr(row, name) for name in columns)
            for row in session.scalars(select(table))
        }


def test_claims_learns_the_same_again_from_the_first_event_on(carried: Carried, tmp_path: Path) -> None:
    program, platform = load("claims"), carried.platform
    settings: dict[str, Any] = {"var": platform.var, "database_url": f"sqlite:///{tmp_path / 'again.sqlite3'}"}
    if platform.servers is not None:
        postgres = platform.servers.postgres
        postgres.make("claims_again")
        url = postgres.url("claims_again", "claims_again").replace("@", f":{postgres.password('claims_again')}@")
        settings |= {"database_url": url, "kafka_servers": platform.servers.kafka.servers}
    with (
        runtime_of(platform, "claims") as first,
        running(make_runtime(program.settings(**settings), keys=TRUSTED)) as second,
    ):
        migrate(second, program.versions, program.base.metadata)
        while listen_once(second, program.reactions):
            pass
        for table in LEARNT:
            once, again = learnt(first, table), learnt(second, table)
            assert once and again == once, f"{table.__tablename__}: {len(again - once)} more, {len(once - again)} fewer"
