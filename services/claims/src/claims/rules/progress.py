"""How a need in force stands on a day, and what speaks against it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from claims.rules.case import Case
from claims.rules.facts import Use
from claims.rules.kind import Contrary, Criterion, Raised
from claims.rules.verdicts import Finding, Verdict

Denied = Collection[Use]


def judge_progress(
    case: Case, criterion: Criterion, raisers: Sequence[Raised], attached_on: date, day: date, denied: Denied
) -> Finding:
    """How the need stands on a day. What may not be used shows nothing as met.

    Shape: `since` is the first day on which somebody raised the need.
    """
    finding = criterion.progress.judge(case, criterion, raisers, attached_on, day)
    finding = replace(finding, since=min(r.day for r in raisers))
    if finding.verdict is Verdict.MET and any(use in denied for use in finding.uses):
        return replace(finding, verdict=Verdict.NOT_ENOUGH, reason="may_not_be_used")
    return finding


def list_contraries(
    case: Case, criterion: Criterion, raised: Sequence[Raised], attached_on: date, until: date
) -> list[Contrary]:
    """What happened in (attached_on, until] that speaks against progress on the days before it.

    Shape: `raised` are the needs of all criteria.
    """
    found = criterion.progress.list_contraries(case, criterion, raised, until)
    return [each for each in found if attached_on < each.day <= until]
