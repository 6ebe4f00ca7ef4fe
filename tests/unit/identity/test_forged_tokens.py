"""Tokens that identity did not make, or made for something else, open no door here; nor do they introspect as live."""

import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from fixtures.forgeries import FORGERIES
from identity.keys.keyring import Keyring

from .conftest import Identity


class Forger:
    """identity's own pen (`fixtures.forgeries.Pen`), whose tokens of somebody who may read and administer it."""

    def __init__(self, identity: Identity) -> None:
        keyring: Keyring = identity.running.runtime.state["keyring"]
        self.kid, self.key = keyring.signer()
        self.public = identity.http.get("/oauth/jwks").json()["keys"][0]

    def claims(self, **other: Any) -> dict[str, Any]:
        now = int(time.time())
        return {
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
        } | other

    def signed(
        self, claims: dict[str, Any] | None = None, header: dict[str, Any] | None = None, key: ECKey | None = None
    ) -> str:
        stated = {"alg": "ES256", "typ": "at+jwt", "kid": self.kid} | (header or {})
        stated = {name: value for name, value in stated.items() if value is not None}
        return jwt.encode(stated, claims or self.claims(), key or self.key, algorithms=["ES256"])


@pytest.fixture(scope="module")
def forger(identity: Identity) -> Forger:
    return Forger(identity)


def test_the_forgers_tools_work(identity: Identity, forger: Forger) -> None:
    assert identity.http.get("/v1/users", headers=identity.bearer(forger.signed())).status_code == 200


def test_a_forged_token_opens_no_door(identity: Identity, forger: Forger) -> None:
    for how, forge in FORGERIES.items():
        headers = {b"Authorization": f"Bearer {forge(forger)}".encode()}
        answer = identity.http.get("/v1/users", headers=headers)
        assert (answer.status_code, answer.json()["type"].split("/")[-1]) == (401, "not-signed-in"), how


def test_a_forged_token_does_not_look_live(identity: Identity, forger: Forger) -> None:
    auth = ("families", identity.own_secret("families"))
    for how, forge in FORGERIES.items():
        answer = identity.http.post("/oauth/introspect", data={"token": forge(forger)}, auth=auth)
        assert (answer.status_code, answer.json()) == (200, {"active": False}), how
