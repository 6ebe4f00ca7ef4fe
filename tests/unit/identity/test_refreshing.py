"""A refresh takes what was granted. An answer that was lost may be asked for again, by who alone could have asked."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from .conftest import BACK, PASSWORD, Browser, Identity, claims_of
from .test_client_keys import KIND, System

ANA = "ana@thornbury.example"


@pytest.fixture(scope="module", autouse=True)
def people(identity: Identity) -> None:
    identity.user("ana", ["analyst"])


@dataclass
class App:
    """A confidential client through which people sign in. `secrets` are both of its secrets."""

    identity: Identity
    name: str
    id: str
    secrets: tuple[str, str]

    def sign_in(self, **other: str) -> dict[str, Any]:
        browser = Browser(self.identity.running.url, self.name)
        answer = browser.exchange(browser.code(ANA, PASSWORD, **other), client_secret=self.secrets[0])
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    def refresh(self, token: str, secret: int = 0, **other: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token} | other
        return self.identity.http.post("/oauth/token", data=form, auth=(self.name, self.secrets[secret]))


@pytest.fixture
def app(identity: Identity) -> App:
    return an_app(identity)


def an_app(identity: Identity) -> App:
    name = f"f-{secrets.token_hex(4)}"
    body = {
        "client_id": name,
        "name": name,
        "scopes": ["people:read", "matching:review", "identity:admin", "support:write", "openid"],
        "grants": ["authorization_code", "refresh_token"],
        "redirect_uris": [BACK],
    }
    made = identity.make("/v1/services/programme/clients", body)
    second = identity.make(f"/v1/clients/{made['id']}/secrets", None)["secret"]
    return App(identity, name, made["id"], (made["secret"], second))


def is_over(app: App, tokens: dict[str, Any]) -> str | None:
    """Why the session ended; None while it is open."""
    session = claims_of(tokens["access_token"])["sid"]
    ends = [e for e in app.identity.get("/v1/audit", object=session)["items"] if e["action"] == "session.ended"]
    return str(ends[0]["details"]["reason"]) if ends else None


@contextmanager
def repeats_within(app: App, seconds: int) -> Iterator[None]:
    settings = app.identity.running.runtime.settings
    before = settings.refresh_repeat_seconds
    object.__setattr__(settings, "refresh_repeat_seconds", seconds)
    try:
        yield
    finally:
        object.__setattr__(settings, "refresh_repeat_seconds", before)


def test_a_lost_answer_is_given_again_and_the_session_goes_on(app: App) -> None:
    tokens = app.sign_in()
    lost, again = app.refresh(tokens["refresh_token"]), app.refresh(tokens["refresh_token"])
    assert (lost.status_code, again.status_code) == (200, 200)
    assert len({each["refresh_token"] for each in (tokens, lost.json(), again.json())}) == 3
    following = app.refresh(again.json()["refresh_token"])
    assert following.status_code == 200 and is_over(app, tokens) is None
    session = claims_of(tokens["access_token"])["sid"]
    acts = [entry["action"] for entry in app.identity.get("/v1/audit", object=session)["items"]]
    assert acts.count("session.refreshed_again") == 1


def test_whichever_answer_came_through_is_the_one_that_goes_on(app: App) -> None:
    tokens = app.sign_in()
    first, second = (app.refresh(tokens["refresh_token"]).json() for _ in range(2))
    assert app.refresh(first["refresh_token"]).status_code == 200
    assert app.refresh(second["refresh_token"]).json()["error"] == "invalid_grant", "burnt with the other one"
    assert is_over(app, tokens) == "refresh_token_reused"


def test_of_many_refreshes_at_once_each_is_answered_and_one_line_goes_on(app: App) -> None:
    tokens, got = app.sign_in(), list[httpx.Response]()
    racers = [threading.Thread(target=lambda: got.append(app.refresh(tokens["refresh_token"]))) for _ in range(6)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert [answer.status_code for answer in got] == [200] * 6 and is_over(app, tokens) is None
    assert app.refresh(got[3].json()["refresh_token"]).status_code == 200
    assert app.refresh(got[1].json()["refresh_token"]).status_code == 400
    assert is_over(app, tokens) == "refresh_token_reused"


def test_once_what_the_answer_held_was_used_it_was_not_lost(app: App) -> None:
    tokens = app.sign_in()
    following = app.refresh(tokens["refresh_token"]).json()
    assert app.refresh(following["refresh_token"]).status_code == 200
    assert app.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert is_over(app, tokens) == "refresh_token_reused"


@pytest.mark.parametrize("seconds", [0, -1])
def test_later_a_second_use_ends_the_session(app: App, seconds: int) -> None:
    with repeats_within(app, seconds):
        tokens = app.sign_in()
        assert app.refresh(tokens["refresh_token"]).status_code == 200
        assert app.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
        assert is_over(app, tokens) == "refresh_token_reused"


def test_who_asks_again_by_another_secret_is_somebody_else(app: App) -> None:
    tokens = app.sign_in()
    assert app.refresh(tokens["refresh_token"], secret=0).status_code == 200
    assert app.refresh(tokens["refresh_token"], secret=1).json()["error"] == "invalid_grant"
    assert is_over(app, tokens) == "refresh_token_reused"


def test_who_asks_again_by_another_key_is_somebody_else_and_each_assertion_is_good_once(identity: Identity) -> None:
    app = an_app(identity)
    for secret in identity.get(f"/v1/clients/{app.id}")["secrets"][:1]:
        identity.http.delete(f"/v1/clients/{app.id}/secrets/{secret['id']}", headers=identity.admin)
    key = ECKey.generate_key("P-256")
    identity.make(f"/v1/clients/{app.id}/keys", key.as_dict(private=False))
    system = System(identity, app.name, app.id, key)

    def refresh(token: str, assertion: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_assertion_type": KIND}
        return identity.http.post("/oauth/token", data=form | {"client_assertion": assertion})

    browser = Browser(identity.running.url, app.name)
    tokens = browser.exchange(browser.code(ANA, PASSWORD), client_secret=app.secrets[1]).json()
    shown = system.assertion()
    assert refresh(tokens["refresh_token"], shown).status_code == 200
    assert refresh(tokens["refresh_token"], shown).json()["error"] == "invalid_client", "a copy of the request is none"
    assert is_over(app, tokens) is None
    assert refresh(tokens["refresh_token"], system.assertion()).status_code == 200
    assert app.refresh(tokens["refresh_token"], secret=1).json()["error"] == "invalid_grant"
    assert is_over(app, tokens) == "refresh_token_reused"


def test_another_client_that_asks_again_ends_the_session(app: App) -> None:
    tokens, other = app.sign_in(), an_app(app.identity)
    assert app.refresh(tokens["refresh_token"]).status_code == 200
    assert other.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert is_over(app, tokens) == "refresh_token_reused"
    assert app.refresh(tokens["refresh_token"]).status_code == 400


def test_a_public_client_that_asks_again_ends_the_session(app: App) -> None:
    browser = app.identity.browser()
    tokens = browser.sign_in(ANA, PASSWORD)
    assert browser.refresh(tokens["refresh_token"]).status_code == 200
    assert browser.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert is_over(app, tokens) == "refresh_token_reused"


def test_what_was_used_and_not_asked_for_again_is_not_active(app: App) -> None:
    tokens = app.sign_in()
    app.refresh(tokens["refresh_token"])
    form, auth = {"token": tokens["refresh_token"]}, (app.name, app.secrets[0])
    assert app.identity.http.post("/oauth/introspect", data=form, auth=auth).json() == {"active": False}


def test_a_session_that_has_ended_is_not_refreshed_again(app: App) -> None:
    tokens = app.sign_in()
    following = app.refresh(tokens["refresh_token"]).json()
    form, auth = {"token": following["refresh_token"]}, (app.name, app.secrets[0])
    assert app.identity.http.post("/oauth/revoke", data=form, auth=auth).status_code == 200
    assert app.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert is_over(app, tokens) == "signed_out"


def test_a_refresh_takes_what_was_granted_or_less_and_refuses_more(app: App) -> None:
    asked = "openid people:read matching:review identity:admin"
    tokens = app.sign_in(scope=asked)
    granted = tokens["scope"]
    assert granted == "openid people:read matching:review", "what her roles do not give is left out, and told"
    token = tokens["refresh_token"]
    for wider in ("people:read identity:admin", "identity:admin", "families:read", f"{granted} nonsense"):
        refused = app.refresh(token, scope=wider)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    for scope, given in (
        (granted, granted),
        ("people:read", "people:read"),
        ("", granted),
        (asked, granted),
        (granted, granted),
    ):
        answer = (app.refresh(token, scope=scope) if scope else app.refresh(token)).json()
        assert answer["scope"] == claims_of(answer["access_token"])["scope"] == given, scope
        assert ("id_token" in answer) == ("openid" in given)
        token = answer["refresh_token"]


def test_who_repeats_what_the_sign_in_asked_gets_what_of_it_is_granted(app: App) -> None:
    """Authlib does so by itself, also where some of it is not the client's."""
    asked = "people:read families:read nonsense"
    tokens = app.sign_in(scope=asked)
    assert tokens["scope"] == "people:read"
    assert app.refresh(tokens["refresh_token"], scope=f"{asked} more").json()["error"] == "invalid_scope"
    following = app.refresh(tokens["refresh_token"], scope=asked).json()
    assert following["scope"] == "people:read"
    form, auth = {"token": following["refresh_token"]}, (app.name, app.secrets[0])
    assert app.identity.http.post("/oauth/introspect", data=form, auth=auth).json()["scope"] == "people:read"


def test_who_asked_for_nothing_may_name_what_was_granted(app: App) -> None:
    tokens = app.sign_in()
    assert tokens["scope"] == "matching:review people:read"
    assert app.refresh(tokens["refresh_token"], scope=tokens["scope"]).json()["scope"] == tokens["scope"]


def test_what_a_role_no_longer_gives_is_left_out_and_told(app: App) -> None:
    user = app.identity.user(f"z{secrets.token_hex(3)}", ["analyst", "programme_coordinator"])
    email = app.identity.get(f"/v1/users/{user}")["email"]
    browser = Browser(app.identity.running.url, app.name)
    tokens = browser.exchange(browser.code(email, PASSWORD), client_secret=app.secrets[0]).json()
    assert tokens["scope"] == "matching:review people:read support:write"
    assert app.identity.patch(f"/v1/users/{user}", {"roles": ["analyst"]}).status_code == 200
    following = app.refresh(tokens["refresh_token"], scope=tokens["scope"])
    assert (following.status_code, following.json()["scope"]) == (200, "matching:review people:read")
