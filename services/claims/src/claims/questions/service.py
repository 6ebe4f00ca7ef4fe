"""Questions, as people read and answer them.

An answer that lets money go out is in force once a second person has confirmed it. Until then the one before it holds,
or none. Every answer stays in the history; another one corrects it.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller, check_person
from chassis.etag import etag
from chassis.events import Event
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid
from chassis.runtime import Runtime
from chassis.schemas import Written
from claims import sharing
from claims.claims import service as claims
from claims.claims.news import NEWS, let_fall, let_stand
from claims.claims.same_people import settle_same_people
from claims.events import QuestionAnswered
from claims.frameworks import catalogue
from claims.history import repository as history
from claims.history.changes import get_changes
from claims.history.service import find_root
from claims.models import Answer, Claim, Question, QuestionKind, QuestionStatus
from claims.problems import ClaimNotOpen, QuestionNotOpen, SecondPersonNeeded
from claims.questions import repository
from claims.questions.schemas import (
    AnswerRequest,
    AnswerView,
    AskedClaim,
    ConfirmRequest,
    NewsDifference,
    QuestionView,
    SharedPerson,
)
from claims.rules.facts import Use
from claims.same_people.repository import ANSWERED, CLOSED, DIFFERENT, JOINED, PROPOSED, SAME, SAME_PEOPLE
from claims.schemas import WITHHELD

QUESTIONS = "questions"
STANDS, FALLS = "stands", "falls"
ANSWERS = {SAME_PEOPLE: (SAME, DIFFERENT, JOINED), NEWS: (STANDS, FALLS)}
LETS_MONEY_GO = (DIFFERENT, JOINED, STANDS)
PROGRAMME_RECORDS = ("support", "programme")
"""Who belongs to whom is shown to whoever may be shown that the programme supports them."""


def show_question(runtime: Runtime, caller: Caller, purpose: str, question_id: UUID) -> QuestionView:
    """One question within the caller's reach. Errors: QuestionNotFound, Unavailable."""
    with runtime.read() as session:
        question = repository.get_question(session, caller, question_id)
    return _view(runtime, caller, purpose, [question])[0]


def list_questions(
    runtime: Runtime,
    caller: Caller,
    purpose: str,
    *,
    kind: QuestionKind | None,
    status: QuestionStatus | None,
    after: str | None,
    limit: int,
) -> Page[QuestionView]:
    """Questions within the caller's reach, oldest first. Errors: CursorNotValid, Unavailable."""
    position = read_cursor(after, QUESTIONS)
    last = UUID(position[0]) if position else None
    with runtime.read() as session:
        found = repository.list_questions(session, caller, kind, status, last, limit + 1)
    views = {view.id: view for view in _view(runtime, caller, purpose, found[:limit])}
    return Page[QuestionView].cut(found, limit, name=QUESTIONS, position=lambda q: q.id, view=lambda q: views[q.id])


def answer_question(session: Session, caller: Caller, question_id: UUID, request: AnswerRequest) -> Written:
    """Answer a question. What lets money go out is a proposal until a second person confirms it.

    Errors: PersonNeeded, QuestionNotFound, QuestionNotOpen, ClaimNotOpen; RequestNotValid for an answer of the other
    kind.
    """
    question = _of_person(session, caller, question_id)
    _check_answer(question, request)
    _check_claim(session, question)
    answer = _add(session, caller, question, request.answer, request.joined_on, request.reason, request.date, None)
    if _needs_second(question, request.answer):
        version = repository.change_question(session, question, status=PROPOSED)
        return Written(id=answer.id, status=PROPOSED, etag=etag(version))
    version = _put_in_force(session, question, answer, confirmed_by=None)
    return Written(id=answer.id, status=ANSWERED, etag=etag(version))


def confirm_answer(session: Session, caller: Caller, question_id: UUID, request: ConfirmRequest) -> Written:
    """Agree to another person's answer: it is in force from now on.

    Errors: PersonNeeded, QuestionNotFound, QuestionNotOpen, SecondPersonNeeded; RequestNotValid for a day before it.
    """
    question = _of_person(session, caller, question_id)
    said = repository.list_answers(session, [question.id])[question.id]
    if question.status != PROPOSED or not said or said[-1].id != request.answer:
        raise QuestionNotOpen(question_status=question.status)
    proposed = said[-1]
    if proposed.by == caller.subject:
        raise SecondPersonNeeded()
    if request.date < proposed.on:
        _refuse("/body/date", "before_answer", "Should be on or after the day of the answer")
    _add(
        session, caller, question, proposed.answer, proposed.joined_on, request.reason, request.date, proposed.id
    )  # fmt: skip
    version = _put_in_force(session, question, proposed, confirmed_by=caller.subject)
    return Written(id=proposed.id, status=ANSWERED, etag=etag(version))


def _of_person(session: Session, caller: Caller, question_id: UUID) -> Question:
    check_person(caller)
    question = repository.get_question(session, caller, question_id, lock=True)
    if question.status == CLOSED:
        raise QuestionNotOpen(question_status=question.status)
    return question


def _check_answer(question: Question, request: AnswerRequest) -> None:
    if request.answer not in ANSWERS[question.kind]:
        _refuse("/body/answer", "not_of_this_kind", f"Should be one of {', '.join(ANSWERS[question.kind])}")
    if (request.answer == JOINED) != (request.joined_on is not None):
        _refuse("/body/joined_on", "joined_on", "Should be given with joined_later, and with it alone")


def _check_claim(session: Session, question: Question) -> None:
    """Of a claim that was retracted or repaid nothing is left to answer. Errors: ClaimNotOpen."""
    if question.claim is not None:
        status = repository.get_claims(session, [question.claim])[question.claim].status
        if status not in ("submitted", "paid", "to_repay"):
            raise ClaimNotOpen(claim_status=status)


def _refuse(pointer: str, code: str, detail: str) -> None:
    raise RequestNotValid(errors=[Fault(pointer=pointer, code=code, detail=detail)])


def _needs_second(question: Question, answer: str) -> bool:
    """What lets money go out, or stay, needs another person; a flag that nothing hangs on does not."""
    return answer in LETS_MONEY_GO and (question.effect == "hold" or question.answer == FALLS)


def _add(
    session: Session,
    caller: Caller,
    question: Question,
    answer: str,
    joined_on: date | None,
    reason: str,
    on: date,
    confirms: UUID | None,
) -> Answer:
    row = Answer(
        question=question.id, number=repository.count_answers(session, question.id) + 1, answer=answer,
        joined_on=joined_on, confirms=confirms, reason=reason, by=caller.subject, on=on,
    )  # fmt: skip
    if not repository.add_answer(session, row):
        raise QuestionNotOpen(question_status=question.status)
    return row


def _put_in_force(session: Session, question: Question, answer: Answer, confirmed_by: str | None) -> int:
    version = repository.change_question(
        session, question, status=ANSWERED, answer=answer.answer, joined_on=answer.joined_on
    )
    families = _families(question)
    told = QuestionAnswered(
        question=question.id, kind=question.kind, framework=question.framework, families=families,
        answer=answer.answer, by=answer.by, confirmed_by=confirmed_by,
    )  # fmt: skip
    followed = settle_same_people(session, catalogue.get_framework(question.framework), families)
    if question.claim is not None:
        followed += _settle_news(session, question, answer)
    # What may be drafted now, or no longer, is found where everything else is.
    get_changes(session).mark_families(families)
    emit(session, told, *followed)
    return version


def _settle_news(session: Session, question: Question, answer: Answer) -> list[Event]:
    """What follows for a claim of which there was news. Errors: ClaimNotOpen for one that has moved on."""
    assert question.claim is not None
    _check_claim(session, question)
    claim = repository.get_claims(session, [question.claim])[question.claim]
    if answer.answer == FALLS:
        return let_fall(session, claim, NEWS, answer.by, answer.on)
    return let_stand(session, claim) if claim.ended_because == NEWS else []


def _families(question: Question) -> list[UUID]:
    return [family for family in (question.family, question.other) if family is not None]


def _view(runtime: Runtime, caller: Caller, purpose: str, questions: Sequence[Question]) -> list[QuestionView]:
    """Questions as the caller may see them: whom families share rests on records, that they are asked about on none.

    Errors: Unavailable.
    """
    with runtime.read() as session:
        answers = repository.list_answers(session, [question.id for question in questions])
        claims_of: dict[UUID, list[Claim]] = {
            q.id: repository.list_claims(session, q.framework, _families(q)) for q in questions
        }
        of_news = repository.get_claims(session, [q.claim for q in questions if q.claim is not None])
        people = {UUID(person) for q in questions if q.kind == SAME_PEOPLE for person, _ in q.content}
        moment = history.find_latest_moment(session)
        redirects = history.list_redirects(session, people, moment) if moment else {}
    roots = {person: find_root(person, redirects) for person in {*people, *redirects, *redirects.values()}}
    formerly: dict[UUID, tuple[UUID, ...]] = {}
    for person, root in sorted(roots.items()):
        if person != root:
            formerly[root] = (*formerly.get(root, ()), person)
    wanted = {
        q.id: frozenset(Use(roots[UUID(person)], *PROGRAMME_RECORDS) for person, _ in q.content)
        for q in questions
        if q.kind == SAME_PEOPLE
    }
    permitted = sharing.ask_shareable(runtime, caller, purpose, frozenset[Use]().union(*wanted.values()), formerly)
    shown_claims = claims.list_showable(runtime, caller, purpose, list(of_news.values()))
    views = []
    for question in questions:
        of_people = question.kind == SAME_PEOPLE
        shown = wanted[question.id] <= permitted if of_people else question.claim in shown_claims
        named = {claim.id: claim for claim in claims_of[question.id]}
        if question.claim is not None:
            named = {question.claim: of_news[question.claim]}
        views.append(
            QuestionView(
                id=question.id,
                kind=question.kind,
                framework=question.framework,
                families=_families(question),
                claims=[AskedClaim(claim=c.id, family=c.family, status=c.status) for c in named.values()],
                effect=question.effect,
                status=question.status,
                answer=question.answer,
                joined_on=question.joined_on,
                verdict="shown" if shown else WITHHELD,
                shared=[SharedPerson(person=UUID(person), role=role) for person, role in question.content]
                if shown and of_people
                else None,
                differences=[NewsDifference.model_validate(each) for each in question.content]
                if shown and not of_people
                else None,
                answers=[
                    AnswerView(
                        id=a.id, answer=a.answer, joined_on=a.joined_on, confirms=a.confirms, reason=a.reason,
                        by=a.by, date=a.on, recorded_at=a.at,
                    )
                    for a in answers[question.id]
                ],
                raised_at=question.raised_at,
                etag=etag(question.version),
            )
        )  # fmt: skip
    return views
