"""Progress: an adult works for long enough; of a parent who lives elsewhere, the benefit stays away for long enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from claims.rules.calendar import DAY, Days, first_day_clear_of, months_before
from claims.rules.case import Case
from claims.rules.example import Line, ProgressExample
from claims.rules.facts import Record, Use
from claims.rules.kind import Contrary, Criterion, Earned, NeedKind, ProgressKind, Raised
from claims.rules.kinds.active_spell import ActiveSpell
from claims.rules.verdicts import Finding, Verdict


@dataclass(frozen=True)
class Period:
    """So many `days` of work, `within` so many days running, for whoever had one of the `earlier` benefits."""

    earlier: frozenset[str]
    days: int
    within: int


@dataclass(frozen=True)
class SustainedSpell(ProgressKind):
    """Days of `measure` (work) since attachment are kept up for as long as the earlier spell (a benefit) asks for.

    Example: with 182 days within 210, who had `jsa` may be without work for 28 days in between, and not for 29. The
    result's day is the one on which the last of the 182 days is reached; the 210 days need not have run out.

    For those who raised the need and live elsewhere no job is counted: none of their earlier spells ran on any day of
    the last `away_months_without` months. Where somebody at home raised it too, only those at home are looked at.
    Units: `days`, `within` in days; a spell's first and last day count.
    """

    need: ActiveSpell
    measure: str
    earlier: str
    periods: tuple[Period, ...]
    away_months_without: int

    @classmethod
    def read(cls, data: Mapping[str, Any], need: NeedKind) -> "SustainedSpell":
        if not isinstance(need, ActiveSpell):
            raise ValueError("A sustained spell answers an active spell and no other need")
        periods = tuple(
            Period(frozenset(part["earlier"]), int(part["days"]), int(part["within"])) for part in data["periods"]
        )
        return SustainedSpell(need, data["measure"], data["earlier"], periods, int(data["away_months_without"]))

    def judge(
        self, case: Case, criterion: Criterion, raisers: Sequence[Raised], attached_on: date, day: date
    ) -> Finding:
        home = sorted({r.person for r in raisers if r.at_home})
        if not home:
            return self._judge_away(case, criterion, sorted({r.person for r in raisers}), day)
        parts = [self.earn(case, criterion, person, attached_on) for person in home]
        waiting = [person for person, part in zip(home, parts, strict=True) if part is None or part.day > day]
        if waiting:
            return Finding(criterion.name, Verdict.NOT_MET, "not_sustained", tuple(waiting))
        return Finding(
            criterion.name,
            Verdict.MET,
            "sustained",
            tuple(home),
            tuple(sorted({record for part in parts if part for record in part.finding.records})),
            tuple(sorted({use for part in parts if part for use in part.finding.uses})),
            tuple(figure for part in parts if part for figure in part.finding.figures),
        )

    def _judge_away(self, case: Case, criterion: Criterion, people: Sequence[UUID], day: date) -> Finding:
        """Of somebody who lives elsewhere the job is not counted; that the benefit has stopped, is.

        This window may begin before attachment: what stopped shortly before it has stopped all the same.
        """
        begins = months_before(day, self.away_months_without) + DAY
        spells = self.need.list_spells(case)
        figures = (("window", [begins.isoformat(), day.isoformat()]),)
        running = [p for p in people if any(s.begins <= day and s.ends >= begins for s in spells.get(p, ()))]
        if running:
            return Finding(criterion.name, Verdict.NOT_MET, "spell_in_window", tuple(running), figures=figures)
        if not case.coverage.days(criterion.feed).hold(begins, day):
            return Finding(criterion.name, Verdict.NOT_ENOUGH, "not_covered", figures=figures)
        sources = case.coverage.sources.get(criterion.feed, ())
        uses = tuple(Use(p, criterion.category, source) for p in people for source in sources)
        return Finding(criterion.name, Verdict.MET, "no_spell", tuple(people), (), uses, figures)

    def list_contraries(
        self, case: Case, criterion: Criterion, raised: Sequence[Raised], until: date
    ) -> list[Contrary]:
        """A spell begun at home speaks against the days on which its need was not yet in force.

        Example: the mother's benefit of May raises the need in May, and is judged by her work from then on. The days of
        April, on which nobody had asked about work, are no result while that benefit lay ahead.
        """
        first = min((r.day for r in raised if r.criterion == criterion.name), default=date.max)
        return [
            Contrary(min(first, record.begins), (Use(person, record.category, record.source),))
            for person, records in self.need.list_spells(case).items()
            for record in records
            if case.roles(person, record.begins) & criterion.tested & case.family_roles.home
        ]

    def list_turning_days(self, case: Case, criterion: Criterion, attached_on: date, until: date) -> set[date]:
        """The days on which somebody's work is long enough; for those who live elsewhere, the first days whose windows
        are clear of a spell that ended or of a gap in coverage."""
        covered = case.coverage.days(criterion.feed)
        spells = [record for records in self.need.list_spells(case).values() for record in records]
        marks = {begins - DAY for begins, _ in covered.intervals}
        marks |= {record.ends for record in spells if record.ends <= until}
        clear = {first_day_clear_of(mark, self.away_months_without) for mark in marks}
        earned = [self.earn(case, criterion, person, attached_on) for person in case.stays]
        return clear | {part.day for part in earned if part}

    def earn(self, case: Case, criterion: Criterion, person: UUID, attached_on: date) -> Earned | None:
        """The day on which an adult's work has been kept up for long enough, by what ran when support began.

        Of several spells that ran then, the one that gives the earlier day decides.
        """
        key = ("sustained_spell", criterion.name, person, attached_on)
        return case.remember(key, lambda: self._earn(case, criterion, person, attached_on))

    def _earn(self, case: Case, criterion: Criterion, person: UUID, attached_on: date) -> Earned | None:
        if not case.roles(person, attached_on) & case.family_roles.home & criterion.tested:
            return None
        covered = case.coverage.days(criterion.feed)
        if covered.last is None:
            return None
        earlier = [s for s in self.need.list_spells(case).get(person, ()) if s.begins <= attached_on <= s.ends]
        jobs = [s for s in case.list_of_measure(person, self.measure) if attached_on <= s.begins <= covered.last]
        days = Days([(s.begins, min(s.ends, covered.last)) for s in jobs])
        best: tuple[date, date, Record, int] | None = None
        for spell in earlier:
            period = self._find_period(str(spell.values[self.earlier]))
            if period is None:
                continue
            window = find_first_window(days, covered, period.days, period.within)
            if window and (best is None or window[1] < best[1]):
                best = (*window, spell, period.days)
        if best is None:
            return None
        begins, on, spell, needed = best
        counted = [s for s in jobs if s.begins <= on and s.ends >= begins]
        finding = Finding(
            criterion.name,
            Verdict.MET,
            "sustained",
            (person,),
            tuple(sorted({spell.id, *(s.id for s in counted)})),
            tuple(sorted({Use(person, s.category, s.source) for s in (spell, *counted)})),
            (
                (
                    str(person),
                    {
                        "earlier": spell.values[self.earlier],
                        "window": [begins.isoformat(), on.isoformat()],
                        "days": needed,
                        "jobs": [[s.begins.isoformat(), min(s.ends, on).isoformat()] for s in counted],
                    },
                ),
            ),
            since=attached_on,
        )
        return Earned(on, finding)

    def _find_period(self, earlier: str) -> Period | None:
        return next((period for period in self.periods if earlier in period.earlier), None)


def find_first_window(days: Days, covered: Days, needed: int, within: int) -> tuple[date, date] | None:
    """The earliest last day on which `needed` of these days lie `within` days running, all of them covered.

    Shape: the window's first and last day; None when there is none. Units: days.
    """
    for number in range(needed - 1, days.size()):
        # Of all windows that end on this day, the one that begins with its first counted day asks least of coverage.
        begins, ends = days.nth(number - needed + 1), days.nth(number)
        if begins and ends and (ends - begins).days < within and covered.hold(begins, ends):
            return begins, ends
    return None


KIND: type[ProgressKind] = SustainedSpell

RULE = {
    "measure": "work.spell",
    "earlier": "benefit.claim",
    "periods": [
        {"earlier": ["jsa", "uc"], "days": 182, "within": 210},
        {"earlier": ["esa"], "days": 91, "within": 91},
    ],
    "away_months_without": 6,
}
NEED = {"kind": "active_spell", "measure": "benefit.claim", "values": ["jsa", "esa", "uc"], "except": []}


def _benefit(kind: str, begins: str, to: str | None) -> Line:
    return Line(begins, to, {"benefit.claim": kind})


def _work(begins: str, to: str | None) -> Line:
    return Line(begins, to, {"work.spell": 1})


ADULT, FATHER = {"kim": "adult"}, {"kim": "non_resident_parent"}

EXAMPLES = (
    ProgressExample(
        says="182 days of work after jsa, counted with the first and the last, are enough by themselves",
        rule=RULE,
        need=NEED,
        lines=(_benefit("jsa", "2017-01-10", "2017-11-30"), _work("2017-12-01", None)),
        roles=ADULT,
        on="2018-05-31",
        verdict="met",
        reason="sustained",
        contrary=(),
        turning_days=("2018-05-30", "2018-05-31"),
        earns="2018-05-31",
    ),
    ProgressExample(
        says="a day less is not",
        rule=RULE,
        need=NEED,
        lines=(_benefit("jsa", "2017-01-10", "2017-11-30"), _work("2017-12-01", None)),
        roles=ADULT,
        on="2018-05-30",
        verdict="not_met",
        reason="not_sustained",
        earns="2018-05-31",
    ),
    ProgressExample(
        says="four weeks without work may lie in between",
        rule=RULE,
        need=NEED,
        lines=(_benefit("jsa", "2017-01-10", None), _work("2017-12-01", "2018-03-10"), _work("2018-04-08", None)),
        roles=ADULT,
        on="2018-06-28",
        verdict="met",
        reason="sustained",
        earns="2018-06-28",
    ),
    ProgressExample(
        says="with a day more of it, the days before the gap drop out one by one",
        rule=RULE,
        need=NEED,
        lines=(_benefit("jsa", "2017-01-10", None), _work("2017-12-01", "2018-03-10"), _work("2018-04-09", None)),
        roles=ADULT,
        on="2018-10-06",
        verdict="not_met",
        reason="not_sustained",
        earns="2018-10-07",
    ),
    ProgressExample(
        says="after esa 13 weeks without a gap are asked for",
        rule=RULE,
        need=NEED,
        lines=(_benefit("esa", "2017-01-10", None), _work("2017-12-01", "2018-02-28"), _work("2018-03-02", None)),
        roles=ADULT,
        on="2018-05-31",
        verdict="met",
        reason="sustained",
        earns="2018-05-31",
    ),
    ProgressExample(
        says="of two benefits that ran when support began, the one that gives the earlier day decides",
        rule=RULE,
        need=NEED,
        lines=(_benefit("jsa", "2017-01-10", None), _benefit("esa", "2017-01-10", None), _work("2017-12-01", None)),
        roles=ADULT,
        on="2018-03-01",
        verdict="met",
        reason="sustained",
        earns="2018-03-01",
    ),
    ProgressExample(
        says="a job begun on the day of attachment counts, and two jobs on one day are one day",
        rule=RULE,
        need=NEED,
        lines=(
            _benefit("esa", "2017-01-10", "2017-09-30"),
            _work("2017-09-30", "2018-01-31"),
            _work("2017-10-01", "2017-11-30"),
        ),
        roles=ADULT,
        on="2017-12-29",
        verdict="met",
        reason="sustained",
        turning_days=("2017-12-29", "2018-03-30"),
        earns="2017-12-29",
    ),
    ProgressExample(
        says="a job begun before attachment counts for nothing, nor does a benefit that had ended",
        rule=RULE,
        need=NEED,
        lines=(
            _benefit("esa", "2017-01-10", "2017-09-29"),
            _benefit("jsa", "2017-01-10", None),
            _work("2017-09-29", None),
        ),
        roles=ADULT,
        on="2018-12-31",
        verdict="not_met",
        reason="not_sustained",
    ),
    ProgressExample(
        says="a day of the window that is not covered breaks it",
        rule=RULE,
        need=NEED,
        lines=(_benefit("esa", "2017-01-10", None), _work("2017-12-01", None)),
        roles=ADULT,
        covered=(("2017-01-01", "2018-01-31"), ("2018-02-02", "2018-12-31")),
        on="2018-05-02",
        verdict="not_met",
        reason="not_sustained",
        turning_days=("2018-05-03", "2018-08-01"),
        earns="2018-05-03",
    ),
    ProgressExample(
        says="work without an end counts as far as the feed is covered, and no further",
        rule=RULE,
        need=NEED,
        lines=(_benefit("esa", "2017-01-10", None), _work("2017-12-01", None)),
        roles=ADULT,
        covered=(("2017-01-01", "2018-02-28"),),
        on="2018-12-31",
        verdict="not_met",
        reason="not_sustained",
    ),
    ProgressExample(
        says="a spell begun at home after attachment speaks against the days before its need was in force",
        rule=RULE,
        need=NEED,
        lines=(_benefit("jsa", "2018-02-01", "2018-03-31"),),
        roles=ADULT,
        raised_on="2018-02-01",
        on="2018-12-31",
        verdict="not_met",
        reason="not_sustained",
        contrary=("2018-02-01",),
        turning_days=("2018-10-01",),
    ),
    ProgressExample(
        says="another one after it speaks against no day more",
        rule=RULE,
        need=NEED,
        lines=(_benefit("jsa", "2018-02-01", "2018-03-31"), _benefit("esa", "2018-06-01", None)),
        roles=ADULT,
        raised_on="2018-02-01",
        on="2018-12-31",
        verdict="not_met",
        reason="not_sustained",
        contrary=("2018-02-01", "2018-02-01"),
    ),
    ProgressExample(
        says="of a father elsewhere, half a year without the benefit is progress, and no job is counted",
        rule=RULE,
        need=NEED,
        lines=(_benefit("jsa", "2017-01-10", "2017-11-30"), _work("2017-12-01", None)),
        roles=FATHER,
        on="2018-05-30",
        verdict="met",
        reason="no_spell",
        contrary=(),
        turning_days=("2018-05-30",),
    ),
    ProgressExample(
        says="a day earlier the window still holds the benefit's last day",
        rule=RULE,
        need=NEED,
        lines=(_benefit("jsa", "2017-01-10", "2017-11-30"), _work("2017-12-01", None)),
        roles=FATHER,
        on="2018-05-29",
        verdict="not_met",
        reason="spell_in_window",
    ),
    ProgressExample(
        says="a benefit that begins on the day itself is in the window",
        rule=RULE,
        need=NEED,
        lines=(_benefit("jsa", "2017-01-10", "2017-11-30"), _benefit("jsa", "2018-06-30", None)),
        roles=FATHER,
        on="2018-06-30",
        verdict="not_met",
        reason="spell_in_window",
    ),
    ProgressExample(
        says="where a day of his window is not covered, nobody knows that the benefit stayed away",
        rule=RULE,
        need=NEED,
        lines=(_benefit("jsa", "2017-01-10", "2017-11-30"),),
        roles=FATHER,
        covered=(("2017-01-01", "2018-01-31"), ("2018-02-02", "2018-12-31")),
        on="2018-06-30",
        verdict="not_enough_evidence",
        reason="not_covered",
    ),
    ProgressExample(
        says="where somebody at home raised the need too, the one at home decides",
        rule=RULE,
        need=NEED,
        lines=(
            _benefit("jsa", "2017-01-10", "2017-11-30"),
            Line("2017-01-10", None, {"benefit.claim": "esa"}, "sam"),
            Line("2017-12-01", None, {"work.spell": 1}, "sam"),
        ),
        roles={"kim": "non_resident_parent", "sam": "adult"},
        raised=("kim", "sam"),
        on="2018-03-01",
        verdict="met",
        reason="sustained",
    ),
    ProgressExample(
        says="a benefit of his that begins tomorrow is not in the window",
        rule=RULE,
        need=NEED,
        lines=(_benefit("jsa", "2017-01-10", "2017-11-30"), _benefit("jsa", "2018-07-01", None)),
        roles=FATHER,
        on="2018-06-30",
        verdict="met",
        reason="no_spell",
    ),
    ProgressExample(
        says="of two at home who raised it, both must have worked for long enough",
        rule=RULE,
        need=NEED,
        lines=(
            _benefit("esa", "2017-01-10", None),
            _work("2017-12-01", None),
            Line("2017-01-10", None, {"benefit.claim": "esa"}, "sam"),
            Line("2017-12-02", None, {"work.spell": 1}, "sam"),
        ),
        roles={"kim": "adult", "sam": "adult"},
        raised=("kim", "sam"),
        on="2018-03-01",
        verdict="not_met",
        reason="not_sustained",
        turning_days=("2018-03-01", "2018-03-02"),
        earns="2018-03-01",
    ),
    ProgressExample(
        says="a benefit for which no period is laid down earns nothing",
        rule=RULE,
        need=NEED | {"values": ["is"]},
        lines=(_benefit("is", "2017-01-10", None), _work("2017-12-01", None)),
        roles=ADULT,
        on="2018-12-31",
        verdict="not_met",
        reason="not_sustained",
    ),
    ProgressExample(
        says="a job begun after the last covered day counts for nothing",
        rule=RULE,
        need=NEED,
        lines=(_benefit("esa", "2017-01-10", None), _work("2018-03-01", None)),
        roles=ADULT,
        covered=(("2017-01-01", "2018-02-28"),),
        on="2018-12-31",
        verdict="not_met",
        reason="not_sustained",
    ),
    ProgressExample(
        says="of a feed that nobody sent, nothing is known of work",
        rule=RULE,
        need=NEED,
        lines=(_benefit("esa", "2017-01-10", None), _work("2017-12-01", None)),
        roles=ADULT,
        covered=(),
        on="2018-12-31",
        verdict="not_met",
        reason="not_sustained",
    ),
    ProgressExample(
        says="a benefit that begins on the day of attachment runs on it",
        rule=RULE,
        need=NEED,
        lines=(_benefit("esa", "2017-09-30", "2017-09-30"), _work("2017-12-01", None)),
        roles=ADULT,
        on="2018-03-01",
        verdict="met",
        reason="sustained",
        earns="2018-03-01",
    ),
    ProgressExample(
        says="another benefit is no work",
        rule=RULE,
        need=NEED,
        lines=(_benefit("esa", "2017-01-10", None), _benefit("jsa", "2017-12-01", None)),
        roles=ADULT,
        on="2018-12-31",
        verdict="not_met",
        reason="not_sustained",
    ),
)
