"""What waits for an answer to leave is done once it has, and not where nothing was shown or nobody was there."""

import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import APIRouter

from chassis.answered import when_answered
from chassis.problems import NotFound
from chassis.program import Program
from chassis.settings import ServiceSettings
from fixtures.stack import Programs, Running

LEFT: list[str] = []
ASKED, GONE = threading.Event(), threading.Event()
router = APIRouter()


@router.api_route("/v1/answers/{kind}", methods=["GET", "HEAD"])
def answer(kind: str) -> Any:
    when_answered(lambda: LEFT.append(kind))
    if kind == "refused":
        raise NotFound()
    if kind == "broken":
        raise RuntimeError
    if kind == "awaited":
        ASKED.set()
        assert GONE.wait(20)
    return {"kind": kind, "text": "x" * (5_000_000 if kind == "large" else 10)}


@pytest.fixture
def answers(programs: Programs) -> Iterator[Running]:
    LEFT.clear()
    yield programs.start(Program(name="answers", title="Answers", settings=ServiceSettings, routers=[router]))


ON_FILES = pytest.mark.parametrize("footing", ["embedded"], indirect=True)  # it has no store


def left(answers: Running) -> list[str]:
    """What has left by now: what one request waits for is done before the server looks at another."""
    assert answers.client.get("/health/live").status_code == 200
    return LEFT


@ON_FILES
@pytest.mark.parametrize(("kind", "status"), [("small", 200), ("large", 200), ("refused", 404), ("broken", 500)])
def test_an_answer_has_left_once_it_is_whole_and_shows_something(answers: Running, kind: str, status: int) -> None:
    assert answers.client.get(f"/v1/answers/{kind}").status_code == status
    assert left(answers) == ([kind] if status == 200 else [])


@ON_FILES
def test_an_answer_without_a_body_shows_nothing(answers: Running) -> None:
    assert answers.client.head("/v1/answers/small").status_code == 200
    assert left(answers) == []


def ask(answers: Running, kind: str) -> socket.socket:
    address = urlsplit(answers.url)
    connection = socket.create_connection((address.hostname or "", address.port or 0))
    connection.sendall(f"GET /v1/answers/{kind} HTTP/1.1\r\nHost: answers\r\n\r\n".encode())
    return connection


def await_end(answers: Running) -> None:
    """The request that was sent by hand has ended; the server counts it then."""
    labels = {"method": "GET", "route": "/v1/answers/{kind}", "status": "200"}
    while answers.runtime.metrics.get_sample_value("thinkfamily_requests_total", labels) is None:
        assert left(answers) == []


@ON_FILES
def test_nothing_has_left_for_a_client_that_went_before(answers: Running) -> None:
    ASKED.clear()
    GONE.clear()
    with ask(answers, "awaited"):
        assert ASKED.wait(20)
    left(answers)  # the server has seen that the line is closed
    GONE.set()
    await_end(answers)
    assert left(answers) == []
    assert answers.client.get("/v1/answers/awaited").status_code == 200  # one that waits
    assert left(answers) == ["awaited"]


@ON_FILES
def test_what_a_client_has_begun_to_read_has_left(answers: Running) -> None:
    with ask(answers, "large") as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    while not left(answers):
        pass
    assert left(answers) == ["large"]


def test_outside_of_a_request_nothing_is_waited_for() -> None:
    when_answered(lambda: LEFT.append("never"))
    assert "never" not in LEFT
