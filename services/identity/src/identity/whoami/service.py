"""Telling callers who they are."""

from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from identity.models import User
from identity.whoami.schemas import Whoami


def describe_caller(session: Session, caller: Caller) -> Whoami:
    """What the token says, and the name of a person whom we know."""
    return Whoami(
        subject=caller.subject,
        client=caller.client,
        agency=caller.agency,
        service=caller.service,
        roles=sorted(caller.roles),
        areas=sorted(caller.areas),
        purposes=list(caller.purposes),
        scopes=sorted(caller.scopes),
        name=_name_of(session, caller) if caller.is_person else None,
    )


def _name_of(session: Session, caller: Caller) -> str | None:
    try:
        user = session.get(User, UUID(caller.subject))
    except ValueError:
        return None
    return user.name if user else None
