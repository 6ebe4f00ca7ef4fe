"""A program that answers garbage to another one: nothing is shown or done on it, and the caller comes back later."""

import json
from typing import Any

import httpx
import pytest

from authority.town import Town
from chassis.clock import today
from chassis.http import ServiceClient
from sandbox.identifiers import upn
from unit.families.borough import attendance

PUPIL = upn(1, 2008, 977)
GARBAGE: list[Any] = [
    None, {}, [], "x", 7, [None], {"items": None, "verdicts": None, "covers": None, "ask": None},
    {"items": [{}], "verdicts": [{}], "covers": [], "ask": {}, "decision": 7},
    {"items": [{"ids": 7, "ways": None, "person": 7}], "verdicts": [{"person": 7, "verdict": "permit"}],
     "covers": 5, "ask": "x", "decision": None},
    {"items": [{"ids": ["x"], "ways": [], "person": "x"}], "verdicts": [{"person": "x", "verdict": "permit",
     "category": [], "source": {}}], "covers": [], "ask": {"service": [], "email": 3}, "decision": "x"},
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def pupil(town: Town) -> None:
    """Somebody whom some meet."""
    home = {"address_line": "7 Garble Row", "postcode": "ZZ99 7GG", "uprn": "999000097777"}
    town.push("school_attendance", attendance(upn=PUPIL, forename="Gwen", surname="Garble", **home))


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda value: json.dumps(value)[:30])
@pytest.mark.parametrize(
    ("program", "asked", "who", "path", "purpose"),
    [
        ("families", "consent", "harriet", "/v1/people/lookup", "support"),
        ("families", "consent", "ana", "/v1/people/lookup", "identify"),
        ("families", "consent", "ana", "/v1/facts/lookup", "identify"),
        ("consent", "families", "leo", "/v1/consents/lookup", "support"),
        ("consent", "families", "leo", "/v1/notices/lookup", "support"),
        ("consent", "families", "iris", "/v1/objections", ""),
        ("claims", "consent", "clare", "/v1/eligibility/lookup", "claim"),
    ],
)
def test_nothing_rests_on_garbage(
    town: Town, monkeypatch: pytest.MonkeyPatch, program: str, asked: str, who: str, path: str, purpose: str,
    garbage: Any,
) -> None:  # fmt: skip
    runtime = town.platform[program].runtime
    written = json.dumps(garbage).encode()
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=httpx.ByteStream(written)))
    client = ServiceClient("http://garbage.example", runtime.client(asked)._tokens, timeout=5, program=asked)
    client._http = httpx.Client(base_url="http://garbage.example", transport=transport)
    monkeypatch.setitem(runtime._clients, asked, client)
    person = town.person(PUPIL)
    body: Any = {"ids": [person]}
    if path == "/v1/objections":
        body = {"person": person, "date": today().isoformat(), "purposes": ["support"]}
    answer = town.post(who, program, path, body, purpose=purpose)
    assert answer.status_code in (200, 503, 404), answer.text
    if answer.status_code == 200:  # nobody was met, so that nothing was asked
        assert answer.json()["items"] == []
    if path == "/v1/objections":
        assert answer.status_code in (503, 404)
