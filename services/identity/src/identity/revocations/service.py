"""Ending tokens before their time, at every program: what is written here is on the list that all of them take."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.access_tokens import AccessToken
from chassis.clock import now
from chassis.revocations import EVERYTHING, mark_of, marks_of
from identity.models import Client, Deputy, RevocationEntry, SignInSession
from identity.revocations import repository

AHEAD = 2
"""Seconds. A token that is being signed while we commit may be issued a moment from now, with what is taken away."""


def end_token(session: Session, jti: str) -> None:
    _add(session, {mark_of("token", jti): None})


def end_sessions(session: Session, ids: Iterable[UUID]) -> None:
    """The tokens of sessions that have ended."""
    _add(session, {mark_of("session", str(one)): None for one in ids})


def end_keys(session: Session, kids: Iterable[str]) -> None:
    """All that a withdrawn key has signed, or whoever else has it will sign."""
    _add(session, {mark_of("key", kid): None for kid in kids})


def end_everything(session: Session) -> None:
    """All tokens so far, and the series: after a store was put back, nobody must go on from where it had been."""
    repository.begin_series(session, uuid4().hex)
    _add(session, {EVERYTHING: _cut(None)})


def end_client_tokens(session: Session, client: Client) -> None:
    """All tokens that a client has been given so far, its own and people's. Those that it gets from now on are good."""
    client.tokens_from = _cut(client.tokens_from)
    _add(session, {mark_of("client", client.client_id): client.tokens_from})


def end_user_tokens(session: Session, users: Iterable[UUID]) -> None:
    """All tokens that people have been given so far: they say more than is true now. Their sessions go on.

    Sessions are named and not people, since the list is for anybody to read.
    """
    open_ones = select(SignInSession).where(SignInSession.user_id.in_(list(users)), SignInSession.ended_at.is_(None))
    held = list(session.scalars(open_ones.where(SignInSession.expires_at > now())))
    for one in held:
        one.tokens_from = _cut(one.tokens_from)
    _add(session, {mark_of("session", str(one.id)): one.tokens_from for one in held})


def list_deputies_of(session: Session, user: UUID) -> list[UUID]:
    """Who does this person's work: what an officer loses, they lose."""
    return list(session.scalars(select(Deputy.deputy_id).where(Deputy.officer_id == user, Deputy.ended_at.is_(None))))


def is_stopped(session: Session, token: AccessToken, key: str) -> bool:
    """Whether a token is over, as the store says at this moment."""
    marks = marks_of(token.jti, token.sid, token.client_id, key)
    return repository.is_stopped(session, marks, datetime.fromtimestamp(token.iat, UTC))


def issue_time(at: float, *cuts: datetime | None) -> int:
    """What a new token says of when it was issued: never before its client's or session's older ones were ended."""
    return max([int(at), *(int(cut.timestamp()) for cut in cuts if cut)])


def _cut(before: datetime | None) -> datetime:
    """A whole second, as tokens tell their time in whole seconds; later than any token says that came of the last cut,
    which may have been a moment ago."""
    cut = now().replace(microsecond=0) + timedelta(seconds=AHEAD)
    return cut if before is None else max(cut, before + timedelta(seconds=1))


def _add(session: Session, ended: Mapping[str, datetime | None]) -> None:
    """Shape: marks, and before when their tokens were issued; None for all."""
    if not ended:
        return
    first, made_at = repository.take_positions(session, len(ended)) - len(ended) + 1, now()
    session.add_all(
        RevocationEntry(position=position, mark=mark, before=before, made_at=made_at)
        for position, (mark, before) in enumerate(ended.items(), first)
    )
