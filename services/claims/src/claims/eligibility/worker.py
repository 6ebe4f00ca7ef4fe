"""Evaluates families of which there is news, many at a time, and drafts, changes and drops what they earn.

One batch is: one load, evaluation in memory, one question to consent, one bundle a new draft, one write. No other
program is called while a transaction is open; whoever was marked again meanwhile is looked at again.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from chassis.db import new_id, now
from chassis.events import Event
from chassis.http import NOT_AS_AGREED
from chassis.outbox import emit
from chassis.problems import Unavailable
from chassis.runtime import Runtime
from claims import sharing
from claims.claims import drafting
from claims.claims.drafting import ReadyDraft
from claims.claims.news import TOLD_OF, News, find_news, record_news
from claims.claims.risks import describe_gate, list_preparers, list_risks, list_unconfirmed
from claims.claims.same_people import settle_same_people
from claims.eligibility import evaluating, repository
from claims.events import (
    ClaimDrafted,
    FamilyAttached,
    FamilyEligible,
    FamilyEvent,
    FamilyNoLongerEligible,
    ProgressChanged,
)
from claims.frameworks import catalogue
from claims.history import repository as history
from claims.history.service import LoadedFamily, load_families
from claims.models import LIVE, Claim, CohortState, FamilyStanding
from claims.rules.evaluate import Evaluation
from claims.rules.facts import Use
from claims.rules.verdicts import Result
from claims.same_people.overlaps import read_same_people
from claims.same_people.repository import list_live_claims

log = structlog.get_logger()


@dataclass
class _WorkBatch:
    """What one step works on. Shape: everything by family."""

    known_at: datetime
    marks: dict[UUID, datetime]
    families: dict[UUID, LoadedFamily]
    standings: dict[UUID, FamilyStanding]
    claims: dict[UUID, list[Claim]]
    results: dict[UUID, Result | None] = field(default_factory=dict)
    denied: dict[UUID, frozenset[Use]] = field(default_factory=dict)
    fell_by_denial: set[UUID] = field(default_factory=set)
    unconfirmed: set[UUID] = field(default_factory=set)
    barred: set[UUID] = field(default_factory=set)
    drafts: dict[UUID, ReadyDraft] = field(default_factory=dict)
    left: set[UUID] = field(default_factory=set)
    news: dict[UUID, News | None] = field(default_factory=dict)


class Evaluator:
    """The worker that evaluates what news has marked, a batch of families a step."""

    name = "evaluator"

    def step(self, runtime: Runtime) -> bool:
        """Evaluate at most one batch. True when there is more to do at once."""
        batch = self._load(runtime)
        if batch is None:
            return False
        evaluations = {
            id: evaluating.evaluate_family(runtime.settings.framework, family) for id, family in batch.families.items()
        }
        self._settle_results(runtime, batch, evaluations)
        self._find_bars(runtime, batch, evaluations)
        self._freeze(runtime, batch, evaluations)
        self._find_news(runtime, batch)
        with runtime.write() as session:
            self._write(session, runtime, batch, evaluations)
        return not batch.left

    def pending(self, runtime: Runtime) -> int:
        """How many families wait."""
        with runtime.read() as session:
            return repository.count_dirty(session)

    def _load(self, runtime: Runtime) -> _WorkBatch | None:
        settings = runtime.settings
        with runtime.read() as session:
            waiting = repository.find_dirty_since(session)
            if waiting is None:
                return None
            # While a push streams in, its families would be evaluated once a batch of its facts.
            oldest, newest = waiting
            # Clocks differ and are set back: news from the future is as old as it is ahead.
            fresh = abs(now() - newest) < timedelta(seconds=settings.settle)
            if fresh and abs(now() - oldest) < timedelta(seconds=settings.settle_at_most):
                return None
            marks = {row.family: row.mark for row in repository.list_dirty(session, settings.families_at_once)}
            known_at = history.find_latest_moment(session)
            if known_at is None:
                return None
            claims: dict[UUID, list[Claim]] = defaultdict(list)
            for claim in repository.list_claims_of(session, list(marks)):
                if claim.framework == settings.framework:
                    claims[claim.family].append(claim)
            families = load_families(session, marks, known_at)
            return _WorkBatch(known_at, marks, families, repository.find_standings(session, list(marks)), claims)

    def _settle_results(self, runtime: Runtime, batch: _WorkBatch, evaluations: dict[UUID, Evaluation]) -> None:
        """Find each family's result from what may be used, asking about no more than what a result would rest on."""
        allowed: dict[UUID, set[Use]] = defaultdict(set)
        denied: dict[UUID, set[Use]] = defaultdict(set)
        todo = [id for id in batch.families if not any(drafting.is_final(claim) for claim in batch.claims[id])]
        plain = set()
        while todo:
            asked: dict[UUID, set[Use]] = {}
            guessed: set[UUID] = set()
            for id in todo:
                evaluation = evaluations[id]
                attached_on, last = evaluation.attachment().on, evaluation.facts.coverage.last_day
                batch.results[id] = None
                if attached_on is None or last is None:
                    continue
                if list_unconfirmed(evaluation.plan, evaluation.facts.support):
                    batch.unconfirmed.add(id)
                    continue
                against = {use for each in evaluation.list_contraries(attached_on, last) for use in each.uses}
                unknown = against - allowed[id] - denied[id]
                result = evaluation.without(frozenset(denied[id]), frozenset(unknown)).result()
                batch.results[id] = result
                if result is None:
                    continue
                plain.add(id)
                if asking := ({*result.uses} | against) - allowed[id] - denied[id]:
                    asked[id] = asking
                    if unknown:
                        guessed.add(id)
            if not asked:
                break
            formerly = {p: ids for id in asked for p, ids in batch.families[id].formerly.items()}
            try:
                permitted = sharing.ask_usable(runtime, set().union(*asked.values()), formerly)
            except Unavailable:
                log.warning("consent does not answer; drafts wait", families=len(asked))
                batch.left |= set(asked)
                break
            for id, uses in asked.items():
                allowed[id] |= uses & permitted
                denied[id] |= uses - permitted
            # Where nothing was refused, and nothing had been guessed, the result stands as it is.
            todo = [id for id, uses in asked.items() if id in guessed or uses & denied[id]]
        batch.denied = {id: frozenset(uses) for id, uses in denied.items()}
        batch.fell_by_denial = {id for id in plain if batch.results.get(id) is None}

    def _find_bars(self, runtime: Runtime, batch: _WorkBatch, evaluations: dict[UUID, Evaluation]) -> None:
        """Which families share people with one that has a result, so that nothing has to be frozen for them."""
        earning = {id for id, result in batch.results.items() if result is not None}
        attached = {id: evaluation.attachment().on for id, evaluation in evaluations.items()}
        money = catalogue.get_framework(runtime.settings.framework)
        with runtime.read() as session:
            found = read_same_people(session, money, earning, attached)
        for id in earning:
            result = batch.results[id]
            if result is not None and found.find_bar_of(id, result.on, found.claims):
                batch.barred.add(id)

    def _find_news(self, runtime: Runtime, batch: _WorkBatch) -> None:
        """What differs of claims that were submitted or paid."""
        told_of = [claim for id in batch.families for claim in batch.claims[id] if claim.status in TOLD_OF]
        try:
            batch.news = find_news(runtime, batch.families, told_of)
        except Unavailable:
            log.warning("consent does not answer; news of claims waits", claims=len(told_of))
            batch.left |= {claim.family for claim in told_of}

    def _freeze(self, runtime: Runtime, batch: _WorkBatch, evaluations: dict[UUID, Evaluation]) -> None:
        """Have the evidence of each new draft frozen where it lives."""
        for id, result in batch.results.items():
            if result is None or id in batch.left or id in batch.barred:
                continue
            plan = evaluations[id].plan
            if not drafting.is_new(result, plan, batch.claims[id]):
                continue
            body = {
                "as_at": result.on.isoformat(),
                "persons": [str(person) for person in result.persons],
                "records": [str(record) for record in result.records],
            }
            try:
                # A key of its own each time: a repeated one would be answered without the hash.
                answer = runtime.client("families").post(
                    f"/v1/families/{id}/evidence-bundles", body, idempotency_key=f"draft-{new_id()}"
                )
                bundle, digest = UUID(answer["id"]), str(answer["hash"])
            except (Unavailable, *NOT_AS_AGREED) as broken:
                log.warning("evidence not frozen; the draft waits", family=str(id), error=type(broken).__name__)
                batch.left.add(id)
                continue
            support = batch.families[id].facts.support
            batch.drafts[id] = ReadyDraft(
                result, plan, batch.known_at, bundle, digest, batch.denied.get(id, frozenset()),
                risks=list_risks(result, plan, support), prepared_by=list_preparers(plan, support),
                gate=tuple(describe_gate(plan, support)),
            )  # fmt: skip

    def _write(self, session: Any, runtime: Runtime, batch: _WorkBatch, evaluations: dict[UUID, Evaluation]) -> None:
        framework = runtime.settings.framework
        events: list[Event] = []
        rows = []
        for id, evaluation in evaluations.items():
            if id in batch.left:
                continue
            row = _describe_standing(framework, batch.families[id], evaluation, batch.known_at)
            rows.append(row)
            events += _list_changes(batch.standings.get(id), row)
        repository.record_standings(session, rows)
        money = catalogue.get_framework(framework)
        concerned = {id for id, evaluation in evaluations.items() if evaluation.attachment().on}
        concerned |= {id for id, claims in batch.claims.items() if any(claim.status in LIVE for claim in claims)}
        # Asked again here: what was barred when the draft was prepared may be so no longer, and the other way round.
        found = read_same_people(session, money, concerned - batch.left)
        claims = list(found.claims)
        for id, result in sorted(batch.results.items(), key=_by_result_date):
            if id in batch.left:
                continue
            why = "may_not_be_used" if id in batch.fell_by_denial else _find_reason(evaluations[id])
            why = "recorded_late" if id in batch.unconfirmed else why
            draft = batch.drafts.get(id)
            if result is not None and found.find_bar_of(id, result.on, claims):
                draft = None
            elif id in batch.barred:
                batch.left.add(id)  # what stood in its way is gone since its evidence was not frozen
                continue
            told = drafting.settle_claim(session, id, money, evaluations[id].plan, result, draft, batch.claims[id], why)
            if any(isinstance(event, ClaimDrafted) for event in told):
                claims += list_live_claims(session, framework, [id])
            events += told
        events += settle_same_people(session, money, concerned - batch.left)
        told_of = {claim.family for claims in batch.claims.values() for claim in claims if claim.id in batch.news}
        for claim in list_live_claims(session, framework, told_of - batch.left):
            # One that moved on since it was read is looked at again when there is more news.
            if claim.id in batch.news and claim.status in TOLD_OF:
                events += record_news(session, claim, batch.news[claim.id])
        emit(session, *events)
        done = [(id, mark) for id, mark in batch.marks.items() if id not in batch.left]
        repository.clean(session, done)


def _by_result_date(each: tuple[UUID, Result | None]) -> tuple[date, UUID]:
    """Of two drafts for the same people that are made at once, the earlier result stands."""
    family, result = each
    return (result.on if result else date.max), family


def _find_reason(evaluation: Evaluation) -> str:
    return "contradicted" if evaluation.attachment().on else "not_attached"


def _describe_standing(
    framework: str, family: LoadedFamily, evaluation: Evaluation, known_at: datetime
) -> dict[str, Any]:
    day = evaluating.find_last_day(family)
    eligibility, attachment = evaluation.eligibility(day), evaluation.attachment()
    needs = evaluation.progress(attachment.on, day).needs if attachment.on and attachment.on < day else ()
    waiting = list_unconfirmed(evaluation.plan, family.facts.support) if attachment.on else []
    state: CohortState = "none"
    if waiting:
        state = "unconfirmed"  # no fee and no result are earned by what nobody confirmed yet
    elif attachment.on:
        state = "attached"
    elif attachment.reason == "declined":
        state = "declined"
    elif eligibility.eligible:
        state = "eligible"
    shown = attachment.eligibility if attachment.on and attachment.eligibility else eligibility
    return {
        "family": family.facts.family,
        "framework": framework,
        "plan": evaluation.plan.name,
        "plan_version": evaluation.plan.version,
        "as_at": day,
        "state": state,
        "eligible": shown.eligible,  # an attached family was eligible then; getting better ends nothing
        "criteria": [finding.criterion for finding in shown.met],
        "attached_on": None if waiting else attachment.on,
        "missing": waiting or list(attachment.missing),
        "progress": [[need.criterion, need.verdict.value] for need in needs],
        "evaluated_at": known_at,
    }


def _list_changes(before: FamilyStanding | None, after: dict[str, Any]) -> list[Event]:
    def event_for(kind: Callable[..., FamilyEvent], **other: Any) -> FamilyEvent:
        common = {key: after[key] for key in ("family", "framework", "plan_version", "as_at", "criteria")}
        return kind(**(common | other))

    events: list[Event] = []
    was, attached_was = (before.eligible, before.attached_on) if before else (False, None)
    if after["eligible"] and not was:
        events.append(event_for(FamilyEligible))
    if was and not after["eligible"]:
        events.append(event_for(FamilyNoLongerEligible))
    if after["attached_on"] and after["attached_on"] != attached_was:
        events.append(event_for(FamilyAttached, as_at=after["attached_on"]))
    if after["progress"] != (before.progress if before else []):
        met = [criterion for criterion, verdict in after["progress"] if verdict == "met"]
        events.append(event_for(ProgressChanged, criteria=met))
    return events
