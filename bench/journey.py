"""How the journey grows: seconds, CPU seconds and peak memory of each stage for boroughs of several sizes.

    .venv/bin/python bench/journey.py                       a table for people
    .venv/bin/python bench/journey.py --sizes 500 1000 --json    one object for machines

Each size runs on a fresh platform of its own, from nothing to the last payment. Growth is the exponent with which a
stage's CPU seconds follow the number of families between one size and the next: 1 is in proportion. CPU seconds are
those of all programs and of the journey's own client together, and stay the same on a machine that is busy otherwise;
seconds on the clock do not.
Units: seconds, CPU seconds (user and system), MiB (resident memory of all programs together).
"""

import argparse
import json
import math
import os
import sys
import tempfile
import threading
import time
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


class Meter:
    """What each stage costs: the programs' CPU seconds, and the most memory that they held, seen a few times a second.

    The journey's own client counts as a program named `journey`.
    """

    def __init__(self, running: Platform) -> None:
        self.peaks: dict[str, dict[str, float]] = {}
        self.cpu: dict[str, dict[str, float]] = {}
        self.stage = ""
        self._running = running
        self._looking = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    @contextmanager
    def during(self, stage: str) -> Iterator[None]:
        """Add what is spent meanwhile to what the stage has cost so far."""
        self.stage = stage
        before = self._spent()
        yield
        spent = self.cpu.setdefault(stage, {})
        for (program, pid), seconds in self._spent().items():
            # A program that was started anew meanwhile is another process, and has spent all of its seconds since.
            more = seconds - before.get((program, pid), 0.0)
            for name in (program, "together"):
                spent[name] = spent.get(name, 0.0) + more

    def _spent(self) -> dict[tuple[str, int], float]:
        spent = {(program, pid): cpu_seconds(pid) for program, pid in self._running.processes().items()}
        return {**spent, ("journey", os.getpid()): time.process_time() - self._looking}

    def _look(self) -> None:
        while not self._stop.wait(EVERY):
            now = {program: resident(pid) for program, pid in self._running.processes().items()}
            if self.stage and now:
                peaks = self.peaks.setdefault(self.stage, {})
                for program, amount in {**now, "together": sum(now.values())}.items():
                    peaks[program] = max(peaks.get(program, 0.0), amount)
            self._looking = time.thread_time()  # what looking costs is not the journey's


class Watching(Console):
    """A console that tells the meter which stage it is in."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(quiet=True)
        self._meter = meter

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Step]:
        with self._meter.during(name), super().step(name, title) as step:
            yield step


def resident(pid: int) -> float:
    """MiB; 0 for a process that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def cpu_seconds(pid: int) -> float:
    """User and system time since the process began; 0 for one that has just ended."""
    try:
        # The second field is the program's name in brackets, which may itself hold spaces and brackets.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(families: int, seed: int) -> dict[str, Any]:
    """One borough on a platform of its own."""
    with tempfile.TemporaryDirectory(prefix="thinkfamily-bench-") as folder:
        running = Platform(Path(folder), Addresses(free_ports()))
        try:
            running.up()
            meter = Meter(running)
            console = Watching(meter)
            outcome = story.carry(running.addresses, running.var, families=families, seed=seed, console=console)
            meter.stop()
        finally:
            running.stop()
        store = sum(path.stat().st_size for path in Path(folder).rglob("*.sqlite3*")) / 2**20
    figures = outcome.figures.as_json()
    stages = {
        stage: {
            "seconds": seconds,
            "cpu_seconds": {program: round(spent, 2) for program, spent in meter.cpu[stage].items()},
            "peak_mib": {program: round(most, 1) for program, most in meter.peaks.get(stage, {}).items()},
        }
        for stage, seconds in console.seconds.items()
    }
    programs = sorted({program for spent in meter.cpu.values() for program in spent})
    return {
        "families": families,
        "records": figures["matching"]["records"],
        "seconds": figures["seconds"]["total"],
        "cpu_seconds": {
            program: round(sum(spent.get(program, 0.0) for spent in meter.cpu.values()), 2) for program in programs
        },
        "peak_mib": round(max((peaks["together"] for peaks in meter.peaks.values()), default=0.0), 1),
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
            first, second = (part(run, stage)["cpu_seconds"].get("together", 0.0) for run in (before, after))
            told = first >= SHORTEST and second >= SHORTEST
            found.setdefault(stage, []).append(round(math.log(second / first) / ratio, 2) if told else None)
    return found


def part(run: dict[str, Any], stage: str) -> dict[str, Any]:
    """A stage's figures, or those of the whole run."""
    if stage == "all":
        return {**run, "peak_mib": {"together": run["peak_mib"]}}
    found: dict[str, Any] = run["stages"].get(stage, {"seconds": 0.0, "cpu_seconds": {}, "peak_mib": {}})
    return found


def table(runs: list[dict[str, Any]], grown: dict[str, list[float | None]]) -> str:
    """Shape: a line a stage; for each size seconds, CPU seconds, peak memory, and the growth since the size before."""
    lines = [
        "stage".ljust(16) + "".join(f"{run['families']:,} families".rjust(36) for run in runs),
        " " * 16 + "".join("seconds     CPU      MiB  growth".rjust(36) for _ in runs),
    ]
    for stage in [*runs[-1]["stages"], "all"]:
        cells = []
        for number, run in enumerate(runs):
            figures = part(run, stage)
            cpu, peak = (figures[name].get("together", 0.0) for name in ("cpu_seconds", "peak_mib"))
            exponent = grown.get(stage, [])[number - 1] if number else None
            cells.append(
                f"{figures['seconds']:11.1f} {cpu:7.1f} {peak:8.0f}" + (f"   ^{exponent:4.2f}" if exponent else " " * 8)
            )
        lines.append(stage.ljust(16) + "".join(cell.rjust(36) for cell in cells))
    for run in runs:
        spent = ", ".join(f"{program} {seconds:.1f}" for program, seconds in run["cpu_seconds"].items())
        lines.append(
            f"{run['families']:,} families: {run['records']:,} records, {run['store_mib']:.0f} MiB stored; CPU: {spent}"
            + (f"; {len(run['differing'])} figures differ from the truth" if run["differing"] else "")
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="What the journey costs by the borough's size.")
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
