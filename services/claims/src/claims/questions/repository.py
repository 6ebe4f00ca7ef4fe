from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import in_batches
from claims import reach
from claims.models import LIVE, Answer, Claim, Question, QuestionKind, QuestionStatus
from claims.problems import QuestionNotFound


def get_question(session: Session, caller: Caller, question: UUID, *, lock: bool = False) -> Question:
    """Errors: QuestionNotFound, the same for what does not exist and what is out of reach."""
    query = select(Question).where(Question.id == question, reach.questions(caller))
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise QuestionNotFound()
    return found


def list_questions(
    session: Session,
    caller: Caller,
    kind: QuestionKind | None,
    status: QuestionStatus | None,
    after: UUID | None,
    limit: int,
) -> list[Question]:
    """Questions within the caller's reach, oldest first, after one of them."""
    query = select(Question).where(reach.questions(caller))
    if kind is not None:
        query = query.where(Question.kind == kind)
    if status is not None:
        query = query.where(Question.status == status)
    if after is not None:
        query = query.where(Question.id > after)
    return list(session.scalars(query.order_by(Question.id).limit(limit)))


def list_answers(session: Session, questions: Collection[UUID]) -> dict[UUID, list[Answer]]:
    """Everything that was said, in the order in which it was said. Shape: question → answers."""
    found: dict[UUID, list[Answer]] = {question: [] for question in questions}
    for some in in_batches(sorted(questions)):
        for answer in session.scalars(select(Answer).where(Answer.question.in_(some)).order_by(Answer.number)):
            found[answer.question].append(answer)
    return found


def list_claims(session: Session, framework: str, families: Collection[UUID]) -> list[Claim]:
    """The claims of families that stand."""
    found: list[Claim] = []
    for some in in_batches(sorted(families)):
        query = select(Claim).where(Claim.framework == framework, Claim.family.in_(some), Claim.status.in_(LIVE))
        found += session.scalars(query.order_by(Claim.id))
    return found


def get_claims(session: Session, claims: Collection[UUID]) -> dict[UUID, Claim]:
    """Claims by id."""
    found: dict[UUID, Claim] = {}
    for some in in_batches(sorted(claims)):
        found |= {claim.id: claim for claim in session.scalars(select(Claim).where(Claim.id.in_(some)))}
    return found


def add_answer(session: Session, answer: Answer) -> bool:
    """False when somebody answered at the same moment."""
    try:
        with session.begin_nested():
            session.add(answer)
    except IntegrityError:
        return False
    return True


def count_answers(session: Session, question: UUID) -> int:
    """How often something was said to a question."""
    return session.scalar(select(func.count()).select_from(Answer).where(Answer.question == question)) or 0


def change_question(session: Session, question: Question, **values: Any) -> int:
    """Keep what has become of a question. Shape: its version from now on."""
    here = update(Question).where(Question.id == question.id)
    changed: int = session.scalars(
        here.values(version=Question.version + 1, **values).returning(Question.version)
    ).one()
    return changed
