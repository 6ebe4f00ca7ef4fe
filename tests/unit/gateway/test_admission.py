"""Who may have more done now: told before anything of a request is read, and with when to come back."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from chassis.problems import TooManyRequests
from fixtures.tokens import as_, token
from gateway.admission import REMEMBERED, TIMES_FOR_WRONG, WORDS_AT_LEAST, Admission
from gateway.problems import TooBusy
from gateway.settings import GatewaySettings
from unit.gateway.under_test import ANA, Gateway, caller

ME = {"query": "{ me { client } }"}


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def made(clock: Clock, **settings: Any) -> Admission:
    return Admission(GatewaySettings(**settings), clock)


def test_a_caller_has_so_many_at_a_time_and_others_none_the_less(clock: Clock) -> None:
    admission = made(clock, operations_a_caller=2, operations=3)
    with ExitStack() as running:
        for _ in range(2):
            running.enter_context(admission.begin_operation(caller("ana")))
        with pytest.raises(TooManyRequests) as refused, admission.begin_operation(caller("ana")):
            pass
        assert refused.value.headers["Retry-After"] == "1"
        running.enter_context(admission.begin_operation(caller("cora")))
        with pytest.raises(TooBusy) as busy, admission.begin_operation(caller("iris")):
            pass
        assert int(busy.value.headers["Retry-After"]) >= 1
    with admission.begin_operation(caller("ana")):
        pass


def test_what_ends_badly_has_ended_too(clock: Clock) -> None:
    admission = made(clock, operations_a_caller=1)
    for _ in range(2):
        with pytest.raises(RuntimeError), admission.begin_operation(caller("ana")):
            raise RuntimeError


def test_words_come_back_with_time_and_no_more_than_at_once(clock: Clock) -> None:
    admission = made(clock, words_a_second=100, words_at_once=1_000)
    admission.pay_words(caller("ana"), 1_000)
    with pytest.raises(TooManyRequests) as refused:
        admission.pay_words(caller("ana"), 250)
    assert refused.value.headers["Retry-After"] == "3"
    admission.pay_words(caller("cora"), 250)
    clock.now += 2.5
    admission.pay_words(caller("ana"), 250)
    clock.now += 1_000
    admission.pay_words(caller("ana"), 1_000)
    with pytest.raises(TooManyRequests):
        admission.pay_words(caller("ana"), 1)


def test_what_was_parsed_for_nothing_costs_many_times_as_much(clock: Clock) -> None:
    admission = made(clock, words_a_second=100, words_at_once=1_000)
    admission.pay_words(caller("ana"), 30)
    admission.pay_for_wrong(caller("ana"), 30)
    with pytest.raises(TooManyRequests):
        admission.pay_words(caller("ana"), 1_000 - 30 - TIMES_FOR_WRONG * (30 + WORDS_AT_LEAST) + 1)


def test_callers_are_forgotten_when_there_are_too_many(clock: Clock) -> None:
    admission = made(clock)
    for number in range(REMEMBERED + 10):
        admission.pay_words(caller(str(number)), 1)
    assert len(admission._left) == REMEMBERED


def test_a_caller_who_brings_too_much_is_told_when_to_come_back(gateway_with: Callable[..., Gateway]) -> None:
    gateway = gateway_with(words_at_once=60, words_a_second=1)
    wrong = {"query": "{ me(purpose: 1) { client } }"}
    assert gateway.http.post("/graphql", json=wrong, headers=ANA).status_code == 200
    answer = gateway.http.post("/graphql", json=ME, headers=ANA)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 500
    assert answer.json()["errors"][0]["extensions"]["problem"]["title"] == "Too many requests"
    assert gateway.behind.calls == []
    other = as_(token("cora", roles=["analyst"]))
    assert gateway.http.post("/graphql", json=ME, headers=other).status_code == 200
    # What is kept costs nobody anything more.
    assert gateway.http.post("/graphql", json=ME, headers=ANA).status_code == 200


def test_beyond_what_may_run_nothing_of_a_request_is_read(gateway_with: Callable[..., Gateway]) -> None:
    gateway = gateway_with(operations=0)
    answer = gateway.http.post("/graphql", content=b"no JSON", headers={**ANA, "Content-Type": "application/json"})
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert answer.json()["errors"][0]["extensions"]["problem"]["title"] == "Too busy"
