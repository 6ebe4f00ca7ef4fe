"""What one transaction of news brings: one moment for all of it, and one look at whom it concerns, at its end.

The listener hands events over in runs of one type, many runs a transaction. Looked up run by run, most of a push's time
went into finding the same families again and again.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import event, update
from sqlalchemy.orm import Session

from chassis.db import in_batches, upsert
from claims.history import repository
from claims.models import Push, Supply


class Changes:
    """Shape: `moment` is when everything of this transaction was recorded."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.moment: datetime = repository.advance_clock(session)
        self._people: set[UUID] = set()
        self._families: set[UUID] = set()
        self._pushes: set[UUID] = set()
        self._seen: Counter[UUID] = Counter()
        self._supplies: set[tuple[str, str]] = set()

    def mark_people(self, people: Iterable[UUID]) -> None:
        """Every family of theirs is to be evaluated again."""
        self._people.update(people)

    def mark_families(self, families: Iterable[UUID]) -> None:
        """These families are to be evaluated again."""
        self._families.update(families)

    def mark_pushes(self, pushes: Iterable[UUID]) -> None:
        """These pushes may be known whole by now: something was heard of them."""
        self._pushes.update(pushes)

    def count_facts(self, facts: Counter[UUID], supplies: Iterable[tuple[str, str]]) -> None:
        """So many facts of each push, and who supplies what."""
        self._seen.update(facts)
        self._supplies.update(supplies)

    def finish(self) -> None:
        """Work out what follows, in the same transaction."""
        session = self._session
        rows = [{"category": category, "source": source} for category, source in sorted(self._supplies)]
        upsert(session, Supply, rows, key=["category", "source"])
        upsert(session, Push, [{"id": push, "seen": 0} for push in sorted(self._seen)], key=["id"])
        for push, count in sorted(self._seen.items()):
            session.execute(update(Push).where(Push.id == push).values(seen=Push.seen + count))
        for area in sorted(self._completed({*self._seen, *self._pushes})):
            self._families.update(repository.list_covered_by(session, area))
        if self._people:
            self._families.update(repository.list_families_of_people(session, self._people, self.moment))
        repository.mark_families(session, self._families, self.moment)

    def _completed(self, pushes: Collection[UUID]) -> set[str]:
        """Pushes that are whole from now on. Shape: their areas."""
        areas: set[str] = set()
        for batch in in_batches(sorted(pushes)):
            whole = (Push.id.in_(batch), Push.complete_at.is_(None), Push.seen >= Push.expected)
            now_whole = update(Push).where(*whole).values(complete_at=self.moment).returning(Push.area)
            areas |= {area for area in self._session.scalars(now_whole) if area is not None}
        return areas


def get_changes(session: Session) -> Changes:
    """This transaction's news, begun at the first call and finished just before it commits."""
    found = session.info.get(Changes)
    if isinstance(found, Changes):
        return found
    begun = session.info[Changes] = Changes(session)

    @event.listens_for(session, "before_commit", once=True)
    def finish(_: Session) -> None:
        del session.info[Changes]
        begun.finish()

    return begun
