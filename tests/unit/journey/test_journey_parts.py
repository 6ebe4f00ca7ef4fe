"""The journey's own parts: what counts as a right link, a leak, a difference."""

import io
import threading
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from journey.__main__ import main
from journey.api import Person
from journey.console import Console, Step
from journey.figures import Figures
from journey.register import MatchingFigures, Register
from journey.seeding import Cast
from journey.withdrawal import ASKERS, Withdrawals, holds_attendance


@pytest.fixture
def register() -> Register:
    return Register(api=None, cast=None, borough=None)  # type: ignore[arg-type]


def matching(register: Register, *people: dict[str, int], but: frozenset[str] = frozenset()) -> MatchingFigures:
    return register.measure_matching({str(number): Counter(records) for number, records in enumerate(people)}, but)


def reading(*links: tuple[str, str]) -> Register:
    """A register that has read records, each of a truth person and with the person it was first given to."""
    rows = [{"feed": "benefits", "key": f"{who}|{leaf}", "leaf": leaf, "person": leaf} for who, leaf in links]
    api = SimpleNamespace(get=lambda *_, **__: {"items": rows, "next": None})
    truth = SimpleNamespace(record_person=lambda _, key: key[0])
    found = Register(api, {"ana": None}, SimpleNamespace(truth=truth))  # type: ignore[arg-type]
    found.read_links()
    return found


def test_who_was_merged_is_one_person_and_keeps_the_ids_its_records_were_first_given() -> None:
    register = reading(("ana", "p1"), ("ana", "p2"), ("ana", "p3"), ("bo", "p4"))
    register.note_merged([{"id": "p1", "formerly": ["p2"]}])
    assert register.persons == {"ana": {"p1", "p3"}, "bo": {"p4"}}
    register.note_merged([{"id": "p3", "formerly": ["p1", "p2"]}, {"id": "p4", "formerly": []}])
    assert (register.person_id("ana"), register.person_id("bo")) == ("p3", "p4")
    assert (register.first_given("ana"), register.first_given("nobody")) == ({"p1", "p2", "p3"}, set())


def test_records_of_one_person_together_are_right_and_complete(register: Register) -> None:
    found = matching(register, {"ana": 3}, {"bo": 2})
    assert (found.wrong_links, found.precision, found.recall) == (0, 1.0, 1.0)


def test_records_left_apart_cost_recall_and_no_precision(register: Register) -> None:
    found = matching(register, {"ana": 2}, {"ana": 1})
    assert (found.wrong_links, found.precision, found.recall) == (0, 1.0, round(1 / 3, 6))


def test_a_record_among_somebody_elses_is_a_wrong_link(register: Register) -> None:
    found = matching(register, {"ana": 3, "bo": 1})
    assert found.wrong_links == 1
    assert found.precision == 0.5
    assert matching(register, {"ana": 3, "bo": 1}, but=frozenset({"bo"})).wrong_links == 0


@pytest.mark.parametrize("families", ["49", "0", "-1", "many"])
def test_a_borough_too_small_for_its_stories_is_refused_before_anything_starts(
    families: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--families", families, "--var", str(tmp_path / "var")])
    assert ended.value.code == 2
    assert "argument --families: " in capsys.readouterr().err
    assert not (tmp_path / "var").exists()


def test_more_withdrawals_than_a_lookup_takes_are_asked_for_in_several() -> None:
    """A borough of 25,000 families has 742: its journey broke off at its last question."""
    asked: list[tuple[str, list[str]]] = []

    def send(_who: Any, _method: str, _program: str, path: str, **more: Any) -> httpx.Response:
        asked.append((path, more["json"]["ids"]))
        return httpx.Response(200, json={"items": []})

    api = SimpleNamespace(send=send, pages=lambda *_, **__: [])
    cast = Cast({name: Person(name) for name in ASKERS}, {}, {})
    names = SimpleNamespace(family_id=lambda name: name, person_id=lambda who: who)
    acts = [SimpleNamespace(family=f"f{number:04}", people=(f"p{number:04}",)) for number in range(742)]
    Withdrawals(api, cast, names).ask_all_again(acts)  # type: ignore[arg-type]
    for path in {path for path, _ in asked}:
        sizes = [len(ids) for each, ids in asked if each == path]
        assert sizes == [500, 242] * len(ASKERS)
    assert len({path for path, _ in asked}) == 4


@pytest.mark.parametrize(
    "answer",
    [
        {"needs": [{"criterion": "attendance", "verdict": "met"}]},
        {"items": [{"facts": [{"measure": "sessions.possible", "value": 140}]}]},
        {"items": [{"state": "attached", "criteria": ["attendance", "work"]}]},
        {
            "data": {
                "family": {
                    "claims": [{"evidence": {"ruleTrace": {"needs": [{"criterion": "attendance", "verdict": "met"}]}}}]
                }
            }
        },
    ],
)
def test_what_tells_of_attendance_is_a_leak(answer: Any) -> None:
    assert holds_attendance(answer)


@pytest.mark.parametrize(
    "answer",
    [
        {"needs": [{"criterion": "attendance", "verdict": "withheld"}, {"criterion": "work", "verdict": "met"}]},
        {"criteria": ["work"], "facts": [{"measure": "benefit.claim", "category": "benefits"}]},
        {"access": {"covers": ["attendance"]}},
        {"data": {"family": None}},
        None,
    ],
)
def test_what_is_withheld_or_of_something_else_is_none(answer: Any) -> None:
    assert not holds_attendance(answer)


def test_a_figure_that_differs_is_said_at_once_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    figures = Figures(Console(), families=1)
    figures.expect_figure("fees.pence", 100, 90)
    figures.expect_figure("claims.paid_pence", 100, 100)
    assert figures.differing == ["fees.pence: expected 100, got 90"]
    figures.expect_figure("eligible.families", [f"f{n}" for n in range(30)], [f"f{n}" for n in range(1, 30)])
    assert figures.differing[1] == "eligible.families: missing f0"
    figures.expect_figure("eligible.families", ["f1"], [f"f{n}" for n in range(30)])
    assert figures.differing[2].endswith("f9, f10 and 19 more")
    assert "fees.pence: expected 100, got 90" in capsys.readouterr().out


def test_work_done_several_at_a_time_keeps_its_order_and_stops_at_the_first_failure() -> None:
    assert Step("", None).run_each(range(20), lambda number: number * 2) == [number * 2 for number in range(20)]
    begun: list[int] = []
    gate = threading.Event()

    def fail(number: int) -> None:
        begun.append(number)
        if number == 0:
            gate.set()
            raise ValueError
        gate.wait(5)

    with pytest.raises(ValueError):
        Step("", None).run_each(range(10_000), fail)
    assert len(begun) < 10_000


def test_without_a_terminal_a_step_is_one_line_and_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    with Console().step("pushes", "three pushes") as step:
        step.show_left(10)
        step.show_left(0)
        step.add_figure("9 recorded")
    assert out.getvalue() == "  1  three pushes: 9 recorded (0.0 s)\n"
