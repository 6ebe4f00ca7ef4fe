"""What is made of a feed's declaration: its readers, its examples, its schema."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta

from families.feeds import kinds
from families.feeds.catalogue import FactOf, Feed, FeedKind
from families.feeds.codes import CODES
from families.feeds.columns import Column, who
from families.feeds.kinds import Code
from families.feeds.lines import Covers, Line, LineFault
from families.feeds.periods import FromTo, OnDay
from families.feeds.registry import FEEDS
from families.feeds.rules import OnlyWith, Own

LONG = Covers(date(2016, 9, 1), date(2026, 6, 30))
# A list that changed with the new year 2018: `contract` gave way to `notice`.
ACTION = kinds.one_of("none", Code("contract", last=date(2017, 12, 31)), Code("notice", first=date(2018, 1, 1)))
VISITS = Feed(
    name="anti_social_behaviour",  # a feed is always in the vocabulary
    title="Visits",
    kind=FeedKind.EVENTS,
    description="Made up for the tests.",
    key=("ref",),
    columns=(
        Column("ref", kinds.REFERENCE, "", "V-1", True),
        Column("seen_on", kinds.DAY, "", "2017-06-01", True),
        Column("asked_on", kinds.DAY, ""),
        Column("action", ACTION, "", "contract"),
        *who(required=True, forename="Sam", surname="Example", born="1982-07-30", sex="female"),
        Column("address_line", kinds.LINE, ""),
        Column("postcode", kinds.POSTCODE, ""),
        Column("uprn", kinds.UPRN, ""),
    ),
    facts=(FactOf("visit.made", OnDay("seen_on"), 1), FactOf("visit.action", OnDay("seen_on"), "action")),
)


def read(feed: Feed, cells: Mapping[str, str], covers: Covers = LONG) -> Line | list[LineFault]:
    return feed.read(2, feed.example_cells(cells), covers)


@pytest.mark.parametrize(
    ("day", "code", "fault"),
    [
        ("2017-12-31", "contract", None),
        ("2018-01-01", "contract", "code_no_longer_in_use"),
        ("2017-12-31", "notice", "code_not_yet_in_use"),
        ("2018-01-01", "notice", None),
        ("2026-06-01", "notice", None),
        ("2017-12-31", "none", None),
        ("2018-01-01", "none", None),
    ],
)
def test_a_code_must_have_been_in_use_on_the_day_of_the_line_whatever_day_it_is_today(
    day: str, code: str, fault: str | None
) -> None:
    """A correction of a line of 2017 comes in 2026 and still says `contract`, which was right then."""
    line = read(VISITS, {"seen_on": day, "action": code})
    assert line == [LineFault("action", fault)] if fault else isinstance(line, Line)
    assert fault is None or fault in CODES


def test_a_column_may_name_the_column_whose_day_counts_for_its_codes() -> None:
    columns = tuple(replace(c, dated_by="asked_on") if c.name == "action" else c for c in VISITS.columns)
    asked = replace(VISITS, columns=columns)
    assert isinstance(read(asked, {"seen_on": "2018-02-01", "asked_on": "2017-12-31"}), Line)
    assert read(asked, {"asked_on": "2018-01-01"}) == [LineFault("action", "code_no_longer_in_use")]


def test_without_the_day_that_counts_it_is_the_last_day_that_the_push_covers_and_not_today() -> None:
    columns = tuple(replace(c, dated_by="asked_on") if c.name == "action" else c for c in VISITS.columns)
    asked = replace(VISITS, columns=columns)
    assert isinstance(read(asked, {}, Covers(date(2016, 9, 1), date(2017, 12, 31))), Line)
    late = read(asked, {}, Covers(date(2016, 9, 1), date(2018, 1, 1)))
    assert late == [LineFault("action", "code_no_longer_in_use")]


@pytest.mark.parametrize(
    ("text", "pence"),
    [("0", 0), ("412", 41_200), ("412.50", 41_250), ("0.05", 5), ("9999999.99", 999_999_999)],
)
def test_an_amount_is_pence(text: str, pence: int) -> None:
    assert kinds.AMOUNT.read(text) == pence


@pytest.mark.parametrize("text", ["-1", "412.5", "412,50", "£412", "1e3", ".50", "412.", "10000000", "４１２", "4 12"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(kinds.Bad) as refused:
        kinds.AMOUNT.read(text)
    assert refused.value.code == "not_an_amount" and "not_an_amount" in CODES


@pytest.mark.parametrize(
    ("values", "days"),
    [
        ({"first": None, "last": None}, None),
        ({"first": date(2017, 1, 1), "last": None}, (date(2017, 1, 1), date(2017, 3, 31))),
        ({"first": date(2017, 1, 1), "last": date(2017, 2, 1)}, (date(2017, 1, 1), date(2017, 2, 1))),
        ({"first": date(2017, 1, 1), "last": date(2017, 4, 2)}, (date(2017, 1, 1), date(2017, 3, 31))),
    ],
)
def test_a_spell_that_was_looked_at_on_a_day_ends_with_that_day_at_the_latest(values: Any, days: Any) -> None:
    looked_at = FromTo("first", "last", as_of="as_of")
    assert looked_at.days(values | {"as_of": date(2017, 3, 31)}) == days
    assert FromTo("first", "last").days(values) == (days and (values["first"], values["last"]))


def test_a_spell_does_not_begin_after_the_day_on_which_it_was_looked_at() -> None:
    values = {"first": date(2017, 4, 1), "as_of": date(2017, 3, 31)}
    assert list(FromTo("first", as_of="as_of").faults(values, LONG)) == [LineFault("first", "after_as_of")]


def test_a_cell_can_be_called_for_or_forbidden_by_another() -> None:
    rule = OnlyWith("asked_on", "action", ("contract",))
    feed = replace(VISITS, rules=(rule,))
    assert read(feed, {}) == [LineFault("asked_on", "needed_here")]
    assert read(feed, {"action": "none", "asked_on": "2017-01-01"}) == [LineFault("asked_on", "needless_here")]
    assert isinstance(read(feed, {"asked_on": "2017-01-01"}), Line)


def test_a_feed_may_have_a_rule_of_its_own() -> None:
    rule = Own(("ref",), ("not_a_reference",), lambda v: iter([LineFault("ref", "not_a_reference")] * (v["ref"] < "V")))
    assert read(replace(VISITS, rules=(rule,)), {"ref": "A-1"}) == [LineFault("ref", "not_a_reference")]
    assert isinstance(read(replace(VISITS, rules=(rule,)), {}), Line)


@pytest.mark.parametrize("feed", FEEDS.values(), ids=list(FEEDS))
def test_what_is_read_fits_the_schema_and_what_the_schema_refuses_is_not_read(feed: Feed) -> None:
    """As far as single cells go, and for cells that are written as the page shows them."""
    schema = feed.json_schema()
    meta.validate(schema)
    judge = Draft202012Validator(schema, validate_formats=True)
    for changed in ({}, *feed.examples):
        assert judge.is_valid(feed.as_members(feed.example_cells(changed)))
    for column in feed.columns:
        members = feed.as_members(feed.example_cells({column.name: ""}))
        assert judge.is_valid(members) is not column.required
    assert not judge.is_valid(feed.as_members(feed.example_cells()) | {"colour": "red"})


@pytest.mark.parametrize("feed", FEEDS.values(), ids=list(FEEDS))
@pytest.mark.parametrize("text", ["=1", "x" * 300, "nobody's code", "2017-13-01", "£5", "-1"])
def test_a_cell_that_the_schema_accepts_alone_is_read_alone(feed: Feed, text: str) -> None:
    """A schema may be blind to what only Python can judge, never stricter than the reader."""
    judges = feed.json_schema()["properties"]
    for column in feed.columns:
        judge = Draft202012Validator(judges[column.name], validate_formats=True)
        try:
            column.kind.read(text)
        except kinds.Bad:
            continue
        assert judge.is_valid(text), column.name
