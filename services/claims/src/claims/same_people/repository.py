"""What is stored of families that share people: which are attached, which claim, what was answered of them."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from chassis.db import in_batches, new_id, now
from claims.models import LIVE, Answer, Claim, FamilyStanding, Question

SAME_PEOPLE = "same_people"
OPEN, PROPOSED, ANSWERED, CLOSED = "open", "proposed", "answered", "closed"
SAME, DIFFERENT, JOINED = "same_family", "different_family", "joined_later"

Pair = tuple[UUID, UUID]
"""Two families, the lower id first."""


def pair_of(one: UUID, other: UUID) -> Pair:
    """Two families in the order in which they are kept."""
    return (one, other) if one < other else (other, one)


class AskedPair(NamedTuple):
    """What is asked of two families, and the answer in force."""

    question: UUID
    pair: Pair
    status: str
    answer: str | None
    joined_on: date | None
    content: list[list[str]]


def list_asked(session: Session, framework: str, families: Collection[UUID]) -> list[AskedPair]:
    """Every question about these families, and on about those that they are asked about beside."""
    found: dict[UUID, AskedPair] = {}
    asked: set[UUID] = set()
    todo = set(families)
    while todo:
        asked |= todo
        beside: set[UUID] = set()
        for some in in_batches(sorted(todo), 450):
            query = select(Question).where(Question.kind == SAME_PEOPLE, Question.framework == framework)
            query = query.where(or_(Question.family.in_(some), Question.other.in_(some)))
            for row in session.scalars(query.execution_options(populate_existing=True)):
                assert row.other is not None
                pair = (row.family, row.other)
                found[row.id] = AskedPair(row.id, pair, row.status, row.answer, row.joined_on, row.content)
                beside.update(pair)
        todo = beside - asked
    return [found[id] for id in sorted(found)]


def list_live_claims(session: Session, framework: str, families: Iterable[UUID]) -> list[Claim]:
    """The claims of these families that stand, each as it is in the store now."""
    found: list[Claim] = []
    for some in in_batches(sorted(families)):
        query = select(Claim).where(Claim.framework == framework, Claim.family.in_(some), Claim.status.in_(LIVE))
        found += session.scalars(query.order_by(Claim.id).execution_options(populate_existing=True))
    return found


def list_attached(session: Session, framework: str, families: Iterable[UUID]) -> dict[UUID, date]:
    """Those of these families that are attached, as they were last evaluated. Shape: family → attached on."""
    found: dict[UUID, date] = {}
    for some in in_batches(sorted(families)):
        query = select(FamilyStanding.family, FamilyStanding.attached_on).where(
            FamilyStanding.framework == framework, FamilyStanding.family.in_(some)
        )
        found |= {family: on for family, on in session.execute(query) if on is not None}
    return found


def list_all_attached(session: Session, framework: str) -> dict[UUID, date]:
    """Every attached family of a framework. Shape: family → attached on."""
    query = select(FamilyStanding.family, FamilyStanding.attached_on).where(FamilyStanding.framework == framework)
    return {family: on for family, on in session.execute(query) if on is not None}


def add_question(session: Session, framework: str, pair: Pair, content: list[list[str]]) -> Question:
    """Ask whether two families are one."""
    question = Question(
        id=new_id(), kind=SAME_PEOPLE, framework=framework, family=pair[0], other=pair[1], claim=None, effect="hold",
        content=content, status=OPEN, answer=None, joined_on=None, raised_at=now(),
    )  # fmt: skip
    session.add(question)
    session.flush()
    return question


def change_question(session: Session, question: UUID, **values: object) -> None:
    """Keep what has become of a question. Its answers are kept apart, and stay."""
    changed = update(Question).where(Question.id == question).values(version=Question.version + 1, **values)
    session.execute(changed)


def list_answers(session: Session, questions: Collection[UUID]) -> list[Answer]:
    """Everything that was said to these questions, in the order in which it was said."""
    found: list[Answer] = []
    for some in in_batches(sorted(questions)):
        query = select(Answer).where(Answer.question.in_(some)).order_by(Answer.question, Answer.number)
        found += session.scalars(query)
    return found
