"""What is hostile to the gateway is refused before it costs anything: by what is not done, and by the CPU it takes."""

from collections import Counter
from functools import cache
from typing import Any

import graphql
import pytest
from graphql import DocumentNode

from fixtures.platform import Platform
from gateway import limits
from hostile.costs import measure, table
from hostile.doors import Door, doors
from hostile.hostile_requests import HostileRequest, hostile_requests
from hostile.judge import judge, none

FAR_OVER_THE_BAR = 1.5
"""Times what a legitimate `me` costs. The bar is two thirds, which `bench/gateway_hostile.py` holds; a machine that
does much else may show twice of it, and what was done in vain before showed 25 times and more."""


def posting(platform: Platform) -> Door:
    return next(door for door in doors(platform, "gateway") if (door.method, door.path) == ("POST", "/graphql"))


def ask(platform: Platform, door: Door, one: HostileRequest) -> Any:
    headers = {**door.headers(), **one.headers}
    return platform["gateway"].client.request(one.method, one.path, content=one.body, headers=headers)


def test_what_is_beyond_a_limit_is_refused_before_it_is_parsed(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: Counter[str] = Counter()
    whole = graphql.parse

    def counting(document: str, **options: Any) -> DocumentNode:
        parsed[document] += 1
        return whole(document, **options)

    monkeypatch.setattr(limits, "parse", counting)
    door, wrong = posting(platform), []
    for one in hostile_requests(1):
        parsed.clear()
        answer = ask(platform, door, one)
        wrong += judge(answer, door, f"costs: {one.kind}")
        if answer.status_code < 400 and "errors" not in answer.json():
            wrong.append(f"{one.kind}: ran")
        if parsed.total() > int(one.parsed):
            wrong.append(f"{one.kind}: parsed {parsed.total()} times")
    assert none(wrong)


@cache
def costs() -> dict[str, Any]:
    """Measured once, for both footings: the gateway has no store."""
    return measure(3, 10, unlimited=True)


def test_no_class_costs_more_than_what_is_legitimate(capsys: pytest.CaptureFixture[str]) -> None:
    found = costs()
    with capsys.disabled():
        print(f"\n{table(found)}")
    # How much is parsed in vain is bounded by caller: tests/unit/gateway/test_admission.py.
    bounded = {one.kind for one in hostile_requests(0) if one.parsed}
    ratios = {name: one["ratio"] for name, one in found.items() if name not in bounded}
    assert len(ratios) > 50 and {name: ratio for name, ratio in ratios.items() if ratio > FAR_OVER_THE_BAR} == {}
