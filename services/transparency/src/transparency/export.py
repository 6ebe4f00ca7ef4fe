"""`python -m transparency.export <program> FOLDER`: a copy of a program's log, for whoever checks it elsewhere.

Writes `log.ndjson` (each leaf with what is stored of it now, and what is stored without a leaf) and `heads.ndjson` (its
own heads, and what it heard of other logs). Give the second of *another* program to `tools/verify_log.py` as well. The
copy holds what was logged, which is about people: keep it as the store itself is kept.

`python -m transparency.export <program> --check`: walk through the whole log here, and end with 1 where it has faults.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.cli import load
from chassis.runtime import Runtime, make_runtime, running
from transparency.checking import keep_check, list_erased, walk_log
from transparency.leaves import write_entry
from transparency.log import Log
from transparency.sequencer import Sequencer, find_unlogged
from transparency.tables import LogHead, LogLeaf, SeenHead

AT_ONCE = 1000
_leaf, _head, _seen = LogLeaf.__table__, LogHead.__table__, SeenHead.__table__


def export_leaves(session: Session, log: Log) -> Iterator[dict[str, Any]]:
    """Each leaf in the order of the tree, those without a position last; then whatever has no leaf.

    Shape: `entry` is the text that was hashed behind the salt, made anew from what is stored; null where that is gone.
    """
    erased = list_erased(session)
    after = 0
    while True:
        # By seq and not by position: two leaves at one place must both be shown.
        rows = list(session.execute(select(_leaf).where(_leaf.c.seq > after).order_by(_leaf.c.seq).limit(AT_ONCE)))
        if not rows:
            break
        after = rows[-1].seq
        for row, entry in _with_entries(session, log, rows):
            key = (row.kind, row.record, row.part)
            yield {
                "position": row.position,
                "hash": row.hash.hex(),
                "salt": row.salt.hex() if row.salt is not None else None,
                "entry": entry,
                "erased": key in erased,
            }
    for kind, source in log.by_kind.items():
        last: UUID | None = None
        while records := source.list_records(session, last, AT_ONCE):
            last = records[-1]
            for record, part in find_unlogged(session, kind, source.read_entries(session, records)):
                yield {"unlogged": [kind, str(record), str(part) if part else None]}


def _with_entries(session: Session, log: Log, rows: list[Any]) -> Iterator[tuple[Any, str | None]]:
    by_kind: dict[str, list[UUID]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row.record)
    sources = log.by_kind
    found = {kind: sources[kind].read_entries(session, records) for kind, records in by_kind.items() if kind in sources}
    for row in rows:
        entry = found.get(row.kind, {}).get((row.record, row.part))
        yield row, write_entry(row.kind, row.record, row.part, entry).decode() if entry is not None else None


def export_heads(session: Session, log: Log) -> Iterator[dict[str, Any]]:
    """The log's own heads, then those that this program heard, with their logs."""
    for table, name in ((_head, log.program), (_seen, None)):
        for row in session.execute(select(table).order_by(table.c.size)):
            yield {
                "log": name or row.log,
                "seen_by": log.program if name is None else None,
                "size": row.size,
                "at": row.at,
                "root": row.root.hex(),
                "signature": row.signature.hex(),
                "key": row.key.hex(),
            }


def write_export(runtime: Runtime, log: Log, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with runtime.read() as session:
        for name, lines in (("log", export_leaves(session, log)), ("heads", export_heads(session, log))):
            with (folder / f"{name}.ndjson").open("wb") as out:
                out.writelines(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)


def find_log(program: Any) -> Log:
    """Errors: SystemExit when the program keeps none."""
    for worker in program.workers:
        if isinstance(worker, Sequencer):
            return worker.log
    raise SystemExit(f"{program.name} keeps no log")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="transparency.export", description=__doc__)
    parser.add_argument("program")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args(arguments)
    if bool(chosen.folder) == chosen.check:
        parser.error("say a folder, or --check")
    program = load(chosen.program)
    log = find_log(program)
    with running(make_runtime(program.settings.with_prefix())) as runtime:
        if chosen.folder:
            write_export(runtime, log, chosen.folder)
            return 0
        walk = walk_log(runtime, log)
        keep_check(runtime, walk)
    for fault in walk.faults:
        print(fault)
    print(f"{program.name}: {walk.size} leaves, {'whole' if not walk.faults else 'NOT WHOLE'}")
    return 1 if walk.faults else 0


if __name__ == "__main__":
    sys.exit(main())
