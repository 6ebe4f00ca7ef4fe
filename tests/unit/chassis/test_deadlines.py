"""A database that is paused, or at work for somebody else, holds a request only as long as its budget says."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from fixtures.footing import ON_PRODUCTION, Production
from fixtures.stack import Programs, Running
from fixtures.tokens import as_

from .test_chassis import ANA, make
from .toys.app import program

pytestmark = ON_PRODUCTION
SHORT: dict[str, Any] = {"time_budget": 0.5, "statement_budget": 0.5}


@pytest.fixture
def toys(programs: Programs) -> Running:
    return programs.start(program, **SHORT)


@pytest.fixture
def paused(programs: Programs) -> Callable[[], Any]:
    assert isinstance(programs.footing, Production)
    return programs.footing.paused


def is_put_off(answer: httpx.Response) -> bool:
    return answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0


@contextmanager
def writers_lock_held(toys: Running) -> Iterator[None]:
    """Somebody else has locked what every toy is written to."""
    with toys.runtime.engine.connect() as connection:
        connection.execute(text("LOCK TABLE toy IN EXCLUSIVE MODE"))
        yield
        connection.rollback()


def count_waiting(toys: Running) -> int:
    """How many of the server's processes wait for a lock in this database."""
    asked = "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
    asked += "WHERE datname = current_database() AND NOT granted"
    with toys.runtime.engine.connect() as connection:
        return int(connection.scalar(text(asked)) or 0)


def wait_until(true: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1200):
        if true():
            return
        pause.wait(0.05)
    raise AssertionError("It never came")


def test_a_paused_database_is_given_up(toys: Running, paused: Callable[[], Any]) -> None:
    make(toys)
    answers: list[httpx.Response] = []
    with paused():
        answers.append(toys.client.get("/health/ready"))  # its connection rested in the pool
        toys.runtime.engine.dispose()
        answers.append(toys.client.get("/health/ready"))  # it must connect anew
        toys.client.get("/metrics").raise_for_status()
        toys.client.get("/health/live").raise_for_status()
    assert all(is_put_off(answer) for answer in answers), "while the database was still silent"
    assert toys.client.get("/health/ready").status_code == 200
    make(toys, key="key-00000002")


def test_a_statement_that_waits_is_given_up_and_ended_on_the_server(toys: Running) -> None:
    toys.runtime.figures.count()
    with writers_lock_held(toys):
        answer = ask_to_make(toys)
        assert is_put_off(answer)
        wait_until(lambda: count_waiting(toys) == 0)  # nobody listens any more, so the server has given it up
    made = ask_to_make(toys)
    assert made.status_code == 201, "nothing of the first try was left behind"


def test_a_database_that_pauses_under_a_statement_is_given_up(programs: Programs, paused: Callable[[], Any]) -> None:
    toys = programs.start(program, time_budget=0.5, statement_budget=3.0)
    answers: list[httpx.Response] = []
    with writers_lock_held(toys):
        asking = threading.Thread(target=lambda: answers.append(ask_to_make(toys)))
        asking.start()
        wait_until(lambda: count_waiting(toys) > 0)
        with paused():
            asking.join(60)
    assert len(answers) == 1 and is_put_off(answers[0])


def test_who_waits_less_is_waited_for_less(toys: Running, programs: Programs) -> None:
    """The caller's own budget, which travels with its call, bounds a statement as well."""
    patient = programs.start(program)
    with writers_lock_held(patient):
        assert is_put_off(ask_to_make(patient, Time_Budget="300"))


def ask_to_make(toys: Running, **headers: str) -> httpx.Response:
    asked = as_(ANA, Idempotency_Key="key-00000001", **headers)
    return toys.client.post("/v1/toys", json={"name": "Bear"}, headers=asked)
