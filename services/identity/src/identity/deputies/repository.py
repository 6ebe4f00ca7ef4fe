from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session, aliased

from identity.models import Deputy, Service, User
from identity.problems import DeputyNotFound


def get_deputy(session: Session, deputy_id: UUID) -> Deputy:
    deputy = session.get(Deputy, deputy_id)
    if deputy is None:
        raise DeputyNotFound()
    return deputy


def list_deputies(session: Session, after: UUID | None, limit: int) -> list[Deputy]:
    deputies = select(Deputy).order_by(Deputy.id).limit(limit)
    return list(session.scalars(deputies.where(Deputy.id > after) if after else deputies))


def list_deputised(session: Session, user: User, day: date) -> Sequence[Row[UUID, list[str]]]:
    """For whom somebody deputises on a day, with that officer's roles: of people of one agency, the oldest first."""
    officer, theirs, own = aliased(User), aliased(Service), aliased(Service)
    found = (
        select(officer.id, officer.roles)
        .join(Deputy, Deputy.officer_id == officer.id)
        .join(theirs, theirs.id == officer.service_id)
        .join(own, own.agency_id == theirs.agency_id)
        .where(
            Deputy.deputy_id == user.id,
            own.id == user.service_id,
            Deputy.ended_at.is_(None),
            Deputy.begins <= day,
            or_(Deputy.ends.is_(None), Deputy.ends >= day),
        )
    )
    return session.execute(found.order_by(Deputy.id)).all()


def list_lending(session: Session, user_id: UUID, day: date) -> list[list[str]]:
    """The roles of each officer whose deputy somebody is on a day, or will be."""
    lending = (
        select(User.roles)
        .join(Deputy, Deputy.officer_id == User.id)
        .where(Deputy.deputy_id == user_id, Deputy.ended_at.is_(None), or_(Deputy.ends.is_(None), Deputy.ends >= day))
    )
    return list(session.scalars(lending.order_by(Deputy.id)))


def list_borrowing(session: Session, user_id: UUID, day: date) -> list[list[str]]:
    """The roles of each person who is an officer's deputy on a day, or will be."""
    borrowing = (
        select(User.roles)
        .join(Deputy, Deputy.deputy_id == User.id)
        .where(Deputy.officer_id == user_id, Deputy.ended_at.is_(None), or_(Deputy.ends.is_(None), Deputy.ends >= day))
    )
    return list(session.scalars(borrowing.order_by(Deputy.id)))
