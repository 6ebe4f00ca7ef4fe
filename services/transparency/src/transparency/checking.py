"""Whether a log is whole: a spot check at each look, and now and then a walk through all of it."""

import random
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from chassis.bulk_insert import write_rows
from chassis.db import new_id, now
from chassis.runtime import Runtime
from transparency.leaves import ERASED, StoredNodes, write_entry
from transparency.log import Log
from transparency.merkle import BLOCK_BITS, EMPTY, Tree, fold_nodes, hash_leaf, hash_nodes
from transparency.sequencer import LAST_HEAD, MERGE_DELAY, find_unlogged
from transparency.signing import is_signed
from transparency.tables import LogCheck, LogHead, LogLeaf, LogNote, SeenHead
from transparency.witness import find_last_seen, list_broken

SPOTS = 16
AT_ONCE = 8 << BLOCK_BITS
"""Leaves that one step of a walk looks at; whole blocks."""
FAULTS_AT_MOST = 100
_leaf, _head, _note, _check = LogLeaf.__table__, LogHead.__table__, LogNote.__table__, LogCheck.__table__
_seen = SeenHead.__table__
CHECK = insert(_check)  # type: ignore[arg-type]


def spot_check(session: Session, log: Log, merge_delay: float = MERGE_DELAY) -> list[str]:
    """Faults that a cheap look finds: a few rows of each table, whatever the log's size.

    Shape: a short text a fault, without anybody's data.
    """
    head = session.execute(LAST_HEAD).first()
    size = head.size if head else 0
    faults = [] if head is None else _check_head(session, head)
    faults += _check_end(session, size)
    faults += _check_seen(session, log, size, head)
    positions = {random.randrange(size) for _ in range(SPOTS)} if size else set()
    rows = list(session.execute(select(_leaf).where(_leaf.c.position.in_(sorted(positions)))))
    if len(rows) != len(positions):
        faults.append("leaves are missing")
    faults += [f"leaf {position}: {fault}" for position, fault in _compare(session, log, rows)]
    waiting = session.scalar(select(func.min(_leaf.c.at)).where(_leaf.c.position.is_(None)))
    if waiting is not None and time.time() - waiting / 1000 > merge_delay:
        faults.append("leaves have waited for their position longer than they may")
    return faults + list(session.scalar(select(_check.c.faults).limit(1)) or [])


def _check_head(session: Session, head: Any) -> list[str]:
    faults = []
    if not is_signed(head.key, head.at, head.size, head.root, head.signature):
        faults.append(f"head {head.size}: its signature is not good")
    try:
        same = Tree(StoredNodes(session.connection()), head.size).root() == head.root
    except IndexError:
        same = False
    if not same:
        faults.append(f"head {head.size}: the tree has another root")
    return faults


def _check_end(session: Session, size: int) -> list[str]:
    last = session.scalar(select(func.max(_leaf.c.position)))
    return [] if (-1 if last is None else last) == size - 1 else ["the last leaf is not the last one under the head"]


def _check_seen(session: Session, log: Log, size: int, head: Any) -> list[str]:
    """What was told of this log, and of others, beside what is here."""
    faults = [f"{row.log} told a head of {row.size} leaves that is {row.verdict}" for row in list_broken(session)]
    told = find_last_seen(session, log.program)
    if told is not None and told.size > size:
        faults.append(f"a head of {told.size} leaves was told, and the store has {size}: it was rolled back")
    if told is not None and head is not None and told.size == size and told.root != head.root:
        faults.append(f"head {size}: another root was told")
    return faults


def _compare(session: Session, log: Log, rows: list[Any]) -> list[tuple[int, str]]:
    """Leaves beside what they stand for."""
    sources = log.by_kind
    found: list[tuple[int, str]] = []
    by_kind: dict[str, list[Any]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    for kind, some in by_kind.items():
        if kind not in sources:
            found += [(row.position, "of a kind that is not logged") for row in some]
            continue
        entries = sources[kind].read_entries(session, [row.record for row in some if row.salt is not None])
        erased = list_erased(session) if any(row.salt is None for row in some) else set()
        for row in some:
            entry = entries.get((row.record, row.part))
            if row.salt is None:
                if (kind, row.record, row.part) not in erased:
                    found.append((row.position, "its salt is gone, and nobody says that it was erased"))
            elif entry is None:
                found.append((row.position, "what it stands for is gone"))
            elif hash_leaf(row.salt + write_entry(kind, row.record, row.part, entry)) != row.hash:
                found.append((row.position, "what it stands for was changed"))
    return found


def list_erased(session: Session) -> set[tuple[str, UUID, UUID | None]]:
    """Every leaf of which a note says that what it stood for was erased."""
    notes = session.scalars(select(_note.c.data).where(_note.c.about == ERASED))
    return {(k, UUID(r), UUID(p) if p else None) for data in notes for k, r, p in data["leaves"]}


@dataclass
class Walk:
    """A walk through the whole log, a piece at a time. `stack` holds the roots over what was walked, largest first."""

    log: Log
    size: int
    heads: dict[int, set[bytes]]
    reached: int = 0
    stack: list[tuple[int, bytes]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    source: int = 0
    record: UUID | None = None

    @classmethod
    def begin(cls, session: Session, log: Log) -> "Walk":
        """A walk up to the last head, past each head that was signed here or told."""
        heads: dict[int, set[bytes]] = {}
        head = session.execute(LAST_HEAD).first()
        size = head.size if head else 0
        for row in session.execute(select(_head)):
            heads.setdefault(row.size, set()).add(row.root)
        good = select(_seen.c.size, _seen.c.root).where(_seen.c.log == log.program, _seen.c.verdict == "consistent")
        for row in session.execute(good):
            heads.setdefault(row.size, set()).add(row.root)
        walk = cls(log, size, heads)
        for fault in _check_end(session, size):
            walk.note(fault)
        for row in session.execute(select(_head)):
            if not is_signed(row.key, row.at, row.size, row.root, row.signature):
                walk.note(f"head {row.size}: its signature is not good")
        return walk

    def note(self, fault: str) -> None:
        if len(self.faults) < FAULTS_AT_MOST:
            self.faults.append(fault)

    def advance(self, session: Session) -> bool:
        """Look at one more piece. Whether there is more."""
        if self.reached < self.size:
            self._walk_leaves(session)
            return True
        if self.reached == self.size and self.heads:
            self._compare_heads_beyond()
        return self._walk_records(session)

    def _walk_leaves(self, session: Session) -> None:
        end = min(self.reached + AT_ONCE, self.size)
        within = _leaf.c.position >= self.reached, _leaf.c.position < end
        rows = list(session.execute(select(_leaf).where(*within).order_by(_leaf.c.position)))
        if [row.position for row in rows] != list(range(self.reached, end)):
            self.note(f"leaves between {self.reached} and {end} are missing")
            self.reached = self.size  # nothing above can be right; what is gone is told by the next lines
            self.heads.clear()
            return
        for position, fault in _compare(session, self.log, rows):
            self.note(f"leaf {position}: {fault}")
        for row in rows:
            self._add(row.hash)
            for root in self.heads.pop(row.position + 1, ()):
                if root != self._root():
                    self.note(f"head {row.position + 1}: the tree has another root")
        self._compare_blocks(session, [row.hash for row in rows], end)
        self.reached = end

    def _compare_blocks(self, session: Session, hashes: list[bytes], end: int) -> None:
        first = self.reached >> BLOCK_BITS
        whole = [hashes[i : i + (1 << BLOCK_BITS)] for i in range(0, len(hashes) >> BLOCK_BITS << BLOCK_BITS, 256)]
        stored = StoredNodes(session.connection()).read_nodes(BLOCK_BITS, first, end >> BLOCK_BITS)
        if stored != [fold_nodes(block) for block in whole]:
            self.note(f"a stored node over the leaves {self.reached} to {end} is not theirs")

    def _compare_heads_beyond(self) -> None:
        for size, roots in sorted(self.heads.items()):
            if size == 0 and roots == {EMPTY}:
                continue
            self.note(f"a head of {size} leaves was told, and the store has {self.size}")
        self.heads.clear()

    def _walk_records(self, session: Session) -> bool:
        """Look for what is stored and was never logged."""
        sources = list(self.log.by_kind.values())
        if self.source == len(sources):
            return False
        source = sources[self.source]
        records = source.list_records(session, self.record, 500)
        unlogged = find_unlogged(session, source.kind, source.read_entries(session, records))
        for record, _ in unlogged:
            self.note(f"{source.kind} {record} is not in the log")
        if len(records) == 500:
            self.record = records[-1]
        else:
            self.source, self.record = self.source + 1, None
        return True

    def _add(self, leaf: bytes) -> None:
        level, node = 0, leaf
        while self.stack and self.stack[-1][0] == level:
            level, node = level + 1, hash_nodes(self.stack.pop()[1], node)
        self.stack.append((level, node))

    def _root(self) -> bytes:
        root = self.stack[-1][1]
        for _, node in self.stack[-2::-1]:
            root = hash_nodes(node, root)
        return root


def walk_log(runtime: Runtime, log: Log) -> Walk:
    """Walk through the whole log at once. Shape: its faults; none when it is whole."""
    with runtime.read() as session:
        walk = Walk.begin(session, log)
    more = True
    while more:
        with runtime.read() as session:
            more = walk.advance(session)
    return walk


class Checker:
    """Walks through the log, a piece a step, and again a day later. What it found stands in the store, for `health`."""

    name = "log-checker"
    AGAIN = 86_400.0
    """Seconds from the end of one walk to the beginning of the next."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def step(self, runtime: Runtime) -> bool:
        walk, again_at = runtime.state.get("log-check", (None, 0.0))
        if walk is None:
            if time.monotonic() < again_at:
                return False
            with runtime.read() as session:
                runtime.state["log-check"] = (Walk.begin(session, self._log), 0.0)
            return True
        with runtime.read() as session:
            more = walk.advance(session)
        if not more:
            keep_check(runtime, walk)
            runtime.state["log-check"] = (None, time.monotonic() + self.AGAIN)
        return bool(more)

    def pending(self, runtime: Runtime) -> int:
        return 0  # it never waits for anything, and nobody waits for it


def keep_check(runtime: Runtime, walk: Walk) -> None:
    """Keep what a walk found; that of the last one counts."""
    row = {"id": new_id(), "ended_at": now(), "size": walk.size, "faults": walk.faults}
    with runtime.write() as session:
        session.execute(delete(_check))  # type: ignore[arg-type]
        write_rows(session, CHECK, [row])
