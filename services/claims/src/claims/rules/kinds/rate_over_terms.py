"""A need: a child misses more than a share of the possible sessions, taken over the latest terms together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from claims.rules.case import Case
from claims.rules.example import Line, NeedExample
from claims.rules.kind import Criterion, NeedKind, Shown
from claims.rules.verdicts import Verdict


@dataclass(frozen=True)
class RateOverTerms(NeedKind):
    """More than `over` of the sessions of the latest `terms` terms were missed.

    Only terms with possible sessions count, and they need not follow each other. With three terms, a child who was at
    no school in spring is judged by autumn, summer and the next autumn.
    Units: `over` is a share (1/10), compared without rounding: exactly a tenth is no need.
    """

    possible: str
    absent: tuple[str, ...]
    terms: int
    over: Fraction

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "RateOverTerms":
        return RateOverTerms(data["possible"], tuple(data["absent"]), int(data["terms"]), Fraction(data["over"]))

    def show(self, case: Case, criterion: Criterion, person: UUID, day: date) -> Shown:
        last = case.terms.find_last_ended(day)
        own = case.get_term_rates(self.possible, self.absent).get(person, {}).values()
        latest = [rate for rate in own if rate.possible and rate.term <= last][-self.terms :]
        if len(latest) < self.terms:
            return Shown(Verdict.NOT_ENOUGH, "too_few_terms")
        possible, absent = sum(rate.possible for rate in latest), sum(rate.absent for rate in latest)
        above = absent * self.over.denominator > possible * self.over.numerator
        records = tuple(record for rate in latest for record in rate.records)
        figures = (("possible", possible), ("absent", absent))
        sources = frozenset(source for rate in latest for source in rate.sources)
        if above:
            return Shown(Verdict.MET, "rate_above", records, figures, sources)
        return Shown(Verdict.NOT_MET, "rate_below", records, figures, sources)

    def list_turning_days(self, case: Case, person: UUID, attached_on: date, until: date) -> set[date]:
        """A rate is looked at when a term ends, and on no other day."""
        return set(case.terms.list_ends_between(attached_on, until))


KIND: type[NeedKind] = RateOverTerms

RULE = {"possible": "sessions.possible", "absent": ["sessions.authorised", "sessions.unauthorised"], "terms": 3,
        "over": "0.10"}  # fmt: skip


def _term(begins: str, ends: str, possible: int, authorised: int, unauthorised: int = 0) -> Line:
    values = {"sessions.possible": possible, "sessions.authorised": authorised, "sessions.unauthorised": unauthorised}
    return Line(begins, ends, values)


AUTUMN, SPRING = ("2016-08-01", "2016-12-31"), ("2017-01-01", "2017-04-16")
SUMMER, NEXT_AUTUMN = ("2017-04-17", "2017-07-31"), ("2017-08-01", "2017-12-31")

EXAMPLES = (
    NeedExample(
        says="exactly a tenth of three terms together is no need, however it is spread",
        rule=RULE,
        lines=(_term(*AUTUMN, 100, 30), _term(*SPRING, 100, 0), _term(*SUMMER, 100, 0)),
        on="2017-09-01",
        verdict="not_met",
        reason="rate_below",
        turning_days=("2017-12-31", "2018-04-01", "2018-07-31", "2018-12-31"),
    ),
    NeedExample(
        says="one session more is a need, and unauthorised absence counts as authorised does",
        rule=RULE,
        lines=(_term(*AUTUMN, 100, 20, 10), _term(*SPRING, 100, 0), _term(*SUMMER, 100, 1)),
        on="2017-07-31",
        verdict="met",
        reason="rate_above",
    ),
    NeedExample(
        says="a term counts from its last day on",
        rule=RULE,
        lines=(_term(*AUTUMN, 100, 20, 10), _term(*SPRING, 100, 0), _term(*SUMMER, 100, 1)),
        on="2017-07-30",
        verdict="not_enough_evidence",
        reason="too_few_terms",
    ),
    NeedExample(
        says="a term without possible sessions is passed over, and the one before it is looked at",
        rule=RULE,
        lines=(_term(*AUTUMN, 100, 30), _term(*SPRING, 0, 0), _term(*SUMMER, 100, 1), _term(*NEXT_AUTUMN, 100, 0)),
        on="2017-12-31",
        verdict="met",
        reason="rate_above",
    ),
    NeedExample(
        says="only the latest three terms count",
        rule=RULE,
        lines=(_term(*AUTUMN, 100, 90), _term(*SPRING, 100, 5), _term(*SUMMER, 100, 5), _term(*NEXT_AUTUMN, 100, 5)),
        on="2018-01-01",
        verdict="not_met",
        reason="rate_below",
    ),
    NeedExample(
        says="another share is compared as exactly: 45 of 300 are no more than 0.15",
        rule=RULE | {"over": "0.15"},
        lines=(_term(*AUTUMN, 100, 15), _term(*SPRING, 100, 15), _term(*SUMMER, 100, 15)),
        on="2017-09-01",
        verdict="not_met",
        reason="rate_below",
    ),
    NeedExample(
        says="46 of 300 are",
        rule=RULE | {"over": "0.15"},
        lines=(_term(*AUTUMN, 100, 15), _term(*SPRING, 100, 15), _term(*SUMMER, 100, 16)),
        on="2017-09-01",
        verdict="met",
        reason="rate_above",
    ),
)
