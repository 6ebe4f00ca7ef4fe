"""A gap: the log no longer holds what a listener has not read yet, or not at the positions that it knows.

A listener with a gap stops reading that one stream, says so (`/health/ready`, `thinkfamily_listener_gaps`, one line in
the log), and goes on with the others. A person mends it: the producer tells again from its outbox, which holds every
event (`tell_again`), and the listener hears the stream from its beginning (`hear_again`); what it had handled before,
the inbox drops. docs/operations.md has the steps.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from chassis.db import reading, upsert, writing
from chassis.log import LogGap, Stored
from chassis.log.base import GONE
from chassis.reactions import Reactions
from chassis.runtime import Runtime
from chassis.tables import Outbox, Position

REACHED = select(Position.__table__.c.stream, Position.__table__.c.position)
MARK = "gap:"
"""Begins the name of a row that keeps a gap, `gap:<reason>:<stream>`, with the position at which it was met.

A gap is kept until a person mends it. Example: a topic was made again and told again up to its former length. By its
length alone it would look whole to a listener that starts then, which would go on in the middle and miss the rest.
"""
SURE = 3
"""Looks in a row after which a gap is kept. A broker that has just come back may tell of less than it has."""
log = structlog.get_logger()


def list_reached(runtime: Runtime) -> dict[str, int]:
    """How far each stream has been read."""
    return {stream: position for stream, position in _list_rows(runtime).items() if not stream.startswith(MARK)}


def _list_rows(runtime: Runtime) -> dict[str, int]:
    with reading(runtime.engine) as session:
        return {stream: position for stream, position in session.execute(REACHED)}


def _kept(rows: Mapping[str, int]) -> dict[str, str]:
    """The streams that stay unread until a person has them heard again, with the reason."""
    marked = [stream.removeprefix(MARK).partition(":") for stream in rows if stream.startswith(MARK)]
    return {stream: why for why, _, stream in marked}


def move(session: Session, reached: Mapping[str, int]) -> None:
    """Note how far streams have been read."""
    rows = [{"stream": stream, "position": position} for stream, position in sorted(reached.items())]
    upsert(session, Position, rows, key=["stream"], update=["position"])


def list_gaps(runtime: Runtime) -> dict[str, str]:
    """The streams that this process does not read on, with the reason, as it saw last."""
    gaps: dict[str, dict[str, str]] = runtime.state.get("gaps", {})
    return {stream: why for of_producer in gaps.values() for stream, why in of_producer.items()}


def count_gaps(runtime: Runtime) -> dict[tuple[str, ...], float]:
    """For the figures. Shape: (stream, reason) → 1."""
    return {(stream, why): 1.0 for stream, why in list_gaps(runtime).items()}


def read_past_gaps(runtime: Runtime, producer: str, topics: Sequence[str], limit: int) -> list[Stored]:
    """The next entries of the streams that have no gap. Those that have one are noted and told."""
    rows = _list_rows(runtime)
    kept = {stream: why for stream, why in _kept(rows).items() if _is_of(stream, producer, topics)}
    reached = {stream: position for stream, position in rows.items() if not stream.startswith(MARK)}
    entries, gaps = _read(runtime, producer, topics, reached, limit, kept)
    known: dict[str, dict[str, str]] = runtime.state.setdefault("gaps", {})
    looks: dict[str, int] = runtime.state.setdefault("gap_looks", {})
    before, known[producer] = known.get(producer, {}), gaps
    for stream in sorted(gaps.keys() - before.keys()):
        log.error("log gap", stream=stream, reason=gaps[stream], position=reached.get(stream, 0))
    for stream in sorted(before.keys() - gaps.keys()):
        looks.pop(stream, None)
        log.info("log gap closed", stream=stream, position=reached.get(stream, 0))
    for stream in gaps.keys() - kept.keys():
        looks[stream] = looks.get(stream, 0) + 1
    sure = {s: why for s, why in gaps.items() if s not in kept and why != GONE and looks[s] >= SURE}
    if sure:
        with writing(runtime.engine) as session:
            move(session, {f"{MARK}{why}:{stream}": reached.get(stream, 0) for stream, why in sure.items()})
    return entries


def _is_of(stream: str, producer: str, topics: Sequence[str]) -> bool:
    return stream == producer or stream.rpartition("/")[0] in topics


def _read(
    runtime: Runtime,
    producer: str,
    topics: Sequence[str],
    reached: Mapping[str, int],
    limit: int,
    kept: Mapping[str, str],
) -> tuple[list[Stored], dict[str, str]]:
    gaps = dict(kept)
    while True:
        try:
            return runtime.log.read(producer, topics, reached, limit, without=gaps), gaps
        except LogGap as gap:
            if gap.streams.keys() <= gaps.keys():
                raise
            gaps |= gap.streams


def hear_again(runtime: Runtime, reactions: Reactions, streams: Sequence[str] = ()) -> dict[str, int]:
    """Have streams read from their beginning: those that have a gap, or those that are named.

    What the service has learnt is then the same as if it had never missed anything: events that it handled before are
    dropped by the inbox, and reactions do not let an earlier event of a key undo a later one. A stream that is not
    there is forgotten, so that it is read from its beginning when it is made.
    Shape: stream → the position behind which it is read now. Errors: KeyError for a stream that was never read.
    """
    rows, set_back = _list_rows(runtime), dict[str, int]()
    kept = _kept(rows)
    reached = {stream: position for stream, position in rows.items() if not stream.startswith(MARK)}
    if unknown := set(streams) - reached.keys():
        raise KeyError(", ".join(sorted(unknown)))
    for producer, topics in reactions.by_producer().items():
        mine = {stream: why for stream, why in kept.items() if _is_of(stream, producer, topics)}
        chosen = set(streams) if streams else _read(runtime, producer, topics, reached, 1, mine)[1].keys()
        begins = runtime.log.begins(producer, topics)
        set_back |= {stream: begins.get(stream, 0) for stream in chosen if _is_of(stream, producer, topics)}
    if set_back:
        marks = [f"{MARK}{why}:{stream}" for stream, why in kept.items() if stream in set_back]
        with writing(runtime.engine) as session:
            session.execute(delete(Position.__table__).where(Position.__table__.c.stream.in_(marks)))  # type: ignore[arg-type]
            move(session, set_back)
    for stream, position in sorted(set_back.items()):
        log.warning("stream is heard again", stream=stream, before=reached.get(stream, 0), behind=position)
    return set_back


def tell_again(runtime: Runtime, since: int | datetime, topic: str = "") -> int:
    """Have the relay send events of the outbox again, in their order: from a position or a moment on.

    Nothing is told anew: each event keeps its id and its number, so listeners drop what they had handled.
    Shape: the number of events that wait for the relay now; it finds them within a minute.
    """
    box = Outbox.__table__.c
    told: Any = box.at >= since if isinstance(since, datetime) else box.position >= since
    chosen = [box.position.is_not(None), told, *([box.topic == topic] if topic else [])]
    with writing(runtime.engine) as session:
        count = session.scalar(select(func.count()).where(*chosen)) or 0
        session.execute(update(Outbox.__table__).where(*chosen).values(position=None))  # type: ignore[arg-type]
    log.warning("events are told again", events=count, topic=topic or "-", since=str(since))
    return count
