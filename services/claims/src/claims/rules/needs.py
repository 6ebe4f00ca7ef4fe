"""Which needs a family shows on a day, and which are in force since attachment."""

from datetime import date

from claims.rules.case import Case
from claims.rules.facts import Use
from claims.rules.kind import Criterion, Raised
from claims.rules.plan import OutcomesPlan
from claims.rules.verdicts import Finding, Verdict


def find_need(case: Case, criterion: Criterion, day: date) -> Finding:
    """The criterion for the whole family on a day: met when one member shows it.

    Where nobody shows it, it is *not enough evidence* as soon as of one member it is not known.
    """
    answers = {
        person: criterion.need.show(case, criterion, person, day) for person in case.in_scope(day, criterion.tested)
    }
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


def list_raised(case: Case, plan: OutcomesPlan, attached_on: date, until: date) -> list[Raised]:
    """Every need that held at attachment or on some day after it, once a person, by the first day.

    Example: a father elsewhere has a benefit at attachment and moves in later, still with it. The need is in force from
    attachment on, raised from elsewhere, where the end of the benefit is progress; from the day on which he moves in it
    is raised at home as well, where work is asked for.
    """
    found: list[Raised] = []
    for criterion in plan.criteria:
        here = set(find_need(case, criterion, attached_on).persons)
        found += [Raised(attached_on, criterion.name, p, case.at_home(p, attached_on)) for p in sorted(here)]
        for person, stays in case.stays.items():
            if person in here and case.at_home(person, attached_on):
                continue
            if not any(stay.role in criterion.raised_later_by for stay in stays):
                continue
            for day in sorted(criterion.need.list_turning_days(case, person, attached_on, until)):
                roles = case.roles(person, day) & criterion.raised_later_by
                # Who raised it from elsewhere raises it anew only at home: then more is asked.
                in_time = attached_on < day <= until and (roles & plan.roles.home if person in here else roles)
                if in_time and criterion.need.show(case, criterion, person, day).verdict is Verdict.MET:
                    found.append(Raised(day, criterion.name, person, case.at_home(person, day)))
                    break
    return sorted(found, key=lambda r: (r.day, r.criterion, r.person))
