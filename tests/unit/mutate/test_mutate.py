"""What is changed, and that a change which no test notices is told from one that a test does."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from mutate.changes import list_mutants

TOOL = Path(__file__).resolve().parents[3] / "tools" / "mutate"


@pytest.mark.parametrize(
    ("code", "becomes"),
    [
        ("a < b", {"a <= b", "a >= b"}),
        ("a <= b", {"a < b", "a > b"}),
        ("a == b", {"a != b"}),
        ("a not in b", {"a in b"}),
        ("a and b", {"a or b", "a", "b"}),
        ("a or b or c", {"a and b and c", "b or c", "a or c", "a or b"}),
        ("not a", {"a"}),
        ("-a", {"a"}),
        ("a + b", {"a - b"}),
        ("a | b", {"a & b"}),
        ("a // b", {"a * b"}),
        ("7", {"8"}),
        ("True", {"False"}),
        ("'word'", {"'word!'"}),
        ("a if b else c", {"a", "c"}),
        ("min(a)", {"max(a)"}),
        ("any(a)", {"all(a)"}),
        ("sorted(a, key=b)", {"list(a)"}),
        ("q.where(a, b)", {"q.where(b)", "q.where(a)"}),
        ("1.5", set()),
        ("None", set()),
        ("f'a{b}'", set()),
    ],
)
def test_an_expression_is_changed_in_every_way_that_the_page_lists(code: str, becomes: set[str]) -> None:
    found = list_mutants(Path("x.py"), ast.parse(f"value = {code}"))
    assert {mutant.becomes for mutant in found if mutant.was == code} == becomes


@pytest.mark.parametrize(
    ("code", "becomes"),
    [
        ("return a", {"return None"}),
        ("raise E('no')", {"pass"}),
        ("f()", {"pass"}),
        ("a += b", {"a -= b", "pass"}),
        ("continue", {"pass"}),
        ("log.info('seen')", set()),
        ("'a docstring'", set()),
        ("assert a < b", set()),
    ],
)
def test_a_statement_is_left_out_but_not_what_is_said_to_people(code: str, becomes: set[str]) -> None:
    assert {mutant.becomes for mutant in list_mutants(Path("x.py"), ast.parse(code))} == becomes


def test_a_filter_of_a_comprehension_is_left_out() -> None:
    found = list_mutants(Path("x.py"), ast.parse("value = {a for a in b if c if d}"))
    assert {mutant.becomes for mutant in found} == {"for a in b if c", "for a in b if d"}


def test_both_answers_of_a_condition_are_tried_and_annotations_are_left_alone() -> None:
    code = "@cache\ndef f(a: 'A' = 1) -> 'B':\n    if a > b:\n        c: 'C' = 2"
    found = {" ".join(mutant.becomes.split()) for mutant in list_mutants(Path("x.py"), ast.parse(code))}
    assert found == {"if True: c: 'C' = 2", "if False: c: 'C' = 2", "a >= b", "a <= b", "3"}


RULE = """
LIMIT = 10


def is_enough(number: int) -> bool:
    return number >= LIMIT


def wait(number: int) -> None:
    while number > 0:
        number -= 1


def is_never_asked(number: int) -> int:
    return number + 1
"""
TESTS = """
from rule import is_enough, wait


def test_eleven_is_enough_and_nothing_is_not() -> None:
    assert is_enough(11) and not is_enough(0)


def test_waiting_ends() -> None:
    wait(2)
"""


def test_a_change_that_no_test_notices_is_told_from_one_that_a_test_does(tmp_path: Path) -> None:
    (tmp_path / "rule.py").write_text(RULE)
    (tmp_path / "test_rule.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    command = [sys.executable, str(TOOL), "rule.py", "--tests", "test_rule.py", "--seconds", "120", "--jobs", "2"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    fates = {(mutant["line"], mutant["was"], mutant["becomes"]): mutant["fate"] for mutant in answer["mutants"]}
    assert fates == {
        (2, "10", "11"): "survived",  # nobody asks about ten
        (6, "return number >= LIMIT", "return None"): "killed",
        (6, "number >= LIMIT", "number > LIMIT"): "survived",
        (6, "number >= LIMIT", "number < LIMIT"): "killed",
        (10, "number > 0", "number >= 0"): "survived",
        (10, "number > 0", "number <= 0"): "survived",
        (10, "0", "1"): "survived",
        (11, "number -= 1", "number += 1"): "timeout",
        (11, "number -= 1", "pass"): "timeout",
        (11, "1", "2"): "survived",
        (15, "return number + 1", "return None"): "unreached",
        (15, "number + 1", "number - 1"): "unreached",
        (15, "1", "2"): "unreached",
    }
    assert (answer["figures"]["killed"], answer["figures"]["timeout"], answer["figures"]["not_tried"]) == (2, 2, 0)
    assert (tmp_path / "rule.py").read_text() == RULE


def test_tests_that_fail_as_the_code_is_prove_nothing(tmp_path: Path) -> None:
    (tmp_path / "rule.py").write_text(RULE)
    (tmp_path / "test_rule.py").write_text("import rule\n\n\ndef test_no() -> None:\n    assert rule.is_enough(0)\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    command = [sys.executable, str(TOOL), "rule.py", "--tests", "test_rule.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stdout) == (1, "") and "test_no" in done.stderr
