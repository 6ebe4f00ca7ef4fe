"""Ending sessions: every token that came of one signing in goes with it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.clock import now
from chassis.outbox import emit
from identity.agencies.repository import find_agency_of_user
from identity.audit.service import Actor, record
from identity.events import TokenRevoked
from identity.models import Client, Service, SignInSession, User
from identity.revocations import service as revocations


def end_one(session: Session, actor: Actor, reason: str, session_id: UUID, *, user: User | None = None) -> bool:
    """End a session, of this user if one is given; False when there is none such that is open."""
    open_ones = select(SignInSession).where(SignInSession.id == session_id, SignInSession.ended_at.is_(None))
    if user is not None:
        open_ones = open_ones.where(SignInSession.user_id == user.id)
    return _end(session, actor, reason, list(session.scalars(open_ones.with_for_update()))) > 0


def end_all(
    session: Session,
    actor: Actor,
    reason: str,
    *,
    user: User | None = None,
    client: Client | None = None,
    but: UUID | None = None,
) -> int:
    """End all sessions of a user, or through a client, but one. Errors: ValueError when neither is given."""
    if user is None and client is None:
        raise ValueError("Name a user or a client")
    open_ones = select(SignInSession).where(SignInSession.ended_at.is_(None), SignInSession.expires_at > now())
    if user is not None:
        open_ones = open_ones.where(SignInSession.user_id == user.id)
    if client is not None:
        open_ones = open_ones.where(SignInSession.client_id == client.id)
    if but is not None:
        open_ones = open_ones.where(SignInSession.id != but)
    return _end(session, actor, reason, list(session.scalars(open_ones.with_for_update())))


def _end(session: Session, actor: Actor, reason: str, rows: Sequence[SignInSession]) -> int:
    for row in rows:
        row.ended_at, row.end_reason = now(), reason
        agency = find_agency_of_user(session, row.user_id)
        record(session, actor, "session.ended", "session", row.id, agency, reason=reason, user=str(row.user_id))
    revocations.end_sessions(session, [row.id for row in rows])
    if rows:
        ids = {row.client_id for row in rows}
        named = select(Client.id, Client.client_id, Service.code).join(Service, Service.id == Client.service_id)
        names = {id: (client, service) for id, client, service in session.execute(named.where(Client.id.in_(ids)))}
        emit(
            session,
            *(
                TokenRevoked(
                    client=names[row.client_id][0],
                    service=names[row.client_id][1],
                    session=row.id,
                    token=None,
                    until=row.expires_at,
                )
                for row in rows
            ),
        )
    return len(rows)
