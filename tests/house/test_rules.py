"""Every rule of the house is awake: it passes its valid examples and catches its invalid ones. None has none."""

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fixtures.sources import parsed

from .rules import Rule

HERE = Path(__file__).parent
BESIDE_RULES = {
    "test_every_rule_passes_what_is_right_and_catches_what_is_wrong": "runs the rules' examples",
    "test_a_feed_without_trust_is_refused": "the reader of the vocabulary refuses it; there is nothing to find",
    "test_a_file_that_names_a_feed_is_counted": "shows that a rule's subject is made as it should be",
    "test_each_function_that_leaves_is_found_when_it_is_planted_in_a_transaction": "shows that a rule is awake",
}
"""Tests of this folder that hold no rule, with the reason."""


@dataclass(frozen=True)
class ModuleOfTests:
    """A module of this folder. Shape: `held` are the names of its rules, or of its tables of rules."""

    tree: ast.Module
    held: frozenset[str]


def held_by(path: Path) -> dict[str, dict[str, Rule[Any]]]:
    """The rules of a test module, or of this one while it is read. Shape: variable → name → rule."""
    module = importlib.import_module(f"{__name__.rpartition('.')[0]}.{path.stem}")
    own = path.stem.removeprefix("test_")
    found: dict[str, dict[str, Rule[Any]]] = {}
    for name, held in vars(module).items():
        if isinstance(held, Rule):
            found[name] = {f"{own}.{name}": held}
        elif isinstance(held, dict) and held and all(isinstance(each, Rule) for each in held.values()):
            found[name] = {f"{own}.{name}.{key}": each for key, each in held.items()}
    return found


def finds_tests_without_a_rule(test: ModuleOfTests) -> Iterator[str]:
    """A test that asserts by itself, which only examples could show to be awake; and a rule without a test."""
    checked_somewhere: set[str] = set()
    for node in test.tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("test_"):
            continue
        checked = {
            ast.unparse(call.func.value).partition("[")[0]
            for call in ast.walk(node)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "check"
        }
        checked_somewhere |= checked
        if not checked & test.held and node.name not in BESIDE_RULES:
            yield (
                f"{node.name} holds no rule: make a `Rule` (rules/__init__.py) of what it finds, with valid and "
                "invalid examples, and call its `check`; or say in BESIDE_RULES why it is none"
            )
    yield from (f"{rule} is checked by no test" for rule in sorted(test.held - checked_somewhere))


def small(text: str, *held: str) -> ModuleOfTests:
    return ModuleOfTests(ast.parse(text), frozenset(held))


EVERY_TEST_HOLDS_A_RULE = Rule(
    says="Every test of this folder holds a rule that has examples, and every rule has a test",
    finds=finds_tests_without_a_rule,
    valid={
        "a rule and a test that checks it": small("def test_all_is_small():\n    SMALL.check(1)\n", "SMALL"),
        "a table of rules": small("def test_all_is_small(name):\n    SMALL[name].check(1)\n", "SMALL"),
        "what is no test": small("def small() -> bool:\n    return True\n"),
    },
    invalid={
        "a test with an assertion of its own": (
            small("def test_all_is_small():\n    assert 1 < 2\n"),
            "test_all_is_small holds no rule",
        ),
        "a test beside one that checks a rule": (
            small("def test_one():\n    SMALL.check(1)\ndef test_all_is_big():\n    assert 1 < 2\n", "SMALL"),
            "test_all_is_big holds no rule",
        ),
        "a check of something else": (
            small("def test_all_is_small():\n    other.check(1)\n"),
            "test_all_is_small holds no rule",
        ),
        "a rule that no test checks": (small("", "SMALL"), "SMALL is checked by no test"),
    },
)

PATHS = sorted(HERE.glob("test_*.py"))
RULES = [(name, rule) for path in PATHS for held in held_by(path).values() for name, rule in held.items()]
EXAMPLES = [
    *(
        pytest.param(rule, example, None, id=f"{name}: {title}")
        for name, rule in RULES
        for title, example in rule.valid.items()
    ),
    *(
        pytest.param(rule, example, expected, id=f"{name}: {title}")
        for name, rule in RULES
        for title, (example, expected) in rule.invalid.items()
    ),
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_test_of_this_folder_holds_a_rule(path: Path) -> None:
    EVERY_TEST_HOLDS_A_RULE.check(ModuleOfTests(parsed(path), frozenset(held_by(path))))


@pytest.mark.parametrize(("rule", "example", "expected"), EXAMPLES)
def test_every_rule_passes_what_is_right_and_catches_what_is_wrong(
    rule: Rule[Any], example: Any, expected: str | None
) -> None:
    found = list(rule.finds(example))
    if expected is None:
        assert found == []
    else:
        assert [each for each in found if expected in each], f"{rule.says}: slept; found only {found}"
