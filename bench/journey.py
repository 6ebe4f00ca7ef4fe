"""How the journey grows: seconds and peak memory of each stage for boroughs of several sizes.

    .venv/bin/python bench/journey.py                       a table for people
    .venv/bin/python bench/journey.py --sizes 500 1000 --json    one object for machines

Each size runs on a fresh platform of its own, from nothing to the last payment. Growth is the exponent with which a
stage's seconds follow the number of families between one size and the next: 1 is in proportion.
Units: seconds, MiB (resident memory of all five programs together, and of the largest one).
"""

import argparse
import json
import math
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

if Path(sys.path[0]) == Path(__file__).resolve().parent:
    del sys.path[0]  # this script is called like the package that it measures

from journey import story
from journey.console import Console, Step
from journey.platform import Addresses, Platform, free_ports

SIZES = (500, 1000, 2000, 5000)
EVERY = 0.25
SHORTEST = 1.0
"""Stages that take less say nothing about growth."""


class Memory:
    """Looks at the programs' resident memory a few times a second, and keeps the most of each stage."""

    def __init__(self, running: Platform) -> None:
        self.peaks: dict[str, dict[str, float]] = {}
        self.stage = ""
        self._running = running
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(EVERY):
            now = {program: resident(pid) for program, pid in self._running.processes().items()}
            if self.stage and now:
                peaks = self.peaks.setdefault(self.stage, {})
                for program, amount in {**now, "together": sum(now.values())}.items():
                    peaks[program] = max(peaks.get(program, 0.0), amount)


class Watching(Console):
    """A console that tells the memory watch which stage it is in."""

    def __init__(self, memory: Memory) -> None:
        super().__init__(quiet=True)
        self._memory = memory

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Step]:
        self._memory.stage = name
        with super().step(name, title) as step:
            yield step


def resident(pid: int) -> float:
    """MiB; 0 for a process that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def measure(families: int, seed: int) -> dict[str, Any]:
    """One borough on a platform of its own."""
    with tempfile.TemporaryDirectory(prefix="thinkfamily-bench-") as folder:
        running = Platform(Path(folder), Addresses(free_ports()))
        try:
            running.up()
            memory = Memory(running)
            console = Watching(memory)
            outcome = story.carry(running.addresses, running.var, families=families, seed=seed, console=console)
            memory.stop()
        finally:
            running.stop()
        store = sum(path.stat().st_size for path in Path(folder).rglob("*.sqlite3*")) / 2**20
    figures = outcome.figures.as_json()
    stages = {
        stage: {"seconds": seconds, "peak_mib": {k: round(v, 1) for k, v in memory.peaks.get(stage, {}).items()}}
        for stage, seconds in console.seconds.items()
    }
    return {
        "families": families,
        "records": figures["matching"]["records"],
        "seconds": figures["seconds"]["total"],
        "peak_mib": round(max((peaks["together"] for peaks in memory.peaks.values()), default=0.0), 1),
        "store_mib": round(store, 1),
        "stages": stages,
        "differing": figures["differing"],
    }


def growth(runs: list[dict[str, Any]]) -> dict[str, list[float | None]]:
    """For each stage, the exponent from each size to the next; None where it is too short to tell."""
    found: dict[str, list[float | None]] = {}
    for before, after in pairwise(runs):
        ratio = math.log(after["families"] / before["families"])
        for stage in [*after["stages"], "all"]:
            first, second = (seconds_of(run, stage) for run in (before, after))
            told = first >= SHORTEST and second >= SHORTEST
            found.setdefault(stage, []).append(round(math.log(second / first) / ratio, 2) if told else None)
    return found


def seconds_of(run: dict[str, Any], stage: str) -> float:
    return float(run["seconds"] if stage == "all" else run["stages"].get(stage, {}).get("seconds", 0.0))


def table(runs: list[dict[str, Any]], grown: dict[str, list[float | None]]) -> str:
    """Shape: a line a stage; for each size its seconds and peak memory, and the growth since the size before."""
    lines = ["stage".ljust(16) + "".join(f"{run['families']:>10,} families".rjust(28) for run in runs)]
    for stage in [*runs[-1]["stages"], "all"]:
        cells = []
        for number, run in enumerate(runs):
            peak = (
                run["peak_mib"]
                if stage == "all"
                else run["stages"].get(stage, {}).get("peak_mib", {}).get("together", 0)
            )
            exponent = grown.get(stage, [])[number - 1] if number else None
            cells.append(
                f"{seconds_of(run, stage):9.1f} s {peak:6.0f} MiB" + (f" ^{exponent:4.2f}" if exponent else "      ")
            )
        lines.append(stage.ljust(16) + "".join(cell.rjust(28) for cell in cells))
    for run in runs:
        lines.append(
            f"{run['families']:,} families: {run['records']:,} records, {run['store_mib']:.0f} MiB stored"
            + (f"; {len(run['differing'])} figures differ from the truth" if run["differing"] else "")
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Seconds and memory of the journey by the borough's size.")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--seed", type=int, default=2016)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    runs: list[dict[str, Any]] = []
    for families in sorted(chosen.sizes):
        print(f"{families:,} families", file=sys.stderr)
        runs.append(measure(families, chosen.seed))
    grown = growth(runs)
    print(json.dumps({"sizes": runs, "growth": grown}) if chosen.json else table(runs, grown))
    return 1 if any(run["differing"] for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
