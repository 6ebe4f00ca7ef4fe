"""Access tokens as RFC 9068 has them, and refresh tokens as random strings."""

import secrets
import time
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidScopeError
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from joserfc import jwt

from identity.keys.keyring import Keyring
from identity.revocations.service import issue_time
from identity.settings import IdentitySettings
from identity.tokens.parties import Person, RegisteredClient, standing_of
from vocabulary.scopes import OPENID

ALGORITHM = "ES256"


class AccessTokens(JWTBearerTokenGenerator):  # type: ignore[misc]  # Authlib has no types
    """Five minutes, one audience for the platform, and a `kid` that tells which key signed."""

    def __init__(self, settings: IdentitySettings, keyring: Keyring) -> None:
        # Authlib's own lifetime for client_credentials is ten days, and its audience the client itself.
        super().__init__(
            issuer=settings.issuer,
            alg=ALGORITHM,
            refresh_token_generator=lambda **_: secrets.token_urlsafe(32),
            expires_generator=lambda *_: settings.access_token_seconds,
        )
        self._settings, self._keyring = settings, keyring

    def generate(
        self,
        grant_type: str,
        client: RegisteredClient,
        user: Person | None = None,
        scope: str | None = None,
        expires_in: int | None = None,
        include_refresh_token: bool = True,
    ) -> dict[str, Any]:
        """Errors: InvalidScopeError when nothing is left of what was asked for."""
        granted = client.get_allowed_scope(scope)
        if granted is not None and user is not None:
            granted = user.narrowed(granted) or None
        elif granted is not None and not OPENID.isdisjoint(granted.split()):
            granted = None  # nobody has signed in
        if granted is None:
            raise InvalidScopeError()
        answer: dict[str, Any] = super().generate(grant_type, client, user, granted, expires_in, include_refresh_token)
        return answer | {"scope": granted}

    def access_token_generator(self, client: RegisteredClient, grant_type: str, user: Person | None, scope: str) -> str:
        kid, key = self._keyring.signer()
        standing = standing_of(client, user)
        issued = issue_time(
            time.time(), client.row.tokens_from, user.session.tokens_from if user and user.session else None
        )
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": user.get_user_id() if user else client.get_client_id(),
            "aud": self._settings.audience,
            "exp": issued + self._settings.access_token_seconds,
            "iat": issued,
            "jti": secrets.token_urlsafe(16),
            "client_id": client.get_client_id(),
            "scope": scope,
            "agency": standing.agency,
            "service": standing.service,
            "roles": standing.roles,
            "areas": standing.areas,
            "purposes": standing.purposes,
        }
        if standing.session and standing.signed_in_at:
            claims |= {"sid": str(standing.session), "auth_time": int(standing.signed_in_at.timestamp())}
        if standing.deputy_for:
            claims["deputy_for"] = str(standing.deputy_for)
        # Authlib would leave `kid` out of the header when there is a single key.
        return jwt.encode({"alg": ALGORITHM, "typ": "at+jwt", "kid": kid}, claims, key, algorithms=[ALGORITHM])
