"""Events leave with the change that they tell: both are committed, or neither."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from chassis.bulk_insert import write_rows
from chassis.db import in_batches, insert_for, new_id, now
from chassis.events import LARGEST_EVENT, Event
from chassis.problems import EventTooLarge, Fault
from chassis.tables import Outbox, OutboxKey
from chassis.telemetry import new_trace, trace_parent

INSERT = insert(Outbox.__table__)  # type: ignore[arg-type]


def emit(session: Session, *events: Event) -> None:
    """Put events in the outbox, in the caller's transaction and in this order.

    Shape: the three statements cost the same for one event and for five hundred, so hand over all at once. Each
    belongs to the trace of the request or step that tells it, else to one of its own.
    Errors: EventTooLarge before anything is written.
    """
    at, trace = now(), trace_parent() or new_trace()
    told = {id(event): _as_text(event) for event in events}
    for batch in in_batches(events, 500):
        last = _count_up(session, Counter((event.topic, event.key) for event in batch))
        rows = []
        for event in reversed(batch):
            topic_key = (event.topic, event.key)
            rows.append(
                {
                    "id": new_id(),
                    "topic": event.topic,
                    "type": event.type(),
                    "key": event.key,
                    "sequence": last[topic_key],
                    "at": at,
                    "trace": trace,
                    "data": orjson.Fragment(told[id(event)]),
                }
            )
            last[topic_key] -= 1
        write_rows(session, INSERT, rows[::-1])


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


def _count_up(session: Session, counts: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The last sequence number of each key after this batch. Rows are locked in one order, so none deadlock."""
    table = OutboxKey.__table__
    counted = [{"topic": topic, "key": key, "last": number} for (topic, key), number in sorted(counts.items())]
    write_rows(session, _counting_up(insert_for(session)), counted)
    last: dict[tuple[str, str], int] = {}
    for topic in {topic for topic, _ in counts}:
        keys = [key for found, key in counts if found == topic]
        rows = session.execute(select(table.c.key, table.c.last).where(table.c.topic == topic, table.c.key.in_(keys)))
        last |= {(topic, key): value for key, value in rows}
    return last


@cache
def _counting_up(insert: Callable[[Any], Any]) -> Any:
    """Built once, since building a statement costs more than running it for a few rows."""
    table = OutboxKey.__table__
    statement = insert(table)
    return statement.on_conflict_do_update(
        index_elements=["topic", "key"], set_={"last": table.c.last + statement.excluded.last}
    )
