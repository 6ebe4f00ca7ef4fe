"""One family's facts, laid out so that each rule finds its own at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeVar, cast
from uuid import UUID

from claims.rules.calendar import SchoolCalendar
from claims.rules.facts import Coverage, FamilyFacts, Member, Record, Where, matches
from vocabulary.school_terms import HALVES

T = TypeVar("T")


@dataclass(frozen=True)
class FamilyRoles:
    """Which roles belong to the home, and which are those of dependent children. Units: `dependent_until` in years."""

    home: frozenset[str]
    dependent: frozenset[str]
    dependent_until: int


@dataclass(frozen=True, slots=True)
class TermRate:
    """What a person missed of one school term. Shape: `term` is the term's number in the plan's calendar.

    Units: `possible` and `absent` in sessions, which are half days.
    """

    term: int
    possible: int
    absent: int
    records: tuple[UUID, ...]
    sources: tuple[tuple[str, str], ...]
    is_doubled: bool
    """Two children were taken for one: one supplier's records are more than one child can have."""

    def is_above(self, rate: Fraction) -> bool:
        """Whether a larger share than this was missed, compared without rounding."""
        return self.absent * rate.denominator > self.possible * rate.numerator


class Case:
    """A family, by a plan's roles and school terms.

    Shape: people are visited in the order of their ids, whatever order the facts came in.
    """

    def __init__(self, family_roles: FamilyRoles, terms: SchoolCalendar, facts: FamilyFacts) -> None:
        self.family_roles, self.terms, self.facts = family_roles, terms, facts
        self.coverage: Coverage = facts.coverage
        self.stays: dict[UUID, list[Member]] = defaultdict(list)
        for member in sorted(facts.members, key=lambda m: (m.person, m.begins, m.ends, m.role)):
            self.stays[member.person].append(member)
        self.records: dict[UUID, list[Record]] = defaultdict(list)
        for record in sorted(facts.records, key=lambda r: (r.person, r.begins, r.ends, r.id)):
            self.records[record.person].append(record)
        self._rates: dict[tuple[str, tuple[str, ...]], dict[UUID, dict[int, TermRate]]] = {}
        self._selected: dict[int, tuple[object, dict[UUID, list[Record]]]] = {}
        self._remembered: dict[tuple[object, ...], object] = {}

    # --- people

    def roles(self, person: UUID, day: date) -> set[str]:
        """The roles that a person has in the family on a day; none when they do not belong to it."""
        return {stay.role for stay in self.stays.get(person, ()) if stay.covers(day)}

    def in_scope(self, day: date, roles: Iterable[str] | None = None) -> list[UUID]:
        """Who belongs to the family on a day, in one of these roles."""
        wanted = None if roles is None else frozenset(roles)
        return [
            person
            for person, stays in self.stays.items()
            if any(stay.covers(day) and (wanted is None or stay.role in wanted) for stay in stays)
        ]

    def at_home(self, person: UUID, day: date) -> bool:
        """Whether a person belongs to the home on a day, and not only to the family."""
        return bool(self.roles(person, day) & self.family_roles.home)

    def dependents(self, day: date) -> list[UUID]:
        """Children who are not of age on a day.

        Only the month of birth is known: somebody born in May 2000 is of age from 1 May 2018 on. A child whose month of
        birth is not known counts as dependent.
        """
        return [person for person, stays in self.stays.items() if any(self._is_dependent(stay, day) for stay in stays)]

    def _is_dependent(self, member: Member, day: date) -> bool:
        if not member.covers(day) or member.role not in self.family_roles.dependent:
            return False
        if member.born is None:
            return True
        year, month = member.born
        return (day.year - year) * 12 + day.month - month < self.family_roles.dependent_until * 12

    # --- facts

    def get_term_rates(self, possible: str, absent: tuple[str, ...]) -> dict[UUID, dict[int, TermRate]]:
        """What each person missed, term by term, from the records that state `possible`. Lines of a term are added up.

        Shape: person → number of the term → rate, in order of the terms. A record whose days are not exactly those of
        a term, or of a half of one, is left out.
        """
        key = (possible, absent)
        if key not in self._rates:
            self._rates[key] = {
                person: self._add_up(records, possible, absent) for person, records in self.records.items()
            }
        return self._rates[key]

    def _add_up(self, records: Sequence[Record], possible: str, absent: tuple[str, ...]) -> dict[int, TermRate]:
        found: dict[int, list[tuple[Record, str]]] = defaultdict(list)
        for record in records:
            if possible in record.values:
                told = self.terms.find_told(record.begins, record.ends)
                if told is not None:
                    found[told[0]].append((record, told[1]))
        return {term: self._make_rate(term, told, possible, absent) for term, told in sorted(found.items())}

    def _make_rate(
        self, term: int, told: Sequence[tuple[Record, str]], possible: str, absent: tuple[str, ...]
    ) -> TermRate:
        """What was missed of one term.

        A term of which one half alone is told counts as one without possible sessions: the other half may be worse.
        """
        lines, parts = [record for record, _ in told], {part for _, part in told}
        is_whole = self.terms.all[term].name in parts or len(parts) == len(HALVES)
        sessions = sum(int(line.values[possible]) for line in lines)
        missed = sum(int(line.values.get(measure, 0)) for line in lines for measure in absent)
        sources = tuple(sorted({(line.category, line.source) for line in lines}))
        most = self.terms.most_sessions(term) if self.terms.one_record_a_school else -1
        return TermRate(
            term,
            sessions if is_whole else 0,
            missed if is_whole else 0,
            tuple(sorted(line.id for line in lines)),
            sources,
            is_doubled=len(lines) > len(sources) and sessions > most,
        )

    def list_matching(self, where: Where) -> dict[UUID, list[Record]]:
        """Records that match a condition of the plan. Shape: person → records, by date."""
        return self.select_records(where, lambda record: matches(where, record.values))

    def select_records(self, key: object, is_wanted: Callable[[Record], bool]) -> dict[UUID, list[Record]]:
        """Records that are wanted, worked out once for each `key`, which is a part of the plan.

        Shape: person → records, by date.
        """
        if id(key) not in self._selected:
            found = {person: [r for r in records if is_wanted(r)] for person, records in self.records.items()}
            self._selected[id(key)] = (key, found)  # the key is kept, so that no other object gets its id
        return self._selected[id(key)][1]

    def list_of_measure(self, person: UUID, measure: str) -> list[Record]:
        """A person's records that state something of a measure, by date."""
        return [record for record in self.records.get(person, ()) if measure in record.values]

    def remember(self, key: tuple[object, ...], work_out: Callable[[], T]) -> T:
        """What is worked out once, for rules that are asked the same on many days."""
        if key not in self._remembered:
            self._remembered[key] = work_out()
        return cast(T, self._remembered[key])
