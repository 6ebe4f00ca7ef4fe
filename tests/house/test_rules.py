"""Every rule of the house is awake: it passes its valid examples and catches its invalid ones. None has none."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.sources import parsed

from .rules import Rule

HERE = Path(__file__).parent
BESIDE_RULES = {
    "test_every_rule_passes_what_is_right_and_catches_what_is_wrong": "runs the rules' examples",
    "test_each_function_that_leaves_is_found_when_it_is_planted_in_a_transaction": "shows that a rule is awake",
}
"""Tests of this folder that hold no rule, with the reason."""
TABLES_OF_THEIR_OWN = {"test_feeds"}
"""Modules whose rules are held by a table of their own, each with an example that breaks it."""


def rules_of(path: Path) -> dict[str, Rule[Any]]:
    """The rules of a test module, or of this one while it is read."""
    module = importlib.import_module(f"{__name__.rpartition('.')[0]}.{path.stem}")
    found = {name: held for name, held in vars(module).items() if isinstance(held, Rule)}
    return {f"{path.stem.removeprefix('test_')}.{name}": held for name, held in found.items()}


def finds_tests_without_a_rule(test: ast.Module) -> Iterator[str]:
    """A test of a test module that asserts by itself, where only its examples could tell whether it still sees."""
    held = {
        target.id
        for node in test.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func).partition("[")[0] == "Rule"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in test.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("test_"):
            continue
        checked = {
            call.func.value.id
            for call in ast.walk(node)
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "check"
            and isinstance(call.func.value, ast.Name)
        }
        if not checked & held and node.name not in BESIDE_RULES:
            yield (
                f"{node.name} holds no rule: make a `Rule` (rules/__init__.py) of what it finds, with valid and "
                "invalid examples, and call its `check`; or say in BESIDE_RULES why it is none"
            )


EVERY_TEST_HOLDS_A_RULE = Rule(
    says="Every test of this folder holds a rule that has examples",
    finds=finds_tests_without_a_rule,
    valid={
        "a rule and a test that checks it": ast.parse(
            "SMALL = Rule(says='small', finds=f, valid={'a': 1}, invalid={'b': (2, 'two')})\n"
            "def test_all_is_small() -> None:\n    SMALL.check(1)\n"
        ),
        "a rule that says what it is about": ast.parse(
            "SMALL = Rule[int](says='small', finds=f, valid={'a': 1}, invalid={'b': (2, 'two')})\n"
            "def test_all_is_small() -> None:\n    SMALL.check(1)\n"
        ),
        "what is no test": ast.parse("def small() -> bool:\n    return True\n"),
    },
    invalid={
        "a test with an assertion of its own": (
            ast.parse("def test_all_is_small() -> None:\n    assert 1 < 2\n"),
            "test_all_is_small holds no rule",
        ),
        "a rule beside which another test stands": (
            ast.parse(
                "SMALL = Rule(says='small', finds=f, valid={'a': 1}, invalid={'b': (2, 'two')})\n"
                "def test_all_is_small() -> None:\n    SMALL.check(1)\n"
                "def test_all_is_big() -> None:\n    assert 1 < 2\n"
            ),
            "test_all_is_big holds no rule",
        ),
        "a check of something else": (
            ast.parse("def test_all_is_small() -> None:\n    other.check(1)\n"),
            "test_all_is_small holds no rule",
        ),
    },
)

RULES = {name: rule for path in sorted(HERE.glob("test_*.py")) for name, rule in rules_of(path).items()}
EXAMPLES = [
    *(
        pytest.param(rule, example, None, id=f"{name}: {title}")
        for name, rule in RULES.items()
        for title, example in rule.valid.items()
    ),
    *(
        pytest.param(rule, example, expected, id=f"{name}: {title}")
        for name, rule in RULES.items()
        for title, (example, expected) in rule.invalid.items()
    ),
]


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(HERE.glob("test_*.py")) if path.stem not in TABLES_OF_THEIR_OWN],
    ids=lambda path: path.stem,
)
def test_every_test_of_this_folder_holds_a_rule(path: Path) -> None:
    EVERY_TEST_HOLDS_A_RULE.check(parsed(path))


@pytest.mark.parametrize(("rule", "example", "expected"), EXAMPLES)
def test_every_rule_passes_what_is_right_and_catches_what_is_wrong(
    rule: Rule[Any], example: Any, expected: str | None
) -> None:
    found = list(rule.finds(example))
    if expected is None:
        assert found == []
    else:
        assert [each for each in found if expected in each], f"{rule.says}: slept; found only {found}"
