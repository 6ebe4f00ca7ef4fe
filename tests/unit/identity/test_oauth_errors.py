"""OAuth's doors refuse as OAuth's clients read it, whatever refuses and whenever: never with a problem, never kept."""

import pytest
from sqlalchemy.exc import OperationalError

from .conftest import Identity

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DOORS = (
    ("POST", "/oauth/token"),
    ("POST", "/oauth/introspect"),
    ("POST", "/oauth/revoke"),
    ("GET", "/oauth/authorize"),
    ("GET", "/oauth/userinfo"),
    ("GET", "/oauth/jwks"),
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/.well-known/oauth-authorization-server"),
)


@pytest.mark.parametrize("method, path", DOORS)
def test_what_is_refused_before_anybody_looks_at_it_is_refused_as_oauth_says(
    identity: Identity, method: str, path: str
) -> None:
    ask = identity.http.request
    refused = {
        405: ask("DELETE", path),
        413: ask("POST", path, content=b"x" * 3_000_000, headers=FORM),
        415: ask("POST", path, content=b"x", headers=FORM | {"Content-Encoding": "gzip"}),
        400: ask(method, f"{path}?a=%00"),
    }
    for status, answer in refused.items():
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/json"), status
        assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
        body = answer.json()
        assert body["error"] == "invalid_request" and body["error_uri"].startswith("http"), status
        assert set(body) == {"error", "error_description", "error_uri"} and "\\" not in body["error_description"]
    assert "HEAD" in refused[405].headers["Allow"] or method == "POST"


def test_a_form_that_says_it_is_json_is_refused_as_oauth_says(identity: Identity) -> None:
    for body in (b"{", b'{"a": 1, "a": 2}', b"[" * 5_000):
        answer = identity.http.post("/oauth/token", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_store_that_is_away_is_said_to_be_away_for_now(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients try again after `temporarily_unavailable`, and throw a token away after `invalid_token`."""
    secret = identity.own_secret("families")

    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr(identity.running.runtime, "read", away)
    monkeypatch.setattr(identity.running.runtime, "write", away)
    for path in ("/oauth/introspect", "/oauth/revoke"):
        answer = identity.http.post(path, data={"token": "x"}, auth=("families", secret))
        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
        assert answer.headers["Retry-After"] and answer.headers["Cache-Control"] == "no-store"


def test_a_token_that_lacks_or_is_no_token_is_refused_as_bearers_are(identity: Identity) -> None:
    bare = identity.http.get("/oauth/userinfo")
    assert (bare.status_code, bare.headers["WWW-Authenticate"]) == (401, 'Bearer realm="thinkfamily"')
    spoilt = identity.http.get("/oauth/userinfo", headers=identity.bearer("x"))
    assert (spoilt.status_code, spoilt.json()["error"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in spoilt.headers["WWW-Authenticate"]
    own = identity.token("families", identity.own_secret("families")).json()["access_token"]
    lacking = identity.http.post("/oauth/userinfo", headers=identity.bearer(own))
    assert (lacking.status_code, lacking.json()["error"]) == (403, "insufficient_scope")


def test_other_doors_answer_problems_as_before(identity: Identity) -> None:
    for answer in (identity.http.get("/v1/whoami"), identity.http.delete("/v1/whoami"), identity.http.get("/oauth")):
        assert answer.headers["Content-Type"] == "application/problem+json"
