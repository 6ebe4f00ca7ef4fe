"""How the journey grows: seconds, CPU seconds and peak memory of each stage for boroughs of several sizes.

    .venv/bin/python bench/journey.py                       a table for people
    .venv/bin/python bench/journey.py --sizes 500 1000 --json    one object for machines
    .venv/bin/python bench/journey.py --profile production       PostgreSQL and Kafka, beside the embedded default

Each size runs on a fresh platform of its own, from nothing to the last payment. Growth is the exponent with which a
stage's CPU seconds follow the number of families between one size and the next: 1 is in proportion. CPU seconds are
those of all programs and of the journey's own client together, and stay the same on a machine that is busy otherwise;
seconds on the clock do not. In the production profile PostgreSQL and Kafka count as programs.
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
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

if Path(sys.path[0]) == Path(__file__).resolve().parent:
    del sys.path[0]  # this script is called like the package that it measures

from journey import story
from journey.console import Console, Step
from journey.platform import Addresses, Platform, find_free_ports
from journey.profile import PROFILES, Profile
from journey.servers.process import child_ids, stat_of
from journey.stopping import StopAsked, WentWrong, heed_signals
from sandbox import size

SIZES: dict[Profile, tuple[int, ...]] = {"embedded": (500, 1000, 2000, 5000), "production": (500, 2000, 10000, 25000)}
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
        spent = {(program, pid): cpu_seconds(pid) for program, pid in processes(self._running).items()}
        return {**spent, ("journey", os.getpid()): time.process_time() - self._looking}

    def _look(self) -> None:
        while not self._stop.wait(EVERY):
            now = {program: resident(pid) for program, pid in processes(self._running).items()}
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


def processes(running: Platform) -> dict[str, int]:
    """The process of each program, and of the servers below them where there are any."""
    found = running.processes()
    if running.servers is not None:
        found |= {"postgres": running.servers.postgres.pid, "kafka": running.servers.kafka.pid}
    return found


def resident(pid: int) -> float:
    """MiB, with its children's own, and what they share once; 0 for a process that has just ended."""
    own = memory(pid)
    below = [memory(child) for child in child_ids(pid)]
    shared = max((each["RssShmem"] for each in (own, *below)), default=0.0)
    return own["RssAnon"] + own["RssFile"] + shared + sum(each["RssAnon"] for each in below)


def memory(pid: int) -> dict[str, float]:
    """Shape: what the kernel calls it → MiB."""
    found = {"RssAnon": 0.0, "RssFile": 0.0, "RssShmem": 0.0}
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            name, _, amount = line.partition(":")
            if name in found:
                found[name] = int(amount.split()[0]) / 1024
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time since it began, with its children's, ended or not; 0 for one that has just ended."""
    own = times(pid)
    return sum(own) + sum(sum(times(child)[:2]) for child in child_ids(pid))


def times(pid: int) -> list[float]:
    """Seconds: user and system, then those of children that have ended."""
    return [int(field) / os.sysconf("SC_CLK_TCK") for field in stat_of(pid)[11:15]]


def measure(profile: Profile, families: int, seed: int) -> dict[str, Any]:
    """One borough on a platform of its own.

    A journey that goes wrong gives what its stages have cost so far, and in `broke_off` why it ended.
    """
    broke_off, figures = "", dict[str, Any]()
    with tempfile.TemporaryDirectory(prefix="thinkfamily-bench-") as folder:
        running = Platform(Path(folder), Addresses(find_free_ports(profile)), profile)
        try:
            running.start()
            meter = Meter(running)
            console = Watching(meter)
            try:
                outcome = story.carry_borough(
                    running.addresses, running.var, families=families, seed=seed, profile=profile, console=console
                )
                figures = outcome.figures.as_json()
            except WentWrong as problem:
                broke_off = str(problem)
            meter.stop()
            store = stored(running)
        finally:
            running.stop()
            if running.servers is not None:
                running.servers.forget()
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
        "profile": profile,
        "families": families,
        "records": figures.get("matching", {}).get("records", 0),
        "seconds": round(sum(console.seconds.values()), 2),
        "cpu_seconds": {
            program: round(sum(spent.get(program, 0.0) for spent in meter.cpu.values()), 2) for program in programs
        },
        "peak_mib": round(max((peaks["together"] for peaks in meter.peaks.values()), default=0.0), 1),
        "store_mib": round(store, 1),
        "stages": stages,
        "differing": figures.get("differing", []),
        "broke_off": broke_off,
    }


def stored(running: Platform) -> float:
    """MiB of files, the log of events among them."""
    if running.servers is None:
        files = running.var.rglob("*.sqlite3*")
    else:
        files = (path for home in (running.servers.postgres, running.servers.kafka) for path in home.data.rglob("*"))
    return sum(path.stat().st_size for path in files if path.is_file()) / 2**20


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
            + (f"; broke off: {run['broke_off']}" if run["broke_off"] else "")
        )
    return "\n".join(lines)


def beside(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> str:
    """A line a size: how many times what the first profile costs the second does."""
    lines = ["", f"{second[0]['profile']} to {first[0]['profile']}"]
    for one, other in zip(first, second, strict=True):
        seconds, cpu = other["seconds"] / one["seconds"], together(other) / together(one)
        told = f"seconds {seconds:.2f}, CPU {cpu:.2f}, MiB {other['peak_mib'] / one['peak_mib']:.2f}"
        lines.append(f"{one['families']:,} families: {told}")
    return "\n".join(lines)


def together(run: dict[str, Any]) -> float:
    seconds: float = run["cpu_seconds"]["together"]
    return seconds


def measured(profile: Profile, families: int, seed: int, folder: Path | None) -> dict[str, Any]:
    """A run's figures, from the folder where they are there: the large sizes take longer than one may want to wait."""
    path = folder and folder / f"{profile}-{families}-{seed}.json"
    if path and path.exists():
        found: dict[str, Any] = json.loads(path.read_text())
        return found
    figures = measure(profile, families, seed)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        # One that broke off is kept for whoever asks why, and run again.
        kept = path.with_suffix(".broke-off.json") if figures["broke_off"] else path
        kept.write_text(json.dumps(figures))
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description="What the journey costs by the borough's size.")
    parser.add_argument("--sizes", type=size, nargs="+")
    parser.add_argument("--seed", type=int, default=2016)
    parser.add_argument("--profile", choices=PROFILES, default="embedded", help="production: both, in turn")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="a folder for each run's figures; what it holds is not run again")
    chosen = parser.parse_args()
    heed_signals()  # else SIGTERM would leave the platform behind
    profiles: tuple[Profile, ...] = ("embedded",) if chosen.profile == "embedded" else ("embedded", "production")
    runs: dict[Profile, list[dict[str, Any]]] = {profile: [] for profile in profiles}
    for families in sorted(chosen.sizes or SIZES[chosen.profile]):
        for profile, of in runs.items():
            run = measured(profile, families, chosen.seed, chosen.keep)
            of.append(run)
            told = f"{run['seconds']:.0f} s, {together(run):.0f} CPU-s, {run['peak_mib']:.0f} MiB"
            print(f"{families:,} families, {profile}: {told}", file=sys.stderr, flush=True)
    found = {profile: {"sizes": of, "growth": growth(of)} for profile, of in runs.items()}
    if chosen.json:
        print(json.dumps(found))
    else:
        for profile, of in runs.items():
            print(profile, table(of, growth(of)), "", sep="\n")
        if len(profiles) == 2:
            print(beside(*runs.values()))
    return 1 if any(run["differing"] or run["broke_off"] for of in runs.values() for run in of) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StopAsked:
        sys.exit(130)
