"""Tokens that open no door: forged, stolen from elsewhere, out of time, or not tokens at all."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from fixtures.platform import PROGRAMS, Platform
from hostile.doors import Door, doors
from hostile.judge import judge, none

REFUSED_ALL_THE_SAME = {"families POST /v1/bars": "not-your-team"}
"""Where a good token is refused for what is asked: a bar is for oneself or one's team, and the sample names another."""

Forgery = Callable[[Platform], str]
OWN = ECKey.generate_key("P-256")
OTHER_CURVE = ECKey.generate_key("P-384")
RSA = RSAKey.generate_key(2048)
SECRET = OctKey.generate_key(256)


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def by_hand(platform: Platform, header: dict[str, Any], sign: Callable[[bytes], bytes], claims: Any = None) -> str:
    stated = {"alg": "ES256", "typ": "at+jwt", "kid": platform.kid} | header
    text = f"{part(stated)}.{part(claims or platform.claims())}"
    return f"{text}.{part(sign(text.encode()))}"


def hs256(platform: Platform, secret: bytes) -> str:
    return by_hand(platform, {"alg": "HS256"}, lambda text: hmac.new(secret, text, hashlib.sha256).digest())


def other_algorithm(platform: Platform, algorithm: str, key: Any) -> str:
    header = {"alg": algorithm, "typ": "at+jwt", "kid": platform.kid}
    return jwt.encode(header, platform.claims(), key, algorithms=[algorithm])


def said(platform: Platform, **claims: Any) -> str:
    return platform.signed(platform.claims(**claims))


def without(platform: Platform, name: str) -> str:
    return platform.signed({key: value for key, value in platform.claims().items() if key != name})


def swapped(platform: Platform) -> str:
    one, other = platform.signed(), said(platform, sub="bo")
    return f"{one.rpartition('.')[0]}.{other.rpartition('.')[2]}"


def half_swapped(platform: Platform) -> str:
    head, _, signature = platform.signed().split(".")
    return f"{head}.{part(platform.claims(scope='everything'))}.{signature}"


def turned(platform: Platform) -> str:
    """The other of the two signatures that ECDSA has for everything must be no second token for the same words."""
    head, body, signature = platform.signed().split(".")
    return f"{head}.{body}.{signature[::-1]}"


NOW = int(time.time())
FORGERIES: dict[str, Forgery] = {
    "alg none": lambda p: by_hand(p, {"alg": "none"}, lambda _: b""),
    "alg None with a signature": lambda p: by_hand(p, {"alg": "None"}, lambda _: b"x" * 64),
    "alg nOnE": lambda p: by_hand(p, {"alg": "nOnE"}, lambda _: b""),
    "no alg": lambda p: by_hand(p, {"alg": None}, lambda _: b"x" * 64),
    "alg a list": lambda p: by_hand(p, {"alg": ["ES256"]}, lambda _: b"x" * 64),
    "HS256 with the public key as PEM": lambda p: hs256(p, p.key.as_pem(private=False)),
    "HS256 with the public key as DER": lambda p: hs256(p, p.key.as_der(private=False)),
    "HS256 with the public key as JSON": lambda p: hs256(p, json.dumps(p.public).encode()),
    "HS256 with the x coordinate": lambda p: hs256(p, base64.urlsafe_b64decode(p.public["x"] + "=")),
    "HS256 with nothing": lambda p: hs256(p, b""),
    "HS256 with a secret of its own": lambda p: other_algorithm(p, "HS256", SECRET),
    "RS256 under our kid": lambda p: other_algorithm(p, "RS256", RSA),
    "ES384 under our kid": lambda p: other_algorithm(p, "ES384", OTHER_CURVE),
    "another key under our kid": lambda p: p.signed(key=OWN),
    "another key in the header": lambda p: p.signed(header={"jwk": OWN.as_dict(private=False)}, key=OWN),
    "our key in the header": lambda p: p.signed(header={"jwk": p.public}),
    "another key by address": lambda p: by_hand(p, {"jku": "https://mallory.example/jwks"}, lambda _: b"x" * 64),
    "x5u": lambda p: by_hand(p, {"x5u": "https://mallory.example/x"}, lambda _: b"x" * 64),
    "x5c": lambda p: by_hand(p, {"x5c": ["AAAA"]}, lambda _: b"x" * 64),
    "crit": lambda p: by_hand(p, {"crit": ["exp"]}, lambda _: b"x" * 64),
    "b64 false": lambda p: by_hand(p, {"b64": False, "crit": ["b64"]}, lambda _: b"x" * 64),
    "an unknown kid": lambda p: p.signed(header={"kid": "mine"}, key=OWN),
    "a kid that is a path": lambda p: p.signed(header={"kid": "../../../../dev/null"}, key=OWN),
    "a kid that is SQL": lambda p: p.signed(header={"kid": "' OR 1=1 --"}, key=OWN),
    "a kid with a zero byte": lambda p: by_hand(p, {"kid": "a\0b"}, lambda _: b"x" * 64),
    "a kid with half a surrogate": lambda p: by_hand(p, {"kid": "\ud800"}, lambda _: b"x" * 64),
    "a kid that is a number": lambda p: by_hand(p, {"kid": 7}, lambda _: b"x" * 64),
    "no kid": lambda p: p.signed(header={"kid": None}),
    "no signature": lambda p: by_hand(p, {}, lambda _: b""),
    "a signature of zeros": lambda p: by_hand(p, {}, lambda _: b"\0" * 64),
    "a signature of ones": lambda p: by_hand(p, {}, lambda _: b"\0" * 31 + b"\1" + b"\0" * 31 + b"\1"),
    "a signature that is too long": lambda p: by_hand(p, {}, lambda _: b"x" * 5000),
    "another token's signature": swapped,
    "another body under a signature": half_swapped,
    "a signature turned round": turned,
    "two tokens": lambda p: f"{p.signed()}.{p.signed()}",
    "a token and a comma": lambda p: f"{p.signed()},x",
    "a token without its last letter": lambda p: p.signed()[:-1],
    "another type": lambda p: p.signed(header={"typ": "JWT"}),
    "no type": lambda p: p.signed(header={"typ": None}),
    "an id token's type": lambda p: p.signed(header={"typ": "id+jwt"}),
    "another audience": lambda p: said(p, aud="https://elsewhere.example"),
    "an audience that begins like ours": lambda p: said(p, aud="thinkfamily.example"),
    "an audience that is a number": lambda p: said(p, aud=7),
    "no audience": lambda p: without(p, "aud"),
    "another issuer": lambda p: said(p, iss="https://elsewhere.example"),
    "an issuer with a slash more": lambda p: said(p, iss=p.claims()["iss"] + "/"),
    "no issuer": lambda p: without(p, "iss"),
    "expired": lambda p: said(p, iat=NOW - 4000, exp=NOW - 3600),
    "expired at the beginning of time": lambda p: said(p, exp=0),
    "expiring before time": lambda p: said(p, exp=-(10**30)),
    "never expiring": lambda p: without(p, "exp"),
    "expiring at infinity": lambda p: said(p, exp="Infinity"),
    "expiring in words": lambda p: said(p, exp="tomorrow"),
    "made in the future": lambda p: said(p, iat=NOW + 9_000),
    "not made": lambda p: without(p, "iat"),
    "good from the future on": lambda p: said(p, nbf=NOW + 9_000),
    "good from nonsense on": lambda p: said(p, nbf=[1]),
    "about nobody": lambda p: without(p, "sub"),
    "of no agency": lambda p: without(p, "agency"),
    "of no service": lambda p: without(p, "service"),
    "with roles that are a number": lambda p: said(p, roles=7),
    "claims that are a list": lambda p: by_hand(p, {}, lambda _: b"x" * 64, [1]),
    "a header that nests deep": lambda p: f"{part(b'[' * 5000)}.e30.{part(b'x' * 64)}",
    "a header that is a list": lambda p: f"{part([1])}.e30.{part(b'x' * 64)}",
    "a header that is not JSON": lambda p: f"{part(b'nope')}.e30.{part(b'x' * 64)}",
    "an encrypted token's shape": lambda p: "a.b.c.d.e",
    "dots": lambda p: "..",
    "no words": lambda p: "a.b.c",
    "very long": lambda p: "a" * 7_900,
    "longer than is read": lambda p: "a" * 20_000,
    "not ASCII": lambda p: "é.é.é",
    "one word": lambda p: "x",
    "quotes": lambda p: '"',
}  # fmt: skip

HEADERS: dict[str, Callable[[Platform], bytes | None]] = {
    "no header": lambda p: None,
    "an empty header": lambda p: b"",
    "no token": lambda p: b"Bearer",
    "another scheme": lambda p: b"Basic YTpi",
    "no scheme": lambda p: p.signed().encode(),
    "a token in quotes": lambda p: f'Bearer "{p.signed()}"'.encode(),
    "DPoP": lambda p: f"DPoP {p.signed()}".encode(),
    "latin letters": lambda p: b"Bearer \xe9\xff",
    "two schemes": lambda p: f"Bearer Bearer {p.signed()}".encode(),
}


def ask(platform: Platform, door: Door, authorization: bytes | None) -> Any:
    headers: dict[str, Any] = {name: value.encode() for name, value in door.headers("x").items()}
    headers.pop("Authorization")
    if authorization is not None:
        headers["Authorization"] = authorization
    # A body that no door refuses before it has looked at the token.
    body = json.dumps(door.body()).encode() if door.is_json else b""
    if door.is_json:
        headers["Content-Type"] = b"application/json"
    return platform[door.program].client.request(
        door.method, door.url(), params=door.query(), content=body, headers=headers
    )


def refused(platform: Platform, door: Door, authorization: bytes | None, kind: str) -> list[str]:
    answer = ask(platform, door, authorization)
    wrong = judge(answer, door, kind, {401})
    challenge = answer.headers.get("www-authenticate", "")
    if answer.status_code == 401 and not challenge.startswith("Bearer "):
        wrong.append(f"{door.name}, {kind}: no WWW-Authenticate")
    scheme, _, token = (authorization or b"").partition(b" ")
    # Who showed no token is told of no error: a standard client then asks for a token, and does not give up.
    if answer.status_code == 401 and ("error=" in challenge) != (scheme.lower() == b"bearer" and bool(token)):
        wrong.append(f"{door.name}, {kind}: challenged by {challenge}")
    return wrong


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_forged_token_opens_no_door(platform: Platform, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        if door.locked:
            for how, forge in door.some(FORGERIES.items(), of=12):
                wrong += refused(platform, door, f"Bearer {forge(platform)}".encode(), f"token: {how}")
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_broken_authorization_header_opens_no_door(platform: Platform, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        if door.locked:
            for how, header in door.some(HEADERS.items(), of=3):
                wrong += refused(platform, door, header(platform), f"authorization: {how}")
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_same_token_whole_opens_every_door(platform: Platform, program: str) -> None:
    shut = []
    for door in doors(platform, program):
        if door.locked:
            answer = ask(platform, door, f"Bearer {platform.signed()}".encode())
            expected = f"/{REFUSED_ALL_THE_SAME.get(door.name)}"
            if answer.status_code in (401, 403) and not answer.json()["type"].endswith(expected):
                shut.append(f"{door.name}: {answer.text}")
    assert shut == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_token_without_scope_opens_no_door_but_those_that_need_none(platform: Platform, program: str) -> None:
    wrong = []
    bearer = said(platform, scope="", roles=[], purposes=[]).encode()
    for door in doors(platform, program):
        if door.locked and door.path not in ("/v1/whoami", "/v1/areas", "/v1/coverage", "/oauth/userinfo", "/graphql"):
            wrong += judge(ask(platform, door, b"Bearer " + bearer), door, "no scope", {403})
    assert none(wrong)
