"""Deciding what may go out, and keeping what did."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id, now, today
from chassis.problems import CallerNotVerified, PurposeNotAllowed
from chassis.runtime import Runtime
from consent.agreements.repository import list_terms
from consent.agreements.states import state_of
from consent.decisions import repository
from consent.decisions.covering import answers_on, list_covered
from consent.decisions.rules import BOOK, CARRYING, Asked, Case, Rule, Subject
from consent.decisions.schemas import (
    CallerSchema,
    DecisionRecord,
    DecisionRequest,
    DecisionView,
    GroundSchema,
    RefusalView,
    SubjectSchema,
    VerdictView,
)
from consent.decisions.situation import Situation
from consent.models import Decision
from consent.problems import DecisionNotFound
from vocabulary.grounds import GROUNDS
from vocabulary.scopes import RESERVED

OWN = "own"
"""The basis of what a service recorded itself: no agreement is needed to look at it."""

SENTENCES = {rule.name: rule.sentence for rule in [*BOOK.rules, BOOK.otherwise]}


def decide_sharing(
    runtime: Runtime, program: Caller, forwarded: Caller | None, request: DecisionRequest
) -> DecisionView:
    """Decide for each subject and item. With `share`, what is permitted is logged before the answer is given.

    Shape: verdicts in the order subjects by their items; those of `supply` name no person. Errors: CallerNotVerified,
    PurposeNotAllowed.
    A sharing reads, decides and logs in one write transaction, so that it stands either before or behind a
    withdrawal and never astride it: a withdrawal writes alone, while sharings, which only add rows of their own, are
    logged side by side.
    """
    asker = find_asker(program, forwarded, request)
    if request.operation == "supply":
        with runtime.read() as session:
            return _decide_supply(session, asker, request, today())
    if request.share:
        with runtime.write(beside="sharers") as session:
            answer = _decide(session, asker, request, today())
            _keep(session, program, asker, request, answer)
            return answer
    with runtime.read() as session:
        return _decide(session, asker, request, today())


def find_asker(program: Caller, forwarded: Caller | None, request: DecisionRequest) -> Caller:
    """For whom is decided: whose token is forwarded, or the program itself where it works with data on its own.

    Nothing is believed that a program says of somebody. Errors: CallerNotVerified; PurposeNotAllowed where the purpose
    is none of theirs. Supplying has no purpose of the supplier's own: it asks about nobody, and nothing is shown.
    """
    works_for_itself = request.operation == "use"
    asker = program if works_for_itself else forwarded
    if asker is None or (works_for_itself and forwarded is not None) or (forwarded and _is_program(forwarded)):
        raise CallerNotVerified()
    if request.operation != "supply" and request.purpose not in asker.purposes:
        raise PurposeNotAllowed()
    return asker


def _is_program(caller: Caller) -> bool:
    """A program's token sees whatever its service may be given: shown by another program, it would let that one in."""
    return not caller.is_person and bool(caller.scopes & RESERVED)


def show_decision(session: Session, caller: Caller, decision_id: UUID) -> DecisionRecord:
    """A decision, to the officers whom it concerns. Errors: DecisionNotFound, the same whoever asks about whatever.

    Shape: refusals are those of which the caller's agency is a party to the agreement, or owns the source where there
    is none: only records that exist are asked about, so each tells that there is one. A client is told of none: the
    scope of this door can be granted to any agency's, and it is no officer.
    """
    kept = repository.get_decision(session, decision_id)
    seen = repository.find_seen_refusals(session, kept, caller.agency) if caller.is_person else set()
    refusals = [refusal for refusal in _unfold(kept.refusals) if (refusal.source, refusal.category) in seen]
    if kept.agency != caller.agency and not refusals:
        raise DecisionNotFound()
    asker = CallerSchema(
        subject=kept.subject, client=kept.client, agency=kept.agency, service=kept.service, roles=kept.roles
    )
    ground = GroundSchema(kind=kept.ground, reference=kept.ground_reference or "") if kept.ground else None
    answered = answers_on(session, ground, kept.subject, kept.service)
    return DecisionRecord(
        id=kept.id,
        at=kept.at,
        program=kept.program,
        caller=asker,
        purpose=kept.purpose,
        ground=ground,
        operation=kept.operation,
        rule_version=kept.rule_version,
        permits=kept.permits if kept.agency == caller.agency else None,
        covers=list_covered(session, _asked_again(kept), answered.categories),
        refusals=refusals,
    )


def _asked_again(kept: Decision) -> Asked:
    """Who asked, as the decision has it. Systems have no roles, and a person who has none sees nothing either way."""
    roles = frozenset(kept.roles)
    return Asked(kept.service, roles, kept.purpose, "read", kept.subject != kept.client, kept.ground)


def _decide(session: Session, asker: Caller, request: DecisionRequest, day: date) -> DecisionView:
    ground = request.ground.kind if request.ground else None
    asked = Asked(
        asker.service,
        asker.roles,
        request.purpose,
        request.operation,
        asker.is_person,
        ground,
        agency=asker.agency,
    )
    ids = list({one for subject in request.subjects for one in _ids(subject)})
    situation = repository.read_situation(
        session,
        recipient=asked.service,
        purpose=asked.purpose,
        ids=ids,
        today=day,
        answered=answers_on(session, request.ground, asker.subject, asker.service).by_person,
    )
    return _answer(verdicts_on(situation, asked, request, day))


def verdicts_on(situation: Situation, asked: Asked, request: DecisionRequest, day: date) -> Iterator[VerdictView]:
    """The verdicts on all subjects and items, from what was read and nothing else."""
    standings, sectors = situation.standings(asked, day), situation.sectors
    asked = replace(asked, sector=sectors.get(asked.service))
    items = [(item.category, item.source, standings.get((item.source, item.category))) for item in request.items]
    decided: dict[Subject, list[tuple[Case, Rule]]] = {}
    for subject in request.subjects:
        known = situation.subject(_ids(subject), asked)
        if known not in decided:  # most people of a call are alike in all that the rules look at
            cases = [
                Case(asked, category, source, standing, known, sectors.get(source))
                for category, source, standing in items
            ]
            decided[known] = [(case, BOOK.decide(case)) for case in cases]
        found = decided[known]
        for case, rule in found if subject.items is None else [found[index] for index in dict.fromkeys(subject.items)]:
            yield _verdict(subject.person, case, rule)


def _decide_supply(session: Session, asker: Caller, request: DecisionRequest, day: date) -> DecisionView:
    situation = Situation(terms=list_terms(session, supplier=asker.service))
    return _answer(supply_verdicts_on(situation, asker.service, request, day))


def supply_verdicts_on(
    situation: Situation, service: str, request: DecisionRequest, day: date
) -> Iterator[VerdictView]:
    """Whether this service may supply each category at all."""
    for item in request.items:
        term = situation.supplies(
            service, item.category, day, lambda term: BOOK.binds(state_of(term, day), request.purpose)
        )
        rule = BOOK.decide_supply(service, item.source, term is not None)
        granted = term if rule.verdict == "permit" else None
        yield VerdictView(
            person=None,
            category=item.category,
            source=item.source,
            verdict=rule.verdict,
            reason=rule.name,
            sentence=rule.sentence,
            agreement=granted.agreement if granted else None,
            basis=granted.basis if granted else None,
        )


def _verdict(person: UUID, case: Case, rule: Rule) -> VerdictView:
    granted = case.standing if rule.name == "agreed" else None
    basis = granted.basis if granted else OWN if rule.name == "own_record" else None
    if rule.name in CARRYING:
        basis = GROUNDS[rule.name].basis
    return VerdictView(
        person=person,
        category=case.category,
        source=case.source,
        verdict=rule.verdict,
        reason=rule.name,
        sentence=rule.sentence,
        agreement=granted.agreement if granted else None,
        basis=basis,
    )


def _answer(verdicts: Iterator[VerdictView]) -> DecisionView:
    # model_construct: what we made ourselves needs no checking, and checking would cost as much as deciding.
    return DecisionView.model_construct(decision=new_id(), rule_version=BOOK.decided_by, verdicts=list(verdicts))


def _keep(session: Session, program: Caller, asker: Caller, request: DecisionRequest, answer: DecisionView) -> None:
    permits = [verdict for verdict in answer.verdicts if verdict.verdict == "permit"]
    shared = {verdict.person for verdict in permits}
    former = {
        (former, subject.person)
        for subject in request.subjects
        if subject.person in shared
        for former in subject.formerly
    }
    decision = {
        "id": answer.decision,
        "at": now(),
        "program": program.client,
        "purpose": request.purpose,
        "ground": request.ground.kind if request.ground else None,
        "ground_reference": request.ground.reference if request.ground else None,
        "operation": request.operation,
        "rule_version": answer.rule_version,
        "permits": len(permits),
        "refusals": _fold(answer.verdicts),
        "subject": asker.subject,
        "client": asker.client,
        "agency": asker.agency,
        "service": asker.service,
        "roles": sorted(asker.roles),
    }
    sharings = [
        {
            "id": new_id(),
            "decision": answer.decision,
            "person": verdict.person,
            "category": verdict.category,
            "source": verdict.source,
            "agreement": verdict.agreement,
            "basis": verdict.basis,
        }
        for verdict in permits
    ]
    shared_as = [{"former": one, "decision": answer.decision, "person": person} for one, person in sorted(former)]
    repository.record_decision(session, decision, sharings, shared_as)


def _fold(verdicts: list[VerdictView]) -> dict[str, Any]:
    """Refusals by reason and item: a large call that refuses all is then a list of ids, said once."""
    folded: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for verdict in verdicts:
        if verdict.verdict != "permit":
            folded[verdict.reason][f"{verdict.category} {verdict.source}"].append(str(verdict.person))
    return {reason: dict(items) for reason, items in folded.items()}


def _unfold(refusals: dict[str, Any]) -> Iterator[RefusalView]:
    for reason, items in refusals.items():
        for item, people in items.items():
            category, source = item.split(" ")
            for person in people:
                yield RefusalView(
                    person=UUID(person),
                    category=category,
                    source=source,
                    reason=reason,
                    # A book of a later version may have dropped a rule; the code still names it.
                    sentence=SENTENCES.get(reason, ""),
                )


def _ids(subject: SubjectSchema) -> list[UUID]:
    return [subject.person, *subject.formerly]
