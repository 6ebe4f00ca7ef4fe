"""A program that takes connections and never answers holds its readers no longer than their time budget."""

import contextvars
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from chassis.http import ServiceClient, TokenSource
from chassis.problems import Unavailable
from chassis.time_budget import TimeBudget, begin_time_budget, current_time_budget
from fixtures.silent import Silent
from fixtures.stack import serve

LONG = 3600.0
SHORT = 0.05


@pytest.fixture
def silent() -> Iterator[Silent]:
    door = Silent()
    yield door
    door.close()


@pytest.fixture
def speaking() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A program that keeps the headers of each call, and answers with the status that its path says."""
    heard: list[dict[str, str]] = []

    async def answer(request: Request) -> JSONResponse:
        heard.append(dict(request.headers))
        status = int(request.path_params["status"])
        return JSONResponse({"access_token": "mine", "expires_in": 300}, status_code=status)

    url, stop = serve(Starlette(routes=[Route("/{status:int}", answer, methods=["GET", "POST"])]))
    yield url, heard
    stop()


def client(url: str, timeout: float = LONG) -> ServiceClient:
    return ServiceClient(url, TokenSource("http://127.0.0.1:1", "me", lambda: "secret"), timeout=timeout)


def within(seconds: float, act: Callable[[], Any], told: str | None = None) -> Any:
    """Act as a request does that may wait so long."""

    def as_request() -> Any:
        begin_time_budget(seconds, told)
        return act()

    return contextvars.copy_context().run(as_request)


def test_all_calls_of_a_request_and_their_repeats_share_one_budget(silent: Silent) -> None:
    asked = client(silent.url)

    def ask_twice() -> None:
        for _ in range(2):
            with pytest.raises(Unavailable):
                asked.get("/", token="t")

    within(SHORT, ask_twice)
    assert len(silent.taken) == 1  # a repeat, or the second call, would have knocked again


def test_a_loop_waits_no_longer_than_one_call_may_take(silent: Silent) -> None:
    with pytest.raises(Unavailable):
        client(silent.url, timeout=SHORT).get("/", token="t")
    assert len(silent.taken) == 1


def test_a_pause_before_a_repeat_comes_out_of_the_budget(
    speaking: tuple[str, list[dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, heard = speaking
    monkeypatch.setattr("chassis.http.FIRST_PAUSE", 0.001)

    def ask() -> None:
        budget = current_time_budget()
        assert budget is not None
        with pytest.raises(Unavailable):
            client(url).get("/503", token="t")
        assert budget.left > 0

    within(LONG, ask)
    assert len(heard) == 4
    budget = TimeBudget(0.001)
    with pytest.raises(Unavailable):
        ServiceClient._pause(budget, 0)
    assert budget.left == 0.001  # a pause that does not fit is not begun


def test_who_waits_for_identity_waits_within_the_budget(silent: Silent) -> None:
    tokens = TokenSource(silent.url, "me", lambda: "secret")
    asked = ServiceClient("http://127.0.0.1:1", tokens, timeout=LONG)

    def refused(_: int) -> bool:
        try:
            within(SHORT, lambda: asked.get("/"))
        except Unavailable:
            return True
        return False

    with ThreadPoolExecutor(8) as crowd:
        assert all(crowd.map(refused, range(8)))


@pytest.mark.parametrize(
    ("told", "at_most"),
    [(None, 2700), ("1000", 900), ("0", 0), ("999999", 2700), ("9999999", 2700), ("-1", 2700), ("1.5", 2700)],
)
def test_what_is_left_travels_and_can_only_be_shortened(
    speaking: tuple[str, list[dict[str, str]]], told: str | None, at_most: int
) -> None:
    url, heard = speaking

    def ask() -> None:
        if told == "0":
            with pytest.raises(Unavailable):
                client(url).get("/200", token="t")
        else:
            client(url).get("/200", token="t")

    within(3.0, ask, told)
    assert [int(each["time-budget"]) for each in heard] == [pytest.approx(at_most, abs=5)] * (told != "0")


def test_waits_are_taken_from_the_budget_and_nothing_else() -> None:
    clock = iter([10.0, 11.0, 500.0, 500.5])
    budget = TimeBudget(2.0, lambda: next(clock))
    with budget.waiting():
        pass
    with pytest.raises(KeyError), budget.waiting():
        raise KeyError
    assert budget.left == 0.5 and budget.header() == "450"
    with TimeBudget(0.0).waiting():
        assert TimeBudget(-1.0).left == 0.0
