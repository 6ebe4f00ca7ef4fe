from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from chassis.db import in_batches
from consent.models import AccessReport, Protection, SharedAs
from consent.sharing_log.repository import list_sharings

AT_ONCE = 1000


def find_report(session: Session, report_id: UUID) -> AccessReport | None:
    return session.get(AccessReport, report_id)


def list_lines(session: Session, agency: str, ids: Sequence[UUID]) -> Iterator[Row[Any]]:
    """The lines of the sharing log that concern the agency and are about these ids, oldest first."""
    after: UUID | None = None
    while rows := list_sharings(session, agency=agency, people=list(ids), after=after, limit=AT_ONCE):
        yield from rows
        after = rows[-1].id


def find_joined(session: Session, decisions: Collection[UUID], ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Where something was shared of these ids joined with others, who are not read as one any more.

    Shape: decision and the person under whom it stands.
    """
    found: set[tuple[UUID, UUID]] = set()
    for some in in_batches(decisions):
        rows = session.execute(
            select(SharedAs.decision, SharedAs.person, SharedAs.former).where(SharedAs.decision.in_(some))
        )
        for row in rows:
            theirs = {row.person, row.former}
            if theirs & set(ids) and not theirs <= set(ids):
                found.add((row.decision, row.person))
    return found


def is_protected(session: Session, ids: Collection[UUID]) -> bool:
    binding = select(Protection.id).where(Protection.person.in_(list(ids)), Protection.lifted_on.is_(None))
    return session.scalar(binding.limit(1)) is not None
