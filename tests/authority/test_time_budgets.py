"""A program that is stopped holds its readers no longer than their time budget, whichever door they came in by."""

from collections.abc import Iterator

import httpx
import pytest

from authority.town import Town
from chassis.http import ServiceClient, TokenSource
from fixtures.platform import NOWHERE
from fixtures.silent import Silent

BRIEFLY = {"Time-Budget": "200"}
"""What a caller says who waits so many milliseconds: it stands for the three seconds of a program's setting."""


@pytest.fixture
def silent() -> Iterator[Silent]:
    door = Silent()
    yield door
    door.close()


@pytest.mark.parametrize(
    ("program", "stopped", "who", "method", "path"),
    [
        ("families", "consent", "harriet", "GET", "/v1/families"),
        ("families", "consent", "harriet", "POST", "/v1/people/lookup"),
        ("consent", "families", "leo", "POST", "/v1/consents/lookup"),
    ],
)
def test_a_stopped_program_is_waited_for_once_and_briefly(
    town: Town, silent: Silent, monkeypatch: pytest.MonkeyPatch, program: str, stopped: str, who: str, method: str,
    path: str,
) -> None:  # fmt: skip
    """Ten seconds a try, four tries a call and several calls a request were 41 s; one try is enough to know."""
    own = TokenSource(NOWHERE, program, lambda: "secret")
    monkeypatch.setattr(own, "token", lambda *_, **__: "own")
    runtime = town.platform[program].runtime
    runtime.flush()  # marks of answers to earlier tests would go the same way
    monkeypatch.setitem(runtime._clients, stopped, ServiceClient(silent.url, own, timeout=10.0))
    json = None if method == "GET" else {"ids": [town.people["ana"]]}
    answer = town.call(who, method, program, path, headers=BRIEFLY, json=json)
    assert (answer.status_code, answer.json()["title"]) == (503, "Not available at the moment")
    assert len(silent.taken) == 1


def test_an_operation_of_the_gateway_is_given_up_with_the_program_that_is_silent(
    town: Town, silent: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = town.platform["gateway"]
    monkeypatch.setitem(running.app.state.programs, "families", httpx.AsyncClient(base_url=silent.url, timeout=10))
    query = {"query": "{ families(first: 1) { items { id } } }"}
    answer = town.post("ana", "gateway", "/graphql", query, headers=BRIEFLY)
    assert answer.json()["errors"][0]["extensions"]["problem"]["status"] == 503
    assert len(silent.taken) == 1
