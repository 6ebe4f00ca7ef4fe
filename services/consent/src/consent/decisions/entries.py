"""What of a decision must not change unseen: an entry of the log for each person of it (`consent.log`)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from chassis.db import in_batches
from consent.models import Decision, SharedAs, Sharing
from transparency.log import Entries, Key

OF_LINES = ("id", "category", "source", "agreement", "basis")


def make_entries(
    decision: Mapping[str, Any], sharings: Sequence[Mapping[str, Any]], shared_as: Sequence[Mapping[str, Any]]
) -> dict[Key, dict[str, Any]]:
    """One entry a person: who asked and for what, what was shared, what was refused and why.

    A member that is null is left out, so that a column of a later release does not change what stands in the log.
    """
    asked = {name: value for name, value in decision.items() if value is not None and name not in ("id", "refusals")}
    shared: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for line in sharings:
        shared[line["person"]].append({name: line[name] for name in OF_LINES if line[name] is not None})
    refused: dict[UUID, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for reason, items in decision["refusals"].items():
        for item, people in items.items():
            for person in people:
                refused[UUID(person)][reason].append(item)
    former: dict[UUID, list[str]] = defaultdict(list)
    for row in shared_as:
        former[row["person"]].append(str(row["former"]))
    people = {*shared, *refused, *former}
    return {
        (decision["id"], person): {
            "asked": asked,
            "shared": sorted(shared.get(person, ()), key=lambda line: str(line["id"])),
            "refused": refused.get(person, {}),
            "formerly": sorted(former.get(person, ())),
        }
        for person in sorted(people)
    } or {(decision["id"], None): {"asked": asked}}


DECISIONS, LINES, FORMER = (
    select(table).where(column.in_(bindparam("ids", expanding=True)))
    for table, column in (
        (Decision.__table__, Decision.__table__.c.id),
        (Sharing.__table__, Sharing.__table__.c.decision),
        (SharedAs.__table__, SharedAs.__table__.c.decision),
    )
)


class DecisionSource:
    """Decisions with all their lines, as they are stored."""

    kind = "decision"

    def read_entries(self, session: Session, records: Sequence[UUID]) -> Entries:
        found: dict[Key, dict[str, Any]] = {}
        for some in in_batches(dict.fromkeys(records)):
            lines: dict[UUID, list[Any]] = defaultdict(list)
            former: dict[UUID, list[Any]] = defaultdict(list)
            for statement, rows in ((LINES, lines), (FORMER, former)):
                for row in session.execute(statement, {"ids": some}):
                    rows[row.decision].append(row._mapping)
            for row in session.execute(DECISIONS, {"ids": some}):
                found |= make_entries(dict(row._mapping), lines[row.id], former[row.id])
        return found

    def list_records(self, session: Session, after: UUID | None, limit: int) -> list[UUID]:
        listed = select(Decision.__table__.c.id).order_by(Decision.__table__.c.id).limit(limit)
        return list(session.scalars(listed.where(Decision.__table__.c.id > after) if after else listed))
