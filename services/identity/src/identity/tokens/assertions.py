"""A client proves itself with its own key: a short JWT that is good once (RFC 7523, `private_key_jwt`)."""

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from chassis.jose import NotReadable, SignedText, read_signed
from identity.clients.keys import ALGORITHMS as OF_KIND
from identity.clients.keys import algorithms_of, open_key

KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = [name for of_kind in OF_KIND.values() for name in of_kind]
TYPES = ("jwt", "client-authentication+jwt")

MOST_AHEAD = 3600
"""Seconds: common libraries write an hour. That one was used is kept for as long, so it is good once all the same."""
LEEWAY = 30
"""Seconds: clocks differ."""
JTI = re.compile(r"[ -~]{1,200}")

# Nobody holds the other half: an unknown client costs as much work as a known one.
NOBODYS: list[tuple[Key, tuple[str, ...]]] = [
    (ECKey.generate_key("P-256", private=False), OF_KIND["EC"]),
    (OKPKey.generate_key("Ed25519", private=False), OF_KIND["OKP"]),
    (RSAKey.generate_key(2048, private=False), OF_KIND["RSA"]),
]


@dataclass(frozen=True)
class Assertion:
    """What was sent, not believed yet."""

    signed: SignedText
    claims: dict[str, Any]

    @property
    def client_id(self) -> str | None:
        subject = self.claims.get("sub")
        return subject if isinstance(subject, str) else None


@dataclass(frozen=True)
class Proof:
    """An assertion that is good, if it was not used before. `until`: it is refused for its age from then on.

    `by` is the credential whose key signed it.
    """

    by: UUID
    jti: str
    until: datetime


def read(text: str) -> Assertion | None:
    """What an assertion says, or None for what is none."""
    try:
        signed = read_signed(text)
        return Assertion(signed, signed.claims())
    except NotReadable:
        return None


def prove(
    assertion: Assertion, keys: Iterable[tuple[UUID, dict[str, Any]]], audiences: Collection[str], at: datetime
) -> Proof | None:
    """The proof, when one of these keys signed it and all that it claims holds now.

    Shape: `keys` are JWKs with their `kid`, by the id of the credential; an assertion without `kid` may be signed by
    any of them.
    """
    signed, header = assertion.signed, assertion.signed.header
    # One that brings its own key proves nothing.
    sound = header.get("typ", "JWT").lower() in TYPES and not signed.brings_key()
    named = [(by, key) for by, key in keys if "kid" not in header or header["kid"] == key["kid"]]
    proven = [by for by, key in named if signed.signed_by(open_key(key), algorithms_of(key))]
    if not named:
        for key, algorithms in NOBODYS:
            signed.signed_by(key, algorithms)
    return _claimed(proven[0], assertion.claims, audiences, at.timestamp()) if sound and proven else None


def _claimed(by: UUID, claims: dict[str, Any], audiences: Collection[str], at: float) -> Proof | None:
    # A confirmation (RFC 7800) says that only the holder of another key may show it. Nobody is asked for that key here.
    if "cnf" in claims:
        return None
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
    return Proof(by, jti, datetime.fromtimestamp(ends + LEEWAY, UTC))


def _time(claims: dict[str, Any], name: str, otherwise: float) -> float:
    """Seconds; not a number, which fits nowhere, for what is no time."""
    value = claims.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan
