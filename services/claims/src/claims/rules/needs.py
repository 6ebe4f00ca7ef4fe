"""Whether a need is shown on a day: one function a kind of rule."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from claims.rules.calendar import DAY, months_before
from claims.rules.case import Case
from claims.rules.facts import Record, Use
from claims.rules.plan import ActiveSpell, CountInWindow, Criterion, Plan, RateOverTerms
from claims.rules.verdicts import Finding, Verdict


@dataclass(frozen=True, slots=True)
class Shown:
    """One person's answer to one need."""

    verdict: Verdict
    reason: str
    records: tuple[UUID, ...] = ()
    figures: tuple[tuple[str, Any], ...] = ()
    sources: frozenset[tuple[str, str]] = frozenset()


def shown(case: Case, criterion: Criterion, person: UUID, day: date) -> Shown:
    """Whether this person shows the need on this day, whoever they are in the family."""
    match criterion.need:
        case RateOverTerms() as rule:
            return _rate_over_terms(case, rule, person, day)
        case CountInWindow() as rule:
            return _count_in_window(case, criterion, rule, person, day)
        case ActiveSpell() as rule:
            return _active_spell(case, criterion, rule, person, day)


def _rate_over_terms(case: Case, rule: RateOverTerms, person: UUID, day: date) -> Shown:
    last = case.plan.terms.last_ended(day)
    shares = [share for share in case.shares(rule).get(person, {}).values() if share.possible and share.place <= last]
    latest = shares[-rule.terms :]
    if len(latest) < rule.terms:
        return Shown(Verdict.NOT_ENOUGH, "too_few_terms")
    possible, absent = sum(share.possible for share in latest), sum(share.absent for share in latest)
    above = absent * rule.over.denominator > possible * rule.over.numerator
    records = tuple(record for share in latest for record in share.records)
    figures = (("possible", possible), ("absent", absent))
    sources = frozenset(source for share in latest for source in share.sources)
    if above:
        return Shown(Verdict.MET, "rate_above", records, figures, sources)
    return Shown(Verdict.NOT_MET, "rate_below", records, figures, sources)


def _count_in_window(case: Case, criterion: Criterion, rule: CountInWindow, person: UUID, day: date) -> Shown:
    before = months_before(day, rule.months)
    events = [
        record
        for record in case.events(rule.where).get(person, ())
        if before < record.begins <= day and not all(str(record.values.get(m, "")) in v for m, v in rule.unless.items())
    ]
    if len(events) >= rule.at_least:
        ids = tuple(dict.fromkeys(record.id for record in events))
        return Shown(Verdict.MET, "events", ids, (("events", len(events)),), _sources(events))
    if case.coverage.days(criterion.feed).hold(before + DAY, day):
        return Shown(Verdict.NOT_MET, "no_events")
    return Shown(Verdict.NOT_ENOUGH, "not_covered")


def _active_spell(case: Case, criterion: Criterion, rule: ActiveSpell, person: UUID, day: date) -> Shown:
    running = [record for record in case.spells(rule).get(person, ()) if record.begins <= day <= record.ends]
    if running:
        ids = tuple(dict.fromkeys(record.id for record in running))
        return Shown(Verdict.MET, "spell_running", ids, (), _sources(running))
    if case.coverage.days(criterion.feed).hold(day, day):
        return Shown(Verdict.NOT_MET, "no_spell")
    return Shown(Verdict.NOT_ENOUGH, "not_covered")


def _sources(records: list[Record]) -> frozenset[tuple[str, str]]:
    return frozenset((record.category, record.source) for record in records)


def find(case: Case, criterion: Criterion, day: date) -> Finding:
    """The criterion for the whole family on a day: met when one member shows it."""
    answers = {person: shown(case, criterion, person, day) for person in case.in_scope(day, criterion.tested)}
    for verdict in (Verdict.MET, Verdict.NOT_ENOUGH, Verdict.NOT_MET):
        those = {person: answer for person, answer in answers.items() if answer.verdict is verdict}
        if those:
            showing = those if verdict is Verdict.MET else {}
            return Finding(
                criterion.name,
                verdict,
                next(iter(those.values())).reason,
                persons=tuple(showing),
                records=tuple(sorted({record for answer in showing.values() for record in answer.records})),
                uses=tuple(sorted(Use(p, *source) for p, answer in showing.items() for source in answer.sources)),
                figures=tuple((str(person), dict(answer.figures)) for person, answer in showing.items()),
            )
    return Finding(criterion.name, Verdict.NOT_MET, "nobody_to_test")


@dataclass(frozen=True, slots=True)
class Raised:
    """A need in force from a day on, and who raised it."""

    day: date
    criterion: str
    person: UUID
    at_home: bool


def raised(case: Case, plan: Plan, attached_on: date, until: date) -> list[Raised]:
    """Every need that held at attachment or on some day after it, once a person, by the first day."""
    found: list[Raised] = []
    for criterion in plan.criteria:
        here = set(find(case, criterion, attached_on).persons)
        found += [Raised(attached_on, criterion.name, p, case.at_home(p, attached_on)) for p in sorted(here)]
        for person, stays in case.stays.items():
            if person in here and case.at_home(person, attached_on):
                continue
            if not any(stay.role in criterion.raised_later_by for stay in stays):
                continue
            for day in sorted(_turning_days(case, criterion, person, attached_on, until)):
                roles = case.roles(person, day) & criterion.raised_later_by
                # Who raised it from elsewhere raises it anew only at home: then more is asked.
                in_time = attached_on < day <= until and (roles & plan.home if person in here else roles)
                if in_time and shown(case, criterion, person, day).verdict is Verdict.MET:
                    found.append(Raised(day, criterion.name, person, case.at_home(person, day)))
                    break
    return sorted(found, key=lambda r: (r.day, r.criterion, r.person))


def _turning_days(case: Case, criterion: Criterion, person: UUID, attached_on: date, until: date) -> set[date]:
    """The days on which a need can begin to show; rates are looked at on ends of terms alone."""
    match criterion.need:
        case RateOverTerms():
            return set(case.plan.terms.ends_between(attached_on, until))
        case CountInWindow() as rule:
            own = case.events(rule.where).get(person, [])
        case ActiveSpell() as rule:
            own = case.spells(rule).get(person, [])
    return {attached_on + DAY, *(record.begins for record in own), *(stay.begins for stay in case.stays[person])}
