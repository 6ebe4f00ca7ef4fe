"""The three ways to a token. Whatever can be used once is burnt by a conditional update, before anything is issued."""

import hmac
from datetime import timedelta
from typing import Any

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7636.challenge import CODE_CHALLENGE_PATTERN, create_s256_code_challenge

from chassis.clock import now
from identity.agencies import repository as agencies
from identity.audit.service import Actor, record
from identity.models import AuthorizationCode, RefreshToken, SignInSession, User
from identity.sessions import service as sessions
from identity.tokens import repository
from identity.tokens.parties import Person, RegisteredClient

CONFIDENTIAL = ["client_secret_basic", "client_secret_post", "private_key_jwt"]


def _same(verifier: str, challenge: str) -> bool:
    return hmac.compare_digest(create_s256_code_challenge(verifier), challenge)


class S256(CodeChallenge):  # type: ignore[misc]  # Authlib has no types
    """PKCE for every client, confidential ones too, and never `plain`."""

    CODE_CHALLENGE_METHODS = {"S256": _same}  # noqa: RUF012 - Authlib reads it on the class

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        # Authlib lets a request without a challenge pass, and takes a missing method for `plain`.
        challenge = data.get("code_challenge", "")
        if data.get("code_challenge_method") != "S256" or not CODE_CHALLENGE_PATTERN.match(challenge):
            raise InvalidRequestError("PKCE with S256 is needed: send code_challenge and code_challenge_method.")


class ClientCredentials(grants.ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = CONFIDENTIAL


class Code(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = [*CONFIDENTIAL, "none"]  # noqa: RUF012

    @staticmethod
    def validate_authorization_redirect_uri(request: Any, client: RegisteredClient) -> str:
        """Compared character by character, and always given: nothing is guessed about where a code is sent."""
        redirect_uri: str | None = request.payload.redirect_uri
        if not redirect_uri or not client.check_redirect_uri(redirect_uri):
            raise InvalidRequestError("The redirect address is not one of the client's.")
        return redirect_uri

    def save_authorization_code(self, code: str, request: Any) -> None:
        settings = self.server.settings
        self.server.session.add(
            AuthorizationCode(
                digest=repository.digest_of(code),
                client_id=request.client.row.id,
                user_id=request.user.user.id,
                redirect_uri=request.payload.redirect_uri,
                scope=request.payload.scope or request.scope,
                code_challenge=request.payload.data["code_challenge"],
                nonce=request.payload.data.get("nonce"),
                signed_in_at=now(),
                expires_at=now() + timedelta(seconds=settings.code_seconds),
            )
        )

    def query_authorization_code(self, code: str, client: RegisteredClient) -> "HeldCode | None":
        """The code, burnt: whatever is wrong with the rest of the request, it is not good again.

        A second use means that somebody read it on its way, so what came of the first is ended too.
        """
        session = self.server.session
        held = repository.find_code(session, code)
        if held is None:
            return None
        if not repository.use_code(session, held, now()):
            session.refresh(held)
            if held.session_id is not None:
                actor = Actor(str(held.user_id), client.get_client_id())
                sessions.end_one(session, actor, "code_used_twice", held.session_id)
            return None
        return HeldCode(held) if held.client_id == client.row.id and held.expires_at > now() else None

    def delete_authorization_code(self, authorization_code: "HeldCode") -> None:
        """Nothing: it is burnt, and kept to notice a second use."""

    def authenticate_user(self, authorization_code: "HeldCode") -> Person | None:
        """The person, in a session that begins here."""
        session, settings, code = self.server.session, self.server.settings, authorization_code.row
        user = session.get_one(User, code.user_id)
        if user.status != "active":
            return None
        held = SignInSession(
            user_id=user.id,
            client_id=code.client_id,
            scope=code.scope,
            signed_in_at=code.signed_in_at,
            expires_at=code.signed_in_at + timedelta(seconds=settings.session_seconds),
        )
        session.add(held)
        session.flush()
        code.session_id = held.id
        client = self.request.client.get_client_id()
        agency = agencies.find_agency_of_user(session, user.id)
        actor = Actor(str(user.id), client)
        record(session, actor, "session.started", "session", held.id, agency, user=str(user.id))
        return Person(user, held)


class Refresh(grants.RefreshTokenGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = [*CONFIDENTIAL, "none"]  # noqa: RUF012
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> "HeldRefreshToken | None":
        """The token if it is good. One that was used before, or comes from another client, ends its session."""
        session = self.server.session
        held = repository.find_refresh(session, refresh_token)
        if held is None:
            return None
        row = repository.lock_session(session, held.session_id)
        session.refresh(held)  # of two who show it at once, the second sees what the first has done
        client: RegisteredClient = self.request.client
        if row.client_id != client.row.id or (held.used_at is not None and not self._asks_again(held)):
            self._end(row)
            return None
        if row.ended_at is not None or min(held.expires_at, row.expires_at) <= now():
            return None
        return HeldRefreshToken(held, row)

    def _asks_again(self, held: RefreshToken) -> bool:
        """Whether the answer may have been lost on its way: who used the token asks again at once, proves itself by the
        same secret or key, and nobody has used what the answer held. A public client proves nothing."""
        by, within = self.server.proven.credential, timedelta(seconds=self.server.settings.refresh_repeat_seconds)
        same = by is not None and held.used_by == by and held.used_at is not None and now() - held.used_at < within
        return same and not repository.was_followed(self.server.session, held)

    def _validate_token_scope(self, token: "HeldRefreshToken") -> None:
        """What was granted may be asked, or less. Who repeats what the sign-in asked gets what of it is granted, and is
        told: Authlib does so at each refresh. Errors: InvalidScopeError; the token stays good.
        """
        row, asked = token.session, set((self.request.payload.scope or "").split())
        if not asked or asked == set(row.scope.split()):
            return
        person = Person(self.server.session.get_one(User, row.user_id), row)
        given_now = person.narrowed(self.request.client.get_allowed_scope(row.scope) or "")
        if not asked <= {*(row.granted or "").split(), *given_now.split()}:
            raise InvalidScopeError()

    def authenticate_user(self, refresh_token: "HeldRefreshToken") -> Person:
        """The person, the token burnt. Of two that use one token at once, one is a thief: both lose the session."""
        session, row = self.server.session, refresh_token.row
        asked_again = row.used_at is not None
        if not asked_again and not repository.use_refresh(session, row, now(), self.server.proven.credential):
            self._end(refresh_token.session)
            raise InvalidGrantError()
        user = session.get_one(User, refresh_token.session.user_id)
        if user.status != "active":
            raise InvalidGrantError()
        if asked_again:
            actor = Actor(str(user.id), self.request.client.get_client_id())
            agency = agencies.find_agency_of_user(session, user.id)
            record(session, actor, "session.refreshed_again", "session", refresh_token.session.id, agency)
        return Person(user, refresh_token.session)

    def revoke_old_credential(self, refresh_token: "HeldRefreshToken") -> None:
        """Nothing: it was burnt before the new one was made."""

    def _end(self, row: SignInSession) -> None:
        actor = Actor(str(row.user_id), self.request.client.get_client_id())
        sessions.end_one(self.server.session, actor, "refresh_token_reused", row.id)


class HeldCode:
    """An authorization code as Authlib asks about it."""

    code_challenge_method = "S256"

    def __init__(self, row: AuthorizationCode) -> None:
        self.row, self.code_challenge = row, row.code_challenge

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return self.row.scope


class HeldRefreshToken:
    """A refresh token with its session, as Authlib asks about it."""

    def __init__(self, row: RefreshToken, session: SignInSession) -> None:
        self.row, self.session = row, session

    def check_client(self, client: RegisteredClient) -> bool:
        return self.session.client_id == client.row.id

    def get_scope(self) -> str:
        return self.session.scope
