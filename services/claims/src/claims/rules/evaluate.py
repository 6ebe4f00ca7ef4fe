"""What the plan says of a family: eligible, attached, progressing, and what it earned."""

from copy import copy
from datetime import date

from claims.rules.calendar import DAY
from claims.rules.case import Case
from claims.rules.facts import Known
from claims.rules.needs import Raised, find, raised
from claims.rules.plan import Plan
from claims.rules.progress import Contrary, Denied, contraries, employment, progress, turning_days
from claims.rules.verdicts import Attachment, Eligibility, Finding, Progress, Result


class Evaluation:
    """One family under one plan, from what is known at one moment.

    Shape: `denied` holds what may not be used for a claim: it shows nothing as met and speaks against nothing, but the
    needs that it raises stay. `disregarded` is left out of what speaks against progress alone.
    """

    def __init__(
        self, plan: Plan, known: Known, denied: Denied = frozenset(), disregarded: Denied = frozenset()
    ) -> None:
        self.plan, self.known, self.denied, self.disregarded = plan, known, denied, disregarded
        self.case = Case(plan, known)
        self._raised: dict[tuple[date, date], list[Raised]] = {}
        self._eligible: dict[date, Eligibility] = {}

    def without(self, denied: Denied, disregarded: Denied) -> "Evaluation":
        """The same family from less; what does not depend on it is not worked out again."""
        other = copy(self)
        other.denied, other.disregarded = denied, disregarded
        return other

    def eligibility(self, day: date) -> Eligibility:
        """Enough different needs on a day, in a home with a child."""
        if day not in self._eligible:
            self._eligible[day] = self._find_eligible(day)
        return self._eligible[day]

    def _find_eligible(self, day: date) -> Eligibility:
        plan, case = self.plan, self.case
        criteria = tuple(find(case, criterion, day) for criterion in plan.criteria)
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
        support = self.known.support
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
        until = max(day, self.known.coverage.last_day or day)
        now = [r for r in self._all_raised(attached_on, until) if r.day <= day]
        needs = []
        for criterion in self.plan.criteria:
            raisers = [r for r in now if r.criterion == criterion.name]
            if raisers:
                needs.append(progress(self.case, criterion, raisers, attached_on, day, self.denied))
        return Progress(day, tuple(needs))

    def result(self) -> Result | None:
        """What the family earned, by whichever route was first; employment on a tie."""
        attachment, last = self.attachment(), self.known.coverage.last_day
        if attachment.on is None or attachment.eligibility is None or last is None:
            return None
        worked = self._employment(attachment.on)
        until = min(last, worked[0] - DAY) if worked else last
        progressed = self._progressed(attachment.on, until, last)
        if progressed:
            return Result(
                self.plan.progress_type, progressed.as_at, attachment.on, attachment.eligibility, progressed.needs
            )
        if worked:
            return Result(self.plan.employment_type, worked[0], attachment.on, attachment.eligibility, (worked[1],))
        return None

    def contraries(self, attached_on: date, until: date) -> list[Contrary]:
        """What speaks against progress, whether or not it may be used."""
        now = self._all_raised(attached_on, until)
        return [each for c in self.plan.criteria for each in contraries(self.case, c, now, attached_on, until)]

    def _left_out(self, contrary: Contrary) -> bool:
        return any(use in self.denied or use in self.disregarded for use in contrary.uses)

    def _employment(self, attached_on: date) -> tuple[date, Finding] | None:
        criterion = next(c for c in self.plan.criteria if c.name == self.plan.employment)
        found = [employment(self.case, criterion, person, attached_on) for person in self.case.stays]
        usable = [part for part in found if part and not any(use in self.denied for use in part[1].uses)]
        return min(usable, key=lambda part: (part[0], part[1].persons), default=None)

    def _progressed(self, attached_on: date, until: date, last: date) -> Progress | None:
        """The first day up to `until` on which every need is met and after which nothing speaks against it."""
        case, plan = self.case, self.plan
        contrary = {each.day for each in self.contraries(attached_on, last) if not self._left_out(each)}
        begins = max({attached_on + DAY} | contrary)
        days = {begins}
        for criterion in plan.criteria:
            days |= turning_days(case, criterion, attached_on, last)
        for stays in case.stays.values():
            days |= {stay.ends + DAY for stay in stays if stay.ends < last} | {stay.begins for stay in stays}
        for day in sorted(days):
            if begins <= day <= until:
                found = self.progress(attached_on, day)
                if found.met:
                    return found
        return None

    def _all_raised(self, attached_on: date, until: date) -> list[Raised]:
        key = (attached_on, until)
        if key not in self._raised:
            self._raised[key] = raised(self.case, self.plan, attached_on, until)
        return self._raised[key]
