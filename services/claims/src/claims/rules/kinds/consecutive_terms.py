"""Progress: every child's rate is low enough in each of the latest terms, which follow each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from claims.rules.case import Case
from claims.rules.example import Line, ProgressExample
from claims.rules.facts import Use
from claims.rules.kind import Contrary, Criterion, Earned, NeedKind, ProgressKind, Raised
from claims.rules.verdicts import Finding, Verdict


@dataclass(frozen=True)
class ConsecutiveTerms(ProgressKind):
    """No tested child missed more than `at_most` of any of the latest `terms` terms, all begun after attachment.

    A term has begun after a day when its first possible session lies after it: a family attached on 20 August keeps
    its autumn, though schools' totals of autumn are dated from 1 August.
    The terms are the same for all children. The latest is the last one that has ended; figures come late, so that up to
    `in_arrears` terms at the end are passed over when no tested child has possible sessions in them. Example: on
    15 January, with no figures of autumn yet, spring, summer and autumn become autumn a year ago, spring and summer.
    Units: `at_most` is a share (1/10), compared without rounding: exactly a tenth is low enough.
    """

    possible: str
    absent: tuple[str, ...]
    terms: int
    at_most: Fraction
    in_arrears: int

    @classmethod
    def read(cls, data: Mapping[str, Any], need: NeedKind) -> "ConsecutiveTerms":
        rate, absent = Fraction(data["at_most"]), tuple(data["absent"])
        return ConsecutiveTerms(data["possible"], absent, int(data["terms"]), rate, int(data["in_arrears"]))

    def judge(
        self, case: Case, criterion: Criterion, raisers: Sequence[Raised], attached_on: date, day: date
    ) -> Finding:
        calendar, rates = case.terms, case.get_term_rates(self.possible, self.absent)
        last = calendar.find_last_ended(day)
        # A child below school age has no figures at all and is not tested; whoever raised the need is, while they stay.
        tested = {p for p in case.in_scope(day, criterion.tested) if any(term <= last for term in rates.get(p, ()))}
        tested |= {r.person for r in raisers if case.roles(r.person, day)}
        if not tested:
            return Finding(criterion.name, Verdict.NOT_ENOUGH, "nobody_left_to_test")
        for _ in range(self.in_arrears):
            if not any(last in rates.get(p, ()) and rates[p][last].possible for p in tested):
                last -= 1
        terms = range(last - self.terms + 1, last + 1)
        figures = (("terms", [calendar.all[term].ends.isoformat() for term in terms]),)
        if terms[0] < 0 or calendar.first_session(terms[0], case.facts.area) <= attached_on:
            return Finding(criterion.name, Verdict.NOT_MET, "too_early", tuple(sorted(tested)), figures=figures)
        mine = {p: [rates.get(p, {}).get(term) for term in terms] for p in sorted(tested)}
        doubtful = [p for p, those in mine.items() if any(rate and rate.is_doubled for rate in those)]
        if doubtful:
            return Finding(criterion.name, Verdict.NOT_ENOUGH, "term_told_twice", tuple(doubtful), figures=figures)
        above = [p for p, those in mine.items() if any(r and r.possible and r.is_above(self.at_most) for r in those)]
        lacking = [p for p, those in mine.items() if any(rate is None or not rate.possible for rate in those)]
        # A rate that is too high is known, whatever is missing beside it.
        if above:
            return Finding(criterion.name, Verdict.NOT_MET, "rate_above", tuple(above), figures=figures)
        if lacking:
            return Finding(criterion.name, Verdict.NOT_ENOUGH, "term_missing", tuple(lacking), figures=figures)
        each = [(p, rate) for p, those in mine.items() for rate in those if rate]
        return Finding(
            criterion.name,
            Verdict.MET,
            "terms_below",
            tuple(mine),
            tuple(sorted({record for _, rate in each for record in rate.records})),
            tuple(sorted({Use(p, *source) for p, rate in each for source in rate.sources})),
            (*figures, *((str(p), [[r.possible, r.absent] for r in those if r]) for p, those in mine.items())),
        )

    def list_contraries(
        self, case: Case, criterion: Criterion, raised: Sequence[Raised], until: date
    ) -> list[Contrary]:
        """A term above the rate of somebody who is tested on its last day."""
        terms = case.terms.all
        return [
            Contrary(terms[rate.term].ends, tuple(Use(person, *source) for source in rate.sources))
            for person, rates in case.get_term_rates(self.possible, self.absent).items()
            for rate in rates.values()
            if rate.possible
            and rate.is_above(self.at_most)
            and case.roles(person, terms[rate.term].ends) & criterion.tested
        ]

    def list_turning_days(self, case: Case, criterion: Criterion, attached_on: date, until: date) -> set[date]:
        return set(case.terms.list_ends_between(attached_on, until))

    def earn(self, case: Case, criterion: Criterion, person: UUID, attached_on: date) -> Earned | None:
        """It earns nothing by itself: it counts together with the family's other needs."""
        return None


KIND: type[ProgressKind] = ConsecutiveTerms

RULE = {"possible": "sessions.possible", "absent": ["sessions.authorised", "sessions.unauthorised"], "terms": 3,
        "at_most": "0.10", "in_arrears": 1}  # fmt: skip
NEED = {"kind": "rate_over_terms", "possible": "sessions.possible", "absent": ["sessions.authorised"], "terms": 3,
        "over": "0.10"}  # fmt: skip

AUTUMN17, SPRING18 = ("2017-08-01", "2017-12-31"), ("2018-01-01", "2018-04-01")
SUMMER18, AUTUMN18 = ("2018-04-02", "2018-07-31"), ("2018-08-01", "2018-12-31")
SUMMER18_FIRST_HALF, SUMMER18_SECOND_HALF = ("2018-04-02", "2018-05-27"), ("2018-05-28", "2018-07-31")
TERM_ENDS = ("2017-12-31", "2018-04-01", "2018-07-31", "2018-12-31")


def _term(span: tuple[str, str], possible: int, authorised: int, unauthorised: int = 0, of: str = "kim") -> Line:
    values = {"sessions.possible": possible, "sessions.authorised": authorised, "sessions.unauthorised": unauthorised}
    return Line(*span, values, of)


CHILD = {"kim": "child"}
TWO = {"kim": "child", "sam": "child"}

EXAMPLES = (
    ProgressExample(
        says="exactly a tenth in each of three terms is progress",
        rule=RULE,
        need=NEED,
        lines=(_term(SPRING18, 100, 10), _term(SUMMER18, 100, 5, 5), _term(AUTUMN18, 100, 10)),
        roles=CHILD,
        on="2018-12-31",
        verdict="met",
        reason="terms_below",
        contrary=(),
        turning_days=TERM_ENDS,
    ),
    ProgressExample(
        says="one session more in one term is none, and speaks against all days before that term's end",
        rule=RULE,
        need=NEED,
        lines=(_term(SPRING18, 100, 10), _term(SUMMER18, 100, 5, 6), _term(AUTUMN18, 100, 10)),
        roles=CHILD,
        on="2018-12-31",
        verdict="not_met",
        reason="rate_above",
        contrary=("2018-07-31",),
    ),
    ProgressExample(
        says="a term whose first session may have been on the day of attachment is too early",
        rule=RULE,
        need=NEED,
        lines=(_term(AUTUMN17, 100, 0), _term(SPRING18, 100, 0), _term(SUMMER18, 100, 0)),
        roles=CHILD,
        attached_on="2017-09-01",
        on="2018-07-31",
        verdict="not_met",
        reason="too_early",
    ),
    ProgressExample(
        says="a term whose first session was on the day after attachment counts",
        rule=RULE,
        need=NEED,
        lines=(_term(AUTUMN17, 100, 0), _term(SPRING18, 100, 0), _term(SUMMER18, 100, 0)),
        roles=CHILD,
        attached_on="2017-08-31",
        on="2018-07-31",
        verdict="met",
        reason="terms_below",
    ),
    ProgressExample(
        says="a family attached on 20 August keeps its autumn, of which totals are dated from 1 August",
        rule=RULE,
        need=NEED,
        lines=(_term(AUTUMN17, 100, 0), _term(SPRING18, 100, 0), _term(SUMMER18, 100, 0)),
        roles=CHILD,
        attached_on="2017-08-20",
        on="2018-07-31",
        verdict="met",
        reason="terms_below",
    ),
    ProgressExample(
        says="two schools of one term are added up: 9 of 70 and 1 of 30 are a tenth",
        rule=RULE,
        need=NEED,
        lines=(_term(SPRING18, 70, 9), _term(SPRING18, 30, 1), _term(SUMMER18, 100, 5), _term(AUTUMN18, 100, 10)),
        roles=CHILD,
        on="2018-12-31",
        verdict="met",
        reason="terms_below",
    ),
    ProgressExample(
        says="added up they may be too much, though the longer one was not",
        rule=RULE,
        need=NEED,
        lines=(_term(SPRING18, 70, 6), _term(SPRING18, 30, 5), _term(SUMMER18, 100, 5), _term(AUTUMN18, 100, 10)),
        roles=CHILD,
        on="2018-12-31",
        verdict="not_met",
        reason="rate_above",
        contrary=("2018-04-01",),
    ),
    ProgressExample(
        says="summer may be told in two halves",
        rule=RULE,
        need=NEED,
        lines=(
            _term(SPRING18, 100, 10),
            _term(SUMMER18_FIRST_HALF, 50, 10),
            _term(SUMMER18_SECOND_HALF, 50, 0),
            _term(AUTUMN18, 100, 10),
        ),
        roles=CHILD,
        on="2018-12-31",
        verdict="met",
        reason="terms_below",
    ),
    ProgressExample(
        says="of which one alone is no term: the other may be worse",
        rule=RULE,
        need=NEED,
        lines=(_term(SPRING18, 100, 10), _term(SUMMER18_FIRST_HALF, 50, 0), _term(AUTUMN18, 100, 10)),
        roles=CHILD,
        on="2018-12-31",
        verdict="not_enough_evidence",
        reason="term_missing",
    ),
    ProgressExample(
        says="totals that an older release dated by months tell of the same terms",
        rule=RULE,
        need=NEED,
        lines=(
            _term(("2018-01-01", "2018-03-31"), 100, 10),
            _term(("2018-04-01", "2018-07-31"), 100, 5),
            _term(("2018-09-01", "2018-12-31"), 100, 10),
        ),
        roles=CHILD,
        on="2018-12-31",
        verdict="met",
        reason="terms_below",
    ),
    ProgressExample(
        says="the last term may be missing for everybody: the three before it are looked at",
        rule=RULE,
        need=NEED,
        lines=(_term(AUTUMN17, 100, 0), _term(SPRING18, 100, 0), _term(SUMMER18, 100, 0), _term(AUTUMN18, 0, 0)),
        roles=CHILD,
        attached_on="2017-08-31",
        on="2018-12-31",
        verdict="met",
        reason="terms_below",
    ),
    ProgressExample(
        says="the last term may not be missing for one of two",
        rule=RULE,
        need=NEED,
        lines=(
            *(_term(span, 100, 0) for span in (AUTUMN17, SPRING18, SUMMER18)),
            *(_term(span, 100, 0, of="sam") for span in (AUTUMN17, SPRING18, SUMMER18, AUTUMN18)),
        ),
        roles=TWO,
        attached_on="2017-08-31",
        on="2018-12-31",
        verdict="not_enough_evidence",
        reason="term_missing",
    ),
    ProgressExample(
        says="two terms in arrears are one too many",
        rule=RULE,
        need=NEED,
        lines=(_term(AUTUMN17, 100, 0), _term(SPRING18, 100, 0)),
        roles=CHILD,
        attached_on="2017-03-31",
        on="2018-12-31",
        verdict="not_enough_evidence",
        reason="term_missing",
    ),
    ProgressExample(
        says="a brother with figures is tested as well",
        rule=RULE,
        need=NEED,
        lines=(
            *(_term(span, 100, 0) for span in (SPRING18, SUMMER18, AUTUMN18)),
            *(_term(span, 100, 11, of="sam") for span in (SPRING18, SUMMER18, AUTUMN18)),
        ),
        roles=TWO,
        on="2018-12-31",
        verdict="not_met",
        reason="rate_above",
        contrary=("2018-04-01", "2018-07-31", "2018-12-31"),
    ),
    ProgressExample(
        says="a sister too young for school is not",
        rule=RULE,
        need=NEED,
        lines=tuple(_term(span, 100, 0) for span in (SPRING18, SUMMER18, AUTUMN18)),
        roles=TWO,
        on="2018-12-31",
        verdict="met",
        reason="terms_below",
    ),
    ProgressExample(
        says="a rate that is too high is known, whatever is missing beside it",
        rule=RULE,
        need=NEED,
        lines=(_term(SPRING18, 100, 11), _term(AUTUMN18, 100, 0)),
        roles=CHILD,
        on="2018-12-31",
        verdict="not_met",
        reason="rate_above",
    ),
    ProgressExample(
        says="a term with more sessions at one supplier than it has half days is two children's, and proves nothing",
        rule=RULE,
        need=NEED,
        lines=tuple(_term(span, 100, 0) for span in (SPRING18, SUMMER18, AUTUMN18, AUTUMN18)),
        roles=CHILD,
        on="2018-12-31",
        verdict="not_enough_evidence",
        reason="term_told_twice",
    ),
    ProgressExample(
        says="a term that begins or ends on other days is none of the plan's",
        rule=RULE,
        need=NEED,
        lines=(_term(SPRING18, 100, 0), _term(SUMMER18, 100, 0), _term(("2018-09-03", "2018-12-31"), 100, 0)),
        roles=CHILD,
        on="2018-12-31",
        verdict="not_met",
        reason="too_early",
    ),
    ProgressExample(
        says="whoever raised the need is tested without any figures, too",
        rule=RULE,
        need=NEED,
        lines=tuple(_term(span, 100, 0, of="sam") for span in (SPRING18, SUMMER18, AUTUMN18)),
        roles=TWO,
        on="2018-12-31",
        verdict="not_enough_evidence",
        reason="term_missing",
    ),
    ProgressExample(
        says="where nobody has figures and nobody raised it, nobody is left to test",
        rule=RULE,
        need=NEED,
        lines=(),
        roles=CHILD,
        raised=(),
        on="2018-12-31",
        verdict="not_enough_evidence",
        reason="nobody_left_to_test",
        contrary=(),
    ),
    ProgressExample(
        says="figures of a term that has not ended yet make nobody tested",
        rule=RULE,
        need=NEED,
        lines=(
            *(_term(span, 100, 0) for span in (SPRING18, SUMMER18, AUTUMN18)),
            _term(("2019-01-01", "2019-03-31"), 100, 0, of="sam"),
        ),
        roles=TWO,
        on="2018-12-31",
        verdict="met",
        reason="terms_below",
    ),
    ProgressExample(
        says="another share is compared as exactly: 15 of 100 are no more than 0.15",
        rule=RULE | {"at_most": "0.15"},
        need=NEED,
        lines=(_term(SPRING18, 100, 15), _term(SUMMER18, 100, 15), _term(AUTUMN18, 100, 16)),
        roles=CHILD,
        on="2018-12-31",
        verdict="not_met",
        reason="rate_above",
        contrary=("2018-12-31",),
    ),
    ProgressExample(
        says="where no term may be in arrears, the last one is asked for",
        rule=RULE | {"in_arrears": 0},
        need=NEED,
        lines=tuple(_term(span, 100, 0) for span in (AUTUMN17, SPRING18, SUMMER18)),
        roles=CHILD,
        attached_on="2017-08-31",
        on="2018-12-31",
        verdict="not_enough_evidence",
        reason="term_missing",
    ),
)
