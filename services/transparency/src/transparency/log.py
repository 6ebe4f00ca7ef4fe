"""What a program logs: of which kinds its leaves are, and where what they stand for is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.db import in_batches
from transparency.events import HeadEvent
from transparency.tables import LogNote

Key = tuple[UUID, UUID | None]
"""A leaf's record and part."""
Entries = Mapping[Key, dict[str, Any]]


class LeafSource(Protocol):
    """Where what some leaves stand for is kept. What it reads is made of all that must not change unseen."""

    @property
    def kind(self) -> str: ...

    def read_entries(self, session: Session, records: Sequence[UUID]) -> Entries:
        """What is stored of these records now, each part of each; what is gone is absent."""

    def list_records(self, session: Session, after: UUID | None, limit: int) -> list[UUID]:
        """Every record there is, by id."""


@dataclass(frozen=True)
class TableSource:
    """A leaf a row of one table, whole. Shape: `entry` makes of a row what must not change; its key is `id`."""

    kind: str
    table: Any
    entry: Callable[[Any], dict[str, Any]]

    def read_entries(self, session: Session, records: Sequence[UUID]) -> Entries:
        found: dict[Key, dict[str, Any]] = {}
        for some in in_batches(dict.fromkeys(records)):
            for row in session.execute(select(self.table).where(self.table.c.id.in_(some))):
                found[row.id, None] = self.entry(row)
        return found

    def list_records(self, session: Session, after: UUID | None, limit: int) -> list[UUID]:
        listed = select(self.table.c.id).order_by(self.table.c.id).limit(limit)
        return list(session.scalars(listed.where(self.table.c.id > after) if after else listed))


def read_columns(row: Any) -> dict[str, Any]:
    """All columns of a row that hold something, but its id, which is in the leaf already.

    A null is left out: a column that a later release adds does not change what stands in the log.
    """
    return {name: value for name, value in row._mapping.items() if name != "id" and value is not None}


NOTES = TableSource("note", LogNote.__table__, read_columns)


@dataclass(frozen=True)
class Log:
    """A program's log. Shape: `sources` has one source a kind of leaf; `head` is the event that tells of its heads."""

    program: str
    head: type[HeadEvent]
    sources: Sequence[LeafSource]

    @property
    def by_kind(self) -> dict[str, LeafSource]:
        every: list[LeafSource] = [*self.sources, NOTES]
        return {source.kind: source for source in every}
