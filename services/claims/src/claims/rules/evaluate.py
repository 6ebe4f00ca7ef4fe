"""What the plan says of a family: eligible, attached, progressing, and what it earned."""

from copy import copy
from datetime import date

from claims.rules.calendar import DAY
from claims.rules.case import Case
from claims.rules.facts import FamilyFacts
from claims.rules.kind import Contrary, Earned, Raised
from claims.rules.needs import find_need, list_raised
from claims.rules.plan import OutcomesPlan
from claims.rules.progress import Denied, judge_progress, list_contraries
from claims.rules.verdicts import Attachment, Eligibility, Progress, Result


class Evaluation:
    """One family under one plan, from what is known at one moment.

    Shape: `denied` holds what may not be used for a claim: it shows nothing as met and speaks against nothing, but the
    needs that it raises stay. `disregarded` is left out of what speaks against progress alone.
    """

    def __init__(
        self, plan: OutcomesPlan, facts: FamilyFacts, denied: Denied = frozenset(), disregarded: Denied = frozenset()
    ) -> None:
        self.plan, self.facts, self.denied, self.disregarded = plan, facts, denied, disregarded
        self.case = Case(plan.roles, plan.terms, facts)
        self._raised: dict[tuple[date, date], list[Raised]] = {}
        self._eligible: dict[date, Eligibility] = {}

    def without(self, denied: Denied, disregarded: Denied) -> "Evaluation":
        """The same family from less; what does not depend on it is not worked out again."""
        other = copy(self)
        other.denied, other.disregarded = denied, disregarded
        return other

    def eligibility(self, day: date) -> Eligibility:
        """Whether there are enough different needs on a day, in a home with a child who is not of age.

        Of needs that are shown only by somebody who lives elsewhere, `most_from_away_only` count. Example: a father
        elsewhere has two needs and nobody at home has any: none is at home, so the family is not eligible. One of
        his and one at home are two.
        """
        if day not in self._eligible:
            self._eligible[day] = self._judge_eligibility(day)
        return self._eligible[day]

    def _judge_eligibility(self, day: date) -> Eligibility:
        plan, case = self.plan, self.case
        criteria = tuple(find_need(case, criterion, day) for criterion in plan.criteria)
        met = [finding for finding in criteria if finding.verdict == "met"]
        home = sum(any(case.at_home(person, day) for person in finding.persons) for finding in met)
        counted = home + min(len(met) - home, plan.most_from_away_only)
        if not case.dependents(day):
            return Eligibility(day, False, "no_dependent_child", criteria)
        if home < plan.least_from_home:
            return Eligibility(day, False, "no_need_at_home", criteria)
        if counted < plan.least_criteria:
            return Eligibility(day, False, "too_few_needs", criteria)
        return Eligibility(day, True, "enough_needs", criteria)

    def attachment(self) -> Attachment:
        """Whether support began for an eligible family, and when: on the latest date of the gate's parts."""
        support = self.facts.support
        missing = tuple(part for part in self.plan.gate if part not in support.parts)
        on = max((support.parts[part] for part in self.plan.gate), default=None) if not missing else None
        if support.declined_on is not None and (on is None or support.declined_on <= on):
            return Attachment(None, missing, "declined")
        if on is None:
            return Attachment(None, missing, "gate_incomplete")
        eligibility = self.eligibility(on)
        if not eligibility.eligible:
            return Attachment(None, (), "not_eligible_then", eligibility)
        return Attachment(on, (), "attached", eligibility)

    def progress(self, attached_on: date, day: date) -> Progress:
        """How every need in force on a day stands on it. A day that is not yet known leaves needs without evidence."""
        until = max(day, self.facts.coverage.last_day or day)
        now = [r for r in self._list_raised(attached_on, until) if r.day <= day]
        needs = []
        for criterion in self.plan.criteria:
            raisers = [r for r in now if r.criterion == criterion.name]
            if raisers:
                needs.append(judge_progress(self.case, criterion, raisers, attached_on, day, self.denied))
        return Progress(day, tuple(needs))

    def result(self) -> Result | None:
        """What the family earned, by whichever route was first; employment on a tie."""
        attachment, last = self.attachment(), self.facts.coverage.last_day
        if attachment.on is None or attachment.eligibility is None or last is None:
            return None
        worked = self._find_earned(attachment.on)
        until = min(last, worked.day - DAY) if worked else last
        progressed = self._find_progressed(attachment.on, until, last)
        if progressed:
            return Result(
                self.plan.progress_type, progressed.as_at, attachment.on, attachment.eligibility, progressed.needs
            )
        if worked:
            return Result(
                self.plan.employment_type, worked.day, attachment.on, attachment.eligibility, (worked.finding,)
            )
        return None

    def list_contraries(self, attached_on: date, until: date) -> list[Contrary]:
        """What happened in (attached_on, until] that speaks against progress, whether or not it may be used."""
        raised = self._list_raised(attached_on, until)
        return [
            contrary
            for criterion in self.plan.criteria
            for contrary in list_contraries(self.case, criterion, raised, attached_on, until)
        ]

    def _is_left_out(self, contrary: Contrary) -> bool:
        return any(use in self.denied or use in self.disregarded for use in contrary.uses)

    def _find_earned(self, attached_on: date) -> Earned | None:
        """What one person's progress earned by itself: the earliest of all, the lower id on a tie."""
        criterion = next(c for c in self.plan.criteria if c.name == self.plan.employment)
        found = [criterion.progress.earn(self.case, criterion, person, attached_on) for person in self.case.stays]
        usable = [each for each in found if each and not any(use in self.denied for use in each.finding.uses)]
        return min(usable, key=lambda each: (each.day, each.finding.persons), default=None)

    def _find_progressed(self, attached_on: date, until: date, last: date) -> Progress | None:
        """The first day up to `until` on which every need is met and after which nothing speaks against it.

        Only turning days are looked at: between two of them no answer changes from not met to met. Who joins or leaves
        changes who is tested, so that those days are turning days as well.
        """
        case, plan = self.case, self.plan
        contrary = {each.day for each in self.list_contraries(attached_on, last) if not self._is_left_out(each)}
        # A day before the last contrary one is none; the contrary day itself may be one.
        begins = max({attached_on + DAY} | contrary)
        days = {begins}
        for criterion in plan.criteria:
            days |= criterion.progress.list_turning_days(case, criterion, attached_on, last)
        for stays in case.stays.values():
            days |= {stay.ends + DAY for stay in stays if stay.ends < last} | {stay.begins for stay in stays}
        for day in sorted(days):
            if begins <= day <= until:
                found = self.progress(attached_on, day)
                if found.met:
                    return found
        return None

    def _list_raised(self, attached_on: date, until: date) -> list[Raised]:
        key = (attached_on, until)
        if key not in self._raised:
            self._raised[key] = list_raised(self.case, self.plan, attached_on, until)
        return self._raised[key]
