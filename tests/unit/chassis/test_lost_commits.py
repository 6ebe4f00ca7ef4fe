"""The store goes away while a change is committed: the caller is not told that nothing was done."""

import sqlite3
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select

from fixtures.stack import Programs, Running
from fixtures.tokens import as_, token

from .toys.app import Toy, program

ANA = token("ana", scopes=["toys:read", "toys:write"])
AWAY = {"sqlite": sqlite3.OperationalError, "postgresql": psycopg.OperationalError}


@pytest.fixture
def toys(programs: Programs) -> Running:
    return programs.start(program)


def make(toys: Running) -> tuple[int, Any]:
    answer = toys.client.post("/v1/toys", json={"name": "Bear"}, headers=as_(ANA, Idempotency_Key="key-00000001"))
    return answer.status_code, answer.json()


def count_toys(toys: Running) -> int:
    with toys.runtime.read() as session:
        return session.scalar(select(func.count()).select_from(Toy)) or 0


@pytest.mark.parametrize("done", [True, False], ids=["it was done", "it was not"])
def test_a_commit_that_nobody_answered_may_have_been_done(
    toys: Running, monkeypatch: pytest.MonkeyPatch, done: bool
) -> None:
    dialect = toys.runtime.engine.dialect
    commit = dialect.do_commit

    def lose(connection: Any) -> None:
        if done:
            commit(connection)
        raise AWAY[dialect.name]

    with monkeypatch.context() as lost:
        lost.setattr(dialect, "do_commit", lose)
        status, problem = make(toys)
    assert (status, problem["title"]) == (503, "Outcome not known")
    assert "may have been made" in problem["detail"]
    assert count_toys(toys) == int(done)
    assert make(toys)[0] == 201
    assert count_toys(toys) == 1


def test_a_store_that_goes_away_before_the_commit_changed_nothing_and_is_just_away(
    toys: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = toys.runtime.engine.dialect

    def lose(*_: object) -> None:
        raise AWAY[dialect.name]

    with monkeypatch.context() as lost:
        lost.setattr(dialect, "do_execute", lose)
        status, problem = make(toys)
    assert (status, problem["title"]) == (503, "Not available at the moment")
    assert count_toys(toys) == 0
    assert make(toys)[0] == 201


@pytest.mark.parametrize("slug", ["server-fault", "unavailable", "outcome-not-known"])
def test_no_fault_of_ours_claims_that_nothing_was_changed(toys: Running, slug: str) -> None:
    page = " ".join(toys.client.get(f"/problems/{slug}").json()["explanation"])
    assert "nothing was changed" not in page and "nothing is shown or changed" not in page
    assert "Idempotency-Key" in page
