"""Tokens that identity did not make, or made for something else, open no door here; nor do they introspect as live."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from identity.keys.keyring import Keyring

from .conftest import Identity


def _part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Forger:
    """Knows everything that is public, and in one case the signing key, to make one thing wrong at a time."""

    def __init__(self, identity: Identity) -> None:
        keyring: Keyring = identity.running.runtime.state["keyring"]
        self.kid, self.key = keyring.signer()
        self.public = identity.http.get("/oauth/jwks").json()["keys"][0]
        self.own = ECKey.generate_key("P-256")
        now = int(time.time())
        self.claims: dict[str, Any] = {
            "iss": "http://127.0.0.1:8701",
            "sub": "mallory",
            "aud": "thinkfamily",
            "iat": now,
            "exp": now + 300,
            "jti": "forged",
            "client_id": "portal",
            "scope": "identity:read identity:admin",
            "agency": "thornbury-council",
            "service": "programme",
            "roles": [],
            "areas": [],
            "purposes": [],
        }
        self.header = {"alg": "ES256", "typ": "at+jwt", "kid": self.kid}

    def signed(self, key: ECKey | None = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
        return jwt.encode(self.header | (header or {}), self.claims | claims, key or self.key, algorithms=["ES256"])

    def by_hand(self, header: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
        text = f"{_part(self.header | header)}.{_part(self.claims)}"
        return f"{text}.{_part(sign(text.encode()))}"


def _hs256(forger: Forger, secret: bytes) -> str:
    return forger.by_hand({"alg": "HS256"}, lambda text: hmac.new(secret, text, hashlib.sha256).digest())


FORGERIES: dict[str, Callable[[Forger], str]] = {
    "alg none": lambda f: f.by_hand({"alg": "none"}, lambda _: b""),
    "alg None, signature kept": lambda f: f.by_hand({"alg": "None"}, lambda _: b"x" * 64),
    "HS256 with the public key as PEM": lambda f: _hs256(f, f.key.as_pem(private=False)),
    "HS256 with the public key as JSON": lambda f: _hs256(f, json.dumps(f.public).encode()),
    "HS256 with the x coordinate": lambda f: _hs256(f, base64.urlsafe_b64decode(f.public["x"] + "=")),
    "a key of its own under our kid": lambda f: f.signed(f.own),
    "a key of its own in the header": lambda f: f.signed(f.own, {"jwk": f.own.as_dict(private=False)}),
    "a key of its own by address": lambda f: f.signed(f.own, {"jku": "https://mallory.example/jwks"}),
    "an unknown kid": lambda f: f.signed(f.own, {"kid": "mine"}),
    "no kid": lambda f: jwt.encode({"alg": "ES256", "typ": "at+jwt"}, f.claims, f.key, algorithms=["ES256"]),
    "an empty signature": lambda f: f.by_hand({}, lambda _: b""),
    "a signature of zeros (CVE-2022-21449)": lambda f: f.by_hand({}, lambda _: b"\0" * 64),
    "another type": lambda f: f.signed(header={"typ": "JWT"}),
    "another audience": lambda f: f.signed(aud="https://elsewhere.example"),
    "another issuer": lambda f: f.signed(iss="https://elsewhere.example"),
    "expired": lambda f: f.signed(iat=int(time.time()) - 400, exp=int(time.time()) - 100),
    "from the future": lambda f: f.signed(iat=int(time.time()) + 100, nbf=int(time.time()) + 100),
    "no words": lambda f: "a.b.c",
    "not ASCII": lambda f: "é.é.é",
}


@pytest.fixture(scope="module")
def forger(identity: Identity) -> Forger:
    return Forger(identity)


def test_the_forgers_tools_work(identity: Identity, forger: Forger) -> None:
    assert identity.http.get("/v1/users", headers=identity.bearer(forger.signed())).status_code == 200


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forged_token_opens_no_door(identity: Identity, forger: Forger, how: str) -> None:
    forged = FORGERIES[how](forger)
    headers = {b"Authorization": f"Bearer {forged}".encode()}
    for path in ("/v1/whoami", "/v1/users", "/v1/audit"):
        answer = identity.http.get(path, headers=headers)
        assert (answer.status_code, answer.json()["type"].split("/")[-1]) == (401, "not-signed-in")


@pytest.mark.parametrize("how", set(FORGERIES) - {"from the future"})
def test_a_forged_token_does_not_look_live(identity: Identity, forger: Forger, how: str) -> None:
    auth = ("families", identity.own_secret("families"))
    answer = identity.http.post("/oauth/introspect", data={"token": FORGERIES[how](forger)}, auth=auth)
    assert (answer.status_code, answer.json()) == (200, {"active": False})
