"""No test passes without having asserted something: one that leaves early tells nobody that it has not looked."""

import ast
from functools import cache
from textwrap import dedent

import pytest

from fixtures.sources import parsed

from .checking import Checking, Module
from .houses import ROOT

HELPERS = """
import pytest

def none(wrong):
    assert not wrong

def settled(world):
    none(world.wrong)

def looks(world):
    return world.wrong

class Story:
    def told(self):
        assert self.events

    def tell(self):
        self.events = 1
"""
CHECK = [
    "assert x == 1",
    "with pytest.raises(ValueError): f()",
    "pytest.fail('no')",
    "raise AssertionError('no')",
    "if x:\n    assert x\nelse:\n    pytest.fail('no')",
    "for each in x:\n    assert each",
    "with x as y:\n    assert y",
    "try:\n    assert x\nfinally:\n    f()",
    "match x:\n    case 1:\n        assert y\n    case _:\n        assert z",
    "none(x)",
    "settled(x)",
    "judge.settled(x)",
    "story.told()",
    "if f():\n    x = 1\nassert x",
]
CHECK_NOT = [
    "pass",
    "x = f()",
    "if x:\n    assert x",
    "match x:\n    case 1:\n        assert y",
    "def inner():\n    assert x\nf(inner)",
    "f(lambda: none(x))",
    "looks(x)",
    "story.tell()",
    "raises(ValueError)",
    "pytest.skip('not here')",
]
LEAVE = ["return", "if x:\n    return\nassert y", "with x:\n    return"]
STAY = ["def inner():\n    return\nassert x", "f(lambda: None)\nassert x", "assert x\nreturn 1"]


def beside_helpers(body: str) -> Checking:
    """A test with this body, in a module that knows the helpers."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    imports = "import pytest\nimport hostile.judge as judge\nfrom .judge import looks, none, settled\n"
    test = f"{imports}\ndef test_it():\n{lines}"
    return Checking(
        [Module("hostile.judge", ast.parse(dedent(HELPERS))), Module("hostile.test_it", ast.parse(dedent(test)))]
    )


@pytest.mark.parametrize("body", CHECK)
def test_a_test_that_asserts_on_every_way_is_let_be(body: str) -> None:
    assert list(beside_helpers(body).without_check()) == []


@pytest.mark.parametrize("body", CHECK_NOT)
def test_a_test_with_a_way_on_which_nothing_is_asserted_is_found(body: str) -> None:
    assert list(beside_helpers(body).without_check()) == ["hostile.test_it:5 test_it"]


@pytest.mark.parametrize("body", LEAVE)
def test_a_test_that_leaves_early_is_found(body: str) -> None:
    assert list(beside_helpers(body).leaving()) == ["hostile.test_it:5 test_it"]


@pytest.mark.parametrize("body", STAY)
def test_a_test_that_stays_to_its_end_is_let_be(body: str) -> None:
    assert list(beside_helpers(body).leaving()) == []


@cache
def all_tests() -> Checking:
    folder = ROOT / "tests"
    paths = sorted(folder.rglob("*.py"))
    assert len(paths) > 100
    return Checking(Module(".".join(path.relative_to(folder).with_suffix("").parts), parsed(path)) for path in paths)


def test_every_test_asserts_something_on_every_way() -> None:
    assert list(all_tests().without_check()) == []


def test_no_test_leaves_early() -> None:
    assert list(all_tests().leaving()) == []
