"""A client proves itself with its own key: a short JWT that is good once (RFC 7523, `private_key_jwt`)."""

import base64
import json
import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey

from identity.clients.keys import algorithms_of, open_key

KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = [*algorithms_of("EC"), *algorithms_of("OKP")]
TYPES = ("jwt", "client-authentication+jwt")
FOREIGN = {"jwk", "jku", "x5u", "x5c", "crit", "b64"}
"""An assertion that brings its own key proves nothing."""

MOST_AHEAD = 300
LEEWAY = 30
"""Seconds: clocks differ."""
JTI = re.compile(r"[ -~]{1,200}")

# Nobody holds the other half: an unknown client costs as much work as a known one.
NOBODYS: list[Key] = [ECKey.generate_key("P-256", private=False), OKPKey.generate_key("Ed25519", private=False)]


@dataclass(frozen=True)
class Assertion:
    """What was sent, not believed yet."""

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]

    @property
    def client_id(self) -> str | None:
        subject = self.claims.get("sub")
        return subject if isinstance(subject, str) else None


@dataclass(frozen=True)
class Proof:
    """An assertion that is good, if it was not used before. `until`: it is refused for its age from then on."""

    jti: str
    until: datetime


def read(text: str) -> Assertion | None:
    """What an assertion says, or None for what is none."""
    try:
        parts = jws.extract_compact(text.encode("ascii"))
        claims = json.loads(parts.payload)
    except (JoseError, ValueError, RecursionError):
        return None
    return Assertion(text, dict(parts.headers()), claims) if isinstance(claims, dict) else None


def prove(
    assertion: Assertion, keys: Iterable[dict[str, Any]], audiences: Collection[str], at: datetime
) -> Proof | None:
    """The proof, when one of these keys signed it and all that it claims holds now.

    Shape: `keys` are JWKs with their `kid`; an assertion without `kid` may be signed by any of them.
    """
    header = assertion.header
    sound = str(header.get("typ", "JWT")).lower() in TYPES and not FOREIGN & set(header)
    named = [open_key(key) for key in keys if "kid" not in header or header["kid"] == key["kid"]]
    signed = [_signed_by(key, assertion) for key in named or NOBODYS]
    return _claimed(assertion.claims, audiences, at.timestamp()) if sound and any(signed) and named else None


def _signed_by(key: Key, assertion: Assertion) -> bool:
    if assertion.header.get("alg") not in algorithms_of(key.key_type):
        return False
    public = key.public_key
    try:
        if isinstance(public, Ed25519PublicKey):
            # joserfc warns at each `EdDSA`, the name that most clients still write.
            message, _, signature = assertion.text.rpartition(".")
            public.verify(base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)), message.encode())
        else:
            jws.deserialize_compact(assertion.text, key, algorithms=["ES256"])
    except (JoseError, ValueError, InvalidSignature):
        return False
    return True


def _claimed(claims: dict[str, Any], audiences: Collection[str], at: float) -> Proof | None:
    # One audience alone: what is meant for another server too could be shown here by that server.
    audience = claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    if not isinstance(audience, str):
        return None
    jti, ends = claims.get("jti"), _time(claims, "exp", math.nan)
    holds = (
        audience in audiences
        and claims.get("iss") == claims.get("sub")
        and at - LEEWAY < ends <= at + MOST_AHEAD + LEEWAY
        and _time(claims, "nbf", at) <= at + LEEWAY
        and at - MOST_AHEAD - LEEWAY <= _time(claims, "iat", at) <= at + LEEWAY
    )
    if not holds or not isinstance(jti, str) or not JTI.fullmatch(jti):
        return None
    return Proof(jti, datetime.fromtimestamp(ends + LEEWAY, UTC))


def _time(claims: dict[str, Any], name: str, otherwise: float) -> float:
    """Seconds; not a number, which fits nowhere, for what is no time."""
    value = claims.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan
