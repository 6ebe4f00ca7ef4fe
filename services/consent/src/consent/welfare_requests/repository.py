from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from chassis.db import in_batches
from consent.acting_services.repository import find_capacity
from consent.agreements.states import state_of
from consent.models import (
    Agreement,
    Protection,
    Restriction,
    WelfareAnswer,
    WelfareRequest,
    WelfareRequestPerson,
    WelfareRule,
)
from consent.problems import WelfareRequestNotFound

YES = "yes"
ReviewState = Literal["due", "overdue"]


@dataclass(frozen=True)
class StandingYes:
    """What a yes lets go now: by person, the categories and their source."""

    by_person: Mapping[UUID, frozenset[tuple[str, str]]] = field(default_factory=dict)
    categories: frozenset[str] = frozenset()


NO_ANSWER = StandingYes()


def find_standing_yes(session: Session, reference: str, subject: str, service: str, at: datetime) -> StandingYes:
    """What was answered with yes to this person of this service; nothing to a colleague, nor once it has ended.

    Whoever asked for a body that the law names, and acts for it no more, is shown nothing either.
    """
    try:
        request_id = UUID(reference)
    except ValueError:
        return NO_ANSWER
    request = session.get(WelfareRequest, request_id)
    if request is None or (request.by, request.service, request.status) != (subject, service, "answered"):
        return NO_ANSWER
    answer = find_answer(session, request.id)
    if answer is None or answer.kind != YES or answer.shown_until <= at:
        return NO_ANSWER
    if find_capacity(session, service, at.date()) is None:
        return NO_ANSWER
    carried = frozenset((category, request.holder) for category in answer.categories)
    return StandingYes({UUID(person): carried for person in answer.people}, frozenset(answer.categories))


def find_request(session: Session, request_id: UUID) -> WelfareRequest | None:
    return session.get(WelfareRequest, request_id)


def lock_request(session: Session, request_id: UUID) -> WelfareRequest:
    """Errors: WelfareRequestNotFound. Nobody else changes it meanwhile."""
    wanted = select(WelfareRequest).where(WelfareRequest.id == request_id).with_for_update()
    request = session.scalar(wanted.execution_options(populate_existing=True))
    if request is None:
        raise WelfareRequestNotFound()
    return request


def find_answer(session: Session, request_id: UUID) -> WelfareAnswer | None:
    """The answer that stands."""
    standing = select(WelfareAnswer).where(WelfareAnswer.request == request_id, WelfareAnswer.ended_at.is_(None))
    return session.scalar(standing.order_by(WelfareAnswer.id.desc()).limit(1))


def list_makers(session: Session, answer: WelfareAnswer) -> set[str]:
    """Who drafted and who confirmed the rule that gave an answer; nobody where a person gave it."""
    made_by = select(WelfareRule.drafted_by, WelfareRule.confirmed_by).where(WelfareRule.id == answer.rule)
    return {who for row in session.execute(made_by) for who in row if who is not None}


def list_asked(
    session: Session, *, by: str | None, agency: str | None, overdue_on: date | None, after: UUID | None, limit: int
) -> Sequence[WelfareRequest]:
    """Those that somebody made, or that were made in an agency, oldest first; with `overdue_on`, the late ones."""
    listed = select(WelfareRequest)
    if by is not None:
        listed = listed.where(WelfareRequest.by == by)
    if agency is not None:
        listed = listed.where(WelfareRequest.agency == agency)
    if overdue_on is not None:
        listed = listed.where(_is_overdue(overdue_on))
    listed = listed.order_by(WelfareRequest.id).limit(limit)
    return session.scalars(listed.where(WelfareRequest.id > after) if after else listed).all()


def list_received(
    session: Session,
    holders: Collection[str],
    *,
    but_by: str,
    status: str | None,
    overdue_on: date | None,
    review: ReviewState | None,
    today: date,
    after: UUID | None,
    limit: int,
) -> Sequence[WelfareRequest]:
    """Those to these services, oldest first, without somebody's own.

    `review`: those whose answer, given by a rule, somebody is to look at; `overdue`: by now it is late.
    """
    listed = select(WelfareRequest).where(WelfareRequest.holder.in_(sorted(holders)), WelfareRequest.by != but_by)
    if status is not None:
        listed = listed.where(WelfareRequest.status == status)
    if overdue_on is not None:
        listed = listed.where(_is_overdue(overdue_on))
    if review is not None:
        late = WelfareAnswer.review_by < today if review == "overdue" else WelfareAnswer.review_by.is_not(None)
        listed = listed.where(exists().where(WelfareAnswer.request == WelfareRequest.id, _to_review(), late))
    listed = listed.order_by(WelfareRequest.id).limit(limit)
    return session.scalars(listed.where(WelfareRequest.id > after) if after else listed).all()


def read_people(session: Session, requests: Collection[UUID]) -> dict[UUID, list[WelfareRequestPerson]]:
    """Whom each request is about, the child first."""
    found: dict[UUID, list[WelfareRequestPerson]] = {}
    for some in in_batches(requests):
        rows = select(WelfareRequestPerson).where(WelfareRequestPerson.request.in_(some))
        for row in session.scalars(
            rows.order_by(WelfareRequestPerson.relation != "child", WelfareRequestPerson.person)
        ):
            found.setdefault(row.request, []).append(row)
    return found


def read_answers(session: Session, requests: Collection[UUID]) -> dict[UUID, list[WelfareAnswer]]:
    """Every answer to each request, in the order in which they were given."""
    found: dict[UUID, list[WelfareAnswer]] = {}
    for some in in_batches(requests):
        rows = select(WelfareAnswer).where(WelfareAnswer.request.in_(some)).order_by(WelfareAnswer.id)
        for row in session.scalars(rows):
            found.setdefault(row.request, []).append(row)
    return found


def list_handling(session: Session, holder: str, service: str, on: date) -> list[Agreement]:
    """The agreements in force from the holder to the service that asks: they say how what is shared is kept."""
    between = select(Agreement).where(Agreement.supplier == holder, Agreement.recipient == service)
    kept = session.scalars(between.where(Agreement.status == "signed").order_by(Agreement.id))
    return [agreement for agreement in kept if state_of(agreement, on) == "in_force"]


def is_guarded(session: Session, people: Collection[UUID]) -> bool:
    """Whether one of these is protected or has had the use of something restricted: then a person answers, no rule."""
    ids = sorted(people)
    protected = select(Protection.id).where(Protection.person.in_(ids), Protection.lifted_on.is_(None))
    restricted = select(Restriction.id).where(Restriction.person.in_(ids), Restriction.lifted_on.is_(None))
    return session.scalar(select(or_(protected.exists(), restricted.exists()))) is True


def count_overdue(session: Session, on: date) -> int:
    return session.scalar(select(func.count()).select_from(WelfareRequest).where(_is_overdue(on))) or 0


def count_late_reviews(session: Session, on: date) -> int:
    late = select(func.count()).select_from(WelfareAnswer).where(_to_review(), WelfareAnswer.review_by < on)
    return session.scalar(late) or 0


def find_untold(session: Session, on: date) -> WelfareRequest | None:
    """One that is overdue, and of which nobody was told so yet."""
    late = select(WelfareRequest).where(_is_overdue(on), WelfareRequest.overdue_told.is_(False))
    return session.scalar(late.order_by(WelfareRequest.id).limit(1).with_for_update())


def count_untold(session: Session, on: date) -> int:
    late = _is_overdue(on), WelfareRequest.overdue_told.is_(False)
    return session.scalar(select(func.count()).select_from(WelfareRequest).where(*late)) or 0


def _is_overdue(on: date) -> ColumnElement[bool]:
    return and_(WelfareRequest.status == "open", WelfareRequest.due_on < on)


def _to_review() -> ColumnElement[bool]:
    return and_(WelfareAnswer.to_review.is_(True), WelfareAnswer.outcome.is_(None), WelfareAnswer.ended_at.is_(None))
