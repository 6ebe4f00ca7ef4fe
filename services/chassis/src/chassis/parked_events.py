"""Dead letters in a person's hands: listed, shown and dropped. `chassis.listener.unpark` handles them again.

Commands on the program's own database, and no route: an event may hold what its readers were told in confidence, and
whoever runs them could read that database anyway. A list names ids and codes alone; to be shown one event or to drop
it, somebody gives their name.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from chassis.bulk_insert import write_rows
from chassis.clock import now
from chassis.db import reading, writing
from chassis.parked import KEY, NOT_SAID
from chassis.runtime import Runtime
from chassis.tables import Inbox, ParkedEvent

DROPPED = "Dropped"
"""The reason of an event that somebody dropped. Its row stays: it says who did, why, and what it had waited for."""
WAITS = ParkedEvent.reason != DROPPED
log = structlog.get_logger()


@dataclass(frozen=True)
class ParkedLine:
    """What a list says of a dead letter: nothing of what it tells."""

    id: UUID
    at: datetime
    topic: str
    type: str
    key: str
    reason: str


def count_parked(runtime: Runtime) -> int:
    """How many dead letters wait for a person to look at them."""
    with reading(runtime.engine) as session:
        return session.scalar(select(func.count()).select_from(ParkedEvent).where(WAITS)) or 0


def list_parked(runtime: Runtime) -> list[ParkedLine]:
    """Those that wait, oldest first, and those that were dropped."""
    columns = (ParkedEvent.id, ParkedEvent.at, ParkedEvent.topic, ParkedEvent.type, ParkedEvent.key, ParkedEvent.reason)
    with reading(runtime.engine) as session:
        rows = session.execute(select(*columns).order_by(ParkedEvent.at, ParkedEvent.id)).all()
    return [
        ParkedLine(r.id, r.at, r.topic, _code(r.type), r.key if KEY.fullmatch(r.key) else NOT_SAID, r.reason)
        for r in rows
    ]


def _code(kind: str) -> str:
    return kind if KEY.fullmatch(kind) else NOT_SAID


def show_parked(runtime: Runtime, id: UUID, by: str) -> str:
    """The whole event, as JSON. That it was shown is noted beside it. Errors: KeyError, ValueError without a name."""
    with writing(runtime.engine) as session:
        parked = _find(session, id)
        _note(parked, act="shown", by=by)
        shown = {name: value for name, value in parked.event.items() if name != ACTS}
    log.warning("parked event shown", event_id=str(id), topic=parked.topic)
    return json.dumps(shown, indent=1, ensure_ascii=False)


def drop_parked(runtime: Runtime, id: UUID, by: str, why: str) -> None:
    """Give an event up: it is never handled, also when it is told again. Its row stays with who did so and why.

    Errors: KeyError when there is none that waits, ValueError without a name or a reason.
    """
    if not why.strip():
        raise ValueError("Say why it is dropped")
    with writing(runtime.engine) as session:
        parked = _find(session, id)
        if parked.reason == DROPPED:
            raise KeyError(id)
        _note(parked, act="dropped", by=by, why=why.strip(), parked_for=parked.reason)
        parked.reason = DROPPED
        session.flush()
        write_rows(session, insert(Inbox.__table__), [{"id": id, "at": now()}])  # type: ignore[arg-type]
    log.warning("parked event dropped", event_id=str(id), topic=parked.topic)


ACTS = "x-acts"
"""Beside the event's members: who did what with it here. No CloudEvent has a member of that name."""


def _find(session: Session, id: UUID) -> ParkedEvent:
    parked = session.get(ParkedEvent, id)
    if parked is None:
        raise KeyError(id)
    return parked


def _note(parked: ParkedEvent, by: str, **act: Any) -> None:
    if not by.strip():
        raise ValueError("Say by whom")
    done = {"at": now().isoformat(), "by": by.strip(), **act}
    parked.event = parked.event | {ACTS: [*parked.event.get(ACTS, []), done]}
