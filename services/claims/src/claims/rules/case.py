"""One family's facts, laid out so that each rule finds its own at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from claims.rules.facts import Coverage, Known, Member, Record
from claims.rules.plan import ActiveSpell, ConsecutiveTerms, Plan, RateOverTerms, Where, matches


@dataclass(frozen=True, slots=True)
class Share:
    """A person's attendance in one term. `place` is the term's number in the plan's calendar."""

    place: int
    possible: int
    absent: int
    records: tuple[UUID, ...]
    sources: tuple[tuple[str, str], ...]

    @property
    def told_twice(self) -> bool:
        """One supplier sends one record a child and term: two mean that two children were taken for one."""
        return len(self.records) > len(self.sources)

    def above(self, rate: Fraction) -> bool:
        return self.absent * rate.denominator > self.possible * rate.numerator


class Case:
    """A family under a plan. Shape: people are visited in the order of their ids, whatever order the facts came in."""

    def __init__(self, plan: Plan, known: Known) -> None:
        self.plan, self.known = plan, known
        self.coverage: Coverage = known.coverage
        self.stays: dict[UUID, list[Member]] = defaultdict(list)
        for member in sorted(known.members, key=lambda m: (m.person, m.begins, m.ends, m.role)):
            self.stays[member.person].append(member)
        self.records: dict[UUID, list[Record]] = defaultdict(list)
        for record in sorted(known.records, key=lambda r: (r.person, r.begins, r.ends, r.id)):
            self.records[record.person].append(record)
        self._shares: dict[tuple[str, tuple[str, ...]], dict[UUID, dict[int, Share]]] = {}
        self._matching: dict[int, dict[UUID, list[Record]]] = {}
        self.memory: dict[Any, Any] = {}  # what was worked out once, for rules that are asked on many days

    # --- people

    def roles(self, person: UUID, day: date) -> set[str]:
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
        return bool(self.roles(person, day) & self.plan.home)

    def dependents(self, day: date) -> list[UUID]:
        """Children who are not of age: of age from the first day of the month, which is all that is known."""
        return [
            person
            for person, stays in self.stays.items()
            if any(stay.covers(day) and stay.role in self.plan.dependent and self._young(stay, day) for stay in stays)
        ]

    def _young(self, member: Member, day: date) -> bool:
        if member.born is None:
            return True
        year, month = member.born
        return (day.year - year) * 12 + day.month - month < self.plan.dependent_until * 12

    # --- facts

    def shares(self, rule: RateOverTerms | ConsecutiveTerms) -> dict[UUID, dict[int, Share]]:
        """Shape: person → place of term → share; lines of one term are added up."""
        key = (rule.possible, rule.absent)
        if key not in self._shares:
            self._shares[key] = {person: self._by_term(records, rule) for person, records in self.records.items()}
        return self._shares[key]

    def _by_term(self, records: Sequence[Record], rule: RateOverTerms | ConsecutiveTerms) -> dict[int, Share]:
        found: dict[int, list[Record]] = defaultdict(list)
        for record in records:
            if rule.possible in record.values:
                place = self.plan.terms.place(record.begins, record.ends)
                if place is not None:
                    found[place].append(record)
        return {
            place: Share(
                place,
                sum(int(line.values[rule.possible]) for line in lines),
                sum(int(line.values.get(measure, 0)) for line in lines for measure in rule.absent),
                tuple(sorted(line.id for line in lines)),
                tuple(sorted({(line.category, line.source) for line in lines})),
            )
            for place, lines in sorted(found.items())
        }

    def events(self, where: Where) -> dict[UUID, list[Record]]:
        """Shape: person → records that match, by date."""
        if id(where) not in self._matching:
            self._matching[id(where)] = {
                person: [record for record in records if matches(where, record.values)]
                for person, records in self.records.items()
            }
        return self._matching[id(where)]

    def spells(self, rule: ActiveSpell) -> dict[UUID, list[Record]]:
        """Shape: person → spells with one of the rule's values, by date."""
        if id(rule) not in self._matching:
            self._matching[id(rule)] = {
                person: [
                    record
                    for record in records
                    if str(record.values.get(rule.measure, "")) in rule.values
                    and not any(matches(exception, record.values) for exception in rule.exceptions)
                ]
                for person, records in self.records.items()
            }
        return self._matching[id(rule)]

    def of_measure(self, person: UUID, measure: str) -> list[Record]:
        return [record for record in self.records.get(person, ()) if measure in record.values]
