"""From what is stored to what the rules ask: pure, over rows that one read of each table gave."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from consent.agreements.repository import TermRow, best_first
from consent.agreements.states import state_of
from consent.decisions.rules import AgreementStanding, Asked, Subject

Day = date  # `date` is a member's name below, and no type any more from there on


class ConsentRow(NamedTuple):
    """A consent as it bears on decisions. Empty `recipients`: whoever has an agreement that rests on consent."""

    person: UUID
    purposes: Sequence[str]
    categories: Sequence[str]
    recipients: Sequence[str]
    date: date
    recorded_at: datetime
    withdrawn_on: Day | None
    withdrawn_at: datetime | None
    corrected_at: datetime | None = None


@dataclass(frozen=True)
class Situation:
    """All that bears on one call: what is agreed, and what is known of the people under each of their ids."""

    terms: Sequence[TermRow] = ()
    protected: frozenset[UUID] = frozenset()
    restrictions: dict[UUID, frozenset[str]] = field(default_factory=dict)
    informed: dict[UUID, frozenset[str]] = field(default_factory=dict)
    objections: dict[UUID, frozenset[str]] = field(default_factory=dict)
    consents: dict[UUID, list[ConsentRow]] = field(default_factory=dict)
    sectors: dict[str, str] = field(default_factory=dict)
    answered: dict[UUID, frozenset[tuple[str, str]]] = field(default_factory=dict)

    def standings(self, asked: Asked, today: date) -> dict[tuple[str, str], AgreementStanding]:
        """(source, category) → what the agreements say, for the one who asks."""
        mine = (term for term in self.terms if (term.recipient, term.purpose) == (asked.service, asked.purpose))
        found: dict[tuple[str, str], AgreementStanding] = {}
        for term in best_first(mine, today):
            standing = AgreementStanding(term.agreement, term.basis, state_of(term, today), term.informs)
            found.setdefault((term.supplier, term.category), standing)
        return found

    def supplies(self, service: str, category: str, today: date, binds: Callable[[TermRow], bool]) -> TermRow | None:
        """The term under which a service may supply a category, for whatever purpose."""
        mine = (term for term in self.terms if (term.supplier, term.category) == (service, category))
        return next((term for term in best_first(mine, today) if binds(term)), None)

    def subject(self, ids: Iterable[UUID], asked: Asked) -> Subject:
        """A person under all their ids: restrictions unite; of consents and withdrawals the last word counts."""
        every = set(ids)
        return Subject(
            protected=not every.isdisjoint(self.protected),
            restricted=frozenset().union(*(self.restrictions.get(one, frozenset()) for one in every)),
            consented=consented([row for one in every for row in self.consents.get(one, ())], asked),
            objected=any(asked.purpose in self.objections.get(one, ()) for one in every),
            informed=frozenset().union(*(self.informed.get(one, frozenset()) for one in every)),
            answered=frozenset().union(*(self.answered.get(one, frozenset()) for one in every)),
        )


def consented(rows: Iterable[ConsentRow], asked: Asked) -> frozenset[str]:
    """The categories that may go to the one who asks, by the last word on each.

    A consent counts when it was given after every withdrawal that covers the same. So a withdrawal also stops an
    older consent to the same thing that was recorded twice, or under an id that was merged later. One that was
    recorded wrongly is no consent; a withdrawal of it is one all the same.
    """
    given: dict[str, tuple[date, datetime]] = {}
    withdrawn: dict[str, tuple[date, datetime]] = {}
    for row in rows:
        if asked.purpose not in row.purposes or (row.recipients and asked.service not in row.recipients):
            continue
        if row.withdrawn_on is None or row.withdrawn_at is None:
            if row.corrected_at is not None:
                continue
            word, words = (row.date, row.recorded_at), given
        else:
            word, words = (row.withdrawn_on, row.withdrawn_at), withdrawn
        for category in row.categories:
            words[category] = max(word, words.get(category, word))
    return frozenset(c for c, word in given.items() if c not in withdrawn or word > withdrawn[c])
