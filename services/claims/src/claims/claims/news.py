"""News of claims that were submitted or paid: what is known now differs from what was claimed.

A claim that was submitted is not changed by the evaluator any more; what became known of it is told to people instead,
and the plan's data say what follows. A *correction* is about the days that were known when the claim was drafted (a job
of six months turns out to have been one of three weeks); anything else came *later* (a new incident).
Source: docs/sources/audit.md#one-result-date.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.db import new_id, now, today
from chassis.events import Event
from chassis.runtime import Runtime
from claims import sharing
from claims.claims import repository
from claims.claims.drafting import SYSTEM, describe_material, event_for, mark_those_beside, read_uses
from claims.events import ClaimPaid, ClaimRetracted, ClaimToRepay, QuestionRaised
from claims.frameworks import catalogue
from claims.history.changes import get_changes
from claims.history.service import LoadedFamily, load_families
from claims.models import Claim, Question
from claims.rules.calendar import Days
from claims.rules.evaluate import Evaluation
from claims.rules.facts import Coverage, FamilyFacts, Use
from claims.rules.plan import OutcomesPlan
from claims.rules.verdicts import Result

NEWS = "news"
CORRECTION, LATER = "correction", "later"
TOLD_OF = ("submitted", "paid")
FLAG, HOLD, RETRACT, STANDS, REPAY = "flag", "hold", "retract", "stands", "repay"
STATUS_OF = {FLAG: "open", HOLD: "open", STANDS: "noted", RETRACT: "answered", REPAY: "answered"}
"""A question is open where a person has to answer; otherwise the plan's data have answered it."""


@dataclass(frozen=True)
class News:
    """What differs now. Shape: `effect` is what the plan's data make of it; `differences` as a question keeps them."""

    effect: str
    differences: list[dict[str, str | None]]


def find_news(
    runtime: Runtime, families: Mapping[UUID, LoadedFamily], claims: Collection[Claim]
) -> dict[UUID, News | None]:
    """What differs of these claims now; None where nothing does.

    A contrary fact that may not be used is not used. What was usable when the claim was drafted stays so for it: a
    consent that was withdrawn since takes nothing from a claim that was submitted. Shape: claim → news.
    Errors: Unavailable when consent does not answer.
    """
    found: dict[UUID, News | None] = {}
    differing: dict[UUID, tuple[Claim, Evaluation]] = {}
    for claim in claims:
        plan, family = catalogue.find_plan(claim.plan, claim.plan_version), families.get(claim.family)
        if plan is None or family is None:
            continue
        evaluation = Evaluation(plan, family.facts, read_uses(claim.denied))
        found[claim.id] = None
        if not _is_same(evaluation.result(), plan, claim):
            differing[claim.id] = (claim, evaluation)
    against = {id: _list_against(evaluation) for id, (_, evaluation) in differing.items()}
    formerly = {p: ids for claim, _ in differing.values() for p, ids in families[claim.family].formerly.items()}
    asked = frozenset[Use]().union(*against.values())
    permitted = sharing.ask_usable(runtime, asked, formerly) if asked else frozenset()
    known_until = _find_days_known(runtime, [claim for claim, _ in differing.values()])
    for id, (claim, evaluation) in differing.items():
        usable = evaluation.without(evaluation.denied, against[id] - permitted)
        result = usable.result()
        if not _is_same(result, usable.plan, claim):
            last = known_until.get(id)
            then = _cut(usable, last).result() if last else None
            kind = LATER if last and _is_same(then, usable.plan, claim) else CORRECTION
            effect = usable.plan.news[kind][claim.status]
            found[id] = News(effect, _list_differences(kind, claim, usable, result))
    return found


def record_news(session: Session, claim: Claim, news: News | None) -> list[Event]:
    """Keep what differs of a claim as a question, and do what the plan's data say. Told again, it is kept once.

    Shape: the events that tell of it, for the caller to emit.
    """
    query = select(Question).where(Question.claim == claim.id, Question.kind == NEWS, Question.status != "closed")
    before = list(session.scalars(query.order_by(Question.id)))
    if news is not None and any(question.content == news.differences for question in before):
        return []
    for question in before:
        if question.status != "answered":
            question.status, question.version = "closed", question.version + 1
    if news is None:
        return []
    question = Question(
        id=new_id(), kind=NEWS, framework=claim.framework, family=claim.family, other=None, claim=claim.id,
        effect=news.effect, content=news.differences, status=STATUS_OF[news.effect],
        answer="falls" if news.effect in (RETRACT, REPAY) else None, joined_on=None, raised_at=now(),
    )  # fmt: skip
    session.add(question)
    session.flush()
    told = QuestionRaised(question=question.id, kind=NEWS, framework=claim.framework, families=[claim.family])
    fell = let_fall(session, claim, NEWS, SYSTEM, today()) if news.effect in (RETRACT, REPAY) else []
    return [told, *fell]


def let_fall(session: Session, claim: Claim, because: str, by: str, on: date) -> list[Event]:
    """A submitted claim is retracted, a paid one is to be repaid; any other is left as it is."""
    ended: dict[str, Any] = {"ended_because": because, "ended_by": by, "ended_on": on}
    if repository.move_claim(session, claim.id, ("submitted",), "retracted", **ended) is not None:
        # What the family earned instead, and who waited for it, is found where everything else is.
        get_changes(session).mark_families([claim.family])
        mark_those_beside(session, claim.framework, [claim.family])
        return [event_for(ClaimRetracted, claim)]
    if repository.move_claim(session, claim.id, ("paid",), "to_repay", **ended) is not None:
        return [event_for(ClaimToRepay, claim)]
    return []


def let_stand(session: Session, claim: Claim) -> list[Event]:
    """A claim that was to be repaid since there was news stands after all."""
    ended: dict[str, Any] = {"ended_because": None, "ended_by": None, "ended_on": None}
    moved = repository.move_claim(session, claim.id, ("to_repay",), "paid", **ended)
    return [event_for(ClaimPaid, claim)] if moved is not None else []


def _is_same(result: Result | None, plan: OutcomesPlan, claim: Claim) -> bool:
    return result is not None and describe_material(result, plan) == claim.material


def _list_against(evaluation: Evaluation) -> frozenset[Use]:
    """What speaks against a result, whether or not it may be used."""
    attached_on, last = evaluation.attachment().on, evaluation.facts.coverage.last_day
    if attached_on is None or last is None:
        return frozenset()
    found = {use for contrary in evaluation.list_contraries(attached_on, last) for use in contrary.uses}
    return frozenset(found - set(evaluation.denied))


def _find_days_known(runtime: Runtime, claims: Collection[Claim]) -> dict[UUID, date]:
    """The last day that pushes told of when each claim was drafted. Shape: claim → day."""
    found: dict[UUID, date] = {}
    with runtime.read() as session:
        for claim in claims:
            then = load_families(session, [claim.family], claim.known_at).get(claim.family)
            if then is not None and then.facts.coverage.last_day is not None:
                found[claim.id] = then.facts.coverage.last_day
    return found


def _cut(evaluation: Evaluation, last: date) -> Evaluation:
    """The same family from what is known now of the days until then."""
    facts = evaluation.facts
    feeds = {
        feed: Days([(begins, min(ends, last)) for begins, ends in days.intervals if begins <= last])
        for feed, days in facts.coverage.feeds.items()
    }
    until = facts.coverage.last_day
    cut = FamilyFacts(
        facts.family,
        tuple(member for member in facts.members if member.begins <= last),
        tuple(record for record in facts.records if record.begins <= last),
        facts.support,
        Coverage(feeds, facts.coverage.sources, min(until, last) if until else None),
    )
    return Evaluation(evaluation.plan, cut, evaluation.denied, evaluation.disregarded)


def _list_differences(
    kind: str, claim: Claim, evaluation: Evaluation, result: Result | None
) -> list[dict[str, str | None]]:
    """Shape: which kind of news it is, each member of the claim that is another now, and needs not met any more."""
    trace = result.trace() if result else {}
    found = [_difference("/news", None, kind)]
    for member in ("type", "result_date", "attached_on"):
        if claim.trace.get(member) != trace.get(member):
            found.append(_difference(f"/{member}", claim.trace.get(member), trace.get(member)))
    attached_on = evaluation.attachment().on
    if attached_on is not None and attached_on < claim.result_date:
        for need in evaluation.progress(attached_on, claim.result_date).needs:
            if need.verdict != "met" and result is None:
                found.append(_difference(f"/needs/{need.criterion}", None, f"{need.verdict.value}: {need.reason}"))
    return found


def _difference(path: str, frozen: Any, recomputed: Any) -> dict[str, str | None]:
    return {
        "path": path,
        "frozen": None if frozen is None else str(frozen),
        "recomputed": None if recomputed is None else str(recomputed),
    }
