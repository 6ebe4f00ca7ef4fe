from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select, union
from sqlalchemy.orm import Session

from consent.agreements.repository import was_owned_by
from consent.models import Decision, SentMark, SharedAs, Sharing


def list_sharings(
    session: Session, *, agency: str, people: list[UUID], after: UUID | None, limit: int
) -> list[Row[Any]]:
    """Lines that concern the agency: the source, or the recipient, was its service then."""
    columns = (
        Sharing.id, Sharing.decision, Sharing.person, Sharing.category, Sharing.source, Sharing.agreement,
        Sharing.basis, Decision.at, Decision.service, Decision.agency, Decision.roles, Decision.subject,
        Decision.client, Decision.purpose, Decision.operation, Decision.ground, Decision.ground_reference,
        SentMark.at.label("sent"),
    )  # fmt: skip
    services = (Sharing.source, Decision.service)
    own = or_(
        Decision.agency == agency,
        *(was_owned_by(session, agency, service, at=Decision.at) for service in services),
    )
    listed = (
        select(*columns)
        .join_from(Sharing, Decision)
        .outerjoin(SentMark, SentMark.decision == Decision.id)
        .where(own)
        .order_by(Sharing.id)
        .limit(limit)
    )
    if people:
        listed = listed.where(Sharing.id.in_(_about(people)))
    return list(session.execute(listed.where(Sharing.id > after) if after else listed))


def _about(people: list[UUID]) -> Any:
    """Two indexed ways joined: OR over both would walk the whole log."""
    now_theirs = select(Sharing.id).where(Sharing.person.in_(people))
    then_theirs = select(Sharing.id).join_from(
        SharedAs, Sharing, (Sharing.decision == SharedAs.decision) & (Sharing.person == SharedAs.person)
    )
    return union(now_theirs, then_theirs.where(SharedAs.former.in_(people)))
