"""The first outcomes plan, read from docs/outcomes-plan-2015.md and from nothing else.

Everything is asked of one family as known after one wave. No service's code is used, nor any record: the facts are the
truth, cut off where the pushes of that wave end, so what a perfect matcher would know.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sandbox.calendar import DAY, TERMS, WAVES, first_day_clear_of, last_term_ended, months_before
from sandbox.model import (
    ADULT,
    CHILD,
    NON_RESIDENT_PARENT,
    BenefitClaim,
    Consent,
    Family,
    Member,
    Person,
    Schooling,
)

ATTENDANCE, CRIME_ASB, WORK = "attendance", "crime_asb", "work"
CONTINUOUS_EMPLOYMENT = "continuous_employment"
SUSTAINED_PROGRESS = "significant_and_sustained_progress"

MONTHS_OF_AN_INCIDENT = 12
MONTHS_CLEAN = 6
# (days in work, within so many days), by the earlier benefit
LONG_JOB = (182, 210)
SHORT_JOB = (91, 91)
JOB_AFTER = {"jsa": LONG_JOB, "uc": LONG_JOB, "esa": SHORT_JOB, "is": SHORT_JOB, "ca": SHORT_JOB}


@dataclass(frozen=True, slots=True)
class Suspected:
    """An incident as suspect."""

    on: date
    action: str


@dataclass(frozen=True, slots=True)
class Spell:
    """Days from the first to the last, both inclusive; without a last day it runs on."""

    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def meets(self, first: date, last: date) -> bool:
        return self.first <= last and (self.last is None or self.last >= first)


@dataclass(frozen=True, slots=True)
class Needs:
    """Who raised each criterion, at home and as a non-resident parent."""

    at_home: dict[str, frozenset[str]]
    elsewhere: dict[str, frozenset[str]]

    @property
    def criteria(self) -> tuple[str, ...]:
        return tuple(sorted({*self.at_home, *self.elsewhere}))

    @property
    def enough(self) -> bool:
        """Two criteria, one of them at home; those shown by a non-resident parent alone count for one."""
        his_alone = set(self.elsewhere) - set(self.at_home)
        return bool(self.at_home) and len(self.at_home) + min(1, len(his_alone)) >= 2


@dataclass(frozen=True, slots=True)
class Result:
    on: date
    type: str


class Facts:
    """The true facts by person, for every family to share."""

    def __init__(self, people: dict[str, Person], schooling: dict[str, Schooling], claims: list[BenefitClaim]) -> None:
        self.people = people
        self.schooling = schooling
        self.claims: dict[str, list[BenefitClaim]] = {}
        for claim in claims:
            self.claims.setdefault(claim.person, []).append(claim)
        self.suspected: dict[str, list[Suspected]] = {}


class KnownThen:
    """One family as known after a wave: what is asked here is answered from accepted pushes alone."""

    def __init__(self, facts: Facts, family: Family, wave: int) -> None:
        plans = WAVES[: wave + 1]
        self.facts = facts
        self.family = family
        self.last_day = plans[-1].covers_to
        self.first_day = plans[0].covers_from
        self.terms = {term for plan in plans for term in plan.terms}
        self.police = _joined([span for plan in plans for span in plan.anti_social_behaviour])

    # People

    def in_scope(self, day: date) -> list[Member]:
        return [member for member in self.family.members if member.in_scope(day)]

    def is_dependent(self, child: str, day: date) -> bool:
        born = self.facts.people[child].date_of_birth
        return day < date(born.year + 18, born.month, 1)

    # Facts

    def term_facts(self, child: str, day: date) -> list[int]:
        """The child's known terms with possible sessions that ended on or before a day, oldest first."""
        schooling = self.facts.schooling.get(child)
        if schooling is None:
            return []
        return [
            term.number
            for term in TERMS
            if term.ends <= day and term.number in self.terms and schooling.sessions[term.number][0] > 0
        ]

    def suspected(self, person: str) -> list[Suspected]:
        return [
            fact
            for fact in self.facts.suspected.get(person, [])
            if any(first <= fact.on <= last for first, last in self.police)
        ]

    def claims(self, person: str) -> list[BenefitClaim]:
        return [claim for claim in self.facts.claims.get(person, []) if claim.started_on <= self.last_day]

    def out_of_work(self, person: str) -> list[tuple[BenefitClaim, Spell]]:
        return [
            (claim, Spell(claim.started_on, self._seen(claim.ended_on)))
            for claim in self.claims(person)
            if claim.out_of_work
        ]

    def jobs(self, person: str) -> list[Spell]:
        """Work spells; one without an end runs on to the end of coverage."""
        return [
            Spell(claim.work_started_on, self._seen(claim.work_ended_on) or self.last_day)
            for claim in self.claims(person)
            if claim.work_started_on is not None and claim.work_started_on <= self.last_day
        ]

    def police_cover(self, first: date, last: date) -> bool:
        return any(begins <= first and last <= ends for begins, ends in self.police)

    def jcp_covers(self, first: date, last: date) -> bool:
        return self.first_day <= first and last <= self.last_day

    def _seen(self, day: date | None) -> date | None:
        return day if day is not None and day <= self.last_day else None

    # Needs

    def needs(self, day: date) -> Needs:
        """The criteria shown on a day."""
        home: dict[str, set[str]] = {}
        elsewhere: dict[str, set[str]] = {}
        for member in self.in_scope(day):
            into = elsewhere if member.role == NON_RESIDENT_PARENT else home
            if member.role == CHILD and self._attendance_need(member.person, day):
                into.setdefault(ATTENDANCE, set()).add(member.person)
            since = months_before(day, MONTHS_OF_AN_INCIDENT)
            if any(since < fact.on <= day and fact.action != "none" for fact in self.suspected(member.person)):
                into.setdefault(CRIME_ASB, set()).add(member.person)
            if member.role != CHILD and any(spell.holds(day) for _, spell in self.out_of_work(member.person)):
                into.setdefault(WORK, set()).add(member.person)
        return _needs(home, elsewhere)

    def eligible(self, day: date) -> bool:
        children = [member.person for member in self.in_scope(day) if member.role == CHILD]
        return any(self.is_dependent(child, day) for child in children) and self.needs(day).enough

    def needs_in_force(self, attached: date, day: date) -> Needs:
        """The needs at attachment, and every criterion that held since for a member then in scope."""
        at_first = self.needs(attached)
        home = {criterion: set(people) for criterion, people in at_first.at_home.items()}
        elsewhere = {criterion: set(people) for criterion, people in at_first.elsewhere.items()}
        for member in self.family.members:
            into = elsewhere if member.role == NON_RESIDENT_PARENT else home
            if member.role == CHILD and any(
                attached < term.ends <= day
                and member.in_scope(term.ends)
                and self._attendance_need(member.person, term.ends)
                for term in TERMS
            ):
                into.setdefault(ATTENDANCE, set()).add(member.person)
            first, last = max(attached + DAY, member.since), min(day, member.until or day)
            for fact in self.suspected(member.person):
                gone = first_day_clear_of(fact.on, MONTHS_OF_AN_INCIDENT)
                if fact.action != "none" and max(first, fact.on) <= min(last, gone - DAY):
                    into.setdefault(CRIME_ASB, set()).add(member.person)
            if (
                member.role == ADULT
                and first <= last
                and any(spell.meets(first, last) for _, spell in self.out_of_work(member.person))
            ):
                into.setdefault(WORK, set()).add(member.person)
        return _needs(home, elsewhere)

    def _attendance_need(self, child: str, day: date) -> bool:
        terms = self.term_facts(child, day)[-3:]
        if len(terms) < 3:
            return False
        sessions = [self.facts.schooling[child].sessions[term] for term in terms]
        absent = sum(authorised + unauthorised for _, authorised, unauthorised in sessions)
        return 10 * absent > sum(possible for possible, _, _ in sessions)

    # Progress

    def attendance_met(self, attached: date, day: date, raised: frozenset[str], asked_on: date) -> bool:
        tested = {
            member.person
            for member in self.in_scope(day)
            if member.role == CHILD and (member.person in raised or self._has_term(member.person, day))
        }
        latest = last_term_ended(day)
        if not tested or latest is None:
            return False
        third = latest.number
        if not any(third in self.term_facts(child, day) for child in tested):
            third -= 1
        if third < 2 or TERMS[third - 2].opens <= attached:
            return False
        return all(
            self.may_use_attendance(child, asked_on)
            and term in self.term_facts(child, day)
            and not self.facts.schooling[child].above_tenth(term)
            for child in tested
            for term in (third - 2, third - 1, third)
        )

    def _has_term(self, child: str, day: date) -> bool:
        return child in self.facts.schooling and any(TERMS[term].ends <= day for term in self.terms)

    def may_use_attendance(self, child: str, day: date) -> bool:
        """Whether a consent to the use of the child's attendance for claims is live."""
        return any(_for_claims(consent) and consent.person == child and consent.live(day) for consent in self.consents)

    @property
    def consents(self) -> list[Consent]:
        return self.family.consents

    def crime_met(self, attached: date, day: date, raised: frozenset[str]) -> bool:
        first = months_before(day, MONTHS_CLEAN) + DAY
        if first <= attached or not self.police_cover(first, day):
            return False
        tested = {member.person for member in self.in_scope(day)} | raised
        return not any(first <= fact.on <= day for person in tested for fact in self.suspected(person))

    def work_met(self, attached: date, day: date, needs: Needs) -> bool:
        if at_home := needs.at_home.get(WORK):
            results = [self.employment_result(person, attached) for person in at_home]
            return all(result is not None and result <= day for result in results)
        first = months_before(day, MONTHS_CLEAN) + DAY
        return self.jcp_covers(first, day) and not any(
            spell.meets(first, day)
            for person in needs.elsewhere.get(WORK, frozenset())
            for _, spell in self.out_of_work(person)
        )

    def all_met(self, attached: date, day: date, asked_on: date) -> bool:
        """Whether every need in force on a day is met on it, from what may be used on the day of asking."""
        needs = self.needs_in_force(attached, day)
        raised = {
            criterion: needs.at_home.get(criterion, frozenset()) | needs.elsewhere.get(criterion, frozenset())
            for criterion in needs.criteria
        }
        return (
            (CRIME_ASB not in raised or self.crime_met(attached, day, raised[CRIME_ASB]))
            and (WORK not in raised or self.work_met(attached, day, needs))
            and (ATTENDANCE not in raised or self.attendance_met(attached, day, raised[ATTENDANCE], asked_on))
        )

    def contrary_after(self, attached: date, day: date, asked_on: date) -> bool:
        """Whether anything known after a day speaks against progress on it."""
        work_in_force = WORK in self.needs_in_force(attached, day).criteria
        for member in self.family.members:
            if any(fact.on > day and member.in_scope(fact.on) for fact in self.suspected(member.person)):
                return True
            if member.role == CHILD and self.may_use_attendance(member.person, asked_on):
                for term in self.term_facts(member.person, self.last_day):
                    ended = TERMS[term].ends
                    above = self.facts.schooling[member.person].above_tenth(term)
                    if ended > day and member.in_scope(ended) and above:
                        return True
            if member.role == ADULT and not work_in_force:
                for _, spell in self.out_of_work(member.person):
                    if spell.first > day and member.in_scope(spell.first):
                        return True
        return False

    def employment_result(self, adult: str, attached: date) -> date | None:
        """The day on which an adult who was out of work at attachment has worked for long enough."""
        results: list[date] = []
        for claim, spell in self.out_of_work(adult):
            if not spell.holds(attached):
                continue
            needed, within = JOB_AFTER[claim.benefit]
            jobs = [job for job in self.jobs(adult) if job.first >= attached]
            reached = _reaches(jobs, needed, within)
            if reached is not None and self.jcp_covers(min(job.first for job in jobs), reached):
                results.append(reached)
        return min(results, default=None)

    # The result

    def progress_days(self, attached: date) -> Iterator[date]:
        """The days on which the answer can change from no to yes, oldest first.

        Between two of them nothing enters or leaves a window, no term ends, nobody comes or goes.
        """
        days = {term.ends for term in TERMS} | {first_day_clear_of(attached, MONTHS_CLEAN)}
        days |= {first_day_clear_of(first - DAY, MONTHS_CLEAN) for first, _ in self.police}
        for member in self.family.members:
            days |= {member.since} | ({member.until + DAY} if member.until else set())
            days |= {first_day_clear_of(fact.on, MONTHS_CLEAN) for fact in self.suspected(member.person)}
            days |= {fact.on for fact in self.suspected(member.person)}
            for _, spell in self.out_of_work(member.person):
                days |= {spell.first} | ({first_day_clear_of(spell.last, MONTHS_CLEAN)} if spell.last else set())
            if member.role == ADULT and (result := self.employment_result(member.person, attached)):
                days.add(result)
        return iter(sorted(day for day in days if attached < day <= self.last_day))

    def result(self, attached: date, asked_on: date) -> Result | None:
        """The earliest result by either route; employment on a tie."""
        home = [m.person for m in self.in_scope(attached) if m.role == ADULT]
        jobs = [day for adult in home if (day := self.employment_result(adult, attached)) is not None]
        by_job = min(jobs, default=None)
        for day in self.progress_days(attached):
            if by_job is not None and by_job <= day:
                break
            if self.all_met(attached, day, asked_on) and not self.contrary_after(attached, day, asked_on):
                return Result(day, SUSTAINED_PROGRESS)
        return Result(by_job, CONTINUOUS_EMPLOYMENT) if by_job is not None else None


def _needs(home: dict[str, set[str]], elsewhere: dict[str, set[str]]) -> Needs:
    return Needs(
        {criterion: frozenset(people) for criterion, people in home.items()},
        {criterion: frozenset(people) for criterion, people in elsewhere.items()},
    )


def _for_claims(consent: Consent) -> bool:
    return (consent.category, consent.purpose, consent.recipient) == ("attendance", "claim", "programme")


def _joined(spans: list[tuple[date, date]]) -> list[tuple[date, date]]:
    joined: list[tuple[date, date]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + DAY:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _reaches(jobs: list[Spell], needed: int, within: int) -> date | None:
    """The first day by which so many days of the last `within` were worked, counted from the first job on."""
    if not jobs:
        return None
    first = min(job.first for job in jobs)
    last = max(job.last for job in jobs if job.last is not None)
    worked: list[bool] = []
    in_window = 0
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        worked.append(any(job.holds(day) for job in jobs))
        in_window += worked[-1]
        if number >= within:
            in_window -= worked[number - within]
        if in_window >= needed:
            return day
    return None
