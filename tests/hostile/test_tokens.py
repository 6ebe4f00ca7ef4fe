"""Tokens that open no door, tried at every one; and the whole corpus at one door of each program."""

import itertools
import json
import secrets
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, OKPKey

from fixtures.forgeries import FORGERIES, said
from fixtures.platform import PROGRAMS, Platform
from fixtures.token_corpus import list_assertions, list_tokens
from fixtures.tokens import AUDIENCE, ISSUER
from hostile.doors import OAUTH, Door, doors
from hostile.judge import judge, none
from identity.audit.service import PLATFORM
from identity.clients.keys import PublicJwk
from identity.clients.schemas import ClientRequest
from identity.clients.service import add_client_key, register_client
from identity.tokens.assertions import KIND

REFUSED_ALL_THE_SAME = {
    "families POST /v1/bars": "/not-your-team",
    "consent POST /v1/acting-services": "/not-a-named-body",
    "consent POST /v1/welfare-rules": "/not-your-service",
    "identity GET /oauth/userinfo": "invalid_token",
    "identity POST /oauth/userinfo": "invalid_token",
}
"""Where a good token is refused for what is asked: a bar is for oneself or one's team, and the sample names another;
the caller's service is no body that the law names; nobody has signed in for this token."""

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
            expected = REFUSED_ALL_THE_SAME.get(door.name, "none")
            if answer.status_code in (401, 403) and not word_of(answer).endswith(expected):
                shut.append(f"{door.name}: {answer.text}")
    assert shut == []


def word_of(answer: httpx.Response) -> str:
    """What kind of refusal it is: a problem's type, or OAuth's word."""
    body: dict[str, str] = answer.json()
    return body.get("type") or body.get("error") or ""


WITHOUT_SCOPE = ("/v1/whoami", "/v1/areas", "/v1/coverage", "/oauth/userinfo", "/graphql")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_token_without_scope_opens_no_door_but_those_that_need_none(platform: Platform, program: str) -> None:
    wrong = []
    bearer = said(platform, scope="", roles=[], purposes=[]).encode()
    for door in doors(platform, program):
        if door.locked and door.path not in WITHOUT_SCOPE and not door.path.startswith("/v1/me/"):
            wrong += judge(ask(platform, door, b"Bearer " + bearer), door, "no scope", {403})
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_token_of_the_corpus_gets_its_right_answer(platform: Platform, program: str) -> None:
    """The programs have one verifier, so one door each is enough; on servers a share of the corpus is."""
    door = next(door for door in doors(platform, program) if door.locked and door.method == "GET")
    wrong = []
    for case in door.some(list_tokens(platform, AUDIENCE), of=5 if platform.footing.name == "production" else 1):
        answer = ask(platform, door, f"Bearer {case.text}".encode())
        if case.good:
            wrong += [] if answer.status_code != 401 else [f"{door.name}: {case.name} was refused"]
        else:
            wrong += [f"{line}: {case.name}" for line in judge(answer, door, "token: corpus", {401})]
    assert none(wrong)


@pytest.mark.parametrize("algorithm", ["ES256", "Ed25519"])
def test_each_assertion_of_the_corpus_gets_its_right_answer(platform: Platform, algorithm: str) -> None:
    client, key = f"corpus-{algorithm.lower()}", make_key(algorithm)
    with platform["identity"].runtime.write() as session:
        request = ClientRequest(client_id=client, name=client, scopes=["feeds:read"], grants=["client_credentials"])
        made = register_client(session, PLATFORM, "programme", request).written
        add_client_key(session, PLATFORM, made.id, PublicJwk.model_validate(key.as_dict(private=False)))

    def claims() -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": client,
            "sub": client,
            "aud": ISSUER,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_hex(8),
        }

    wrong = []
    doors_of = itertools.cycle(sorted(OAUTH))
    for case, path in zip(list_assertions(claims, key, algorithm, ISSUER), doors_of, strict=False):
        form = {"client_assertion_type": KIND, "client_assertion": case.text}
        form |= {"grant_type": "client_credentials"} if path == "/oauth/token" else {"token": "x"}
        answer = platform["identity"].client.post(path, data=form)
        if answer.status_code not in ({200} if case.good else {400, 401}):  # 400: not made of what a form may hold
            wrong.append(f"{path}: {case.name}: {answer.status_code}")
    assert none(wrong)


def make_key(algorithm: str) -> ECKey | OKPKey:
    return ECKey.generate_key("P-256") if algorithm == "ES256" else OKPKey.generate_key("Ed25519")
