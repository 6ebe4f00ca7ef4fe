"""Whose families must be composed again: the persons who are marked, and those whom the composer has taken up.

It stands below all that can mark somebody (a record with news, a merge, a protection, a kind of premises), and knows
nothing of why. So none of these knows the composition.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from chassis.db import in_batches, now, upsert
from families.models.composition import ComposedFrom, Composing, ToCompose
from families.models.intake import Push

LONGEST_WAIT = timedelta(seconds=60)


def mark_news(session: Session, people: Collection[UUID]) -> None:
    """Mark leaves of whom records say something else. Who turns out to have no news costs the composer a digest."""
    rows = [{"person": person, "at": now()} for person in sorted(people)]
    upsert(session, ToCompose.__table__, rows, key=["person"], update=["at"])


def mark_anew(session: Session, people: Iterable[UUID]) -> None:
    """Mark leaves for another reason than what records say of them, so that no digest stops it."""
    marked = list(dict.fromkeys(people))
    upsert(session, ToCompose, [{"person": person, "at": now()} for person in marked], key=["person"])
    for some in in_batches(marked):
        session.execute(delete(ComposedFrom).where(ComposedFrom.person.in_(some)))


def take_marked(session: Session, limit: int) -> list[UUID]:
    """Take persons off the queue, to be finished even if this process dies; what is marked meanwhile comes again."""
    taken = list(session.scalars(select(Composing.person).limit(limit)))
    if not taken:
        taken = list(session.scalars(select(ToCompose.person).order_by(ToCompose.at).limit(limit)))
        upsert(session, Composing, [{"person": person} for person in taken], key=["person"])
        for some in in_batches(taken):
            session.execute(delete(ToCompose).where(ToCompose.person.in_(some)))
    return taken


def finish_taken(session: Session, taken: Collection[UUID], digests: Mapping[UUID, str]) -> None:
    """Let go of who was taken, and keep the digests of what their families were composed from."""
    for some in in_batches(taken):
        session.execute(delete(Composing).where(Composing.person.in_(some)))
    # Who was marked again meanwhile may have been so for what no digest holds, such as a protection.
    again: set[UUID] = set()
    for some in in_batches(digests):
        again.update(session.scalars(select(ToCompose.person).where(ToCompose.person.in_(some))))
    rows = [{"person": person, "digest": digest} for person, digest in digests.items() if person not in again]
    upsert(session, ComposedFrom, rows, key=["person"], update=["digest"])


def is_taken_by_us(session: Session, taken: Collection[UUID]) -> bool:
    """Whether what was taken is unfinished still: another process may have stepped in for us, and finished it."""
    unfinished = 0
    for some in in_batches(taken):
        unfinished += len(session.scalars(select(Composing.person).where(Composing.person.in_(some))).all())
    return unfinished == len(taken)


def count_waiting(session: Session) -> int:
    waiting = session.scalar(select(func.count()).select_from(ToCompose)) or 0
    return waiting + (session.scalar(select(func.count()).select_from(Composing)) or 0)


def should_wait(session: Session) -> bool:
    """Whether a push is being worked on, so that more is about to be known; not for ever, lest pushes starve us."""
    busy = session.scalar(select(exists().where(Push.status.in_(["received", "processing"]))))
    oldest = session.scalar(select(func.min(ToCompose.at)))
    # A clock that was set back must not make us wait until it has come round again.
    return bool(busy) and (oldest is None or abs(now() - oldest) < LONGEST_WAIT)
