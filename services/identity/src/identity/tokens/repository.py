import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from identity.models import AuthorizationCode, Client, RefreshToken, RevokedToken, SignInSession, UsedAssertion, User


def digest_of(token: str) -> str:
    """Codes and refresh tokens are random, so a plain SHA-256 keeps them."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def find_code(session: Session, code: str) -> AuthorizationCode | None:
    return session.get(AuthorizationCode, digest_of(code))


def use_code(session: Session, code: AuthorizationCode, at: datetime) -> bool:
    """Burn a code; False when it was burnt before, whoever else is trying."""
    mine = AuthorizationCode.digest == code.digest
    unused = update(AuthorizationCode).where(mine, AuthorizationCode.used_at.is_(None))
    return session.scalar(unused.values(used_at=at).returning(AuthorizationCode.digest)) is not None


def find_refresh(session: Session, token: str) -> RefreshToken | None:
    return session.get(RefreshToken, digest_of(token))


def use_refresh(session: Session, token: RefreshToken, at: datetime, by: UUID | None) -> bool:
    """Burn a refresh token, and those that came of the same one; False when it was burnt before."""
    unused = update(RefreshToken).where(RefreshToken.digest == token.digest, RefreshToken.used_at.is_(None))
    used = session.scalar(unused.values(used_at=at, used_by=by).returning(RefreshToken.digest)) is not None
    if used and token.came_of is not None:
        others = update(RefreshToken).where(
            RefreshToken.session_id == token.session_id,
            RefreshToken.came_of == token.came_of,
            RefreshToken.used_at.is_(None),
        )
        session.execute(others.values(used_at=at))
    return used


def was_followed(session: Session, token: RefreshToken) -> bool:
    """Whether a token that came of this one was used: its answer was not lost."""
    came = exists().where(
        RefreshToken.session_id == token.session_id,
        RefreshToken.came_of == token.digest,
        RefreshToken.used_at.is_not(None),
    )
    return bool(session.scalar(select(came)))


def lock_session(session: Session, session_id: UUID) -> SignInSession:
    """The session, so that nobody else refreshes it meanwhile."""
    return session.get_one(SignInSession, session_id, with_for_update=True)


def forget_assertions(session: Session, at: datetime, most: int) -> int:
    """Drop at most so many that are too old to be shown again; how many they were."""
    old = select(UsedAssertion.digest).where(UsedAssertion.expires_at < at).limit(most)
    dropped = delete(UsedAssertion).where(UsedAssertion.digest.in_(old)).returning(UsedAssertion.digest)
    return len(session.scalars(dropped.execution_options(synchronize_session=False)).all())


def get_session(session: Session, session_id: UUID) -> SignInSession:
    return session.get_one(SignInSession, session_id)


def is_revoked(session: Session, jti: str, session_id: UUID | None) -> bool:
    """Whether a token, or the session that it came of, was ended before its time."""
    if session.scalar(select(exists().where(RevokedToken.jti == jti))):
        return True
    ended = exists().where(SignInSession.id == session_id, SignInSession.ended_at.is_not(None))
    return session_id is not None and bool(session.scalar(select(ended)))


def sweep(session: Session, codes_before: datetime, sessions_before: datetime, at: datetime) -> None:
    """Forget what can be met no longer. Sessions are kept for a while: the audit names them."""
    session.execute(delete(RevokedToken).where(RevokedToken.expires_at < at))
    session.execute(delete(AuthorizationCode).where(AuthorizationCode.expires_at < codes_before))
    session.execute(delete(RefreshToken).where(RefreshToken.expires_at < codes_before))
    used_up = ~exists().where(RefreshToken.session_id == SignInSession.id)
    unnamed = ~exists().where(AuthorizationCode.session_id == SignInSession.id)
    session.execute(delete(SignInSession).where(SignInSession.expires_at < sessions_before, used_up, unnamed))


def find_user(session: Session, subject: str) -> User | None:
    """By the subject of a token."""
    try:
        return session.get(User, UUID(subject))
    except ValueError:
        return None


def public_id(session: Session, client: UUID) -> str:
    """The id of a client that stands in tokens."""
    return session.get_one(Client, client).client_id
