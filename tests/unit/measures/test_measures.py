"""What the run of tests tells of itself: CPU seconds, budgets, floors, and the share that is tried."""

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import fixtures.soak
import hostile.doors
from fixtures.spending import UNTOLD, Spending, folder_of
from hostile.doors import Door
from hostile.samples import Samples

ROOT = Path(__file__).parents[3]
BURN = "import time\nwhile time.process_time() < 0.4: pass"


def told_by(command: str) -> tuple[int, float, str]:
    """Exit code, CPU seconds, and all that is said of a shell's command."""
    tool = [sys.executable, str(ROOT / "tools" / "cpu_seconds.py"), "--label", "it", "--"]
    done = subprocess.run([*tool, "sh", "-c", command], capture_output=True, text=True, timeout=60)
    found = re.search(r"it: ([0-9.]+) CPU seconds", done.stderr)
    assert found, done.stderr
    return done.returncode, float(found[1]), done.stderr


def test_a_command_is_told_with_its_cpu_seconds_and_ends_as_it_ended() -> None:
    code, seconds, _ = told_by(f"{sys.executable} -c '{BURN}'; exit 3")
    assert code == 3 and 0.4 <= seconds < 5


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans on")
def test_what_a_command_left_behind_counts_as_well() -> None:
    code, seconds, _ = told_by(f"({sys.executable} -c '{BURN}' &) ; exit 0")
    assert code == 0 and seconds >= 0.4


def test_parts_run_side_by_side_and_each_report_stays_whole(tmp_path: Path) -> None:
    """Each waits for the other's file, so that neither would end if they ran in turn; on one core they do not wait."""
    script = tmp_path / "part.py"
    script.write_text(
        "import os, pathlib, sys, time\n"
        "own, other, code = sys.argv[1:]\n"
        "pathlib.Path(own).touch()\n"
        "print('..F [ 50%]'), print('report of', pathlib.Path(own).name, flush=True)\n"
        "ends = time.monotonic() + 60\n"
        "while len(os.sched_getaffinity(0)) > 1 and not pathlib.Path(other).exists():\n"
        "    assert time.monotonic() < ends\n"
        "    time.sleep(0.01)\n"
        "print('the rest of it')\n"
        "sys.exit(int(code))\n"
    )
    parts = [f"{own}: {sys.executable} {script} {tmp_path / own} {tmp_path / other} {code}" for own, other, code in (
        ("one", "two", 0), ("two", "one", 5),
    )]  # fmt: skip
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "side_by_side.py"), *parts], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 5
    for own, code in (("one", 0), ("two", 5)):
        assert f"..F [ 50%]  {own}\n" in done.stdout
        assert f"-- {own} ended with {code}\nreport of {own}\nthe rest of it\n" in done.stdout


def test_a_part_without_a_command_is_refused() -> None:
    tool = [sys.executable, str(ROOT / "tools" / "side_by_side.py"), "units:"]
    assert subprocess.run(tool, capture_output=True, timeout=60).returncode == 2


def test_a_folder_of_units_is_a_programs_and_any_other_is_a_whole() -> None:
    assert folder_of(Path("tests/unit/claims/rules/test_x.py")) == "tests/unit/claims"
    assert folder_of(Path("tests/house/test_y.py")) == "tests/house"


def test_a_folder_that_takes_more_than_it_may_is_told_with_what_to_do() -> None:
    spending = Spending(ROOT, {"tests/e2e": 50.0})
    spending.seconds |= {"tests/e2e": 49.0, "tests/new": UNTOLD - 1}
    assert spending.overspent() == []
    spending.seconds["tests/e2e"] = 100_000.0
    (told,) = spending.overspent()
    assert told.startswith("tests/e2e took 100000 CPU seconds") and "make soak" in told


def door(number: int, footing: str, of: int) -> Door:
    platform = cast(Any, SimpleNamespace(footing=SimpleNamespace(name=footing)))
    return Door(platform, "claims", "GET", "/", {}, Samples({}), True, number, of)


def test_of_two_footings_each_tries_what_the_other_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostile.doors, "SOAK", False)
    for number in range(4):
        here, there = (set(door(number, footing, 4).some(range(9))) for footing in ("embedded", "production"))
        assert here | there == set(range(9)) and not here & there


def test_together_the_doors_of_a_program_try_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostile.doors, "SOAK", False)
    for doors in (1, 2, 5, 30):
        met = [thing for number in range(doors) for thing in door(number, "embedded", doors).some(range(40), of=5)]
        assert set(met) == set(range(40)) and len(met) <= 40 * max(1, -(-doors // 5))


def test_a_soak_tries_everything_at_every_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostile.doors, "SOAK", True)
    assert list(door(3, "embedded", 30).some(range(40), of=12)) == list(range(40))
    monkeypatch.setattr(fixtures.soak, "SOAK", True)
    assert fixtures.soak.times(1, 2) == 2
