"""Progress: no event for so many months, which are known whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from claims.rules.calendar import DAY, first_day_clear_of, months_before
from claims.rules.case import Case
from claims.rules.example import Line, ProgressExample
from claims.rules.facts import Use, Where, read_where
from claims.rules.kind import Contrary, Criterion, Earned, NeedKind, ProgressKind, Raised
from claims.rules.verdicts import Finding, Verdict


@dataclass(frozen=True)
class AbsenceWithCoverage(ProgressKind):
    """No record that matches `where` began in the last `months` months, of anybody in scope or who raised the need.

    Silence is success only where accepted pushes of the criterion's feed cover every day of the window: a window of six
    months that ends on 31 December begins on 1 July, and one uncovered day in November makes it *not enough evidence*.
    The window begins after attachment, so that nothing is met in the first six months of support.
    """

    where: Where
    months: int

    @classmethod
    def read(cls, data: Mapping[str, Any], need: NeedKind) -> "AbsenceWithCoverage":
        return AbsenceWithCoverage(read_where(data["where"]), int(data["months"]))

    def judge(
        self, case: Case, criterion: Criterion, raisers: Sequence[Raised], attached_on: date, day: date
    ) -> Finding:
        begins = months_before(day, self.months) + DAY
        # Whoever raised the need is tested wherever they live by now: moving out is no success.
        tested = sorted({*case.in_scope(day, criterion.tested), *(r.person for r in raisers)})
        events = case.list_matching(self.where)
        hits = {p: [e for e in events.get(p, ()) if begins <= e.begins <= day] for p in tested}
        figures = (("window", [begins.isoformat(), day.isoformat()]),)
        if any(hits.values()):
            found = [p for p in tested if hits[p]]
            records = tuple(sorted({e.id for those in hits.values() for e in those}))
            return Finding(criterion.name, Verdict.NOT_MET, "event_in_window", tuple(found), records, figures=figures)
        if begins <= attached_on:
            return Finding(criterion.name, Verdict.NOT_MET, "too_early", figures=figures)
        if not case.coverage.days(criterion.feed).hold(begins, day):
            return Finding(criterion.name, Verdict.NOT_ENOUGH, "not_covered", figures=figures)
        # What is shown is an absence: it rests on everybody's data from every service that supplies the feed.
        sources = case.coverage.sources.get(criterion.feed, ())
        uses = tuple(Use(p, criterion.category, source) for p in tested for source in sources)
        return Finding(criterion.name, Verdict.MET, "no_event", tuple(tested), (), uses, figures)

    def list_contraries(
        self, case: Case, criterion: Criterion, raised: Sequence[Raised], until: date
    ) -> list[Contrary]:
        """An event of somebody who is tested on its day."""
        return [
            Contrary(record.begins, (Use(person, record.category, record.source),))
            for person, records in case.list_matching(self.where).items()
            for record in records
            if case.roles(person, record.begins) & criterion.tested
        ]

    def list_turning_days(self, case: Case, criterion: Criterion, attached_on: date, until: date) -> set[date]:
        """The first days whose windows are clear: of attachment, of an event, of the last day of a gap in coverage.

        Example: with an incident on 10 January, the first day with six months clear of it is 10 July.
        """
        covered = case.coverage.days(criterion.feed)
        marks = {attached_on, *(begins - DAY for begins, _ in covered.intervals)}
        marks |= {record.begins for records in case.list_matching(self.where).values() for record in records}
        return {first_day_clear_of(mark, self.months) for mark in marks}

    def earn(self, case: Case, criterion: Criterion, person: UUID, attached_on: date) -> Earned | None:
        """It earns nothing by itself: it counts together with the family's other needs."""
        return None


KIND: type[ProgressKind] = AbsenceWithCoverage

RULE = {"where": {"asb.role": ["suspect"]}, "months": 6}
NEED = {"kind": "count_in_window", "where": {"asb.role": ["suspect"]}, "unless": {"asb.action": ["none"]},
        "at_least": 1, "months": 12}  # fmt: skip


def _incident(on: str, role: str = "suspect", of: str = "kim") -> Line:
    return Line(on, on, {"asb.role": role, "asb.action": "none"}, of)


CHILD = {"kim": "child"}

EXAMPLES = (
    ProgressExample(
        says="half a year after attachment, to the day, it is met",
        rule=RULE,
        need=NEED,
        lines=(),
        roles=CHILD,
        on="2018-03-30",
        verdict="met",
        reason="no_event",
        contrary=(),
        turning_days=("2018-03-30",),
    ),
    ProgressExample(
        says="a day earlier the window begins on the day of attachment",
        rule=RULE,
        need=NEED,
        lines=(),
        roles=CHILD,
        on="2018-03-29",
        verdict="not_met",
        reason="too_early",
    ),
    ProgressExample(
        says="an incident on the window's first day stands in the way, whatever was done about it",
        rule=RULE,
        need=NEED,
        lines=(_incident("2018-01-11"),),
        roles=CHILD,
        on="2018-07-10",
        verdict="not_met",
        reason="event_in_window",
        contrary=("2018-01-11",),
        turning_days=("2018-03-30", "2018-07-11"),
    ),
    ProgressExample(
        says="half a year after an incident the window is clear of it",
        rule=RULE,
        need=NEED,
        lines=(_incident("2018-01-10"),),
        roles=CHILD,
        on="2018-07-10",
        verdict="met",
        reason="no_event",
    ),
    ProgressExample(
        says="an incident on the day itself stands in the way, and tomorrow's speaks against today",
        rule=RULE,
        need=NEED,
        lines=(_incident("2018-07-10"), _incident("2018-07-11")),
        roles=CHILD,
        on="2018-07-10",
        verdict="not_met",
        reason="event_in_window",
        contrary=("2018-07-10", "2018-07-11"),
    ),
    ProgressExample(
        says="a witness does not",
        rule=RULE,
        need=NEED,
        lines=(_incident("2018-07-01", "witness"),),
        roles=CHILD,
        on="2018-07-10",
        verdict="met",
        reason="no_event",
        contrary=(),
        turning_days=("2018-03-30",),
    ),
    ProgressExample(
        says="somebody else of the family does",
        rule=RULE,
        need=NEED,
        lines=(_incident("2018-07-01", of="sam"),),
        roles={"kim": "child", "sam": "adult"},
        on="2018-07-10",
        verdict="not_met",
        reason="event_in_window",
        contrary=("2018-07-01",),
    ),
    ProgressExample(
        says="with one day of the window uncovered, silence means nothing until half a year after it",
        rule=RULE,
        need=NEED,
        lines=(),
        roles=CHILD,
        covered=(("2017-01-01", "2018-05-30"), ("2018-06-01", "2018-12-31")),
        on="2018-11-30",
        verdict="not_enough_evidence",
        reason="not_covered",
        turning_days=("2018-03-30", "2018-12-01"),
    ),
    ProgressExample(
        says="a window that is covered to the day, and only that, is enough",
        rule=RULE,
        need=NEED,
        lines=(),
        roles=CHILD,
        covered=(("2018-05-31", "2018-11-30"),),
        on="2018-11-30",
        verdict="met",
        reason="no_event",
    ),
)
