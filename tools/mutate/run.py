"""Lists the mutants, has them tried, and prints what became of each."""

import argparse
import ast
import json
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

from mutate.changes import Mutant, list_mutants
from mutate.trial import CannotTry, Reach, Trials

SEED = 2016


def main(page: str) -> int:
    """Shape: `page` says how it is run. Returns the exit code."""
    arguments = _arguments(page)
    begun = time.monotonic()
    trees = {path: ast.parse(path.read_text()) for path in arguments.files}
    mutants = [m for path, tree in trees.items() for m in list_mutants(path, tree) if _is_wanted(m, arguments)]
    random.Random(SEED).shuffle(mutants)
    trials = Trials(trees, arguments.tests, arguments.only)
    try:
        reach = trials.observe()
    except CannotTry as why:
        print(f"mutate: {why}", file=sys.stderr)
        return 1
    _tell(f"{len(mutants)} mutants; {len(reach.tests)} tests, {time.monotonic() - begun:.0f} s to observe them")
    fates = _try_all(trials, reach, mutants, arguments.jobs, begun + arguments.seconds)
    _print(arguments.files, mutants, fates, time.monotonic() - begun)
    return 0


def _arguments(page: str) -> argparse.Namespace:
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="tools/mutate", description=page, formatter_class=style)
    parser.add_argument(
        "files", nargs="+", type=_file, metavar="FILE", help="Python files to change, one place at a time"
    )
    parser.add_argument("--tests", nargs="+", required=True, type=_file, metavar="PATH", help="test files or folders")
    parser.add_argument("--seconds", type=float, default=600.0, help="stop after so long (600)")
    parser.add_argument("--jobs", type=int, default=1, help="so many mutants at once (1)")
    parser.add_argument("-k", dest="only", default="", help="as pytest's -k")
    parser.add_argument("--lines", default="", help="only mutants of these lines, as in 10-40")
    parser.add_argument(
        "--functions", action="store_true", help="only what stands in functions, and no data of a module"
    )
    return parser.parse_args()


def _file(text: str) -> Path:
    path = Path(text).resolve()
    if not path.exists():
        raise argparse.ArgumentTypeError(f"there is no {text}")
    return path


def _is_wanted(mutant: Mutant, asked: argparse.Namespace) -> bool:
    if asked.functions and not mutant.in_function:
        return False
    if not asked.lines:
        return True
    first, _, last = asked.lines.partition("-")
    return mutant.line in range(int(first), int(last or first) + 1)


def _try_all(
    trials: Trials, reach: Reach, mutants: list[Mutant], jobs: int, until: float
) -> dict[Mutant, tuple[str, str]]:
    """Shape: mutant → (fate, the test that killed it)."""
    fates: dict[Mutant, tuple[str, str]] = {}
    waiting = list(reversed(mutants))
    while waiting or trials.running:
        while waiting and len(trials.running) < jobs and time.monotonic() < until:
            mutant = waiting.pop()
            tests = reach.list_tests_of(mutant)
            if tests:
                trials.start(mutant, tests, reach)
            else:
                fates[mutant] = ("unreached", "")
                _tell(f"unreached {mutant}")
        if time.monotonic() >= until:
            trials.abandon()
            break
        for mutant, fate, test in trials.collect():
            fates[mutant] = (fate, test)
            if fate == "survived":
                _tell(f"survived  {mutant}")
        time.sleep(0.01)
    return fates


def _print(files: list[Path], mutants: list[Mutant], fates: dict[Mutant, tuple[str, str]], seconds: float) -> None:
    counts = Counter(fate for fate, _ in fates.values())
    figures = {
        "mutants": len(mutants),
        "tried": len(fates),
        **{fate: counts[fate] for fate in ("killed", "timeout", "survived", "unreached")},
        "not_tried": len(mutants) - len(fates),
        "seconds": round(seconds),
    }
    answer = {
        "files": [_shorten(path) for path in files],
        "figures": figures,
        "mutants": [
            {
                "file": _shorten(mutant.path),
                "line": mutant.line,
                "was": mutant.was,
                "becomes": mutant.becomes,
                "fate": fates[mutant][0],
                "test": fates[mutant][1],
            }
            for mutant in sorted(fates, key=lambda m: (str(m.path), m.line, m.was, m.becomes))
        ],
    }
    print(json.dumps(answer, indent=1))
    _tell(json.dumps(figures))


def _shorten(path: Path) -> str:
    return os.path.relpath(path)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
