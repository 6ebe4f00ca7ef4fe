"""Whether a need's progress is met on a day, and what speaks against it: one function a kind of rule."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from claims.rules.calendar import DAY, Days, first_day_clear_of, months_before
from claims.rules.case import Case
from claims.rules.facts import Record, Use
from claims.rules.needs import Raised
from claims.rules.plan import AbsenceWithCoverage, ActiveSpell, ConsecutiveTerms, Criterion, SustainedSpell
from claims.rules.verdicts import Finding, Verdict

Denied = Collection[Use]


def progress(
    case: Case, criterion: Criterion, raisers: Sequence[Raised], attached_on: date, day: date, denied: Denied
) -> Finding:
    """How the need stands on a day. What may not be used shows nothing as met."""
    match criterion.progress:
        case ConsecutiveTerms() as rule:
            finding = _consecutive_terms(case, criterion, rule, raisers, attached_on, day)
        case AbsenceWithCoverage() as rule:
            finding = _absence(case, criterion, rule, raisers, attached_on, day)
        case SustainedSpell() as rule:
            finding = _sustained(case, criterion, rule, raisers, attached_on, day)
    finding = replace(finding, since=min(r.day for r in raisers))
    if finding.verdict is Verdict.MET and any(use in denied for use in finding.uses):
        return replace(finding, verdict=Verdict.NOT_ENOUGH, reason="may_not_be_used")
    return finding


def _consecutive_terms(
    case: Case, criterion: Criterion, rule: ConsecutiveTerms, raisers: Sequence[Raised], attached_on: date, day: date
) -> Finding:
    terms, shares = case.plan.terms, case.shares(rule)
    last = terms.last_ended(day)
    tested = {p for p in case.in_scope(day, criterion.tested) if any(place <= last for place in shares.get(p, ()))}
    tested |= {r.person for r in raisers if case.roles(r.person, day)}
    if not tested:
        return Finding(criterion.name, Verdict.NOT_ENOUGH, "nobody_left_to_test")
    for _ in range(rule.in_arrears):
        if not any(last in shares.get(p, ()) and shares[p][last].possible for p in tested):
            last -= 1
    places = range(last - rule.terms + 1, last + 1)
    figures = (("terms", [terms.all[place].ends.isoformat() for place in places]),)
    if places[0] < 0 or terms.all[places[0]].begins <= attached_on:
        return Finding(criterion.name, Verdict.NOT_MET, "too_early", tuple(sorted(tested)), figures=figures)
    mine = {p: [shares.get(p, {}).get(place) for place in places] for p in sorted(tested)}
    doubtful = [p for p, those in mine.items() if any(s and s.told_twice for s in those)]
    if doubtful:
        return Finding(criterion.name, Verdict.NOT_ENOUGH, "term_told_twice", tuple(doubtful), figures=figures)
    above = [p for p, those in mine.items() if any(s and s.possible and s.above(rule.at_most) for s in those)]
    lacking = [p for p, those in mine.items() if any(s is None or not s.possible for s in those)]
    if above:
        return Finding(criterion.name, Verdict.NOT_MET, "rate_above", tuple(above), figures=figures)
    if lacking:
        return Finding(criterion.name, Verdict.NOT_ENOUGH, "term_missing", tuple(lacking), figures=figures)
    each = [(p, share) for p, those in mine.items() for share in those if share]
    return Finding(
        criterion.name,
        Verdict.MET,
        "terms_below",
        tuple(mine),
        tuple(sorted({record for _, share in each for record in share.records})),
        tuple(sorted({Use(p, *source) for p, share in each for source in share.sources})),
        (*figures, *((str(p), [[s.possible, s.absent] for s in those if s]) for p, those in mine.items())),
    )


def _absence(
    case: Case, criterion: Criterion, rule: AbsenceWithCoverage, raisers: Sequence[Raised], attached_on: date, day: date
) -> Finding:
    begins = months_before(day, rule.months) + DAY
    tested = sorted({*case.in_scope(day, criterion.tested), *(r.person for r in raisers)})
    events = case.events(rule.where)
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
    sources = case.coverage.sources.get(criterion.feed, ())
    uses = tuple(Use(p, criterion.category, source) for p in tested for source in sources)
    return Finding(criterion.name, Verdict.MET, "no_event", tuple(tested), (), uses, figures)


def _sustained(
    case: Case, criterion: Criterion, rule: SustainedSpell, raisers: Sequence[Raised], attached_on: date, day: date
) -> Finding:
    home = sorted({r.person for r in raisers if r.at_home})
    if not home:
        return _away(case, criterion, rule, sorted({r.person for r in raisers}), day)
    parts = [employment(case, criterion, person, attached_on) for person in home]
    waiting = [person for person, part in zip(home, parts, strict=True) if part is None or part[0] > day]
    if waiting:
        return Finding(criterion.name, Verdict.NOT_MET, "not_sustained", tuple(waiting))
    return Finding(
        criterion.name,
        Verdict.MET,
        "sustained",
        tuple(home),
        tuple(sorted({record for part in parts if part for record in part[1].records})),
        tuple(sorted({use for part in parts if part for use in part[1].uses})),
        tuple(figure for part in parts if part for figure in part[1].figures),
    )


def _away(case: Case, criterion: Criterion, rule: SustainedSpell, people: Sequence[UUID], day: date) -> Finding:
    """Of somebody who lives elsewhere the job is not counted; that the benefit has stopped, is."""
    assert isinstance(criterion.need, ActiveSpell)
    begins = months_before(day, rule.away_months_without) + DAY
    spells = case.spells(criterion.need)
    figures = (("window", [begins.isoformat(), day.isoformat()]),)
    running = [p for p in people if any(s.begins <= day and s.ends >= begins for s in spells.get(p, ()))]
    if running:
        return Finding(criterion.name, Verdict.NOT_MET, "spell_in_window", tuple(running), figures=figures)
    if not case.coverage.days(criterion.feed).hold(begins, day):
        return Finding(criterion.name, Verdict.NOT_ENOUGH, "not_covered", figures=figures)
    sources = case.coverage.sources.get(criterion.feed, ())
    uses = tuple(Use(p, criterion.category, source) for p in people for source in sources)
    return Finding(criterion.name, Verdict.MET, "no_spell", tuple(people), (), uses, figures)


def employment(case: Case, criterion: Criterion, person: UUID, attached_on: date) -> tuple[date, Finding] | None:
    """The day on which an adult's work has been sustained for long enough, by what ran when support began."""
    key = (criterion.name, person, attached_on)
    if key not in case.memory:
        case.memory[key] = _employment(case, criterion, person, attached_on)
    found: tuple[date, Finding] | None = case.memory[key]
    return found


def _employment(case: Case, criterion: Criterion, person: UUID, attached_on: date) -> tuple[date, Finding] | None:
    rule = criterion.progress
    assert isinstance(rule, SustainedSpell) and isinstance(criterion.need, ActiveSpell)
    if not case.roles(person, attached_on) & case.plan.home & criterion.tested:
        return None
    covered = case.coverage.days(criterion.feed)
    if covered.last is None:
        return None
    earlier = [s for s in case.spells(criterion.need).get(person, ()) if s.begins <= attached_on <= s.ends]
    jobs = [s for s in case.of_measure(person, rule.measure) if attached_on <= s.begins <= covered.last]
    days = Days([(s.begins, min(s.ends, covered.last)) for s in jobs])
    best: tuple[date, date, Record, int] | None = None
    for spell in earlier:
        period = rule.period(str(spell.values[rule.earlier]))
        if period is None:
            continue
        window = _first_window(days, covered, period.days, period.within)
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
                    "earlier": spell.values[rule.earlier],
                    "window": [begins.isoformat(), on.isoformat()],
                    "days": needed,
                    "jobs": [[s.begins.isoformat(), min(s.ends, on).isoformat()] for s in counted],
                },
            ),
        ),
        since=attached_on,
    )
    return on, finding


def _first_window(days: Days, covered: Days, needed: int, within: int) -> tuple[date, date] | None:
    """The earliest last day on which `needed` days of the set lie within `within` days running, all of them covered."""
    for place in range(needed - 1, days.size()):
        # Of all windows that end on this day, the one that begins with its first counted day asks least of coverage.
        begins, ends = days.nth(place - needed + 1), days.nth(place)
        if begins and ends and (ends - begins).days < within and covered.hold(begins, ends):
            return begins, ends
    return None


# --- over time


@dataclass(frozen=True, slots=True)
class Contrary:
    """Something that speaks against progress on any day before it, unless it may not be used."""

    day: date
    uses: tuple[Use, ...]


def contraries(
    case: Case, criterion: Criterion, raised: Sequence[Raised], attached_on: date, until: date
) -> list[Contrary]:
    """What happened after attachment that speaks against progress on the days before it."""
    match criterion.progress:
        case AbsenceWithCoverage() as rule:
            found = [
                Contrary(record.begins, (Use(person, record.category, record.source),))
                for person, records in case.events(rule.where).items()
                for record in records
                if case.roles(person, record.begins) & criterion.tested
            ]
        case ConsecutiveTerms() as rule:
            ends = case.plan.terms.all
            found = [
                Contrary(ends[share.place].ends, tuple(Use(person, *source) for source in share.sources))
                for person, shares in case.shares(rule).items()
                for share in shares.values()
                if share.possible
                and share.above(rule.at_most)
                and case.roles(person, ends[share.place].ends) & criterion.tested
            ]
        case SustainedSpell():
            found = _new_spells(case, criterion, raised)
    return [each for each in found if attached_on < each.day <= until]


def _new_spells(case: Case, criterion: Criterion, raised: Sequence[Raised]) -> list[Contrary]:
    """A spell begun at home speaks against the days on which its need was not yet in force."""
    assert isinstance(criterion.need, ActiveSpell)
    first = min((r.day for r in raised if r.criterion == criterion.name), default=date.max)
    return [
        Contrary(min(first, record.begins), (Use(person, record.category, record.source),))
        for person, records in case.spells(criterion.need).items()
        for record in records
        if case.roles(person, record.begins) & criterion.tested & case.plan.home
    ]


def turning_days(case: Case, criterion: Criterion, attached_on: date, until: date) -> set[date]:
    """Days on which a need's progress can come to be met."""
    covered = case.coverage.days(criterion.feed)
    gaps = {begins - DAY for begins, _ in covered.intervals}
    match criterion.progress:
        case ConsecutiveTerms():
            return set(case.plan.terms.ends_between(attached_on, until))
        case AbsenceWithCoverage() as rule:
            marks = {attached_on, *gaps}
            marks |= {record.begins for records in case.events(rule.where).values() for record in records}
            return {first_day_clear_of(mark, rule.months) for mark in marks}
        case SustainedSpell() as rule:
            assert isinstance(criterion.need, ActiveSpell)
            spells = [record for records in case.spells(criterion.need).values() for record in records]
            marks = gaps | {record.ends for record in spells if record.ends <= until}
            clear = {first_day_clear_of(mark, rule.away_months_without) for mark in marks}
            earned = [employment(case, criterion, person, attached_on) for person in case.stays]
            return clear | {part[0] for part in earned if part}
