"""What `docs/adding.md` lists is all that is needed, and nothing of it can be left out unnoticed.

The tree is copied once and every recipe of the page is carried out on the copy. Then each step is left out, all others
being done, and what the step names must fail. The jobs run one after the other in a process that forks (`jobs.py`).
"""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest import ExitCode

from unit.adding.recipes import NOTHING_HOLDS_IT, NotApplicable, Step, carry_out, read_recipes

ROOT = Path(__file__).parents[3]
FOLDERS = ("services", "gateway", "sandbox", "journey", "tests", "docs", "tools", "deploy", "bench")
FILES = ("pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "docker-compose.yml")
LEFT_BEHIND = shutil.ignore_patterns("secrets", ".hypothesis", "*.egg-info")
MADE = {
    "contracts": ("services/*/contract/**/*.json", "gateway/schema.graphql"),
    "manifests": ("deploy/k8s/**/*", "docker-compose.yml"),
}
"""What each target of make writes."""
RECIPES = read_recipes((ROOT / "docs/adding.md").read_text())
STEPS = [step for steps in RECIPES.values() for step in steps]
KINDS = ["A feed", "A noun", "A kind of rule", "A criterion", "A GraphQL field", "An event", "A service"]
HELD = [step for step in STEPS if step.held_by]
SECONDS = 800
"""Of the clock: a machine that does much else needs many times what the jobs compute."""
CPU = 60
"""Seconds of computing for all jobs; 31 where this was written."""
pytestmark = pytest.mark.timeout(2 * SECONDS)
FAILED = (ExitCode.TESTS_FAILED, ExitCode.INTERRUPTED, ExitCode.USAGE_ERROR)
"""The last where a named test cannot even be read, since what it imports is refused."""

Result = dict[str, Any]


@dataclass(frozen=True)
class Tried:
    """Shape: `making` and `whole` are results with every step done; `left_out` by the step's label."""

    folder: Path
    touched: list[str]
    making: list[Result]
    whole: Result
    left_out: dict[str, Result]


def copy_tree(folder: Path) -> Path:
    """The tree with its compiled code, which stays good since copies keep their times."""
    folder.mkdir()
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_BEHIND)
    for name in FILES:
        shutil.copy2(ROOT / name, folder / name)
    return folder


def run(folder: Path, jobs: list[dict[str, Any]]) -> list[Result]:
    """The jobs' results, in order. Errors: AssertionError when the process that runs them did not come to its end."""
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("jobs.py")), str(folder)],
        input=json.dumps([{"files": {}, "restore": False} | job for job in jobs]),
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ran.returncode == 0, ran.stderr[-4000:]
    return list(json.loads(ran.stdout))


def difference(step: Step, folder: Path, made: dict[str, str]) -> dict[str, str | None]:
    """What is otherwise in the copy when one step was left out; null where a file would not be there."""
    less = carry_out(STEPS, ROOT, without=step)
    changed: dict[str, str | None] = {
        path: less.get(path, was(path)) for path, text in made.items() if less.get(path) != text
    }
    for pattern in (pattern for target in step.makes for pattern in MADE[target]):
        for file in folder.glob(pattern):
            path = str(file.relative_to(folder))
            if file.is_file() and file.read_text() != was(path):
                changed[path] = was(path)
    return changed


def was(path: str) -> str | None:
    """A file as it is without the recipes."""
    return (ROOT / path).read_text() if (ROOT / path).is_file() else None


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    folder = copy_tree(tmp_path_factory.mktemp("adding") / "tree")
    made = carry_out(STEPS, ROOT)
    assert not any(path.startswith("services/chassis/") for path in made), "jobs.py imports the chassis once for all"
    services = sorted({path.split("/")[1] for path in made if path.startswith("services/")})
    roots = {name: f"services/{name}/src/{name}/app.py" for name in services if name != "chassis"}
    programs = [name for name, root in roots.items() if root in made or was(root)]
    tests = [path for path in made if path.startswith("tests/") and Path(path).name.startswith("test_")]
    *making, whole = run(
        folder,
        [
            {"files": made, "python": ["chassis.contracts", *(f"services/{name}={name}" for name in programs)]},
            {"python": ["gateway.contract"]},
            {"python": ["deploy/generate.py"]},
            {"pytest": sorted({test for step in STEPS for test in step.held_by} | set(tests))},
        ],
    )
    jobs = [{"files": difference(step, folder, made), "restore": True, "pytest": list(step.held_by)} for step in HELD]
    left_out = dict(zip((step.label for step in HELD), run(folder, jobs), strict=True))
    return Tried(folder, sorted(made), making, whole, left_out)


def test_the_page_tells_how_each_kind_of_thing_is_added() -> None:
    assert list(RECIPES) == KINDS


def test_a_feed_is_added_in_four_files_with_a_category_of_its_own_and_in_three_without() -> None:
    """Besides the contracts, which are made, and a heading among the sources. There were 14 to 16 of them once."""
    touched = {edit.path for step in RECIPES["A feed"] for edit in step.edits}
    assert len(touched) == 4
    assert len([path for path in touched if not path.endswith("/categories.toml")]) == 3


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.label)
def test_every_step_says_what_fails_without_it(step: Step) -> None:
    assert bool(step.held_by) != (NOTHING_HOLDS_IT in step.says)
    assert step.edits or step.copies or step.makes


def test_with_every_step_all_that_holds_them_passes(tried: Tried) -> None:
    for wrote in tried.making:
        assert wrote["code"] == 0, wrote["said"]
    assert tried.whole["code"] == 0, tried.whole["said"]


def test_what_the_page_shows_is_written_as_the_rest_is(tried: Tried) -> None:
    python = [path for path in tried.touched if path.endswith(".py")]
    for command in (["check"], ["format", "--check"]):
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *python], cwd=tried.folder, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("step", HELD, ids=lambda step: step.label)
def test_a_step_that_is_left_out_fails_what_it_names(step: Step, tried: Tried) -> None:
    result = tried.left_out[step.label]
    assert result["code"] in FAILED, f"Without the step all passes: {step.says}\n{result['said']}"


def test_all_this_stays_affordable(tried: Tried) -> None:
    costs = {label: result["cpu"] for label, result in tried.left_out.items()}
    costs |= {"whole": tried.whole["cpu"], "making": sum(wrote["cpu"] for wrote in tried.making)}
    assert sum(costs.values()) < CPU, sorted(costs.items(), key=lambda cost: -cost[1])


def test_a_page_that_has_drifted_from_the_tree_is_noticed() -> None:
    page = "## A thing\n1. In `docs/adding.md`.\n\n   ```diff\n    nowhere to be found\n   +new\n   ```\n"
    with pytest.raises(NotApplicable):
        carry_out(read_recipes(page)["A thing"], ROOT)
