"""The worker that gives leaves their positions in the tree, in the order of their commits, and signs heads."""

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from chassis.bulk_insert import write_rows
from chassis.db import in_batches
from chassis.outbox import emit
from chassis.runtime import Runtime
from transparency.leaves import BEGUN, StoredNodes, add_note, append_leaves
from transparency.log import Entries, Key, Log
from transparency.merkle import BLOCK_BITS, Tree, fold_nodes
from transparency.signing import SigningKey, load_key
from transparency.tables import LogBlock, LogHead, LogLeaf, LogNote

BATCH = 1000
ADOPTED_AT_ONCE = 200
HEAD_EVERY = 2.0
"""Seconds between two heads, unless more leaves wait than one batch takes."""
MERGE_DELAY = 60.0
"""Seconds within which a leaf is under a signed head, while the worker runs; later is a fault that health tells of."""

_leaf, _head, _note = LogLeaf.__table__, LogHead.__table__, LogNote.__table__
HEAD, BLOCK = insert(_head), insert(LogBlock.__table__)  # type: ignore[arg-type]
WAITING = select(_leaf.c.seq).where(_leaf.c.position.is_(None)).order_by(_leaf.c.seq).limit(BATCH)
LAST_HEAD = select(_head).order_by(_head.c.size.desc()).limit(1)
HAS_BEGUN = select(_note.c.id).where(_note.c.about == BEGUN).limit(1)


def _positioning() -> Any:
    """Give the leaves in `waiting` the positions that follow, in their order: one statement, not one each."""
    rank = func.row_number().over(order_by=_leaf.c.seq)
    ranked = select(_leaf.c.seq, rank.label("rank")).where(_leaf.c.seq.in_(bindparam("waiting", expanding=True)))
    numbered = ranked.subquery()
    position = numbered.c.rank + bindparam("size", type_=BigInteger) - 1
    return update(_leaf).where(_leaf.c.seq == numbered.c.seq).values(position=position)  # type: ignore[arg-type]


_POSITIONING = _positioning()


class Sequencer:
    """Gives a batch of leaves their positions a step, and signs the head over them.

    Requests only write their leaves; which position they have is worked out here, so that nobody waits for it.
    """

    name = "sequencer"

    def __init__(self, log: Log) -> None:
        self.log = log

    def step(self, runtime: Runtime) -> bool:
        """Whether leaves were given their positions.

        A program that starts tells its last head again: whoever holds a later one learns that the store went back.
        """
        state = _state_of(runtime)
        if not state.told:
            self._tell_again(runtime, state)
        if not state.begun:
            return self._begin(runtime, state)
        with runtime.read() as session:
            waiting = list(session.scalars(WAITING))
        if not waiting or (len(waiting) < BATCH and time.monotonic() - state.signed_at < head_every(runtime)):
            return False
        with runtime.write() as session:
            self._position(session, state.key, waiting)
        state.signed_at = time.monotonic()
        return True

    def pending(self, runtime: Runtime) -> int:
        with runtime.read() as session:
            return count_waiting_leaves(session)

    def _position(self, session: Session, key: SigningKey, waiting: Sequence[int]) -> None:
        before = session.execute(LAST_HEAD).first()
        old = before.size if before else 0
        connection = session.connection()
        connection.execute(_POSITIONING, {"waiting": list(waiting), "size": old})
        tree = Tree(StoredNodes(connection), old + len(waiting))
        _store_blocks(session, old, tree.size)
        self._sign(session, key, tree, old)

    def _sign(self, session: Session, key: SigningKey, tree: Tree, since: int) -> None:
        at, root = time.time_ns() // 1_000_000, tree.root()
        head = {"size": tree.size, "at": at, "root": root, "signature": key.sign(at, tree.size, root)}
        write_rows(session, HEAD, [head | {"key": key.public}])
        emit(session, self._event(head, key, since, tree.prove_consistency(since, tree.size)))

    def _tell_again(self, runtime: Runtime, state: "_State") -> None:
        with runtime.read() as session:
            head = session.execute(LAST_HEAD).first()
        if head is not None:
            at = time.time_ns() // 1_000_000
            again = {"size": head.size, "at": at, "root": head.root}
            again["signature"] = state.key.sign(at, head.size, head.root)
            with runtime.write() as session:
                emit(session, self._event(again, state.key, head.size, []))
        state.told = True

    def _event(self, head: dict[str, Any], key: SigningKey, since: int, proof: Sequence[bytes]) -> Any:
        return self.log.head(
            log=self.log.program,
            size=head["size"],
            at=head["at"],
            root=head["root"].hex(),
            signature=head["signature"].hex(),
            public_key=key.public.hex(),
            since=since,
            proof=[step.hex() for step in proof],
        )

    def _begin(self, runtime: Runtime, state: "_State") -> bool:
        """Take in what was there before the log began, once; whatever has no leaf later on is a fault."""
        with runtime.read() as session:
            state.begun = session.scalar(HAS_BEGUN) is not None
        if state.begun:
            return True
        while state.adopting < len(self.log.sources):
            source = self.log.sources[state.adopting]
            with runtime.write() as session:
                records = source.list_records(session, state.adopted_to, ADOPTED_AT_ONCE)
                missing = find_unlogged(session, source.kind, source.read_entries(session, records))
                append_leaves(session, source.kind, missing)
            state.adopted += len(missing)
            if records:
                state.adopted_to = records[-1]
                return True
            state.adopting, state.adopted_to = state.adopting + 1, None
        with runtime.write() as session:
            add_note(session, BEGUN, {"adopted": state.adopted})
        state.begun = True
        return True


class _State:
    """What a running program's sequencer remembers."""

    def __init__(self, key: SigningKey) -> None:
        self.key = key
        self.told = self.begun = False
        self.signed_at = float("-inf")
        self.adopting, self.adopted = 0, 0
        self.adopted_to: UUID | None = None


def _state_of(runtime: Runtime) -> _State:
    if "sequencer" not in runtime.state:
        runtime.state["sequencer"] = _State(load_key(runtime.settings))
    state: _State = runtime.state["sequencer"]
    return state


def head_every(runtime: Runtime) -> float:
    return float(runtime.state.get("head_every", HEAD_EVERY))


def count_waiting_leaves(session: Session) -> int:
    """How many leaves wait for their position in the tree."""
    return session.scalar(select(func.count()).where(_leaf.c.position.is_(None))) or 0


def find_unlogged(session: Session, kind: str, entries: Entries) -> dict[Key, dict[str, Any]]:
    """Those of these entries that have no leaf."""
    there: set[Key] = set()
    for some in in_batches(dict.fromkeys(record for record, _ in entries)):
        rows = session.execute(
            select(_leaf.c.record, _leaf.c.part).where(_leaf.c.record.in_(some), _leaf.c.kind == kind)
        )
        there.update((row.record, row.part) for row in rows)
    return {key: entry for key, entry in entries.items() if key not in there}


def _store_blocks(session: Session, old: int, size: int) -> None:
    """Store the root over each block that has become whole, level by level."""
    nodes = StoredNodes(session.connection())
    level = BLOCK_BITS
    while size >> level:
        below = level - BLOCK_BITS
        rows = [
            {"level": level, "index": index, "hash": fold_nodes(nodes.read_nodes(below, index << 8, (index + 1) << 8))}
            for index in range(old >> level, size >> level)
        ]
        if rows:
            write_rows(session, BLOCK, rows)
        level += BLOCK_BITS
