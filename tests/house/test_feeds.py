"""A feed is said in the vocabulary, in its declaration and in the sandbox, and what one of them lacks is found here.

Each rule is a function that lists what breaks it. It is asked of the feeds that there are, and of one that breaks it.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from families.feeds import declarations, kinds
from families.feeds.catalogue import FactOf, Feed, FeedKind, Refusal
from families.feeds.codes import CODES
from families.feeds.columns import Column
from families.feeds.kinds import Code, Coded, Count, Text
from families.feeds.lines import Line
from families.feeds.periods import FromTo, OnDay, SchoolTerm
from families.feeds.registry import FEEDS
from families.feeds.rules import OnlyWith, SumAtMost
from sandbox.feeds import SUPPLIES
from sandbox.model import STORY_FEEDS
from vocabulary.categories import CATEGORIES, Category
from vocabulary.feeds import FEEDS as VOCABULARY
from vocabulary.feeds import DeclaredFeed
from vocabulary.scopes import RESERVED, SCOPES
from vocabulary.source import NotAsDeclared, check_entries

from .houses import ROOT

FOLDERS = ("services", "gateway", "sandbox", "journey", "tests", "tools", "bench", "deploy")
CODE_AND_DATA = {".py", ".toml", ".json", ".yaml", ".yml", ".graphql", ".txt"}
VOCABULARY_DATA = "services/vocabulary/src/vocabulary/data/"
MEASURE = re.compile(r"[a-z_]+\.[a-z_]+")
PLANS = ROOT / "services/claims/src/claims"
MAIN_PERIOD = {
    FeedKind.EVENTS: OnDay,
    FeedKind.SPELLS: FromTo,
    FeedKind.MEASURES: SchoolTerm,
    FeedKind.STATES: FromTo | OnDay,
}


# What other programs know of a feed


def without_declaration(vocabulary: Iterable[str], declared: Collection[str]) -> list[str]:
    return [name for name in vocabulary if name not in declared]


def not_grantable(feeds: Iterable[DeclaredFeed], grantable: Collection[str]) -> list[str]:
    return [feed.scope for feed in feeds if feed.scope not in grantable]


def unknown_categories(feed: Feed, known: Collection[str] = CATEGORIES.keys()) -> list[str]:
    """Columns of a category that consent cannot be asked about."""
    return [f"{column.name}: {column.category}" for column in feed.columns if column.category not in known]


def seen_by_nobody(feed: Feed, categories: Mapping[str, Category] = CATEGORIES) -> list[str]:
    """Categories of a feed that no role sees for any purpose: it would be held, and of use to nobody."""
    return [code for code in feed.categories if not categories[code].seen_by]


# What a declaration holds together


def unknown_columns(feed: Feed) -> list[str]:
    """Names that a declaration uses and that are none of its columns."""
    used = [*feed.key, *feed.identifiers]
    used += [name for fact in feed.facts for name in fact.columns]
    used += [name for rule in feed.rules for name in rule.columns]
    used += [name for other in feed.also_named for name in other.columns]
    used += [column.dated_by for column in feed.columns if column.dated_by]
    used += [name for refusal in feed.refusals for name in (*refusal.cells, refusal.column)]
    used += [name for example in feed.examples for name in example]
    return sorted(set(used) - set(feed.names))


def not_always_told(feed: Feed) -> list[str]:
    """Columns that must be required: a line without its key or its main fact says nothing."""
    must = {*feed.key, feed.facts[0].period.columns[0]}
    must |= {name for rule in feed.rules if isinstance(rule, SumAtMost) for name in rule.columns}
    must |= {as_of for fact in feed.facts if isinstance(fact.period, FromTo) and (as_of := fact.period.as_of)}
    if isinstance(feed.facts[0].value, str):
        must.add(feed.facts[0].value)
    required = {column.name for column in feed.columns if column.required}
    return sorted(must - required)


def measures_repeated(feed: Feed) -> list[str]:
    """A record states a measure once at a time: a second fact of it would replace the first."""
    measures = [fact.measure for fact in feed.facts]
    return sorted({measure for measure in measures if measures.count(measure) > 1})


def not_of_its_kind(feed: Feed) -> list[str]:
    """Facts that a feed of this kind cannot tell.

    Of states each fact is bound to the day as of which it is told, and that day is part of the key: otherwise the
    arrears of June would replace those of March instead of standing beside them.
    """
    wrong = [] if isinstance(feed.facts[0].period, MAIN_PERIOD[feed.kind]) else [feed.facts[0].measure]
    if feed.kind is FeedKind.STATES:
        for fact in feed.facts:
            as_of = fact.period.day if isinstance(fact.period, OnDay) else getattr(fact.period, "as_of", "")
            wrong += [fact.measure] if as_of not in feed.key else []
    return wrong


def dated_by_no_day(feed: Feed) -> list[str]:
    """Columns whose codes are judged by another column, which holds no day."""
    days = {column.name for column in feed.columns if isinstance(column.kind, kinds.Day)}
    return [column.name for column in feed.columns if column.dated_by and column.dated_by not in days]


def without_source(feed: Feed, docstring: str | None = None) -> list[str]:
    """A declaration whose docstring does not lead to where its columns come from."""
    told = docstring if docstring is not None else import_module(f"{declarations.__name__}.{feed.name}").__doc__ or ""
    return [] if "docs/sources/feeds.md#" in told else [feed.name]


# Examples


def examples_refused(feed: Feed) -> Iterator[str]:
    """Examples that the feed's own reader refuses, and refusals that it does not find as they are told."""
    for changed in ({}, *feed.examples):
        line = feed.read(2, feed.example_cells(changed), feed.examples_cover)
        if not isinstance(line, Line):
            yield f"{changed}: {[(fault.column, fault.code) for fault in line]}"
    for refusal in feed.refusals:
        line = feed.read(2, feed.example_cells(refusal.cells), feed.examples_cover)
        found = [] if isinstance(line, Line) else [(fault.column, fault.code) for fault in line]
        if found != [(refusal.column, refusal.code)]:
            yield f"{refusal.cells}: {found}"


def without_example(feed: Feed) -> list[str]:
    """Columns of which no example shows a value, and faults that a feed can find and of which it shows none."""
    shown = {name for cells in ({}, *feed.examples) for name, text in feed.example_cells(cells).items() if text}
    shown |= {name for refusal in feed.refusals for name, text in refusal.cells.items() if text}
    return sorted(set(feed.names) - shown) + sorted(feed.findable - {refusal.code for refusal in feed.refusals})


def without_page(feed: Feed) -> list[str]:
    """Codes that a line may be refused with and that tell a partner nothing."""
    used = set(feed.findable) | {
        column.kind.otherwise
        for column in feed.columns
        if isinstance(column.kind, Text | Count) and column.kind.otherwise
    }
    return sorted(used - set(CODES))


# What claims relies upon


def plans() -> dict[str, Any]:
    found = {path.name: json.loads(path.read_text()) for path in PLANS.rglob("*.json")}
    return {name: plan for name, plan in found.items() if isinstance(plan, dict) and "criteria" in plan}


def measures_in(part: Any) -> Iterator[tuple[str, Any]]:
    """The measures that a criterion names, each with the values that it compares them with, if any."""
    if isinstance(part, dict):
        for name, inner in part.items():
            if MEASURE.fullmatch(name):
                yield name, inner
            else:
                yield from measures_in(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from measures_in(inner)
    elif isinstance(part, str) and MEASURE.fullmatch(part):
        yield part, []


def not_stated(criteria: Iterable[Any], feeds: Mapping[str, Feed]) -> list[str]:
    """What a plan expects of a feed and no declaration gives: then a need would never show, and nobody be told why."""
    wrong: list[str] = []
    for criterion in criteria:
        feed = feeds.get(criterion["feed"])
        if feed is None or feed.category != criterion["category"]:
            wrong.append(f"{criterion['feed']}: {criterion['category']}")
            continue
        facts = {fact.measure: fact for fact in feed.facts}
        columns = {column.name: column for column in feed.columns}
        for measure, values in measures_in({"need": criterion["need"], "progress": criterion["progress"]}):
            if measure not in facts:
                wrong.append(f"{feed.name}: {measure}")
                continue
            told_by = facts[measure].value
            codes = columns[told_by].codes if isinstance(told_by, str) else ()
            wrong += [f"{feed.name}: {measure} {value}" for value in values if value and value not in codes]
    return wrong


RULES: list[Callable[[Feed], Iterable[str]]] = [
    unknown_columns,
    not_always_told,
    measures_repeated,
    not_of_its_kind,
    dated_by_no_day,
    without_source,
    examples_refused,
    without_example,
    without_page,
    unknown_categories,
    seen_by_nobody,
]


@pytest.mark.parametrize("feed", FEEDS.values(), ids=list(FEEDS))
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_declaration_keeps_the_rule(rule: Callable[[Feed], Iterable[str]], feed: Feed) -> None:
    assert list(rule(feed)) == []


def test_each_feed_of_the_vocabulary_is_declared_and_each_declared_one_is_in_the_vocabulary() -> None:
    assert without_declaration(VOCABULARY, FEEDS) == []
    assert without_declaration(["made_up", "benefits"], {"benefits"}) == ["made_up"]
    with pytest.raises(LookupError, match="made_up"):
        replace(FEED, name="made_up")


def test_each_feed_is_sent_by_somebody_in_the_sandbox() -> None:
    """What is never sent in a test is never read in one."""
    assert without_declaration(FEEDS, SUPPLIES) == [] and without_declaration(SUPPLIES, FEEDS) == []
    assert without_declaration(["made_up", *FEEDS], SUPPLIES) == ["made_up"]


def files_naming(feed: str, root: Path = ROOT) -> list[str]:
    """The files of code and data that name a feed, but for what is made of others."""
    word = re.compile(rf"(?<![a-z_]){feed}(?![a-z_])")
    files = (path for folder in FOLDERS for path in (root / folder).rglob("*") if path.suffix in CODE_AND_DATA)
    return sorted(
        str(path.relative_to(root))
        for path in files
        if "contract" not in path.parts and not path.parts[-2].startswith(".") and word.search(path.read_text())
    )


def test_a_feed_on_which_no_story_rests_is_named_in_the_vocabulary_and_in_two_files_besides() -> None:
    """Its declaration, and its supplier in the sandbox; in no list that somebody would forget. A category of the same
    name stands in the vocabulary too."""
    named = {feed: files_naming(feed) for feed in FEEDS if feed not in STORY_FEEDS}
    besides = {feed: [file for file in files if not file.startswith(VOCABULARY_DATA)] for feed, files in named.items()}
    assert named
    assert {feed: files for feed, files in besides.items() if len(files) > 2} == {}


def test_a_file_that_names_a_feed_is_counted(tmp_path: Path) -> None:
    for name, text in {
        "a.py": "push:loans",
        "b.toml": "[loans]",
        "c.py": "old_loans",
        "contract/d.json": "loans",
    }.items():
        (tmp_path / "services" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "services" / name).write_text(text)
    assert files_naming("loans", tmp_path) == ["services/a.py", "services/b.toml"]


def test_each_feeds_scope_can_be_granted() -> None:
    assert not_grantable(VOCABULARY.values(), SCOPES.keys() - RESERVED) == []
    assert not_grantable([MADE_UP], SCOPES.keys() - RESERVED) == ["push:made_up"]


def test_a_feed_without_trust_is_refused() -> None:
    with pytest.raises(NotAsDeclared, match=r"feeds\.toml, made_up: trust"):
        check_entries(DeclaredFeed, {"made_up": MADE_UP.model_dump(exclude={"trust", "code"})})
    assert all(isinstance(feed.trust, int) for feed in VOCABULARY.values())


def test_what_a_plan_expects_is_what_a_feed_states() -> None:
    known = plans()
    assert known, "the plans have moved"
    assert {name: not_stated(plan["criteria"], FEEDS) for name, plan in known.items()} == {name: [] for name in known}


MADE_UP = DeclaredFeed(code="made_up", category="benefits", supplier="housing", trust=2, may_say_moved=True)
FEED = FEEDS["benefits"]
CRITERION = {
    "feed": "benefits",
    "category": "benefits",
    "need": {"kind": "active_spell", "measure": "benefit.claim", "where": {"benefit.claim": ["jsa", ""]}},
    "progress": {"measure": "work.spell"},
}


def changed(name: str, **members: Any) -> tuple[Column, ...]:
    return tuple(replace(column, **members) if column.name == name else column for column in FEED.columns)


@pytest.mark.parametrize(
    ("broken", "rule", "found"),
    [
        (replace(FEED, key=("claim_no",)), unknown_columns, ["claim_no"]),
        (replace(FEED, facts=(FactOf("a.b", OnDay("on"), "value"),)), unknown_columns, ["on", "value"]),
        (replace(FEED, rules=(OnlyWith("sort", "benefit", ("uc",)),)), unknown_columns, ["sort"]),
        (replace(FEED, columns=changed("benefit", dated_by="begun_on")), unknown_columns, ["begun_on"]),
        (replace(FEED, key=("nino",)), not_always_told, ["nino"]),
        (replace(FEED, columns=changed("benefit", required=False)), not_always_told, ["benefit"]),
        (replace(FEED, columns=changed("started_on", required=False)), not_always_told, ["started_on"]),
        (replace(FEED, facts=(FEED.facts[0], FEED.facts[0])), measures_repeated, ["benefit.claim"]),
        (replace(FEED, kind=FeedKind.EVENTS), not_of_its_kind, ["benefit.claim"]),
        (replace(FEED, kind=FeedKind.MEASURES), not_of_its_kind, ["benefit.claim"]),
        (
            replace(FEED, kind=FeedKind.STATES, facts=(FactOf("a.b", OnDay("started_on"), "benefit"),)),
            not_of_its_kind,
            ["a.b"],
        ),
        (replace(FEED, columns=changed("benefit", dated_by="regime")), dated_by_no_day, ["benefit"]),
        (
            replace(FEED, columns=changed("nino", example="MW1")),
            examples_refused,
            ["{}: [('nino', 'not_a_nino')]"],
        ),
        (
            replace(FEED, refusals=(Refusal({"regime": "light_touch"}, "regime", "regime_missing"),)),
            examples_refused,
            ["{'regime': 'light_touch'}: []"],
        ),
        (replace(FEED, columns=changed("partner_claim_ref", example="")), without_example, ["partner_claim_ref"]),
        (
            replace(FEED, refusals=FEED.refusals[1:]),
            without_example,
            ["regime_missing"],
        ),
        (
            replace(FEED, rules=(OnlyWith("regime", "benefit", ("uc",), missing="odd"),)),
            without_page,
            ["odd"],
        ),
        (
            replace(FEED, columns=changed("regime", kind=Count(name="n", most=9, otherwise="not_small"))),
            without_page,
            ["not_small"],
        ),
        (replace(FEED, columns=changed("regime", category="hosing")), unknown_categories, ["regime: hosing"]),
    ],
)
def test_a_declaration_that_breaks_a_rule_is_found(
    broken: Feed, rule: Callable[[Feed], Iterable[str]], found: list[str]
) -> None:
    told = list(rule(broken))
    assert [fault for fault in told if fault in found] == found


def test_a_category_that_nobody_sees_is_found() -> None:
    hidden = {code: category.model_copy(update={"seen_by": {}}) for code, category in CATEGORIES.items()}
    assert seen_by_nobody(FEED, {**CATEGORIES, "benefits": hidden["benefits"]}) == ["benefits"]


def test_a_declaration_without_a_source_is_found() -> None:
    assert without_source(FEED, "Benefits. Source: docs/sources/law.md.") == ["benefits"]


def test_dated_codes_want_an_example_of_each_side() -> None:
    kind = Coded(name="code", codes=(Code("uc"), Code("jsa", last=FEED.examples_cover.first)))
    assert "code_no_longer_in_use" in without_example(replace(FEED, columns=changed("benefit", kind=kind)))


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({"feed": "made_up"}, "made_up: benefits"),
        ({"category": "attendance"}, "benefits: attendance"),
        ({"need": {"measure": "benefit.claims"}}, "benefits: benefit.claims"),
        ({"need": {"where": {"benefit.claim": ["jsb"]}}}, "benefits: benefit.claim jsb"),
    ],
)
def test_a_plan_that_expects_what_nobody_states_is_found(members: dict[str, Any], found: str) -> None:
    assert not_stated([CRITERION], FEEDS) == []
    assert not_stated([CRITERION | members], FEEDS) == [found]
