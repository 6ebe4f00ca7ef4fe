"""Looking into a token (RFC 7662) and ending one before its time (RFC 7009)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from chassis.access_tokens import TokenNotGood, check_token, name_key, read_token
from chassis.clock import now
from chassis.db import upsert
from chassis.outbox import emit
from identity.agencies import repository as agencies
from identity.audit.service import Actor, record
from identity.events import TokenRevoked
from identity.models import RefreshToken, RevokedToken, SignInSession
from identity.revocations import service as revocations
from identity.sessions import service as sessions
from identity.tokens import repository
from identity.tokens.grants import CONFIDENTIAL
from identity.tokens.parties import RegisteredClient


@dataclass(frozen=True)
class MetToken:
    """A token that somebody showed us: an access token by its claims, or a refresh token by its row."""

    client_id: str
    claims: dict[str, Any]
    session_id: UUID | None
    refresh: RefreshToken | None
    live: bool

    def check_client(self, client: RegisteredClient) -> bool:
        return client.get_client_id() == self.client_id

    def is_expired(self) -> bool:
        return not self.live

    def is_revoked(self) -> bool:
        return not self.live


def find_token(server: Any, text: str) -> MetToken | None:
    """The token, whichever kind it is; hints are not needed, as the kinds cannot be mistaken."""
    return _access_token(server, text) if text.count(".") == 2 else _refresh_token(server, text)


def _access_token(server: Any, text: str) -> MetToken | None:
    settings = server.settings
    try:
        shown = read_token(text)
        kid = name_key(shown)
        key = server.keyring.fetch(kid)
        if key is None:
            return None
        said = check_token(
            shown,
            key,
            issuer=settings.issuer,
            audience=settings.audience,
            longest_life=settings.longest_token_life,
            at=now().timestamp(),
        )
        session_id = UUID(said.sid) if said.sid else None
    except (TokenNotGood, ValueError):
        return None
    over = revocations.is_stopped(server.session, said, kid) or repository.is_revoked(
        server.session, said.jti, session_id
    )
    live = said.exp > now().timestamp() and not over
    return MetToken(said.client_id, shown.claims(), session_id, None, live)


def _refresh_token(server: Any, text: str) -> MetToken | None:
    held = repository.find_refresh(server.session, text)
    if held is None:
        return None
    row: SignInSession = repository.get_session(server.session, held.session_id)
    client_id = repository.public_id(server.session, row.client_id)
    until = min(held.expires_at, row.expires_at)
    live = held.used_at is None and row.ended_at is None and until > now()
    claims = {
        "client_id": client_id,
        "scope": row.granted or row.scope,
        "sub": str(row.user_id),
        "iss": server.settings.issuer,
        "exp": int(until.timestamp()),
    }
    return MetToken(client_id, claims, row.id, held, live)


class _LenientHint:
    """RFC 7009 §2.1: a hint that is not known is no error."""

    def check_params(self, request: Any, client: RegisteredClient) -> None:
        if not request.form.get("token"):
            raise InvalidRequestError("Missing 'token' in request.")


class Introspection(_LenientHint, IntrospectionEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = CONFIDENTIAL

    def check_permission(self, token: MetToken, client: RegisteredClient, request: Any) -> bool:
        """Clients look into their own tokens, the platform's programs into all."""
        return client.row.program or token.check_client(client)

    def query_token(self, token_string: str, token_type_hint: str | None) -> MetToken | None:
        return find_token(self.server, token_string)

    def introspect_token(self, token: MetToken) -> dict[str, Any]:
        kind = "refresh_token" if token.refresh else "Bearer"
        return {"active": True, "token_type": kind} | token.claims


class Revocation(_LenientHint, RevocationEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = [*CONFIDENTIAL, "none"]  # noqa: RUF012 - Authlib reads it on the class

    def query_token(self, token_string: str, token_type_hint: str | None) -> MetToken | None:
        return find_token(self.server, token_string)

    def revoke_token(self, token: MetToken, request: Any) -> None:
        """A refresh token ends the whole session, as signing out; an access token ends alone."""
        if not token.live:
            return
        session, client = self.server.session, request.client
        actor = Actor(str(token.claims["sub"]), token.client_id)
        if token.refresh is not None and token.session_id is not None:
            sessions.end_one(session, actor, "signed_out", token.session_id)
            return
        until = datetime.fromtimestamp(token.claims["exp"], UTC)
        revocations.end_token(session, token.claims["jti"])
        upsert(session, RevokedToken, [{"jti": token.claims["jti"], "expires_at": until}], key=["jti"])
        service, agency = agencies.get_standing(session, client.row.service_id)
        record(session, actor, "token.revoked", "client", token.client_id, agency)
        emit(
            session,
            TokenRevoked(client=token.client_id, service=service, session=None, token=token.claims["jti"], until=until),
        )
