"""Floods stay where they are, and nobody is locked out by what others try. What waits is counted, not how long."""

import re
import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from fixtures.stack import Programs
from identity.settings import IdentitySettings
from identity.sign_in.devices import add_device, find_device

from .conftest import PASSWORD, Browser, Identity, http_from, start_identity
from .test_client_keys import a_system
from .test_token_doors import PATIENCE, watching

ANA = "ana@thornbury.example"
HERE, THERE, ELSEWHERE = "127.0.0.1", "127.0.0.2", "127.0.0.3"


class Holding:
    """A hasher whose checks wait until they are let go. Shape: `checked` counts those that came."""

    def __init__(self, real: Any) -> None:
        self._real, self.free, self.checked = real, threading.Event(), 0
        self.stands = threading.Semaphore(0)

    def verify(self, held: str, password: str) -> bool:
        self.checked += 1
        self.stands.release()
        assert self.free.wait(PATIENCE)
        return bool(self._real.verify(held, password))

    def check_needs_rehash(self, held: str) -> bool:
        return False


@pytest.fixture
def flooded(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Identity, Holding, Browser]]:
    """identity, whose password checks stand still, two at once and five behind; and a device that knows ana."""
    identity = start_identity(programs, argon2_at_once=2, passwords_waiting=5)
    identity.user("ana", ["analyst"])
    passwords = identity.running.runtime.state["passwords"]
    holding = Holding(passwords._hasher)
    known = identity.browser()
    known.code(ANA, PASSWORD)
    monkeypatch.setattr(passwords, "_hasher", holding)
    try:
        yield identity, holding, known
    finally:
        holding.free.set()


def post(browser: Browser, email: str, csrf: str) -> httpx.Response:
    return browser.fill_in(email, "a guess", csrf=csrf)


def csrf_of(browser: Browser) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', browser.open().text)
    assert found
    return found[1]


def test_a_flood_at_the_sign_in_page_keeps_no_token_waiting(flooded: tuple[Identity, Holding, Browser]) -> None:
    """Sixty who post random addresses with a valid csrf: a machine's token did not come in a minute."""
    identity, holding, known = flooded
    system = a_system(identity, "f-system")
    posters = [identity.browser() for _ in range(60)]
    forms = [csrf_of(poster) for poster in posters]
    known_csrf = csrf_of(known)
    with ThreadPoolExecutor(64) as pool:
        tried = [
            pool.submit(post, poster, f"{secrets.token_hex(6)}@x.example", form)
            for poster, form in zip(posters, forms, strict=True)
        ]
        refused = first_done(tried, 60 - 2 - 5)
        assert {answer.status_code for answer in refused} == {503}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
        assert (holding.checked, identity.running.runtime.state["passwords"].waiting) == (2, 5)
        # While all of that stands still, everybody else is answered.
        token = system.ask(system.assertion())
        assert token.status_code == 200
        looked = system.ask(system.assertion(), "introspect", token=token.json()["access_token"])
        assert looked.json()["active"]
        assert identity.http.get("/v1/whoami", headers=identity.admin).status_code == 200
        assert identity.browser().open().status_code == 200
        # Strangers find no room any more, and who has signed in here before does.
        assert post(identity.browser(), ANA, "x").status_code == 422
        assert identity.browser().fill_in(ANA, PASSWORD).status_code == 503
        ana = pool.submit(known.fill_in, ANA, PASSWORD, known_csrf)
        holding.free.set()
        assert ana.result(PATIENCE).status_code == 302
        assert sorted(each.result(PATIENCE).status_code for each in tried) == [422] * 7 + [503] * 53


def first_done(futures: list[Future[httpx.Response]], count: int) -> list[httpx.Response]:
    done: list[httpx.Response] = []
    came = threading.Semaphore(0)
    for future in futures:
        future.add_done_callback(lambda _: came.release())
    for _ in range(count):
        assert came.acquire(timeout=PATIENCE)
    done = [future.result() for future in wait(futures, 0).done]
    assert len(done) == count
    return done


def test_many_guesses_at_once_get_no_more_tries_than_one_after_another(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = start_identity(programs, failures_free=3, argon2_at_once=8)
    passwords = identity.running.runtime.state["passwords"]
    holding = Holding(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", holding)
    browsers = [identity.browser() for _ in range(12)]
    forms = [csrf_of(browser) for browser in browsers]
    with ThreadPoolExecutor(12) as pool:
        tried = [pool.submit(post, *one) for one in zip(browsers, [ANA] * 12, forms, strict=True)]
        first_done(tried, 9)
        holding.free.set()
        assert sorted(each.result(PATIENCE).status_code for each in tried) == [422] * 3 + [429] * 9
    assert holding.checked == 3
    with watching(identity) as watch:
        assert identity.browser().fill_in(ANA, "a guess").status_code == 429
    assert holding.checked == 3
    # Whoever has to wait writes nothing: a write a request would be the flood itself.
    assert not [each for each in watch.statements if not each.startswith("SELECT")]


def test_wrong_guesses_from_elsewhere_lock_nobody_out(programs: Programs) -> None:
    # The first wait at an address from anywhere is as long as the longest: a slow machine must not outlast it.
    identity = start_identity(programs, failures_wait_anywhere=30)
    identity.user("ana", ["analyst"])
    identity.user("bo", ["analyst"])
    ana = identity.browser()
    assert ana.fill_in(ANA, PASSWORD).status_code == 302
    guesses = [identity.browser(source=THERE).fill_in(ANA, "a guess") for _ in range(8)]
    assert [answer.status_code for answer in guesses] == [422] * 5 + [429] * 3
    assert 1 <= int(guesses[-1].headers["Retry-After"]) <= 30
    assert ana.fill_in(ANA, PASSWORD).status_code == 302, "on the device that is known"
    assert identity.browser(source=ELSEWHERE).fill_in(ANA, PASSWORD).status_code == 302, "and on a new one"
    assert identity.browser(source=THERE).fill_in(ANA, PASSWORD).status_code == 429, "but not where it was guessed"
    assert identity.browser(source=THERE).fill_in("bo@thornbury.example", PASSWORD).status_code == 302
    # From many places at once: strangers wait, and never for long.
    for number in range(20):
        identity.browser(source=f"127.0.1.{number + 1}").fill_in(ANA, "a guess")
    waits = identity.browser(source="127.0.2.1").fill_in(ANA, PASSWORD)
    assert (waits.status_code, int(waits.headers["Retry-After"]) <= 30) == (429, True)
    assert ana.fill_in(ANA, PASSWORD).status_code == 302
    # Who holds the device guesses as slowly as anybody.
    assert [ana.fill_in(ANA, "a guess").status_code for _ in range(6)] == [422] * 5 + [429]
    assert identity.browser(source=HERE).fill_in(ANA, PASSWORD).status_code == 429


def test_a_device_is_known_at_the_addresses_that_signed_in_there_and_by_our_signature(identity: Identity) -> None:
    key, other = b"k" * 32, b"o" * 32
    cookie = add_device(key, None, "ana@x")
    device = find_device(key, cookie, "ana@x", 60)
    assert device and find_device(key, cookie, "bo@x", 60) is None
    assert find_device(key, cookie, "ana@x", -1) is None and find_device(other, cookie, "ana@x", 60) is None
    shared = add_device(key, cookie, "bo@x")
    assert find_device(key, shared, "ana@x", 60) == device and find_device(key, shared, "bo@x", 60) not in (
        None,
        device,
    )
    assert find_device(key, add_device(key, shared, "ana@x"), "ana@x", 60) == device
    body, _, signature = cookie.rpartition(".")
    for forged in (None, "", ".", body, f"{body}.", f"{body}x.{signature}", f"~.{signature}", f"{body}.é", "x" * 9000):
        assert find_device(key, forged, "ana@x", 60) is None
        assert find_device(key, add_device(key, forged, "bo@x"), "ana@x", 60) is None
    many = cookie
    for number in range(9):
        many = add_device(key, many, f"{number}@x")
    assert len(many) < 700 and find_device(key, many, "ana@x", 60) is None

    identity.user("dee", ["analyst"])
    browser = identity.browser()
    given = browser.fill_in("dee@thornbury.example", PASSWORD).headers.get_list("Set-Cookie")
    (made,) = [each for each in given if each.startswith("known_devices=")]
    assert "httponly" in made.lower() and "samesite=lax" in made.lower() and "dee" not in made
    refused = identity.browser().fill_in("dee@thornbury.example", "wrong").headers.get_list("Set-Cookie")
    assert not [each for each in refused if each.startswith("known_devices=")]


def test_sign_ins_are_limited_by_source_client_and_agency(programs: Programs) -> None:
    identity = start_identity(programs, sign_in_source="5/minute", sign_in_client="8/minute", sign_in_agency="9/minute")
    identity.user("ana", ["analyst"])
    ana = identity.browser(source="127.0.0.9")
    answer = ana.fill_in(ANA, PASSWORD)
    assert answer.status_code == 302
    assert re.fullmatch(r'"sign_in_source";q=5;w=60, "sign_in_client";q=8;w=60, .*', answer.headers["RateLimit-Policy"])
    assert re.match(r'"sign_in_source";r=4;t=\d+, "sign_in_client";r=\d;t=\d+', answer.headers["RateLimit"])
    there = [identity.browser(source=THERE).fill_in(f"{n}@x.example", "a guess") for n in range(7)]
    assert [each.status_code for each in there] == [422] * 5 + [429] * 2
    assert 0 < int(there[-1].headers["Retry-After"]) <= 60 and '"sign_in_source";r=0' in there[-1].headers["RateLimit"]
    claiming = identity.browser(source=THERE)
    claiming.http.headers["X-Forwarded-For"] = "192.0.2.1"
    assert claiming.fill_in("x@x.example", "a guess").status_code == 429, "nobody says whence they come"
    # The client's own: strangers wait; who is known is not counted for it.
    elsewhere = [identity.browser(source=ELSEWHERE).fill_in(f"{n}@y.example", "a guess").status_code for n in range(3)]
    assert elsewhere == [422, 429, 429]
    assert ana.fill_in(ANA, PASSWORD).status_code == 302


def test_a_proxy_that_is_trusted_says_whence_a_request_comes(programs: Programs) -> None:
    identity = start_identity(programs, sign_in_source="2/minute", trusted_proxies="127.0.0.2, 10.0.0.0/8")

    def tried(claim: str, source: str = THERE) -> int:
        browser = identity.browser(source=source)
        browser.http.headers["X-Forwarded-For"] = claim
        return browser.fill_in(f"{secrets.token_hex(4)}@x.example", "a guess").status_code

    assert [tried("192.0.2.1") for _ in range(3)] == [422, 422, 429]
    assert tried("192.0.2.1, 198.51.100.7, 10.0.0.3") == 422, "what stands before the last stranger is a claim"
    assert [tried("192.0.2.2, 198.51.100.7") for _ in range(2)] == [422, 429]
    assert [tried("2001:db8:1:2::1"), tried("2001:db8:1:2:ffff::1"), tried("2001:db8:1:2::3")] == [422, 422, 429]
    assert [tried(f"192.0.2.{n}", ELSEWHERE) for n in range(3, 6)] == [422, 422, 429], "no proxy of ours"
    for wrong in ("*", "everybody", "10.0.0.1/8", "proxy.example"):
        with pytest.raises(ValidationError):
            IdentitySettings(trusted_proxies=wrong)
    with pytest.raises(ValidationError):
        IdentitySettings(token_client="many")


def test_wrong_secrets_come_to_an_end_and_lock_no_client_out(programs: Programs) -> None:
    """Sixty wrong secrets in a row were sixty times 401."""
    identity = start_identity(programs, guess_client="10/minute", guess_source="30/minute")
    _, secret = identity.machine("g-one")
    _, other = identity.machine("g-two")
    there, elsewhere = http_from(THERE, identity.running.url), http_from(ELSEWHERE, identity.running.url)

    def ask(http: httpx.Client, client: str, word: str) -> httpx.Response:
        return http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(client, word))

    assert ask(identity.http, "g-one", secret).status_code == 200
    tried = [ask(there, "g-one", "wrong") for _ in range(60)]
    assert [each.status_code for each in tried] == [401] * 10 + [429] * 50
    assert tried[-1].json()["error"] == "temporarily_unavailable"
    assert 0 < int(tried[-1].headers["Retry-After"]) <= 60 and '"guess_client";r=0' in tried[-1].headers["RateLimit"]
    assert ask(there, "g-one", secret).status_code == 429, "where it was guessed nobody looks any more"
    assert ask(identity.http, "g-one", secret).status_code == 200, "the client's own source is not touched"
    assert ask(elsewhere, "g-one", secret).status_code == 200, "nor is any other"
    assert ask(there, "g-two", other).status_code == 200, "nor another client behind the same address"
    # A guesser behind the address of the client itself: the client is known there, and is let in.
    assert [ask(identity.http, "g-one", "wrong").status_code for _ in range(12)] == [401] * 10 + [429] * 2
    assert ask(identity.http, "g-one", secret).status_code == 200
    # Of whichever clients, from one source.
    nobody = [ask(elsewhere, f"nobody-{n}", "wrong").status_code for n in range(40)]
    assert nobody == [401] * 30 + [429] * 10
    assert ask(elsewhere, "g-two", other).status_code == 429
    assert ask(elsewhere, "g-one", secret).status_code == 200
    system = a_system(identity, "g-key")
    system.identity.http.headers["X-Forwarded-For"] = "192.0.2.1"
    assert [system.ask(system.assertion(exp=0)).status_code for _ in range(12)] == [401] * 10 + [429] * 2
    for path in ("introspect", "revoke"):
        assert there.post(f"/oauth/{path}", data={"token": "x"}, auth=("g-one", "wrong")).status_code == 429
    # What was answered 429 is not in the audit either. A slow machine may have come to a second entry.
    identity.running.runtime.flush()
    entries = identity.get("/v1/audit", kind="client", object="g-one")["items"]
    assert sum(one["details"]["count"] for one in entries if one["action"] == "proof.refused") == 20


def test_tokens_are_limited_by_source_client_and_agency(programs: Programs) -> None:
    identity = start_identity(programs, token_source="100/minute", token_client="3/minute", token_agency="5/minute")
    _, one = identity.machine("l-one")
    _, two = identity.machine("l-two")
    answers = [identity.token("l-one", one) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429]
    assert answers[-1].json()["error"] == "temporarily_unavailable"
    assert re.fullmatch(
        r'"token_source";q=100;w=60, "token_client";q=3;w=60, "token_agency";q=5;w=60',
        answers[0].headers["RateLimit-Policy"],
    )
    assert [identity.token("l-two", two).status_code for _ in range(2)] == [200, 429], "their agency's share is gone"
    # Nobody else uses up what is theirs: who fails is counted for where they come from.
    assert identity.token("l-two", "wrong").status_code == 401


def test_the_doors_for_clients_are_limited_by_source(programs: Programs) -> None:
    identity = start_identity(programs, token_source="4/minute")  # of which the administrator's token was one
    asked = [identity.http.post("/oauth/introspect", data={"token": "x"}).status_code for _ in range(4)]
    assert asked == [401] * 3 + [429]
    assert http_from(THERE, identity.running.url).post("/oauth/revoke", data={"token": "x"}).status_code == 401
    assert identity.http.get("/oauth/jwks").status_code == 200
