from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from chassis.bulk_insert import write_rows
from chassis.db import in_batches, upsert
from families.models.intake import Push, PushChunk, PushLine, Record

WAITING = ("received", "processing")
NOTE = insert(PushLine.__table__)  # type: ignore[arg-type]


def get_push(session: Session, push_id: UUID) -> Push | None:
    return session.get(Push, push_id)


def lock_push(session: Session, push_id: UUID) -> Push:
    return session.scalars(select(Push).where(Push.id == push_id).with_for_update()).one()


def list_pushes(session: Session, service: str | None, after: UUID | None, limit: int) -> list[Push]:
    """Newest first; of one service, or of all."""
    pushes = select(Push).order_by(Push.id.desc()).limit(limit)
    if service is not None:
        pushes = pushes.where(Push.service == service)
    return list(session.scalars(pushes.where(Push.id < after) if after else pushes))


def find_waiting(session: Session) -> Push | None:
    """The push whose turn it is: the oldest that waits."""
    return session.scalars(select(Push).where(Push.status.in_(WAITING)).order_by(Push.id).limit(1)).first()


def count_waiting(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Push).where(Push.status.in_(WAITING))).one()


def find_last_finished(session: Session, feed: str, service: str, area: str, before: UUID) -> Push | None:
    return session.scalars(
        select(Push)
        .where(
            Push.feed == feed,
            Push.service == service,
            Push.area == area,
            Push.status == "finished",
            Push.dry_run.is_(False),
            Push.id < before,
        )
        .order_by(Push.id.desc())
        .limit(1)
    ).first()


def save_chunks(session: Session, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(PushChunk.__table__), rows)  # type: ignore[arg-type]


def find_chunk(session: Session, push_id: UUID, number: int) -> PushChunk | None:
    return session.get(PushChunk, (push_id, number))


def drop_chunks(session: Session, push_id: UUID, number: int | None = None) -> None:
    chunks = delete(PushChunk).where(PushChunk.push == push_id).execution_options(synchronize_session=False)
    session.execute(chunks if number is None else chunks.where(PushChunk.number == number))


def save_lines(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        write_rows(session, NOTE, rows)


def list_lines(session: Session, push_id: UUID, outcome: str | None, after: int, limit: int) -> list[PushLine]:
    lines = select(PushLine).where(PushLine.push == push_id, PushLine.line > after).order_by(PushLine.line).limit(limit)
    return list(session.scalars(lines.where(PushLine.outcome == outcome) if outcome else lines))


@dataclass(slots=True)
class KnownRecord:
    """A record as it stands."""

    id: UUID
    person: UUID
    digest: str
    push: UUID
    identity: str


def find_records(session: Session, feed: str, source: str, keys: Collection[str]) -> dict[str, KnownRecord]:
    """Records by natural key."""
    found: dict[str, KnownRecord] = {}
    columns = Record.natural_key, Record.id, Record.person, Record.digest, Record.push, Record.identity
    for some in in_batches(keys):
        records = select(*columns).where(Record.feed == feed, Record.source == source, Record.natural_key.in_(some))
        for key, id, person, digest, push, identity in session.execute(records):
            found[key] = KnownRecord(id, person, digest, push, identity)
    return found


def find_grown(session: Session, feed: str, source: str, former: Mapping[str, str]) -> dict[str, KnownRecord]:
    """Records that were kept under a former key, renamed to the present one.

    Shape: `former` is present key → former one; each record is found by one line alone.
    """
    kept = find_records(session, feed, source, set(former.values()))
    found: dict[str, KnownRecord] = {}
    for key, former_key in former.items():
        if (record := kept.pop(former_key, None)) is not None:
            found[key] = record
            session.execute(update(Record).where(Record.id == record.id).values(natural_key=key))
    return found


def save_records(session: Session, rows: list[dict[str, Any]]) -> None:
    update = ["push", "line", "digest", "identity", "recorded_at"]
    upsert(session, Record.__table__, rows, key=["feed", "source", "natural_key"], update=update)
