"""How the log's tree grows: what a leaf, a head and a proof cost at 10,000, 100,000 and a million leaves.

    .venv/bin/python bench/transparency.py                      a table for people
    .venv/bin/python bench/transparency.py --sizes 10000 --json      one object for machines
    .venv/bin/python bench/transparency.py --peer FOLDER        beside pymerkle, which is no part of the product

`--peer`: a folder into which pymerkle 7 was installed (`pip install --target FOLDER pymerkle==7.0.0`). Its SQLite tree
is given the same entries in the same batches, and asked for a root after each, as ours signs a head.

Ours is all that a program does: rows with salts in a transaction of a thousand, then the sequencer, which gives them
positions, stores blocks, signs a head and puts it into the outbox. Proofs are made over the store, for positions and
sizes at random. Growth is what a thing costs at the last size, as a multiple of what it costs at the first.
Units: CPU microseconds (user and system) for a leaf, milliseconds on the clock for a head and the middle one of proofs.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Protocol

import orjson

if Path(sys.path[0]) == Path(__file__).resolve().parent:
    del sys.path[0]  # this script is called like the package that it measures

from chassis.cli import load
from chassis.db import new_id
from chassis.keys import JwksOverHttp
from chassis.migrations import migrate
from chassis.runtime import make_runtime, running
from consent.log import LOG
from transparency.leaves import StoredNodes, append_leaves
from transparency.merkle import Tree
from transparency.sequencer import Sequencer

SIZES = (10_000, 100_000, 1_000_000)
BATCH = 1000
PROOFS = 100
ENTRY = {"purpose": "support", "shared": [{"category": "attendance", "source": "education", "basis": "public_task"}]}


class Log(Protocol):
    """A log under test."""

    name: str

    def append(self, number: int) -> None:
        """So many leaves more, and a head over all of them."""

    def find_root(self) -> bytes: ...

    def prove_inclusion(self, position: int, size: int) -> None: ...

    def prove_consistency(self, first: int, second: int) -> None: ...


class Ours:
    """consent's log, on a store of its own."""

    name = "ours"

    def __init__(self, runtime: Any) -> None:
        self._runtime, self._sequencer, self._size = runtime, Sequencer(LOG), 0
        runtime.state["head_every"] = 0.0
        while self._sequencer.step(runtime):
            pass
        with runtime.read() as session:
            self._size = session.connection().exec_driver_sql("SELECT count(*) FROM log_leaf").scalar_one()

    def append(self, number: int) -> None:
        with self._runtime.write() as session:
            append_leaves(session, "decision", {(new_id(), None): ENTRY for _ in range(number)})
        while self._sequencer.step(self._runtime):
            pass
        self._size += number

    @contextmanager
    def _tree(self) -> Iterator[Tree]:
        with self._runtime.read() as session:
            yield Tree(StoredNodes(session.connection()), self._size)

    def find_root(self) -> bytes:
        with self._tree() as tree:
            return tree.root()

    def prove_inclusion(self, position: int, size: int) -> None:
        with self._tree() as tree:
            tree.prove_inclusion(position, size)

    def prove_consistency(self, first: int, second: int) -> None:
        with self._tree() as tree:
            tree.prove_consistency(first, second)


class Peer:
    """pymerkle's tree in SQLite."""

    name = "pymerkle"

    def __init__(self, folder: Path, at: Path) -> None:
        sys.path.append(str(folder))
        from pymerkle import SqliteTree  # type: ignore[import-not-found]

        self._tree = SqliteTree(str(at))

    def append(self, number: int) -> None:
        entries = [orjson.dumps({"record": new_id(), "entry": ENTRY}) for _ in range(number)]
        self._tree.append_entries(entries, number)
        self._tree.get_root()

    def find_root(self) -> bytes:
        return bytes(self._tree.get_root())

    def prove_inclusion(self, position: int, size: int) -> None:
        self._tree.prove_inclusion(position + 1, size)

    def prove_consistency(self, first: int, second: int) -> None:
        self._tree.prove_consistency(first, second)


def measure(log: Log, sizes: list[int]) -> list[dict[str, float]]:
    """A row of figures a size; each leaf's is that of the leaves since the size before."""
    dice, size, found = Random(2016), 0, []
    for wanted in sizes:
        began = time.process_time()
        for _ in range(size, wanted, BATCH):
            log.append(BATCH)
        leaf = (time.process_time() - began) / (wanted - size) * 1e6
        size = wanted
        positions = [(dice.randrange(size), size) for _ in range(PROOFS)]
        earlier = [(dice.randrange(1, size), size) for _ in range(PROOFS)]
        row = {
            "leaves": size,
            "leaf_us": leaf,
            "head_ms": middle(log.find_root, [()] * PROOFS),
            "inclusion_ms": middle(log.prove_inclusion, positions),
            "consistency_ms": middle(log.prove_consistency, earlier),
        }
        print(f"{log.name}: {size:,} leaves", file=sys.stderr, flush=True)
        found.append(row)
    return found


def middle(act: Callable[..., Any], asked: Sequence[tuple[int, ...]]) -> float:
    """The middle one of many times, in milliseconds. Shape: `asked` holds what the act is given each time."""
    times = []
    for what in asked:
        began = time.perf_counter()
        act(*what)
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


def table(name: str, rows: list[dict[str, float]]) -> str:
    columns = [column for column in rows[0] if column != "leaves"]
    lines = [f"{name:>12} " + " ".join(f"{column:>15}" for column in columns)]
    lines += [f"{row['leaves']:>12,} " + " ".join(f"{row[column]:>15.3f}" for column in columns) for row in rows]
    if len(rows) > 1:
        lines.append(
            f"{'growth':>12} " + " ".join(f"{rows[-1][column] / rows[0][column]:>15.2f}" for column in columns)
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="What a leaf, a head and a proof cost by the log's size.")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--peer", type=Path, help="the folder into which pymerkle was installed")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    sizes, found = sorted(chosen.sizes), {}
    with tempfile.TemporaryDirectory() as folder:
        consent = load("consent")
        settings = consent.settings(var=Path(folder))
        with running(make_runtime(settings, keys=JwksOverHttp("http://127.0.0.1:9"))) as runtime:
            migrate(runtime, consent.versions, consent.base.metadata)
            found["ours"] = measure(Ours(runtime), sizes)
        if chosen.peer:
            found["pymerkle"] = measure(Peer(chosen.peer, Path(folder) / "peer.sqlite3"), sizes)
    if chosen.json:
        print(json.dumps(found))
        return 0
    for name, rows in found.items():
        print(table(name, rows), "", sep="\n")
    if chosen.peer:
        for ours, theirs in zip(found["ours"], found["pymerkle"], strict=True):
            ratios = ", ".join(f"{name} {ours[name] / theirs[name]:.2f}" for name in ours if name != "leaves")
            print(f"ours / pymerkle at {ours['leaves']:,}: {ratios}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
