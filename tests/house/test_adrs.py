"""Every decision of `docs/adr` says whether it stands, since when, and which test would fail if it did not."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

import yaml

from fixtures.sources import parsed

from .houses import ROOT
from .rules import Rule

ADRS = ROOT / "docs" / "adr"
BLOCK = re.compile(r"\A---\n(?P<block>.+?)\n---\n\n# (?P<title>.+)\n", re.DOTALL)
KEYS = ["status", "date", "enforced by"]
STATUS = re.compile(r"accepted|(?:superseded|amended) by (?P<other>\d+)")
NO_TEST = re.compile(r"not enforced by a test: \S+ \S+")


@dataclass(frozen=True)
class Adr:
    """Shape: `tests` are those that there are, `tests/…/test_x.py::test_y`; `numbers` are those of all decisions."""

    name: str
    text: str
    tests: frozenset[str]
    numbers: frozenset[int]


def finds_unheld_decisions(adr: Adr) -> Iterator[str]:
    found = BLOCK.match(adr.text)
    try:
        block = yaml.safe_load(found["block"]) if found else None
    except yaml.YAMLError:
        block = None
    if found is None or not isinstance(block, dict) or list(block) != KEYS:
        yield f"{adr.name} does not begin with status, date and `enforced by` between two lines of `---`, and a title"
        return
    status, by = STATUS.fullmatch(str(block["status"])), block["enforced by"]
    if status is None:
        yield f"{adr.name}: the status {block['status']!r} is none of: accepted, superseded by N, amended by N"
    elif status["other"] and int(status["other"]) not in adr.numbers - {int(adr.name[:4])}:
        yield f"{adr.name}: there is no other decision {status['other']}"
    if not isinstance(block["date"], date):
        yield f"{adr.name}: {block['date']!r} is no date such as 2026-11-23"
    if isinstance(by, list) and by:
        yield from (f"{adr.name}: there is no test {each}" for each in by if each not in adr.tests)
    elif not NO_TEST.match(str(by)):
        yield f"{adr.name} names no test, and does not say `not enforced by a test: why`"
    if re.match(r"(ADR )?\d", found["title"]):
        yield f"{adr.name}: the title begins with a number, which the file's name says already"


def toy(
    status: str = "accepted",
    day: str = "2026-11-23",
    by: str = "\n  - tests/test_toys.py::test_all",
    title: str = "Toys",
) -> Adr:
    text = f"---\nstatus: {status}\ndate: {day}\nenforced by:{by}\n---\n\n# {title}\n\n**Context.** …\n"
    return Adr("0001-toys.md", text, frozenset({"tests/test_toys.py::test_all"}), frozenset({1, 2}))


DECISIONS_ARE_HELD = Rule(
    says="Every decision has a status, a date, and a test that enforces it or the reason why none does",
    finds=finds_unheld_decisions,
    valid={
        "accepted, with a test": toy(),
        "amended by another": toy(status="amended by 2"),
        "without a test, for a reason": toy(by=' "not enforced by a test: only people can keep it"'),
    },
    invalid={
        "nothing at all": (Adr("0001-toys.md", "# Toys\n", frozenset(), frozenset()), "does not begin with status"),
        "a block that is no YAML": (toy(by=" not enforced by a test: only people"), "does not begin with status"),
        "another status": (toy(status="maybe"), "'maybe' is none of"),
        "amended by none that there is": (toy(status="amended by 9"), "no other decision 9"),
        "amended by itself": (toy(status="amended by 1"), "no other decision 1"),
        "no date": (toy(day="in November"), "is no date"),
        "a test that is gone": (
            toy(by="\n  - tests/test_toys.py::test_some"),
            "there is no test tests/test_toys.py::test_some",
        ),
        "no test and no reason": (toy(by=" nobody"), "names no test"),
        "a number in the title": (toy(title="0001 Toys"), "begins with a number"),
    },
)


@cache
def all_tests() -> frozenset[str]:
    return frozenset(
        f"{path.relative_to(ROOT)}::{node.name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_every_decision_says_whether_it_stands_and_what_holds_it() -> None:
    pages = sorted(ADRS.glob("*.md"))
    numbers = frozenset(int(page.name[:4]) for page in pages)
    DECISIONS_ARE_HELD.check(*(Adr(page.name, page.read_text(), all_tests(), numbers) for page in pages))
