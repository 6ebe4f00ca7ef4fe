"""The listener reads the log and has each event handled by the reactions.

The effects, the inbox and the position are committed in one transaction, so each event takes effect once. An event
that cannot be handled becomes a dead letter: it is parked with its reason, and the others go on.
"""

from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson
import structlog
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from chassis.bulk_insert import write_rows
from chassis.db import in_batches, new_id, now, reading, store_is_away, upsert, writing
from chassis.events import Received, SetAside, received
from chassis.gaps import list_gaps, list_reached, move, read_past_gaps
from chassis.log import Stored
from chassis.parked import describe_parked
from chassis.parked_events import DROPPED, WAITS
from chassis.reactions import Reactions
from chassis.runtime import Runtime
from chassis.tables import Inbox, ParkedEvent

BATCH = 500
REMEMBER = insert(Inbox.__table__)  # type: ignore[arg-type]
log = structlog.get_logger()


class NotUnderstood(Exception):
    """The event is of a later release than this one: a newer version, or a kind that nobody here knows yet."""


def listen_once(runtime: Runtime, reactions: Reactions) -> int:
    """Handle at most one batch of each producer. Returns how many entries were read."""
    return sum(_listen_to(runtime, reactions, *source) for source in reactions.by_producer().items())


class Listener:
    """Listens again and again; where no producer has told anything new, a look costs next to nothing."""

    def __init__(self, runtime: Runtime, reactions: Reactions) -> None:
        self._runtime, self._reactions = runtime, reactions
        self._began = False
        self._heard_out: dict[str, dict[str, int]] | None = None

    def step(self) -> bool:
        """Whether there was something to handle."""
        if not self._began:  # what an earlier release did not understand, this one may
            unpark(self._runtime, self._reactions, reason=NotUnderstood.__name__)
            self._began = True
        sources = self._reactions.by_producer()
        ends = {producer: self._runtime.log.ends(producer, topics) for producer, topics in sources.items()}
        if ends == self._heard_out and not list_gaps(self._runtime):
            return False
        handled = listen_once(self._runtime, self._reactions)
        if not handled:
            self._heard_out = ends
        return handled > 0


def list_positions(runtime: Runtime) -> dict[tuple[str, ...], float]:
    """How far each stream has been read, for the figures. Shape: (stream,) → position."""
    return {(stream,): position for stream, position in list_reached(runtime).items()}


def unpark(runtime: Runtime, reactions: Reactions, *, id: UUID | None = None, reason: str = "") -> tuple[int, int]:
    """Handle the dead letters again, oldest first, each in a transaction of its own: all, one, or those of a reason.

    Later events of the same key were handled meanwhile, so reactions must not let an earlier one undo those.
    Shape: (handled, still parked). Errors: those of a store that is away.
    """
    chosen = [WAITS]
    if id is not None:
        chosen.append(ParkedEvent.id == id)
    if reason:
        chosen.append(ParkedEvent.reason == reason)
    with reading(runtime.engine) as session:
        waiting = list(session.scalars(select(ParkedEvent.id).where(*chosen).order_by(ParkedEvent.at, ParkedEvent.id)))
    handled = sum(_unpark(runtime, reactions, id) for id in waiting)
    return handled, len(waiting) - handled


def _unpark(runtime: Runtime, reactions: Reactions, id: UUID) -> bool:
    try:
        with writing(runtime.engine) as session:
            parked = session.get(ParkedEvent, id)
            if parked is None or parked.reason == DROPPED:
                return False
            event = received(parked.event)
            if not reactions.understands(event.type):  # another release will, or did
                return False
            session.delete(parked)
            _react(session, reactions, [event])
        log.info("parked event handled", event_id=str(id))
        return True
    except Exception as broken:
        if store_is_away(broken):
            raise
        log.error("event stays parked", event_id=str(id), error=type(broken).__name__)
        return False


def _listen_to(runtime: Runtime, reactions: Reactions, producer: str, topics: list[str]) -> int:
    entries = read_past_gaps(runtime, producer, topics, BATCH)
    if not entries:
        return 0
    try:
        with writing(runtime.engine) as session:
            _handle(session, reactions, entries)
    except Exception as broken:
        if store_is_away(broken):
            raise
        # One event that cannot be handled must not hold back the others: each on its own, the broken one parked.
        _one_by_one(runtime, reactions, entries)
    runtime.traffic.note_handled(entry.topic for entry in entries)
    return len(entries)


def _one_by_one(runtime: Runtime, reactions: Reactions, entries: Sequence[Stored]) -> None:
    for entry in entries:
        try:
            with writing(runtime.engine) as session:
                _handle(session, reactions, [entry])
        except Exception as broken:
            if store_is_away(broken):
                raise
            _park(runtime, entry, broken)


def _handle(session: Session, reactions: Reactions, entries: Sequence[Stored]) -> None:
    events = [received(orjson.loads(entry.value)) for entry in entries]
    if not all(reactions.understands(event.type) for event in events):
        raise NotUnderstood
    _react(session, reactions, events)
    move(session, {entry.stream: entry.position for entry in entries})


def _react(session: Session, reactions: Reactions, events: Sequence[Received]) -> None:
    """Have those events take effect that somebody waits for and that have had none yet."""
    fresh = _not_handled_yet(session, [event for event in events if reactions.to(event.type) is not None])
    for kind, run in groupby(fresh, key=lambda event: event.type):
        reaction = reactions.to(kind)
        assert reaction is not None
        reaction(session, list(run))
    if fresh:
        at = now()
        write_rows(session, REMEMBER, [{"id": event.id, "at": at} for event in fresh])


def _not_handled_yet(session: Session, events: Sequence[Received]) -> list[Received]:
    seen: set[Any] = set()
    for batch in in_batches([event.id for event in events]):
        seen |= set(session.scalars(select(Inbox.__table__.c.id).where(Inbox.__table__.c.id.in_(batch))))
    fresh = []
    for event in events:
        if event.id not in seen:
            seen.add(event.id)
            fresh.append(event)
    return fresh


def _park(runtime: Runtime, entry: Stored, broken: Exception) -> None:
    """Park the event as a dead letter, with the type of the error.

    The error's text may hold somebody's data, so it is neither stored nor logged.
    """
    try:
        event = orjson.loads(entry.value)
        with suppress(SetAside):
            received(event)
        row = {"id": UUID(event["id"]), "type": event["type"], "event": event}
    except (ValueError, KeyError, TypeError, AttributeError):
        row = {"id": new_id(), "type": "", "event": {"unreadable": entry.value.decode("utf-8", "replace")}}
    log.error("event parked", **describe_parked(entry, row["id"], broken))
    with writing(runtime.engine) as session:
        row |= {"topic": entry.topic, "key": entry.key, "reason": type(broken).__name__}
        row |= {name: row[name].replace("\0", "") for name in ("key", "type")}  # which no store takes
        upsert(session, ParkedEvent, [row], key=["id"])
        move(session, {entry.stream: entry.position})
