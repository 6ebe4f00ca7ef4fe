from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from identity.agencies.repository import get_standing
from identity.models import User
from identity.problems import UserNotFound


def find_own(session: Session, caller: Caller) -> User:
    """The caller's own account. Errors: UserNotFound where a token is of somebody who has none here."""
    try:
        user = session.get(User, UUID(caller.subject))
    except ValueError:
        user = None
    if user is None or user.status != "active":
        raise UserNotFound()
    return user


def list_words_of(session: Session, user: User) -> list[str]:
    """By what others know somebody: name, address, service, agency."""
    return [user.name, user.email, *get_standing(session, user.service_id)]
