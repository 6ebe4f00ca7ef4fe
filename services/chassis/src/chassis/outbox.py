"""Events leave with the change that they tell: both are committed, or neither."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from chassis.bulk_insert import write_rows
from chassis.db import in_batches, insert_for, new_id, now
from chassis.events import LARGEST_EVENT, Event
from chassis.problems import EventTooLarge, Fault
from chassis.tables import Outbox, OutboxKey
from chassis.telemetry import new_trace, trace_parent

INSERT = insert(Outbox.__table__)  # type: ignore[arg-type]
ONE = text("""
    WITH counted AS (
        INSERT INTO outbox_key (topic, key, last) VALUES (:topic, :key, 1)
        ON CONFLICT (topic, key) DO UPDATE SET last = outbox_key.last + 1
        RETURNING last
    )
    INSERT INTO outbox (id, topic, type, key, sequence, at, trace, data)
    SELECT CAST(:id AS uuid), :topic, :type, :key, counted.last, CAST(:at AS timestamptz), CAST(:trace AS text),
        CAST(:data AS json)
    FROM counted
""")
"""One event on PostgreSQL. Its `seq` is drawn for the row that `counted` gives, and so behind the key's lock."""


def emit(session: Session, *events: Event) -> None:
    """Put events in the outbox, in the caller's transaction and in this order.

    The row of each key in `outbox_key` is locked first, in one order for all, and stays locked to the commit. So of two
    transactions that tell of one key, the second numbers and places its event when the first is committed: whoever sees
    a later event of a key sees the earlier ones too. Relays rely on this.
    Shape: one statement for one event, two for five hundred, so hand over all at once. Each belongs to the trace of the
    request or step that tells it, else to one of its own. Errors: EventTooLarge before anything is written.
    """
    if not events:
        return
    at, trace = now(), trace_parent() or new_trace()
    told = [_as_text(event) for event in events]
    if len(events) == 1 and session.get_bind().dialect.name == "postgresql":
        session.flush()  # as any statement of the session would
        write_rows(session, ONE, [_row(events[0], at, trace) | {"data": told[0]}])
        return
    last = _count_up(session, Counter((event.topic, event.key) for event in events))
    rows = []
    for event, data in zip(reversed(events), reversed(told), strict=True):
        topic_key = (event.topic, event.key)
        rows.append(_row(event, at, trace) | {"sequence": last[topic_key], "data": orjson.Fragment(data)})
        last[topic_key] -= 1
    for batch in in_batches(rows[::-1]):
        write_rows(session, INSERT, batch)


def _as_text(event: Event) -> str:
    text = event.model_dump_json(by_alias=True)
    if len(text) * 4 <= LARGEST_EVENT or len(text.encode()) <= LARGEST_EVENT:
        return text
    sizes = {name: len(orjson.dumps(value)) for name, value in event.model_dump(mode="json", by_alias=True).items()}
    largest = Fault(
        pointer=f"/{max(sizes, key=lambda name: sizes[name])}",
        code="event_too_large",
        detail=f"An event holds {LARGEST_EVENT} bytes at most",
        fix="Ask for less at a time.",
    )
    raise EventTooLarge(limit=LARGEST_EVENT, errors=[largest])


def list_announced_keys(session: Session, topic: str) -> set[str]:
    """The keys about which this program ever told anything on a topic."""
    return set(session.scalars(select(OutboxKey.key).where(OutboxKey.topic == topic)))


def _row(event: Event, at: datetime, trace: str | None) -> dict[str, Any]:
    return {"id": new_id(), "topic": event.topic, "type": event.type(), "key": event.key, "at": at, "trace": trace}


def _count_up(session: Session, counts: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The last sequence number of each key after these events. Rows are locked in one order, so none deadlock."""
    counted = [{"topic": topic, "key": key, "last": number} for (topic, key), number in sorted(counts.items())]
    statement, last = _counting_up(insert_for(session)), dict[tuple[str, str], int]()
    for batch in in_batches(counted):
        last |= {(topic, key): number for topic, key, number in session.execute(statement, batch)}
    return last


@cache
def _counting_up(insert: Callable[[Any], Any]) -> Any:
    """Built once, since building a statement costs more than running it for a few rows."""
    table = OutboxKey.__table__
    statement = insert(table)
    counting = statement.on_conflict_do_update(
        index_elements=["topic", "key"], set_={"last": table.c.last + statement.excluded.last}
    )
    return counting.returning(table.c.topic, table.c.key, table.c.last)
