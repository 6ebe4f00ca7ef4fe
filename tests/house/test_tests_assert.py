"""No test passes without having asserted something: one that leaves early tells nobody that it has not looked."""

import ast
from functools import cache
from textwrap import dedent

from fixtures.sources import parsed

from .checking import Checking, Module
from .houses import ROOT
from .rules import Rule

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


FOUND = "hostile.test_it:5 test_it"
EVERY_TEST_ASSERTS = Rule(
    says="Every test asserts something on every way through it",
    finds=Checking.without_check,
    valid={body: beside_helpers(body) for body in CHECK},
    invalid={body: (beside_helpers(body), FOUND) for body in CHECK_NOT},
)
NO_TEST_LEAVES_EARLY = Rule(
    says="No test leaves early, and passes",
    finds=Checking.leaving,
    valid={body: beside_helpers(body) for body in STAY},
    invalid={body: (beside_helpers(body), FOUND) for body in LEAVE},
)


@cache
def all_tests() -> Checking:
    folder = ROOT / "tests"
    paths = sorted(folder.rglob("*.py"))
    assert len(paths) > 100
    return Checking(Module(".".join(path.relative_to(folder).with_suffix("").parts), parsed(path)) for path in paths)


def test_every_test_asserts_something_on_every_way() -> None:
    EVERY_TEST_ASSERTS.check(all_tests())


def test_no_test_leaves_early() -> None:
    NO_TEST_LEAVES_EARLY.check(all_tests())
