"""What people do with their own account: no administrator learns a password, or is asked to end a session."""

from dataclasses import dataclass
from functools import partial
from math import ceil
from uuid import UUID

from anyio import to_thread
from sqlalchemy.orm import Session

from chassis.access_tokens import read_token
from chassis.auth import Caller
from chassis.clock import now
from chassis.idempotency import OnceRunner
from chassis.problems import Fault, RequestNotValid, TooManyRequests, Unavailable
from chassis.schemas import Written
from identity.audit.service import Actor, record
from identity.me import repository
from identity.me.schemas import OwnPassword, OwnSessionView
from identity.problems import SessionNotFound, UserNotFound
from identity.sessions import service as sessions
from identity.sign_in import throttle
from identity.sign_in.service import Door
from identity.users import repository as users
from identity.users.passwords import Passwords, PasswordsBusy
from identity.users.weak_passwords import check_password, list_own_words


@dataclass(frozen=True)
class _Held:
    """What is kept of somebody. Shape: `own` are words by which others know them."""

    user: UUID
    hash: str
    own: list[str]


async def change_own_password(door: Door, caller: Caller, request: OwnPassword, once: OnceRunner) -> Written:
    """Set a new password, for who knows the one that holds. Ends the person's other sessions.

    Whoever found a token guesses no faster here than at the sign-in page: failures in a row make them wait.
    Errors: UserNotFound, RequestNotValid, TooManyRequests, Unavailable.
    """
    rows = throttle.rows_of_own_password(door.wrapping.key_for("failed sign-ins"), caller.subject, door.settings)
    with door.under_way.attempt(rows) as under_way:
        held = await to_thread.run_sync(_look_up, door, caller, rows, under_way)
        try:
            work = partial(_judge, door.passwords, request, held)
            hash = await door.passwords.in_queue(work, known=True)
        except PasswordsBusy:
            raise Unavailable(headers={"Retry-After": "5"}) from None
        return await to_thread.run_sync(_write, door, caller, held, hash, rows, once)


def list_own_sessions(session: Session, caller: Caller) -> list[OwnSessionView]:
    """The caller's open sessions: none, where a token is of somebody who has no account here."""
    try:
        user, mine = repository.find_own(session, caller), _session_of(caller)
    except UserNotFound:
        return []
    return [
        OwnSessionView(
            id=held.id,
            client=client,
            signed_in_at=held.signed_in_at,
            expires_at=held.expires_at,
            current=held.id == mine,
        )
        for held, client in users.list_open_sessions(session, user.id, now())
    ]


def end_own_session(session: Session, caller: Caller, session_id: UUID) -> Written:
    """Sign oneself out of one session. Errors: UserNotFound, SessionNotFound, the same for anybody else's."""
    user = repository.find_own(session, caller)
    if not sessions.end_one(session, Actor.of(caller), "ended_by_person", session_id, user=user):
        raise SessionNotFound()
    return Written(id=session_id, status="ended")


def _look_up(door: Door, caller: Caller, rows: list[throttle.Row], under_way: list[int]) -> _Held:
    with door.runtime.read() as session:
        user = repository.find_own(session, caller)
        until = throttle.find_wait(session, rows, under_way, door.settings)
        if until is not None:
            seconds = max(1, ceil((until - now()).total_seconds()))
            raise TooManyRequests(headers={"Retry-After": str(seconds)})
        return _Held(user.id, user.password_hash, list_own_words(*repository.list_words_of(session, user)))


def _judge(passwords: Passwords, request: OwnPassword, held: _Held) -> str | None:
    """The new password's hash; None where the one that holds was not known."""
    current, new = request.current.get_secret_value(), request.new.get_secret_value()
    if not passwords.check(current, held.hash):
        return None
    check_password(new, held.own, "new")
    if new == current:
        fix = "Take one that you do not use anywhere else."
        raise RequestNotValid(
            errors=[Fault(pointer="/body/new", code="same", detail="This is the password that holds now", fix=fix)]
        )
    return passwords.hash_queued(new)


def _write(
    door: Door, caller: Caller, held: _Held, hash: str | None, rows: list[throttle.Row], once: OnceRunner
) -> Written:
    # The passwords take no part in telling a repeat: their plain digest would stand in the store.
    try:
        with door.runtime.write() as session:
            return once(session, caller, {}, partial(_set_password, session, caller, held, hash, rows))
    except RequestNotValid:
        with door.runtime.write() as session:
            throttle.record_failure(session, rows, door.settings)
            record(session, Actor.of(caller), "password.refused", "user", held.user, caller.agency)
        raise


def _set_password(session: Session, caller: Caller, held: _Held, hash: str | None, rows: list[throttle.Row]) -> Written:
    user = repository.find_own(session, caller)
    if hash is None or user.password_hash != held.hash:  # not known, or changed by somebody else meanwhile
        fix = "Give the password that you sign in with. Who has forgotten it asks an administrator for a new one."
        detail = "This is not the password that holds now"
        raise RequestNotValid(errors=[Fault(pointer="/body/current", code="wrong", detail=detail, fix=fix)])
    user.password_hash, user.own_password = hash, True
    session.flush()
    throttle.clear(session, rows)
    sessions.end_all(session, Actor.of(caller), "password_changed", user=user, but=_session_of(caller))
    record(session, Actor.of(caller), "password.changed", "user", user.id, caller.agency)
    return Written(id=user.id, status="changed")


def _session_of(caller: Caller) -> UUID | None:
    """Of which session the caller's token came, which was checked when they were let in."""
    said = read_token(caller.token).claims().get("sid")
    try:
        return UUID(str(said)) if said else None
    except ValueError:
        return None
