"""Why an auditor looks at a claim in any case: reasons that somebody could have had a hand in it.

The framework's data names those for which a claim is looked at whole. Source: docs/sources/audit.md#two-checks.
"""

from claims.rules.plan import OutcomesPlan
from claims.rules.verdicts import Result

OWN_SERVICE = "programme"
"""The service that makes the claims."""
DISCRETION, SELF_EVIDENCED, FROZEN_BEFORE, NOT_KNOWN = "discretion", "self_evidenced", "frozen_before", "not_known"


def list_risks(result: Result, plan: OutcomesPlan) -> tuple[str, ...]:
    """The risks of a result.

    *discretion*: a criterion that somebody judges, and no record measures, as the plan's data says.
    *self_evidenced*: a record beneath it was supplied by the service that makes the claim.
    """
    risks = set()
    judged = {criterion.name for criterion in plan.criteria if criterion.discretion}
    if judged & {finding.criterion for finding in (*result.eligibility.met, *result.needs)}:
        risks.add(DISCRETION)
    if any(use.source == OWN_SERVICE for use in result.beneath):
        risks.add(SELF_EVIDENCED)
    return tuple(sorted(risks))
