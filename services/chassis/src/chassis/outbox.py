"""Events leave with the change that they tell: both are committed, or neither."""

from collections import Counter
from itertools import groupby

from sqlalchemy import insert
from sqlalchemy.orm import Session

from chassis.db import in_batches, insert_for, new_id, now
from chassis.events import Event
from chassis.tables import Outbox, OutboxKey
from chassis.telemetry import trace_parent


def emit(session: Session, *events: Event) -> None:
    """Put events in the outbox, in the caller's transaction and in this order.

    Shape: the two statements cost the same for one event and for five hundred, so hand over all at once.
    """
    at, trace = now(), trace_parent()
    for batch in in_batches(events, 500):
        last = _count_up(session, Counter((event.topic, event.key) for event in batch))
        rows = []
        for event in reversed(batch):
            place = (event.topic, event.key)
            rows.append(
                {
                    "id": new_id(),
                    "topic": event.topic,
                    "type": event.type(),
                    "key": event.key,
                    "sequence": last[place],
                    "at": at,
                    "trace": trace,
                    "data": event.model_dump(mode="json", by_alias=True),
                }
            )
            last[place] -= 1
        session.execute(insert(Outbox.__table__), rows[::-1])  # type: ignore[arg-type]


def _count_up(session: Session, counts: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The last sequence number of each key after this batch. Rows are locked in one order, so none deadlock."""
    last: dict[tuple[str, str], int] = {}
    for topic, keys in groupby(sorted(counts), key=lambda place: place[0]):
        rows = [{"topic": topic, "key": key, "last": counts[topic, key]} for _, key in keys]
        statement = insert_for(session)(OutboxKey.__table__).values(rows)
        statement = statement.on_conflict_do_update(
            index_elements=["topic", "key"], set_={"last": OutboxKey.last + statement.excluded.last}
        )
        answer = session.execute(statement.returning(OutboxKey.__table__.c.key, OutboxKey.__table__.c.last))
        last |= {(topic, key): value for key, value in answer}
    return last
