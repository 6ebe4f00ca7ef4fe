"""Pages of registered origins read what the doors for tokens and keys answer, and no other pages do."""

import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from identity.cross_origin import origin_of

from .conftest import PASSWORD, Identity

ANA = "ana@thornbury.example"
APP = "https://app.example"
DOORS = {
    "/oauth/token": "POST",
    "/oauth/revoke": "POST",
    "/oauth/userinfo": "GET",
    "/oauth/jwks": "GET",
    "/.well-known/openid-configuration": "GET",
    "/.well-known/oauth-authorization-server": "GET",
}


@pytest.fixture(scope="module", autouse=True)
def app(identity: Identity) -> Iterator[str]:
    """A public client at APP, whose origin is known at once."""
    settings = identity.running.runtime.settings
    object.__setattr__(settings, "origins_cached", 0.0)
    identity.user("ana", ["analyst"])
    yield register(identity, "c-app", [f"{APP}/signed-in", "http://127.0.0.1:5173/back"])
    object.__setattr__(settings, "origins_cached", 5.0)


def register(identity: Identity, client_id: str, redirect_uris: list[str], **other: Any) -> str:
    body = {
        "client_id": client_id,
        "name": client_id,
        "scopes": ["people:read", "openid"],
        "grants": ["authorization_code", "refresh_token"],
        "redirect_uris": redirect_uris,
        "public": True,
    } | other
    made: str = identity.make("/v1/services/programme/clients", body)["id"]
    return made


def preflight(identity: Identity, path: str, origin: str, **other: str) -> httpx.Response:
    asked = {"Origin": origin, "Access-Control-Request-Method": DOORS.get(path, "POST")}
    return identity.http.options(path, headers=asked | other)


def allowed(answer: httpx.Response) -> str | None:
    origin: str | None = answer.headers.get("Access-Control-Allow-Origin")
    return origin


@pytest.mark.parametrize("path", DOORS)
def test_a_registered_origin_may_ask_and_read(identity: Identity, path: str) -> None:
    for origin in (APP, "http://127.0.0.1:5173"):
        asked = preflight(identity, path, origin, **{"Access-Control-Request-Headers": "authorization,content-type"})
        assert (asked.status_code, allowed(asked)) == (200, origin)
        assert DOORS[path] in asked.headers["Access-Control-Allow-Methods"]
        assert {"Authorization", "Content-Type"} <= set(asked.headers["Access-Control-Allow-Headers"].split(", "))
        answer = identity.http.request(DOORS[path], path, headers={"Origin": origin})
        assert allowed(answer) == origin and "Origin" in answer.headers["Vary"], "errors are read too"
        assert "WWW-Authenticate" in answer.headers["Access-Control-Expose-Headers"]
        for one in (asked, answer):
            assert "Access-Control-Allow-Credentials" not in one.headers


@pytest.mark.parametrize("path", DOORS)
def test_no_other_origin_may(identity: Identity, path: str) -> None:
    others = (
        "https://evil.example",
        "null",
        "*",
        "http://app.example",
        "https://app.example:8443",
        "https://app.example.evil.example",
        "https://app.example/",
        "https://APP.example",
        "https://127.0.0.1:5173",
        "http://127.0.0.1:5174",
    )
    for origin in others:
        assert allowed(preflight(identity, path, origin)) is None, origin
        answer = identity.http.request(DOORS[path], path, headers={"Origin": origin})
        assert allowed(answer) is None and "Origin" in answer.headers["Vary"], origin
    plain = identity.http.request(DOORS[path], path)
    assert allowed(plain) is None and "Origin" in plain.headers["Vary"], "what is kept on the way is of one origin"


@pytest.mark.parametrize("path", ["/oauth/introspect", "/oauth/authorize", "/v1/whoami", "/v1/clients"])
def test_other_doors_are_for_no_page_of_another_origin(identity: Identity, path: str) -> None:
    assert allowed(preflight(identity, path, APP)) is None
    assert allowed(identity.http.get(path, headers={"Origin": APP})) is None


def test_a_secret_is_for_no_browser_and_a_disabled_client_for_nobody(identity: Identity) -> None:
    register(identity, "c-secret", ["https://server.example/back"], public=False)
    assert allowed(preflight(identity, "/oauth/token", "https://server.example")) is None
    closed = register(identity, "c-closed", ["https://closed.example/back"])
    assert allowed(preflight(identity, "/oauth/token", "https://closed.example")) == "https://closed.example"
    assert identity.patch(f"/v1/clients/{closed}", {"status": "disabled"}).status_code == 200
    assert allowed(preflight(identity, "/oauth/token", "https://closed.example")) is None


def test_a_page_signs_somebody_in(identity: Identity) -> None:
    browser = identity.browser("c-app")
    back = f"{APP}/signed-in"
    code = browser.code(ANA, PASSWORD, redirect_uri=back, scope="openid people:read")
    browser.http.headers["Origin"] = APP
    answer = browser.exchange(code, redirect_uri=back)
    assert (answer.status_code, allowed(answer)) == (200, APP)
    told = browser.http.get("/oauth/userinfo", headers=identity.bearer(answer.json()["access_token"]))
    assert (told.status_code, allowed(told)) == (200, APP)


def test_many_who_ask_cost_one_look_at_the_store_in_a_while(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, looks = identity.running.runtime, list[int]()
    read = runtime.read

    def counted() -> Any:
        looks.append(1)
        return read()

    monkeypatch.setattr(runtime, "read", counted)
    object.__setattr__(runtime.settings, "origins_cached", 3_600.0)
    for _ in range(20):
        assert allowed(preflight(identity, "/oauth/token", f"https://{secrets.token_hex(4)}.example")) is None
    object.__setattr__(runtime.settings, "origins_cached", 0.0)
    assert len(looks) <= 1


@pytest.mark.parametrize(
    "address, origin",
    [
        ("https://app.example/back?x=1", "https://app.example"),
        ("https://App.Example:443/", "https://app.example"),
        ("http://localhost:80/x", "http://localhost"),
        ("https://app.example:8443", "https://app.example:8443"),
        ("http://[::1]:5173/back", "http://[::1]:5173"),
    ],
)
def test_an_origin_is_written_as_a_browser_writes_it(address: str, origin: str) -> None:
    assert origin_of(address) == origin
