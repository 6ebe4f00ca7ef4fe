"""A need: so many events of somebody lie in the last months."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from claims.rules.calendar import DAY, months_before
from claims.rules.case import Case
from claims.rules.example import Line, NeedExample
from claims.rules.facts import Where, matches, read_where
from claims.rules.kind import Criterion, NeedKind, Shown, list_sources
from claims.rules.verdicts import Verdict


@dataclass(frozen=True)
class CountInWindow(NeedKind):
    """At least `at_least` records that match `where`, and not `unless`, began in the last `months` months.

    The window of twelve months that ends on 30 June 2018 begins on 1 July 2017. Events show the need whether or not
    the window is covered; that there were too few of them is known only of a window that is covered throughout.
    """

    where: Where
    unless: Where
    at_least: int
    months: int

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "CountInWindow":
        where, unless = read_where(data["where"]), read_where(data["unless"])
        return CountInWindow(where, unless, int(data["at_least"]), int(data["months"]))

    def show(self, case: Case, criterion: Criterion, person: UUID, day: date) -> Shown:
        before = months_before(day, self.months)
        events = [
            record
            for record in case.list_matching(self.where).get(person, ())
            if before < record.begins <= day and not matches(self.unless, record.values)
        ]
        if len(events) >= self.at_least:
            ids = tuple(dict.fromkeys(record.id for record in events))
            return Shown(Verdict.MET, "events", ids, (("events", len(events)),), list_sources(events))
        if case.coverage.days(criterion.feed).hold(before + DAY, day):
            return Shown(Verdict.NOT_MET, "no_events")
        return Shown(Verdict.NOT_ENOUGH, "not_covered")

    def list_turning_days(self, case: Case, person: UUID, attached_on: date, until: date) -> set[date]:
        """The person's events; and the days on which an earlier event begins to count: support began, or they came."""
        events = case.list_matching(self.where).get(person, [])
        return {attached_on + DAY, *(record.begins for record in events), *(s.begins for s in case.stays[person])}


KIND: type[NeedKind] = CountInWindow

RULE = {"where": {"asb.role": ["suspect"]}, "unless": {"asb.action": ["none", ""]}, "at_least": 1, "months": 12}


def _incident(on: str, role: str = "suspect", action: str = "warning") -> Line:
    return Line(on, on, {"asb.role": role, "asb.action": action})


EXAMPLES = (
    NeedExample(
        says="an incident twelve months ago, and a day less, is in the window",
        rule=RULE,
        lines=(_incident("2017-07-01"),),
        on="2018-06-30",
        verdict="met",
        reason="events",
        turning_days=("2017-10-01",),
    ),
    NeedExample(
        says="an incident exactly twelve months ago is out of the window",
        rule=RULE,
        lines=(_incident("2017-06-30"), _incident("2018-09-02")),
        on="2018-06-30",
        verdict="not_met",
        reason="no_events",
        turning_days=("2017-10-01", "2018-09-02"),
    ),
    NeedExample(
        says="an incident counts from its own day on, and shows the need where nothing is covered",
        rule=RULE,
        lines=(_incident("2018-06-30"),),
        on="2018-06-30",
        verdict="met",
        reason="events",
        covered=(),
    ),
    NeedExample(
        says="a witness, a suspect against whom nothing was done, and tomorrow's incident show nothing",
        rule=RULE,
        lines=(
            _incident("2018-01-01", role="witness"),
            _incident("2018-01-02", action="none"),
            Line("2018-01-03", "2018-01-03", {"asb.role": "suspect"}),
            _incident("2018-07-01"),
        ),
        on="2018-06-30",
        verdict="not_met",
        reason="no_events",
    ),
    NeedExample(
        says="with the window's first day uncovered nobody knows that there was nothing",
        rule=RULE,
        lines=(),
        on="2018-06-30",
        covered=(("2017-07-02", "2018-12-31"),),
        verdict="not_enough_evidence",
        reason="not_covered",
        turning_days=("2017-10-01",),
    ),
    NeedExample(
        says="a window that is covered to the day, and only that, is enough",
        rule=RULE,
        lines=(),
        on="2018-06-30",
        covered=(("2017-07-01", "2018-06-30"),),
        verdict="not_met",
        reason="no_events",
    ),
    NeedExample(
        says="where two are asked for, one is too few",
        rule=RULE | {"at_least": 2},
        lines=(_incident("2018-05-01"), _incident("2017-05-01")),
        on="2018-06-30",
        verdict="not_met",
        reason="no_events",
    ),
)
