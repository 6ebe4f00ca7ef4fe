"""What a service has learnt from the others can be learnt anew: from the first event on, to the same state."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, inspect, select

from chassis.cli import load
from chassis.listener import listen_once
from chassis.migrations import migrate
from chassis.runtime import Runtime, make_runtime, running
from claims.models import Fact, Family, Membership, Person, Push, Redirect, Supply, Support
from e2e.conftest import Carried
from e2e.kills import runtime_of
from families.models import people
from families.models.evidence import SampledBundle
from families.models.protections import ProtectedPerson, Protection
from fixtures.tokens import TRUSTED
from journey.platform import Platform
from journey.servers.postgres import owner_of

pytestmark = pytest.mark.timeout(1800)

LEARNT_BY_CLAIMS = (Person, Redirect, Family, Membership, Fact, Support, Push, Supply)
"""Without FormerArea: which place was left at which moment hangs on what was heard together, which no event tells."""
LEARNT_BY_FAMILIES = (Protection, ProtectedPerson, SampledBundle)
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


@contextmanager
def empty(platform: Platform, program: str, folder: Path) -> Iterator[Runtime]:
    """The same program beside itself: it has heard nothing yet, and the whole log is there to be heard."""
    settings: dict[str, Any] = {"var": platform.var, "database_url": f"sqlite:///{folder / 'again.sqlite3'}"}
    if platform.servers is not None:
        postgres, name = platform.servers.postgres, f"{program}_again"
        postgres.make_database(name)
        owner = owner_of(name)
        url = postgres.url(name, owner).replace("@", f":{postgres.password(owner)}@")
        settings |= {"database_url": url, "kafka_servers": platform.servers.kafka.servers}
    with running(make_runtime(load(program).settings(**settings), keys=TRUSTED)) as runtime:
        migrate(runtime, load(program).versions, load(program).base.metadata)
        yield runtime


def hear_all(runtime: Runtime, program: str) -> None:
    while listen_once(runtime, load(program).reactions):
        pass


def same(first: Runtime, second: Runtime, tables: Iterable[Any]) -> None:
    for table in tables:
        once, again = learnt(first, table), learnt(second, table)
        assert once and again == once, f"{table.__tablename__}: {len(again - once)} more, {len(once - again)} fewer"


def test_claims_learns_the_same_again_from_the_first_event_on(carried: Carried, tmp_path: Path) -> None:
    platform = carried.platform
    with runtime_of(platform, "claims") as first, empty(platform, "claims", tmp_path) as second:
        hear_all(second, "claims")
        same(first, second, LEARNT_BY_CLAIMS)


def test_families_learns_again_who_is_hidden_and_what_the_auditor_may_read(carried: Carried, tmp_path: Path) -> None:
    """Whom a protection hides, with everybody whom they were merged with, follows from families' own people as well."""
    platform = carried.platform
    with runtime_of(platform, "families") as first, empty(platform, "families", tmp_path) as second:
        columns = [column.key for column in inspect(people.Person).columns]
        with first.read() as session:
            rows = [{name: getattr(row, name) for name in columns} for row in session.scalars(select(people.Person))]
        with second.write() as session:
            session.execute(insert(people.Person), rows)
        hear_all(second, "families")
        same(first, second, LEARNT_BY_FAMILIES)
