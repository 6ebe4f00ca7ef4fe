"""What a feed's declaration promises, pushed over HTTP: its examples are recorded, its refusals come back as told."""

from collections.abc import Mapping
from typing import Any

import pytest

from families.feeds.catalogue import Feed, FeedKind
from families.feeds.lines import Line
from families.feeds.periods import OnDay
from families.feeds.registry import FEEDS
from unit.families.borough import Borough

EVERY = pytest.mark.parametrize("feed", FEEDS.values(), ids=list(FEEDS))
STATES = [feed for feed in FEEDS.values() if feed.kind is FeedKind.STATES]


def push(town: Borough, feed: Feed, cells: Mapping[str, str]) -> dict[str, Any]:
    """The example with some cells changed, as CSV, for the days that the examples cover."""
    covers = feed.examples_cover
    return town.push(
        feed.name,
        feed.example_cells(cells),
        covers_from=covers.first.isoformat(),
        covers_to=covers.last.isoformat(),
    )


def stated(feed: Feed, cells: Mapping[str, str]) -> dict[str, Any]:
    line = feed.read(2, feed.example_cells(cells), feed.examples_cover)
    assert isinstance(line, Line)
    return {fact.measure: fact.value for fact in line.facts}


@EVERY
def test_an_example_is_recorded_and_is_no_news_in_the_other_format(town: Borough, feed: Feed) -> None:
    first = push(town, feed, {})
    assert (first["status"], first["counts"]["recorded"]) == ("finished", 1)
    told = town.told("families.fact")
    assert {fact["measure"]: fact["value"] for fact in told} == stated(feed, {})
    assert {(fact["category"], fact["from"] is not None) for fact in told} == {(feed.category, True)}
    covers = feed.examples_cover
    again = town.push_body(
        feed.name,
        feed.example("ndjson"),
        media_type="application/x-ndjson",
        covers_from=covers.first.isoformat(),
        covers_to=covers.last.isoformat(),
    )
    assert again["counts"]["unchanged"] == 1 and len(town.told("families.fact")) == len(told)


@EVERY
def test_each_further_example_is_recorded_in_place_of_the_first(town: Borough, feed: Feed) -> None:
    push(town, feed, {})
    for cells in feed.examples:
        assert push(town, feed, cells)["counts"]["recorded"] == 1
        shown = {fact["measure"]: fact["value"] for fact in current_facts(town)}
        assert shown == stated(feed, cells)
    assert len(town.links()) == 1


@EVERY
def test_each_refusal_comes_back_with_its_column_and_code(town: Borough, feed: Feed) -> None:
    found = []
    for refusal in feed.refusals:
        (line,) = town.lines(push(town, feed, refusal.cells))
        found.append((line["outcome"], [(error["column"], error["code"]) for error in line["errors"]]))
    assert found == [("refused", [(refusal.column, refusal.code)]) for refusal in feed.refusals] != []
    assert town.told("families.fact") == []


@pytest.mark.parametrize("feed", STATES, ids=[feed.name for feed in STATES])
def test_what_stood_on_one_day_stays_told_when_a_later_day_is_told(town: Borough, feed: Feed) -> None:
    """Arrears of March are not corrected by those of June: they stand beside each other."""
    as_of = next(fact.period.day for fact in feed.facts if isinstance(fact.period, OnDay))
    push(town, feed, {})
    later = feed.examples_cover.last.isoformat()
    assert push(town, feed, {as_of: later})["counts"]["recorded"] == 1
    told = town.told("families.fact")
    assert {fact["name"] for fact in told} == {"fact.recorded"}
    states = [fact["from"] for fact in told if fact["from"] == fact["to"]]
    assert set(states) == {feed.example_cells()[as_of], later}
    assert len({link["person"] for link in town.links()}) == 1, "two records of one person"


def current_facts(town: Borough) -> list[dict[str, Any]]:
    """The facts that stand, from the events that told of them."""
    found: dict[str, dict[str, Any]] = {}
    for fact in town.told("families.fact"):
        found.pop(str(fact["supersedes"]), None)
        found[fact["fact"]] = fact
        if fact["name"] == "fact.ended":
            del found[fact["fact"]]
    return list(found.values())
