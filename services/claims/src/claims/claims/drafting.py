"""Drafting by the system: what a family earned becomes a draft, and a draft that no longer stands falls."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.db import new_id, today
from chassis.events import Event
from claims.claims import repository
from claims.events import ClaimDrafted, ClaimDropped
from claims.frameworks.catalogue import Framework
from claims.history.changes import get_changes
from claims.models import LIVE, Claim
from claims.rules.facts import Use
from claims.rules.plan import OutcomesPlan
from claims.rules.verdicts import Result
from claims.same_people.repository import list_asked

OPEN: tuple[str, ...] = ("drafted", "checked", "frozen")
FINAL = ("submitted", "paid", "to_repay")
SYSTEM = "system"


@dataclass(frozen=True)
class ReadyDraft:
    """A result with its evidence frozen, ready to be written down.

    Shape: `prepared_by` are the people on whose word it is drafted.
    """

    result: Result
    plan: OutcomesPlan
    known_at: datetime
    bundle: UUID
    hash: str
    denied: frozenset[Use]
    risks: tuple[str, ...] = ()
    prepared_by: tuple[str, ...] = ()
    gate: tuple[dict[str, object], ...] = ()


def is_final(claim: Claim) -> bool:
    """After submission nothing later changes a claim by itself."""
    return claim.status in FINAL


def is_new(result: Result, plan: OutcomesPlan, claims: Sequence[Claim]) -> bool:
    """Whether this result asks for a draft: no claim for the same stands, and no person has put the same aside.

    Example: a claims officer drops a draft for want of proof. The system does not draft it again by itself; another
    result date, or one need more, makes it another claim. What the system itself dropped may come back.
    """
    content = describe_material(result, plan)
    for claim in claims:
        stands = claim.status in LIVE
        put_aside = claim.status in ("dropped", "retracted", "rejected", "repaid") and claim.ended_by != SYSTEM
        if claim.material == content and (stands or put_aside):
            return False
    return True


def describe_material(result: Result, plan: OutcomesPlan) -> str:
    """What makes two results the same claim: plan, route, both dates, and the needs. Shape: a line of words."""
    needs = ",".join(sorted(need.criterion for need in result.needs))
    return f"{plan.label} {result.type} {result.on} {result.attached_on} {needs}"


def settle_claim(
    session: Session,
    family: UUID,
    framework: Framework,
    plan: OutcomesPlan,
    result: Result | None,
    drafted: ReadyDraft | None,
    claims: Sequence[Claim],
    why: str,
) -> list[Event]:
    """Drop the family's claim when its result no longer holds or is another, and write the draft of the one that does.

    Shape: `claims` are all of the family and framework; `why` is the reason kept with a claim whose result is gone;
    the answer has the events that tell of it, for the caller to emit.
    """
    events: list[Event] = []
    standing = next((claim for claim in claims if claim.status in LIVE), None)
    if standing is not None:
        if result is not None and standing.material == describe_material(result, plan):
            return []
        because = why if result is None else "changed"
        # The claim may have been submitted since it was read: then it stands.
        dropped = repository.move_claim(
            session, standing.id, OPEN, "dropped", ended_because=because, ended_by=SYSTEM, ended_on=today()
        )
        if not dropped:
            return []
        events.append(event_for(ClaimDropped, standing))
        mark_those_beside(session, framework.name, [family])
    if result is not None and drafted is not None:
        claim = _make_claim(family, framework, drafted)
        if repository.add_unless_live(session, claim):
            events.append(event_for(ClaimDrafted, claim))
    return events


def mark_those_beside(session: Session, framework: str, families: Collection[UUID]) -> None:
    """A result of these families is gone: whoever waits since they share people with them is evaluated again."""
    asked = list_asked(session, framework, families)
    beside = {family for each in asked for family in each.pair} - set(families)
    if beside:
        get_changes(session).mark_families(beside)


def event_for(kind: type, claim: Claim) -> Event:
    """An event about a claim."""
    late = None if claim.gate is None else max((act["days_late"] for act in claim.gate), default=0)
    event: Event = kind(
        claim=claim.id, family=claim.family, component=claim.component, pence=claim.pence, bundle=claim.bundle,
        days_late=late,
    )  # fmt: skip
    return event


def _make_claim(family: UUID, framework: Framework, drafted: ReadyDraft) -> Claim:
    result, plan = drafted.result, drafted.plan
    return Claim(
        id=new_id(),
        family=family,
        framework=framework.name,
        plan=plan.name,
        plan_version=plan.version,
        component="result",
        type=result.type,
        result_date=result.on,
        attached_on=result.attached_on,
        pence=framework.result_pence,
        status="drafted",
        known_at=drafted.known_at,
        bundle=drafted.bundle,
        hash=drafted.hash,
        material=describe_material(result, plan),
        trace=result.trace(),
        uses=write_uses(result.beneath),
        denied=write_uses(drafted.denied),
        risks=list(drafted.risks),
        prepared_by=list(drafted.prepared_by),
        gate=list(drafted.gate),
    )


def write_uses(uses: Sequence[Use] | frozenset[Use]) -> list[list[str]]:
    """Shape: [[person, category, source]], as it is kept with a claim."""
    return [[str(use.person), use.category, use.source] for use in sorted(uses)]


def read_uses(uses: Sequence[Sequence[str]]) -> frozenset[Use]:
    """What `write_uses` wrote."""
    return frozenset(Use(UUID(person), category, source) for person, category, source in uses)
