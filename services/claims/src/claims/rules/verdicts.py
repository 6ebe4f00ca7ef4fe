"""What the evaluator answers: verdicts with reasons, figures and the records that show them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from claims.rules.facts import Use


class Verdict(StrEnum):
    """What is said of a criterion. *Not enough evidence* is an answer of its own: silence is no success."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_ENOUGH = "not_enough_evidence"


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict on one criterion: as a need, or as a need's progress.

    Shape: `reason` is a stable code; `persons` are those who show it, or stand in its way; `uses` is what it rests on.
    """

    criterion: str
    verdict: Verdict
    reason: str
    persons: tuple[UUID, ...] = ()
    records: tuple[UUID, ...] = ()
    uses: tuple[Use, ...] = ()
    figures: tuple[tuple[str, Any], ...] = ()
    since: date | None = None

    def trace(self) -> dict[str, Any]:
        """Shape: JSON, in one order whatever order the facts came in."""
        return {
            "criterion": self.criterion,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "since": self.since.isoformat() if self.since else None,
            "persons": [str(person) for person in self.persons],
            "records": [str(record) for record in self.records],
            "figures": {name: value for name, value in self.figures},
        }


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a family is eligible on a day, with every criterion of the plan."""

    as_at: date
    eligible: bool
    reason: str
    criteria: tuple[Finding, ...]

    @property
    def met(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.criteria if finding.verdict is Verdict.MET)


@dataclass(frozen=True, slots=True)
class Attachment:
    """Shape: `on` is absent unless attached; `missing` names the gate's parts that are not there yet."""

    on: date | None
    missing: tuple[str, ...]
    reason: str
    eligibility: Eligibility | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How every need in force stands on a day."""

    as_at: date
    needs: tuple[Finding, ...]

    @property
    def met(self) -> bool:
        return bool(self.needs) and all(need.verdict is Verdict.MET for need in self.needs)


@dataclass(frozen=True, slots=True)
class Result:
    """A result that can be claimed, and all that it rests on."""

    type: str
    on: date
    attached_on: date
    eligibility: Eligibility
    needs: tuple[Finding, ...]

    @property
    def uses(self) -> tuple[Use, ...]:
        """What shows the needs as met: what must be usable for a claim."""
        return tuple(sorted({use for need in self.needs for use in need.uses}))

    @property
    def beneath(self) -> tuple[Use, ...]:
        """All that the result rests on, the need for support included: what showing it shares."""
        return tuple(sorted({*self.uses, *(use for finding in self.eligibility.met for use in finding.uses)}))

    @property
    def records(self) -> tuple[UUID, ...]:
        found = {record for finding in (*self.eligibility.met, *self.needs) for record in finding.records}
        return tuple(sorted(found))

    @property
    def persons(self) -> tuple[UUID, ...]:
        found = {person for finding in (*self.eligibility.met, *self.needs) for person in finding.persons}
        return tuple(sorted(found | {use.person for use in self.uses}))

    def trace(self) -> dict[str, Any]:
        """What is frozen with a claim, and must come out the same when it is computed again."""
        return {
            "type": self.type,
            "result_date": self.on.isoformat(),
            "attached_on": self.attached_on.isoformat(),
            "eligibility": [finding.trace() for finding in self.eligibility.criteria],
            "needs": [need.trace() for need in self.needs],
        }
