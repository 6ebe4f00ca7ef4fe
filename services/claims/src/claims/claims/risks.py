"""Why an auditor looks at a claim in any case: reasons that somebody could have had a hand in it.

The framework's data names those for which a claim is looked at whole. Source: docs/sources/audit.md#two-checks.
"""

from claims.rules.facts import SupportDates
from claims.rules.plan import OutcomesPlan
from claims.rules.verdicts import Result

OWN_SERVICE = "programme"
"""The service that makes the claims."""
LATE_ENTERED = "late_entered"
DISCRETION, SELF_EVIDENCED, FROZEN_BEFORE, NOT_KNOWN = "discretion", "self_evidenced", "frozen_before", "not_known"


def list_unconfirmed(plan: OutcomesPlan, support: SupportDates) -> list[str]:
    """The parts of the gate that were recorded so late that a second person has to confirm them before a draft is made.

    Example: four acts written down today for 2018 would make a claim at once. They wait.
    """
    if plan.confirmed_after_days is None:
        return []
    return [
        part
        for part in plan.gate
        if (act := support.acts.get(part)) and act.days_late > plan.confirmed_after_days and not act.confirmed_by
    ]


def list_preparers(plan: OutcomesPlan, support: SupportDates) -> tuple[str, ...]:
    """On whose word the gate was passed: who recorded its acts, and who confirmed them."""
    acts = [support.acts[part] for part in plan.gate if part in support.acts]
    return tuple(sorted({by for act in acts for by in (act.recorded_by, act.confirmed_by) if by}))


def describe_gate(plan: OutcomesPlan, support: SupportDates) -> list[dict[str, object]]:
    """How each part of the gate was recorded, as it is kept with a claim."""
    return [
        {
            "part": part, "date": act.on.isoformat(), "recorded_on": act.recorded_on.isoformat(),
            "recorded_by": act.recorded_by, "days_late": act.days_late, "confirmed_by": act.confirmed_by,
        }
        for part in plan.gate
        if (act := support.acts.get(part))
    ]  # fmt: skip


def list_risks(result: Result, plan: OutcomesPlan, support: SupportDates) -> tuple[str, ...]:
    """The risks of a result.

    *discretion*: a criterion that somebody judges, and no record measures, as the plan's data says.
    *late_entered*: a part of the gate was recorded late.
    *self_evidenced*: a record beneath it was supplied by the service that makes the claim, or one person recorded the
    whole gate.
    """
    risks = set()
    judged = {criterion.name for criterion in plan.criteria if criterion.discretion}
    if judged & {finding.criterion for finding in (*result.eligibility.met, *result.needs)}:
        risks.add(DISCRETION)
    acts = [support.acts[part] for part in plan.gate if part in support.acts]
    if any(act.days_late for act in acts):
        risks.add(LATE_ENTERED)
    recorders = {act.recorded_by for act in acts}
    alone = len(acts) > 1 and len(recorders) == 1 and None not in recorders
    if alone or any(use.source == OWN_SERVICE for use in result.beneath):
        risks.add(SELF_EVIDENCED)
    return tuple(sorted(risks))
