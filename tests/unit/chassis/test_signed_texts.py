"""Signed texts are read in one way only: by published cases, and by a corpus with the right answer for each."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, import_key

from chassis.auth import Verifier
from chassis.jose import NotReadable, read_signed
from chassis.problems import NotSignedIn
from fixtures.token_corpus import list_tokens
from fixtures.tokens import AUDIENCE, ISSUER, KEY, TRUSTED

PUBLISHED = Path(__file__).parents[2] / "fixtures" / "published"
ALGORITHMS = {"EC": ["ES256"], "OKP": ["Ed25519", "EdDSA"], "oct": ["HS256"]}
STRICTER = {
    "InvalidCharacterInsertedInHeader",
    "InvalidCharacterInsertedInPayload",
}
"""Wycheproof lets a reader pass over what is no base64url where the signature covers it. We let nobody."""


class Pen:
    """Signs as identity does; whoever checks trusts `KEY`."""

    kid, key, public = str(KEY.kid), KEY, KEY.as_dict(private=False)

    def claims(self, **other: Any) -> dict[str, Any]:
        now = int(time.time())
        said = {"iss": ISSUER, "sub": "ana", "aud": AUDIENCE, "iat": now, "exp": now + 300, "jti": "j-1"}
        said |= {"client_id": "portal", "scope": "", "agency": "thornbury-council", "service": "programme"}
        return said | {"roles": [], "areas": [], "purposes": []} | other

    def signed(
        self, claims: dict[str, Any] | None = None, header: dict[str, Any] | None = None, key: ECKey | None = None
    ) -> str:
        stated = {"alg": "ES256", "typ": "at+jwt", "kid": self.kid} | (header or {})
        stated = {name: value for name, value in stated.items() if value is not None}
        return jwt.encode(stated, claims or self.claims(), key or self.key, algorithms=["ES256"])


def is_good(text: str, key: Any, algorithms: list[str]) -> bool:
    try:
        signed = read_signed(text)
    except NotReadable:
        return False
    return not signed.brings_key() and signed.signed_by(key, algorithms)


@pytest.mark.parametrize("name", ["rfc_jws", "wycheproof_jws"])
def test_published_cases_get_their_published_answers(name: str) -> None:
    groups = json.loads((PUBLISHED / f"{name}.json").read_text())["groups"]
    wrong = [
        f"{group['comment']}: {test['comment']}"
        for group in groups
        for key in [import_key(group["key"])]
        for test in group["tests"]
        if is_good(test["jws"], key, ALGORITHMS[group["key"]["kty"]]) != (test["result"] == "valid")
        and test["comment"] not in STRICTER
    ]
    assert wrong == []


def test_what_is_stricter_than_published_is_refused() -> None:
    groups = json.loads((PUBLISHED / "wycheproof_jws.json").read_text())["groups"]
    texts = [test["jws"] for group in groups for test in group["tests"] if test["comment"] in STRICTER]
    assert len(texts) == len(STRICTER)
    for text in texts:
        with pytest.raises(NotReadable):
            read_signed(text)


def test_each_token_of_the_corpus_gets_its_right_answer() -> None:
    verifier = Verifier(TRUSTED, ISSUER, AUDIENCE, longest_life=600)

    async def is_taken(text: str) -> bool:
        try:
            await verifier.caller(text)
        except NotSignedIn:
            return False
        return True

    async def list_wrong() -> list[str]:
        cases = list_tokens(Pen(), AUDIENCE)
        assert len(cases) > 400
        assert sum(case.good for case in cases) > 10
        return [case.name for case in cases if await is_taken(case.text) != case.good]

    assert asyncio.run(list_wrong()) == []


def test_a_token_is_believed_for_so_long_at_most_whatever_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    pen, verifier = Pen(), Verifier(TRUSTED, ISSUER, AUDIENCE, longest_life=600)
    now = time.time()
    text = pen.signed(pen.claims(iat=int(now), exp=int(now) + 10**8))
    assert asyncio.run(verifier.caller(text)).subject == "ana"
    monkeypatch.setattr(time, "time", lambda: now + 590)
    assert asyncio.run(verifier.caller(text)).subject == "ana"
    monkeypatch.setattr(time, "time", lambda: now + 610)
    for checked_before in (verifier, Verifier(TRUSTED, ISSUER, AUDIENCE, longest_life=600)):
        with pytest.raises(NotSignedIn):
            asyncio.run(checked_before.caller(text))
