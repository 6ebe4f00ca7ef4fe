from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select, union
from sqlalchemy.orm import Session

from consent.models import Agreement, Decision, SharedAs, Sharing


def list_sharings(
    session: Session, *, agency: str, people: list[UUID], after: UUID | None, limit: int
) -> list[Row[Any]]:
    """Lines that concern the agency: it received, or an agreement to which it is a party carried them."""
    columns = (
        Sharing.id, Sharing.decision, Sharing.person, Sharing.category, Sharing.source, Sharing.agreement,
        Sharing.basis, Decision.at, Decision.service, Decision.agency, Decision.roles, Decision.subject,
        Decision.client, Decision.purpose, Decision.operation, Decision.ground, Decision.ground_reference,
    )  # fmt: skip
    parties = or_(Agreement.supplier_agency == agency, Agreement.recipient_agency == agency)
    own = or_(Decision.agency == agency, Sharing.agreement.in_(select(Agreement.id).where(parties)))
    listed = select(*columns).join_from(Sharing, Decision).where(own).order_by(Sharing.id).limit(limit)
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
