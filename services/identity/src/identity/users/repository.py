from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from identity.models import Agency, Client, Service, SignInSession, User
from identity.problems import UserNotFound


def get_user(session: Session, user_id: UUID) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise UserNotFound()
    return user


def find_by_email(session: Session, email_key: str) -> User | None:
    return session.scalar(select(User).where(User.email_key == email_key))


def list_users(session: Session, service: str | None, after: UUID | None, limit: int) -> Sequence[Row[User, str, str]]:
    """Users with the codes of their service and agency."""
    users = (
        select(User, Service.code, Agency.code)
        .join(Service, Service.id == User.service_id)
        .join(Agency, Agency.id == Service.agency_id)
        .order_by(User.id)
        .limit(limit)
    )
    if service:
        users = users.where(Service.code == service)
    return session.execute(users.where(User.id > after) if after else users).all()


def list_open_sessions(session: Session, user_id: UUID, at: datetime) -> Sequence[Row[SignInSession, str]]:
    """Sessions that are neither ended nor over, with their clients' public ids."""
    sessions = select(SignInSession, Client.client_id).join(Client, Client.id == SignInSession.client_id)
    sessions = sessions.where(
        SignInSession.user_id == user_id, SignInSession.ended_at.is_(None), SignInSession.expires_at > at
    )
    return session.execute(sessions.order_by(SignInSession.id)).all()
