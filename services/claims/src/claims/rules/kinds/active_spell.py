"""A need: a spell with one of some values runs, such as an out-of-work benefit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from claims.rules.calendar import DAY
from claims.rules.case import Case
from claims.rules.example import Line, NeedExample
from claims.rules.facts import Record, Where, matches, read_where
from claims.rules.kind import Criterion, NeedKind, Shown, list_sources
from claims.rules.verdicts import Verdict


@dataclass(frozen=True)
class ActiveSpell(NeedKind):
    """A record whose `measure` has one of the `values`, and that no exception matches, runs on the day.

    Example of an exception: Universal Credit of somebody who works enough is no out-of-work benefit. Both ends of a
    spell are inclusive; one without an end runs on.
    """

    measure: str
    values: frozenset[str]
    exceptions: tuple[Where, ...]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "ActiveSpell":
        exceptions = tuple(read_where(part) for part in data["except"])
        return ActiveSpell(data["measure"], frozenset(data["values"]), exceptions)

    def list_spells(self, case: Case) -> dict[UUID, list[Record]]:
        """The spells that count, running or not. Shape: person → spells, by date."""
        return case.select_records(self, self._counts)

    def _counts(self, record: Record) -> bool:
        named = str(record.values.get(self.measure, "")) in self.values
        return named and not any(matches(exception, record.values) for exception in self.exceptions)

    def show(self, case: Case, criterion: Criterion, person: UUID, day: date) -> Shown:
        running = [spell for spell in self.list_spells(case).get(person, ()) if spell.begins <= day <= spell.ends]
        if running:
            ids = tuple(dict.fromkeys(spell.id for spell in running))
            return Shown(Verdict.MET, "spell_running", ids, (), list_sources(running))
        if case.coverage.days(criterion.feed).hold(day, day):
            return Shown(Verdict.NOT_MET, "no_spell")
        return Shown(Verdict.NOT_ENOUGH, "not_covered")

    def list_turning_days(self, case: Case, person: UUID, attached_on: date, until: date) -> set[date]:
        """The days on which spells begin; and those from which a running one counts: support began, or they came."""
        spells = self.list_spells(case).get(person, [])
        return {attached_on + DAY, *(spell.begins for spell in spells), *(s.begins for s in case.stays[person])}


KIND: type[NeedKind] = ActiveSpell

RULE = {
    "measure": "benefit.claim",
    "values": ["jsa", "uc"],
    "except": [{"benefit.claim": ["uc"], "benefit.regime": ["working_enough", "light_touch"]}],
}


def _benefit(kind: str, begins: str, to: str | None, regime: str = "") -> Line:
    return Line(begins, to, {"benefit.claim": kind, "benefit.regime": regime})


EXAMPLES = (
    NeedExample(
        says="a spell runs on its first day",
        rule=RULE,
        lines=(_benefit("jsa", "2018-05-01", None),),
        on="2018-05-01",
        verdict="met",
        reason="spell_running",
        role="adult",
        turning_days=("2017-10-01", "2018-05-01"),
    ),
    NeedExample(
        says="a spell runs on its last day, and shows the need where nothing is covered",
        rule=RULE,
        lines=(_benefit("jsa", "2018-05-01", "2018-06-30"),),
        on="2018-06-30",
        verdict="met",
        reason="spell_running",
        role="adult",
        covered=(),
    ),
    NeedExample(
        says="a spell does not run on the days around it",
        rule=RULE,
        lines=(_benefit("jsa", "2018-05-01", "2018-06-30"), _benefit("jsa", "2018-07-02", None)),
        on="2018-07-01",
        verdict="not_met",
        reason="no_spell",
        role="adult",
    ),
    NeedExample(
        says="another benefit, and one that is excepted, show nothing",
        rule=RULE,
        lines=(_benefit("pip", "2018-05-01", None), _benefit("uc", "2018-05-01", None, "light_touch")),
        on="2018-07-01",
        verdict="not_met",
        reason="no_spell",
        role="adult",
        turning_days=("2017-10-01",),
    ),
    NeedExample(
        says="what is excepted of one benefit is not excepted of another",
        rule=RULE,
        lines=(_benefit("jsa", "2018-05-01", None, "light_touch"),),
        on="2018-07-01",
        verdict="met",
        reason="spell_running",
        role="adult",
    ),
    NeedExample(
        says="on a day that is not covered nobody knows that no spell runs",
        rule=RULE,
        lines=(),
        on="2018-07-01",
        covered=(("2018-01-01", "2018-06-30"), ("2018-07-02", "2018-12-31")),
        verdict="not_enough_evidence",
        reason="not_covered",
        role="adult",
    ),
)
