from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from chassis.bulk_insert import write_rows
from chassis.db import in_batches
from consent.models import Decision, SentBatch, SentMark
from transparency.leaves import append_leaves
from transparency.log import Entries, Key

_decision, _batch, _mark = Decision.__table__, SentBatch.__table__, SentMark.__table__
BATCH, MARK = insert(_batch), insert(_mark)  # type: ignore[arg-type]
UNMARKED = (
    select(_decision.c.id, _decision.c.at)
    .outerjoin(_mark, _mark.c.decision == _decision.c.id)
    .where(
        _decision.c.id.in_(bindparam("ids", expanding=True)),
        _decision.c.program == bindparam("program"),
        _mark.c.decision.is_(None),
    )
)
BATCHES = select(_batch).where(_batch.c.id.in_(bindparam("ids", expanding=True)))
MARKS = select(_mark).where(_mark.c.batch.in_(bindparam("ids", expanding=True)))


def find_unmarked(session: Session, program: str, ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Those of these decisions that the program asked for and that have no mark yet. Shape: when each was made."""
    found: dict[UUID, datetime] = {}
    for some in in_batches(ids):
        found |= {row.id: row.at for row in session.execute(UNMARKED, {"ids": some, "program": program})}
    return found


def record_marks(
    session: Session, batch: UUID, program: str, recorded_at: datetime, marks: Mapping[UUID, datetime]
) -> None:
    """Keep marks with one leaf for all of them."""
    row = {"id": batch, "program": program, "recorded_at": recorded_at}
    rows = [{"decision": decision, "at": at, "batch": batch} for decision, at in sorted(marks.items())]
    write_rows(session, BATCH, [row])
    write_rows(session, MARK, rows)
    append_leaves(session, SentMarkSource.kind, {(batch, None): make_entry(row, rows)})


def make_entry(batch: Mapping[str, Any], marks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What of a batch must not change unseen."""
    listed = sorted([str(mark["decision"]), mark["at"]] for mark in marks)
    return {"program": batch["program"], "recorded_at": batch["recorded_at"], "marks": listed}


class SentMarkSource:
    """Batches of marks, as they are stored."""

    kind = "sent_marks"

    def read_entries(self, session: Session, records: Sequence[UUID]) -> Entries:
        found: dict[Key, dict[str, Any]] = {}
        for some in in_batches(dict.fromkeys(records)):
            marks: dict[UUID, list[Any]] = defaultdict(list)
            for row in session.execute(MARKS, {"ids": some}):
                marks[row.batch].append(row._mapping)
            for row in session.execute(BATCHES, {"ids": some}):
                found[row.id, None] = make_entry(dict(row._mapping), marks[row.id])
        return found

    def list_records(self, session: Session, after: UUID | None, limit: int) -> list[UUID]:
        listed = select(_batch.c.id).order_by(_batch.c.id).limit(limit)
        return list(session.scalars(listed.where(_batch.c.id > after) if after else listed))
