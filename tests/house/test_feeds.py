"""A feed is said in the vocabulary, in its declaration and in the sandbox, and what one of them lacks is found here.

Each rule is a function that lists what breaks it. It looks at the feeds that there are, and at one that breaks it.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from families.feeds.periods import FromTo, OnDay, PartOf, SchoolTerm
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
from .rules import Rule

FOLDERS = ("services", "gateway", "sandbox", "journey", "tests", "tools", "bench", "deploy")
CODE_AND_DATA = {".py", ".toml", ".json", ".yaml", ".yml", ".graphql", ".txt"}
VOCABULARY_DATA = "services/vocabulary/src/vocabulary/data/"
PLANS_DATA = "services/claims/src/claims/frameworks/data/"
"""A plan that counts with a feed names it, and has to."""
MEASURE = re.compile(r"[a-z_]+\.[a-z_]+")
PLANS = ROOT / "services/claims/src/claims"
MAIN_PERIOD = {
    FeedKind.EVENTS: OnDay,
    FeedKind.SPELLS: FromTo | PartOf,
    FeedKind.MEASURES: SchoolTerm,
    FeedKind.STATES: FromTo | OnDay,
}


# What other programs know of a feed


@dataclass(frozen=True)
class Listed:
    """Shape: `named` in one list and `known` in another."""

    named: Collection[str]
    known: Collection[str]


@dataclass(frozen=True)
class Seen:
    """A feed, beside what roles see of each category."""

    feed: Feed
    categories: Mapping[str, Category] = field(default_factory=lambda: CATEGORIES)


@dataclass(frozen=True)
class Sourced:
    """A feed's declaration. Shape: `docstring` instead of its module's own."""

    feed: Feed
    docstring: str | None = None


@dataclass(frozen=True)
class Expected:
    """What a plan expects of feeds."""

    plan: str
    criteria: Sequence[Any]
    feeds: Mapping[str, Feed]


def not_in_both(lists: Listed) -> list[str]:
    return [f"{name} is in one list only" for name in {*lists.named} ^ {*lists.known}]


def not_grantable(scopes: Listed) -> list[str]:
    return [f"{scope} can be granted to nobody" for scope in scopes.named if scope not in scopes.known]


def unknown_categories(feed: Feed, known: Collection[str] = CATEGORIES.keys()) -> list[str]:
    """Columns of a category that consent cannot be asked about."""
    return [f"{column.name}: {column.category}" for column in feed.columns if column.category not in known]


def seen_by_nobody(seen: Seen) -> list[str]:
    """Categories of a feed that no role sees for any purpose: it would be held, and of use to nobody."""
    return [code for code in seen.feed.categories if not seen.categories[code].seen_by]


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
    must = {*feed.key, feed.facts[0].period.columns[0]} - {*feed.key_may_lack}
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


def without_source(declaration: Sourced) -> list[str]:
    """A declaration whose docstring does not lead to where its columns come from."""
    name, told = declaration.feed.name, declaration.docstring
    if told is None:
        told = import_module(f"{declarations.__name__}.{name}").__doc__ or ""
    return [] if "docs/sources/feeds.md#" in told else [name]


# Examples


def examples_refused(feed: Feed) -> Iterator[str]:
    """Examples of which the feed's own reader leaves anything out, and refusals that it does not find as told."""
    for changed in ({}, *feed.examples):
        line = feed.read(2, feed.example_cells(changed), feed.examples_cover)
        wrong = line.warnings if isinstance(line, Line) else line
        if wrong:
            yield f"{changed}: {[(fault.column, fault.code) for fault in wrong]}"
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


def not_stated(expected: Expected) -> list[str]:
    """What a plan expects of a feed and no declaration gives: then a need would never show, and nobody be told why."""
    wrong: list[str] = []
    for criterion in expected.criteria:
        feed = expected.feeds.get(criterion["feed"])
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
    return [f"{expected.plan}: {each}" for each in wrong]


def files_naming(feed: str, root: Path = ROOT) -> list[str]:
    """The files of code and data that name a feed, but for what is made of others."""
    word = re.compile(rf"(?<![a-z_]){feed}(?![a-z_])")
    files = (path for folder in FOLDERS for path in (root / folder).rglob("*") if path.suffix in CODE_AND_DATA)
    return sorted(
        str(path.relative_to(root))
        for path in files
        if "contract" not in path.parts and not path.parts[-2].startswith(".") and word.search(path.read_text())
    )


def named_too_often(files: Mapping[str, list[str]]) -> Iterator[str]:
    """Shape: the files that name each feed. A category of the same name stands in the vocabulary too."""
    for feed, named in files.items():
        besides = [file for file in named if not file.startswith((VOCABULARY_DATA, PLANS_DATA))]
        if len(besides) > 2:
            yield f"{feed} is named in {', '.join(besides)}"


MADE_UP = DeclaredFeed(code="made_up", category="benefits", supplier="housing", trust=2, may_say_moved=True)
FEED = FEEDS["benefits"]
CRITERION: dict[str, Any] = {
    "feed": "benefits",
    "category": "benefits",
    "need": {"kind": "active_spell", "measure": "benefit.claim", "where": {"benefit.claim": ["jsa", ""]}},
    "progress": {"measure": "work.spell"},
}
HIDDEN = {code: category.model_copy(update={"seen_by": {}}) for code, category in CATEGORIES.items()}
GRANTABLE = SCOPES.keys() - RESERVED


def changed(name: str, **members: Any) -> tuple[Column, ...]:
    return tuple(replace(column, **members) if column.name == name else column for column in FEED.columns)


def declared(finds: Callable[[Feed], Iterable[str]], **broken: tuple[Feed, str]) -> Rule[Feed]:
    """A rule about declarations, which benefits keep. Shape: broken ones by name, each with what is found."""
    return Rule(
        says=(finds.__doc__ or finds.__name__).partition(".")[0],
        finds=finds,
        valid={"benefits": FEED},
        invalid={title.replace("_", " "): example for title, example in broken.items()},
    )


DECLARATIONS = {
    "unknown_columns": declared(
        unknown_columns,
        in_the_key=(replace(FEED, key=("claim_no",)), "claim_no"),
        in_a_facts_day=(replace(FEED, facts=(FactOf("a.b", OnDay("on"), "benefit"),)), "on"),
        in_a_facts_value=(replace(FEED, facts=(FactOf("a.b", OnDay("started_on"), "value"),)), "value"),
        in_a_rule=(replace(FEED, rules=(OnlyWith("sort", "benefit", ("uc",)),)), "sort"),
        in_what_dates_codes=(replace(FEED, columns=changed("benefit", dated_by="begun_on")), "begun_on"),
    ),
    "not_always_told": declared(
        not_always_told,
        the_key=(replace(FEED, key=("nino",)), "nino"),
        the_value=(replace(FEED, columns=changed("benefit", required=False)), "benefit"),
        the_day=(replace(FEED, columns=changed("started_on", required=False)), "started_on"),
    ),
    "measures_repeated": declared(
        measures_repeated, one_twice=(replace(FEED, facts=(FEED.facts[0], FEED.facts[0])), "benefit.claim")
    ),
    "not_of_its_kind": declared(
        not_of_its_kind,
        spells_as_events=(replace(FEED, kind=FeedKind.EVENTS), "benefit.claim"),
        spells_as_measures=(replace(FEED, kind=FeedKind.MEASURES), "benefit.claim"),
        a_state_without_its_day_in_the_key=(
            replace(FEED, kind=FeedKind.STATES, facts=(FactOf("a.b", OnDay("started_on"), "benefit"),)),
            "a.b",
        ),
    ),
    "dated_by_no_day": declared(
        dated_by_no_day, by_a_code=(replace(FEED, columns=changed("benefit", dated_by="regime")), "benefit")
    ),
    "examples_refused": declared(
        examples_refused,
        an_example=(replace(FEED, columns=changed("nino", example="MW1")), "{}: [('nino', 'not_a_nino')]"),
        a_refusal_that_is_none=(
            replace(FEED, refusals=(Refusal({"regime": "light_touch"}, "regime", "regime_missing"),)),
            "{'regime': 'light_touch'}: []",
        ),
    ),
    "without_example": declared(
        without_example,
        a_column=(replace(FEED, columns=changed("partner_claim_ref", example="")), "partner_claim_ref"),
        a_fault=(replace(FEED, refusals=FEED.refusals[1:]), "regime_missing"),
        one_side_of_a_dated_code=(
            replace(
                FEED,
                columns=changed(
                    "benefit",
                    kind=Coded(name="code", codes=(Code("uc"), Code("jsa", last=FEED.examples_cover.first))),
                ),
            ),
            "code_no_longer_in_use",
        ),
    ),
    "without_page": declared(
        without_page,
        of_a_rule=(replace(FEED, rules=(OnlyWith("regime", "benefit", ("uc",), missing="odd"),)), "odd"),
        of_a_kind=(
            replace(FEED, columns=changed("regime", kind=Count(name="n", most=9, otherwise="not_small"))),
            "not_small",
        ),
    ),
    "unknown_categories": declared(
        unknown_categories, misspelt=(replace(FEED, columns=changed("regime", category="hosing")), "regime: hosing")
    ),
}
CATEGORIES_ARE_SEEN = Rule(
    says="Every category of a feed is seen by some role for some purpose",
    finds=seen_by_nobody,
    valid={"benefits": Seen(FEED)},
    invalid={"hidden from all": (Seen(FEED, {**CATEGORIES, "benefits": HIDDEN["benefits"]}), "benefits")},
)
DECLARATIONS_HAVE_SOURCES = Rule(
    says="A declaration's docstring leads to where its columns come from",
    finds=without_source,
    valid={"its own docstring": Sourced(FEED)},
    invalid={"another page": (Sourced(FEED, "Benefits. Source: docs/sources/law.md."), "benefits")},
)
LISTS_AGREE = Rule(
    says="What is in one list of feeds is in the other",
    finds=not_in_both,
    valid={"the same": Listed(["benefits"], {"benefits"})},
    invalid={
        "one too many": (Listed(["made_up", "benefits"], {"benefits"}), "made_up"),
        "one too few": (Listed(["benefits"], {"made_up", "benefits"}), "made_up"),
    },
)
SCOPES_ARE_GRANTABLE = Rule(
    says="Each feed's scope can be granted",
    finds=not_grantable,
    valid={"of a feed that there is": Listed([VOCABULARY["benefits"].scope], GRANTABLE)},
    invalid={"of one that is made up": (Listed([MADE_UP.scope], GRANTABLE), "push:made_up")},
)
FEW_FILES_NAME_A_FEED = Rule(
    says="A feed on which no story rests is named in the vocabulary and in at most two files besides",
    finds=named_too_often,
    valid={"two besides": {"loans": [f"{VOCABULARY_DATA}feeds.toml", "a.py", "b.py"]}},
    invalid={"three besides": ({"loans": ["a.py", "b.py", "c.py"]}, "loans is named in a.py, b.py, c.py")},
)
PLANS_EXPECT_WHAT_IS_STATED = Rule(
    says="What a plan expects of a feed is what a feed states",
    finds=not_stated,
    valid={"benefits": Expected("plan.json", [CRITERION], FEEDS)},
    invalid={
        told: (Expected("plan.json", [CRITERION | members], FEEDS), told)
        for members, told in (
            ({"feed": "made_up"}, "made_up: benefits"),
            ({"category": "attendance"}, "benefits: attendance"),
            ({"need": {"measure": "benefit.claims"}}, "benefits: benefit.claims"),
            ({"need": {"where": {"benefit.claim": ["jsb"]}}}, "benefits: benefit.claim jsb"),
        )
    },
)


@pytest.mark.parametrize("rule", DECLARATIONS)
def test_each_declaration_keeps_the_rule(rule: str) -> None:
    DECLARATIONS[rule].check(*FEEDS.values())


def test_each_category_of_a_feed_is_seen_by_somebody() -> None:
    CATEGORIES_ARE_SEEN.check(*(Seen(feed) for feed in FEEDS.values()))


def test_each_declaration_leads_to_its_source() -> None:
    DECLARATIONS_HAVE_SOURCES.check(*(Sourced(feed) for feed in FEEDS.values()))


def test_each_feed_of_the_vocabulary_is_declared_and_each_declared_one_is_in_the_vocabulary() -> None:
    LISTS_AGREE.check(Listed(VOCABULARY, FEEDS))
    with pytest.raises(LookupError, match="made_up"):
        replace(FEED, name="made_up")


def test_each_feed_is_sent_by_somebody_in_the_sandbox() -> None:
    """What is never sent in a test is never read in one."""
    LISTS_AGREE.check(Listed(FEEDS, SUPPLIES))


def test_a_feed_on_which_no_story_rests_is_named_in_the_vocabulary_and_in_two_files_besides() -> None:
    """Its declaration, and its supplier in the sandbox; in no list that somebody would forget. A category of the same
    name stands in the vocabulary too. A feed on which a criterion rests is named in that plan, and in its tests."""
    expected = {criterion["feed"] for plan in plans().values() for criterion in plan["criteria"]}
    named = {feed: files_naming(feed) for feed in FEEDS if feed not in {*STORY_FEEDS, *expected}}
    assert named
    FEW_FILES_NAME_A_FEED.check(named)


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
    SCOPES_ARE_GRANTABLE.check(Listed([feed.scope for feed in VOCABULARY.values()], GRANTABLE))


def test_a_feed_without_trust_is_refused() -> None:
    with pytest.raises(NotAsDeclared, match=r"feeds\.toml, made_up: trust"):
        check_entries(DeclaredFeed, {"made_up": MADE_UP.model_dump(exclude={"trust", "code"})})
    assert all(isinstance(feed.trust, int) for feed in VOCABULARY.values())


def test_what_a_plan_expects_is_what_a_feed_states() -> None:
    PLANS_EXPECT_WHAT_IS_STATED.check(*(Expected(name, plan["criteria"], FEEDS) for name, plan in plans().items()))
