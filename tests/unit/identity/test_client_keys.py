"""Systems prove themselves with a key of their own, by an assertion that is good once (RFC 7523)."""

import base64
import hmac
import json
import secrets
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest
import time_machine
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from chassis.clock import now
from chassis.migrations import migrate
from fixtures.stack import Programs
from identity.app import program
from identity.models import Base, Credential, UsedAssertion
from identity.sign_in.worker import BATCH, Sweeper

from .conftest import Identity, claims_of, start_identity

ISSUER = "http://127.0.0.1:8701"
KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def sign(key: Key, header: dict[str, Any], claims: Any) -> str:
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        return jws.serialize_compact(header, payload, key, algorithms=[header["alg"]])


@dataclass
class System:
    """A partner's system with its own pair of keys."""

    identity: Identity
    client: str
    id: str
    key: Key
    alg: str = "ES256"

    def claims(self, **other: Any) -> dict[str, Any]:
        made = int(time.time())
        claims = {"iss": self.client, "sub": self.client, "aud": ISSUER, "iat": made, "exp": made + 60}
        claims |= {"jti": secrets.token_hex(8)} | other
        return {name: value for name, value in claims.items() if value is not ...}

    def assertion(self, header: dict[str, Any] | None = None, key: Key | None = None, **other: Any) -> str:
        return sign(key or self.key, {"alg": self.alg} | (header or {}), self.claims(**other))

    def ask(self, assertion: str, path: str = "token", **other: str) -> httpx.Response:
        form = {"grant_type": "client_credentials", "client_assertion_type": KIND, "client_assertion": assertion}
        return self.identity.http.post(f"/oauth/{path}", data=form | other)

    def public(self) -> dict[str, Any]:
        return dict(self.key.as_dict(private=False))


def a_system(identity: Identity, client: str, key: Key | None = None, alg: str = "ES256") -> System:
    """A client with a key and no secret."""
    id, _ = identity.machine(client)
    system = System(identity, client, id, key or ECKey.generate_key("P-256"), alg)
    identity.make(f"/v1/clients/{id}/keys", system.public())
    (secret,) = identity.get(f"/v1/clients/{id}")["secrets"]
    assert end(identity, id, "secrets", secret["id"]).status_code == 200
    return system


def end(identity: Identity, client: str, kind: str, id: str) -> httpx.Response:
    return identity.http.delete(f"/v1/clients/{client}/{kind}/{id}", headers=identity.admin)


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (ECKey.generate_key("P-256"), "ES256"),
        (OKPKey.generate_key("Ed25519"), "Ed25519"),
        (OKPKey.generate_key("Ed25519"), "EdDSA"),
        (RSAKey.generate_key(2048), "RS256"),
        (RSAKey.generate_key(3072), "PS256"),
    ],
    ids=["ES256", "Ed25519", "EdDSA", "RS256", "PS256"],
)
def test_a_client_gets_a_token_by_a_key_of_its_own(identity: Identity, key: Key, alg: str) -> None:
    system = a_system(identity, f"k-{alg.lower()}", key, alg)
    answer = system.ask(system.assertion())
    assert answer.status_code == 200, answer.text
    claims = claims_of(answer.json()["access_token"])
    assert (claims["sub"], claims["scope"]) == (system.client, "feeds:read push:school_attendance")


@pytest.mark.parametrize(
    "good",
    [
        {"aud": [ISSUER]},
        {"iat": ...},
        {"nbf": lambda: int(time.time()) - 5},
        {"exp": lambda: time.time() + 3599.5},
        {"iat": lambda: int(time.time()) - 3500},
        {"role": "king"},
    ],
)
def test_what_rfc_7523_leaves_open_is_taken(identity: Identity, good: dict[str, Any]) -> None:
    system = a_system(identity, f"k-{secrets.token_hex(4)}")
    now = {name: value() if callable(value) else value for name, value in good.items()}
    answer = system.ask(system.assertion({"typ": "JWT"}, **now), client_id=system.client)
    assert answer.status_code == 200, answer.text


def test_the_token_endpoint_may_be_named_by_who_is_registered_so_and_nothing_wider(identity: Identity) -> None:
    """What names several servers, or another address of ours, could have been made for another server."""
    system = a_system(identity, "k-aud")
    endpoint = f"{ISSUER}/oauth/token"
    wider = (
        [ISSUER, endpoint],
        f"{ISSUER}/",
        f"{endpoint}/",
        f"{ISSUER}/oauth/introspect",
        "thinkfamily",
        [endpoint] * 2,
    )

    def answers(*audiences: Any) -> list[int]:
        return [system.ask(system.assertion(aud=audience)).status_code for audience in audiences]

    assert answers(ISSUER, endpoint, [endpoint], *wider) == [200, 401, 401] + [401] * len(wider)
    assert identity.patch(f"/v1/clients/{system.id}", {"assertion_audience": "token_endpoint"}).status_code == 200
    assert identity.get(f"/v1/clients/{system.id}")["assertion_audience"] == "token_endpoint"
    assert answers(ISSUER, endpoint, [endpoint], *wider) == [200, 200, 200] + [401] * len(wider)
    assert identity.patch(f"/v1/clients/{system.id}", {"assertion_audience": "anybody"}).status_code == 422


def test_who_held_a_key_in_an_earlier_release_goes_on_as_before(programs: Programs) -> None:
    """Then the token endpoint's address was taken of everybody, and libraries write it."""
    identity = start_identity(programs)
    system = a_system(identity, "k-before")
    identity.machine("k-secret")
    runtime = identity.running.runtime
    for revision in ("0008", "head"):
        migrate(runtime, program.versions, Base.metadata, revision)
    held = {c["client_id"]: c["assertion_audience"] for c in identity.get("/v1/services/programme/clients")["items"]}
    assert (held["k-before"], held["k-secret"]) == ("token_endpoint", "issuer")
    assert system.ask(system.assertion(aud=f"{ISSUER}/oauth/token")).status_code == 200


def test_a_long_lived_assertion_is_good_once_for_as_long_as_it_lives(identity: Identity) -> None:
    system = a_system(identity, "k-hour")
    shown = system.assertion(exp=int(time.time()) + 3600)
    assert system.ask(shown).status_code == 200
    for later in (0, 600, 3500, 3700):
        with time_machine.travel(now() + timedelta(seconds=later), tick=False):
            Sweeper().sweep(identity.running.runtime)
            assert system.ask(shown).status_code == 401, later


def test_an_rsa_key_signs_by_the_algorithm_that_it_is_registered_with(identity: Identity) -> None:
    key = RSAKey.generate_key(2048)
    id, _ = identity.machine("k-pss")
    identity.make(f"/v1/clients/{id}/keys", key.as_dict(private=False) | {"alg": "PS256"})
    (shown,) = identity.get(f"/v1/clients/{id}/keys")["items"]
    assert shown["algorithms"] == ["PS256"]
    by = {alg: System(identity, "k-pss", id, key, alg) for alg in ("PS256", "RS256", "RS512", "PS384")}
    assert {alg: s.ask(s.assertion()).status_code for alg, s in by.items()} == dict.fromkeys(by, 401) | {"PS256": 200}


def test_an_assertion_is_good_once_wherever_it_is_shown(identity: Identity) -> None:
    system = a_system(identity, "k-once")
    shown = system.assertion()
    assert system.ask(shown).status_code == 200
    for path in ("token", "introspect", "revoke"):
        again = system.ask(shown, path, token="x")
        assert (again.status_code, again.json()["error"]) == (401, "invalid_client")
    other = a_system(identity, "k-once-too")
    jti = system.claims()["jti"]
    assert [s.ask(s.assertion(jti=jti)).status_code for s in (system, other, system)] == [200, 200, 401]


def test_of_many_who_show_one_assertion_at_once_one_gets_a_token(identity: Identity) -> None:
    system = a_system(identity, "k-race")
    shown, got = system.assertion(), list[int]()
    racers = [threading.Thread(target=lambda: got.append(system.ask(shown).status_code)) for _ in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(got) == [200] + [401] * 7


def test_an_assertion_is_burnt_even_when_what_it_asks_for_is_refused(identity: Identity) -> None:
    system = a_system(identity, "k-burnt")
    shown = system.assertion()
    assert system.ask(shown, scope="families:read").json()["error"] == "invalid_scope"
    assert system.ask(shown).status_code == 401


def test_what_nobody_signed_is_not_kept(identity: Identity) -> None:
    system = a_system(identity, "k-flood")
    before = used(identity)
    for _ in range(3):
        assert system.ask(system.assertion(key=ECKey.generate_key("P-256"))).status_code == 401
        assert system.ask(system.assertion(exp=0)).status_code == 401
    assert used(identity) == before


def used(identity: Identity) -> int:
    with identity.running.runtime.read() as session:
        return session.query(UsedAssertion).count()


Forge = Callable[[System], str]
STRANGER = ECKey.generate_key("P-256")
HOSTILE: dict[str, Forge] = {
    "another key": lambda s: s.assertion(key=STRANGER),
    "another key under the right kid": lambda s: s.assertion({"kid": s.key.thumbprint()}, key=STRANGER),
    "a kid of nobody": lambda s: s.assertion({"kid": "nobody"}),
    "a kid that is no text": lambda s: unsigned({"alg": "ES256", "kid": {"a": 1}}, s.claims(), "AAAA"),
    "its own key": lambda s: s.assertion({"jwk": STRANGER.as_dict(private=False)}, key=STRANGER),
    "its own key, the right signature": lambda s: s.assertion({"jwk": s.public()}),
    "an address of keys": lambda s: s.assertion({"jku": "https://evil.example/jwks"}),
    "an address of certificates": lambda s: s.assertion({"x5u": "https://evil.example/cert"}),
    "a certificate": lambda s: s.assertion({"x5c": ["MIIB"]}),
    "what must be understood": lambda s: unsigned({"alg": "ES256", "crit": ["b64"], "b64": False}, s.claims(), "AA"),
    "an access token's type": lambda s: s.assertion({"typ": "at+jwt"}),
    "no algorithm": lambda s: unsigned({"alg": "none"}, s.claims(), ""),
    "no algorithm at all": lambda s: unsigned({}, s.claims(), ""),
    "an algorithm that is no text": lambda s: unsigned({"alg": ["ES256"]}, s.claims(), "AAAA"),
    "the public key as a secret": lambda s: hmac_signed(cast(ECKey, s.key).as_pem(private=False), s.claims()),
    "RSA": lambda s: sign(RSAKey.generate_key(2048), {"alg": "RS256"}, s.claims()),
    "another curve": lambda s: sign(OKPKey.generate_key("Ed25519"), {"alg": "Ed25519"}, s.claims()),
    "a signature of zeros": lambda s: unsigned({"alg": "ES256"}, s.claims(), b64(bytes(64))),
    "no signature": lambda s: s.assertion().rpartition(".")[0] + ".",
    "other claims under the signature": lambda s: swapped(s.assertion(), s.claims(exp=int(time.time()) + 200)),
    "another server": lambda s: s.assertion(aud="https://elsewhere.example"),
    "another endpoint": lambda s: s.assertion(aud=f"{ISSUER}/oauth/revoke"),
    "two audiences": lambda s: s.assertion(aud=[ISSUER, "https://elsewhere.example"]),
    "an audience that is no text": lambda s: s.assertion(aud={"a": ISSUER}),
    "audiences within audiences": lambda s: s.assertion(aud=[[ISSUER]]),
    "no audience": lambda s: s.assertion(aud=...),
    "another issuer": lambda s: s.assertion(iss="families"),
    "no issuer": lambda s: s.assertion(iss=...),
    "another subject": lambda s: s.assertion(sub="families", iss="families"),
    "no subject": lambda s: s.assertion(sub=..., iss=...),
    "a subject that is no text": lambda s: s.assertion(sub=["a"], iss=["a"]),
    "a subject that no store can look for": lambda s: s.assertion(sub="a\x00\ud800", iss="a\x00\ud800"),
    "no end": lambda s: s.assertion(exp=...),
    "an end long ago": lambda s: s.assertion(exp=int(time.time()) - 60),
    "an end too far away": lambda s: s.assertion(exp=int(time.time()) + 3700),
    "an end that is no number": lambda s: s.assertion(exp=str(int(time.time()) + 60)),
    "an end without end": lambda s: s.assertion(exp=float("inf")),
    "an end that is none": lambda s: s.assertion(exp=float("nan")),
    "an end beyond counting": lambda s: s.assertion(exp=10**400),
    "an end that is true": lambda s: s.assertion(exp=True),
    "not yet": lambda s: s.assertion(nbf=int(time.time()) + 60),
    "a begin that is no number": lambda s: s.assertion(nbf="now"),
    "made tomorrow": lambda s: s.assertion(iat=int(time.time()) + 86_400),
    "made yesterday": lambda s: s.assertion(iat=int(time.time()) - 86_400),
    "made never": lambda s: s.assertion(iat=None),
    "no id": lambda s: s.assertion(jti=...),
    "an empty id": lambda s: s.assertion(jti=""),
    "an id that is a number": lambda s: s.assertion(jti=7),
    "an id too long": lambda s: s.assertion(jti="x" * 201),
    "an id that no store can hold": lambda s: s.assertion(jti="a\x00b"),
    "bound to another key": lambda s: s.assertion(cnf={"jkt": STRANGER.thumbprint()}),
    "bound to its own key": lambda s: s.assertion(cnf={"jkt": s.key.thumbprint()}),
    "bound to a certificate": lambda s: s.assertion(cnf={"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}),
    "bound to nothing": lambda s: s.assertion(cnf={}),
    "bound to null": lambda s: s.assertion(cnf=None),
    "claims that are a list": lambda s: sign(s.key, {"alg": "ES256"}, ["a"]),
    "claims that are no JSON": lambda s: sign(s.key, {"alg": "ES256"}, b"claims"),
    "claims that are not UTF-8": lambda s: sign(s.key, {"alg": "ES256"}, b"\xff\xfe"),
    "claims without end": lambda s: sign(s.key, {"alg": "ES256"}, b"[" * 1200),
    "a header without end": lambda s: f"{b64(b'[' * 400)}.{b64(b'{}')}.AAAA",
    "two parts": lambda s: s.assertion().rpartition(".")[0],
    "five parts": lambda s: "a.b.c.d.e",
    "nothing": lambda s: "",
    "points": lambda s: "..",
}


def unsigned(header: Any, claims: Any, signature: str) -> str:
    return f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}.{signature}"


def hmac_signed(secret: bytes, claims: dict[str, Any]) -> str:
    signed = unsigned({"alg": "HS256"}, claims, "").rstrip(".")
    return f"{signed}.{b64(hmac.digest(secret, signed.encode(), 'sha256'))}"


def swapped(assertion: str, claims: dict[str, Any]) -> str:
    header, _, signature = assertion.split(".")
    return f"{header}.{b64(json.dumps(claims).encode())}.{signature}"


def test_whatever_is_wrong_with_an_assertion_the_answer_is_one_and_the_same(identity: Identity) -> None:
    system = a_system(identity, "k-hostile")
    expected = identity.token("nobody-at-all", "wrong")
    for what, forge in HOSTILE.items():
        answer = system.ask(forge(system))
        assert (answer.status_code, answer.content) == (401, expected.content), what
    assert system.ask(system.assertion()).status_code == 200


def test_two_ways_at_once_are_none(identity: Identity) -> None:
    id, secret = identity.machine("k-both")
    system = System(identity, "k-both", id, ECKey.generate_key("P-256"))
    identity.make(f"/v1/clients/{id}/keys", system.public())
    form = {"grant_type": "client_credentials", "client_assertion_type": KIND}
    post = identity.http.post
    refused = [
        system.ask(system.assertion(), client_secret=secret),
        system.ask(system.assertion(), client_id="families"),
        post("/oauth/token", data=form | {"client_assertion": system.assertion()}, auth=("k-both", secret)),
        post("/oauth/token", data=form | {"client_id": "k-both", "client_secret": secret}),
        post("/oauth/token", data={"grant_type": "client_credentials", "client_assertion": system.assertion()}),
        post("/oauth/token", data=form | {"client_assertion_type": "saml2", "client_assertion": system.assertion()}),
    ]
    assert {answer.status_code for answer in refused} == {401}
    assert identity.token("k-both", secret).status_code == system.ask(system.assertion()).status_code == 200


def test_a_client_with_a_key_and_no_secret_cannot_use_a_secret(identity: Identity) -> None:
    id, secret = identity.machine("k-only")
    system = System(identity, "k-only", id, ECKey.generate_key("P-256"))
    identity.make(f"/v1/clients/{id}/keys", system.public())
    (held,) = identity.get(f"/v1/clients/{id}")["secrets"]
    end(identity, id, "secrets", held["id"])
    for guess in (secret, "", system.key.thumbprint(), json.dumps(system.public())):
        assert identity.token("k-only", guess).status_code == 401
    assert system.ask(system.assertion()).status_code == 200


def test_secrets_and_keys_are_two_at_most_and_one_at_least(identity: Identity) -> None:
    id, secret = identity.machine("k-rotates")
    first = System(identity, "k-rotates", id, ECKey.generate_key("P-256"))
    second = System(identity, "k-rotates", id, OKPKey.generate_key("Ed25519"), "Ed25519")
    keys = f"/v1/clients/{id}/keys"
    one = identity.make(keys, first.public())["id"]
    for third in (identity.post(keys, second.public()), identity.post(f"/v1/clients/{id}/secrets", None)):
        assert (third.status_code, third.json()["type"].split("/")[-1]) == (409, "two-secrets-live")
    assert (identity.token("k-rotates", secret).status_code, first.ask(first.assertion()).status_code) == (200, 200)

    (held,) = identity.get(f"/v1/clients/{id}")["secrets"]
    assert end(identity, id, "secrets", held["id"]).status_code == 200
    assert identity.token("k-rotates", secret).status_code == 401
    two = identity.make(keys, second.public() | {"kid": "2027"})
    assert (two["kid"], two["thumbprint"]) == ("2027", second.key.thumbprint())
    assert [s.ask(s.assertion()).status_code for s in (first, second)] == [200, 200]
    assert second.ask(second.assertion({"kid": "2027"})).status_code == 200
    assert second.ask(second.assertion({"kid": first.key.thumbprint()})).status_code == 401

    assert end(identity, id, "secrets", one).status_code == 404
    assert end(identity, id, "keys", one).status_code == 200
    assert [s.ask(s.assertion()).status_code for s in (first, second)] == [401, 200]
    again = end(identity, id, "keys", one)
    assert (again.status_code, again.json()["type"].split("/")[-1]) == (404, "client-key-not-found")
    last = end(identity, id, "keys", two["id"])
    assert (last.status_code, last.json()["type"].split("/")[-1]) == (409, "last-secret")
    assert identity.events(client="k-rotates") == ["client.changed.v1"] * 5
    entries = identity.get("/v1/audit", kind="client", object="k-rotates")["items"]
    acts = [entry["action"] for entry in entries if entry["action"] != "proof.refused"]  # of once a minute
    assert acts == [f"client.{act}" for act in ("key-ended", "key-added", "secret-ended", "key-added", "registered")]


def test_keys_are_listed_and_what_is_shown_is_public(identity: Identity) -> None:
    id, _ = identity.machine("k-list")
    key = ECKey.generate_key("P-256")
    made = identity.make(f"/v1/clients/{id}/keys", key.as_dict(private=False) | {"use": "sig", "alg": "ES256"})
    (shown,) = identity.get(f"/v1/clients/{id}/keys")["items"]
    assert shown == {
        "id": made["id"],
        "kid": key.thumbprint(),
        "thumbprint": key.thumbprint(),
        "algorithms": ["ES256"],
        "created_at": shown["created_at"],
    }
    assert identity.get(f"/v1/clients/{id}")["keys"] == [shown]
    assert identity.http.get(f"/v1/clients/{id}/keys").status_code == 401
    with identity.running.runtime.read() as session:
        (row,) = session.query(Credential).filter_by(digest=key.thumbprint())
        assert row.public and "d" not in row.public


def test_a_repeated_request_adds_one_key(identity: Identity) -> None:
    id, _ = identity.machine("k-repeat")
    jwk, key = ECKey.generate_key("P-256").as_dict(private=False), secrets.token_hex(8)
    first, second = (identity.post(f"/v1/clients/{id}/keys", jwk, key) for _ in range(2))
    assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())
    assert len(identity.get(f"/v1/clients/{id}/keys")["items"]) == 1


def test_a_key_that_was_ended_never_comes_back(identity: Identity) -> None:
    id, _ = identity.machine("k-never")
    jwk = ECKey.generate_key("P-256").as_dict(private=False)
    made = identity.make(f"/v1/clients/{id}/keys", jwk)
    assert identity.post(f"/v1/clients/{id}/keys", jwk).json()["type"].endswith("/client-key-exists")
    assert end(identity, id, "keys", made["id"]).status_code == 200
    refused = identity.post(f"/v1/clients/{id}/keys", jwk | {"kid": "another name"[:7]})
    assert (refused.status_code, refused.json()["type"].split("/")[-1]) == (409, "client-key-exists")


EC = ECKey.generate_key("P-256").as_dict(private=False)
ED = OKPKey.generate_key("Ed25519").as_dict(private=False)


RSA = RSAKey.generate_key(2048).as_dict(private=False)
MERSENNE = 2**2203 - 1
"""A prime: a modulus that has no factors hides nothing."""


def rsa(modulus: int) -> dict[str, Any]:
    return {"kty": "RSA", "e": "AQAB", "n": b64(modulus.to_bytes((modulus.bit_length() + 7) // 8, "big"))}


@pytest.mark.parametrize(
    "wrong",
    [
        ECKey.generate_key("P-256").as_dict(private=True),
        OKPKey.generate_key("Ed25519").as_dict(private=True),
        RSAKey.generate_key(2048).as_dict(private=True),
        rsa((1 << 1023) + 1),
        RSA | {"e": "Aw"},
        RSA | {"alg": "RS512"},
        RSA | {"alg": "ES256"},
        RSA | {"crv": "P-256"},
        RSA | {"x": EC["x"]},
        {name: value for name, value in RSA.items() if name != "e"},
        rsa(1 << 4096),
        rsa((1 << 4200) + 1),
        rsa((1 << 2047) + 2),
        rsa((((1 << 2047) // 7) | 1) * 7),
        rsa(MERSENNE),
        rsa((1 << 1023 | 1185) ** 2 << 2),
        rsa((2**1279 - 1) ** 2),
        EC | {"n": RSA["n"]},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        OctKey.generate_key(256).as_dict(),
        ECKey.generate_key("P-384").as_dict(private=False),
        ECKey.generate_key("secp256k1").as_dict(private=False),
        OKPKey.generate_key("X25519").as_dict(private=False),
        OKPKey.generate_key("Ed448").as_dict(private=False),
        EC | {"y": EC["x"]},
        EC | {"x": "A" * 43, "y": "A" * 43},
        EC | {"x": str(EC["x"])[:-1]},
        EC | {"x": f"{EC['x']}="},
        EC | {"crv": "Ed25519"},
        ED | {"crv": "P-256"},
        ED | {"y": EC["y"]},
        {name: value for name, value in EC.items() if name != "y"},
        ED | {"x": b64(bytes(32))},
        ED | {"x": b64(bytes([1]) + bytes(31))},
        ED | {"x": b64(bytes([1]) + bytes(30) + bytes([0x80]))},
        ED | {"x": b64(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))},
        ED | {"x": b64(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"))},
        ED | {"x": b64((2**255 - 20).to_bytes(32, "little"))},
        ED | {"x": b64((2**255 - 18).to_bytes(32, "little"))},
        EC | {"alg": "HS256"},
        EC | {"alg": "EdDSA"},
        EC | {"use": "enc"},
        EC | {"key_ops": ["sign"]},
        EC | {"kid": ""},
        EC | {"kid": "a b"},
        EC | {"kid": 7},
        EC | {"x5c": ["MIIB"]},
        EC | {"x5u": "https://evil.example"},
        {"keys": [EC]},
        [EC],
        "key",
        None,
        {},
    ],
    ids=lambda wrong: "-".join(wrong) if isinstance(wrong, dict) else str(type(wrong).__name__),
)
def test_what_is_no_good_public_key_is_refused_without_an_echo(identity: Identity, wrong: Any) -> None:
    client = identity.get("/v1/services/programme/clients", limit=1)["items"][0]["id"]
    refused = identity.post(f"/v1/clients/{client}/keys", wrong)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"].startswith("/body")
    values = [value for value in wrong.values() if isinstance(value, str)] if isinstance(wrong, dict) else []
    assert not [value for value in values if len(value) > 12 and value in refused.text]


def test_a_private_key_is_refused_with_a_word_on_what_has_happened(identity: Identity) -> None:
    client = identity.get("/v1/services/programme/clients", limit=1)["items"][0]["id"]
    refused = identity.post(f"/v1/clients/{client}/keys", ECKey.generate_key("P-256").as_dict(private=True))
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/body", "private_key") and "known to others" in error["detail"]


def test_public_clients_have_no_keys(identity: Identity) -> None:
    portal = next(
        client for client in identity.get("/v1/services/programme/clients", limit=500)["items"] if client["public"]
    )
    refused = identity.post(f"/v1/clients/{portal['id']}/keys", EC)
    assert (refused.status_code, refused.json()["type"].split("/")[-1]) == (409, "public-client")
    system = System(identity, "portal", portal["id"], ECKey.generate_key("P-256"))
    assert system.ask(system.assertion()).status_code == 401


def test_a_disabled_client_proves_nothing(identity: Identity) -> None:
    system = a_system(identity, "k-disabled")
    assert identity.patch(f"/v1/clients/{system.id}", {"status": "disabled"}).status_code == 200
    assert system.ask(system.assertion()).status_code == 401


def test_a_key_opens_introspection_and_revocation_too(identity: Identity) -> None:
    system = a_system(identity, "k-doors")
    token = system.ask(system.assertion()).json()["access_token"]
    seen = system.ask(system.assertion(), "introspect", token=token).json()
    assert (seen["active"], seen["client_id"]) == (True, "k-doors")
    assert system.ask(system.assertion(), "revoke", token=token).status_code == 200
    assert system.ask(system.assertion(), "introspect", token=token).json() == {"active": False}


def test_the_metadata_names_the_method_and_its_algorithms(identity: Identity) -> None:
    body = identity.http.get("/.well-known/oauth-authorization-server").json()
    for endpoint in ("token", "revocation", "introspection"):
        assert "private_key_jwt" in body[f"{endpoint}_endpoint_auth_methods_supported"]
        assert body[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] == [
            "ES256",
            "Ed25519",
            "EdDSA",
            "RS256",
            "PS256",
        ]
    secure = json.loads(json.dumps(body).replace("http://127.0.0.1:8701", "https://identity.example"))
    AuthorizationServerMetadata(secure).validate()


def test_assertions_are_forgotten_when_they_are_too_old_to_be_shown_again(identity: Identity) -> None:
    system = a_system(identity, "k-sweep")
    old = [{"digest": f"old-{n}", "expires_at": now() - timedelta(seconds=1)} for n in range(2 * BATCH + 5)]
    with identity.running.runtime.write() as session:
        session.bulk_insert_mappings(UsedAssertion.__mapper__, old)
    shown = system.assertion()
    assert system.ask(shown).status_code == 200
    Sweeper().sweep(identity.running.runtime)
    assert system.ask(shown).status_code == 401
    assert 0 < used(identity) < BATCH
    with time_machine.travel(now() + timedelta(seconds=4000), tick=False):
        Sweeper().sweep(identity.running.runtime)
        assert used(identity) == 0
