"""Who signed in, told to the client through which they did: OpenID Connect Core on top of OAuth.

A client that asks for `openid` gets an ID token with each of its tokens, and `/oauth/userinfo` answers for as long as
the access token lives. Nothing is told that it did not ask for.
"""

import time
from typing import Any

from authlib.oidc.core.grants.code import OpenIDToken
from authlib.oidc.core.util import create_half_hash
from joserfc import jwt

from identity.keys.keyring import Keyring
from identity.models import User
from identity.settings import IdentitySettings
from identity.tokens.generator import ALGORITHM
from vocabulary.scopes import SCOPES

MEMBERS = ("sub", "name", "email")
"""What can be told of somebody (OpenID Connect Core 5.1); which scope tells which is data of the vocabulary."""


def claims_about(user: User, scopes: frozenset[str]) -> dict[str, str]:
    """What these scopes tell of somebody."""
    held = {"sub": str(user.id), "name": user.name, "email": user.email}
    told = {claim for code in scopes if code in SCOPES for claim in SCOPES[code].tells}
    return {name: held[name] for name in MEMBERS if name in told}


class IdTokens(OpenIDToken):  # type: ignore[misc]  # Authlib has no types
    """Adds an ID token to the answer of a grant, where `openid` was granted. Source: OpenID Connect Core 2, 3.1.3.6."""

    def __init__(self, settings: IdentitySettings, keyring: Keyring) -> None:
        self._settings, self._keyring = settings, keyring

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        kid, key = self._keyring.signer()
        person, issued = request.user, int(time.time())
        claims = {
            "iss": self._settings.issuer,
            "sub": person.get_user_id(),
            "aud": request.client.get_client_id(),
            "iat": issued,
            "exp": issued + self._settings.access_token_seconds,
            "auth_time": int(person.session.signed_in_at.timestamp()),
            "sid": str(person.session.id),
            "at_hash": create_half_hash(token["access_token"], ALGORITHM).decode(),
        }
        # One that comes of a refresh answers no authorization request, and has no nonce (12.2).
        code = getattr(request, "authorization_code", None)
        if code is not None and code.row.nonce:
            claims["nonce"] = code.row.nonce
        return jwt.encode({"alg": ALGORITHM, "typ": "JWT", "kid": kid}, claims, key, algorithms=[ALGORITHM])
