"""Clients are told who signed in, as OpenID Connect has it; and told so where what they ask for is not offered."""

import base64
import hashlib
import secrets
import time
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from .conftest import BACK, PASSWORD, Identity, claims_of, parameters

ANA = "ana@thornbury.example"
ISSUER = "http://127.0.0.1:8701"
METADATA = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


@pytest.fixture(scope="module", autouse=True)
def people(identity: Identity) -> None:
    identity.user("ana", ["analyst"])
    identity.user("vic", [])


def a_client(identity: Identity, client_id: str, **other: Any) -> str:
    """A client through which people sign in; its secret, none for a public one."""
    body = {
        "client_id": client_id,
        "name": client_id,
        "scopes": ["people:read", "openid", "profile"],
        "grants": ["authorization_code", "refresh_token"],
        "redirect_uris": [BACK],
        "public": True,
    } | other
    made: str = identity.make("/v1/services/programme/clients", body)["secret"]
    return made


def id_token_of(identity: Identity, tokens: dict[str, Any]) -> dict[str, Any]:
    keys = KeySet.import_key_set(identity.http.get("/oauth/jwks").json())
    read = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"])
    assert read.header["typ"] == "JWT"
    return dict(read.claims)


def test_an_id_token_says_who_signed_in_when_and_for_which_request(identity: Identity) -> None:
    before = int(time.time())
    tokens = identity.browser().sign_in(ANA, PASSWORD, scope="openid people:read", nonce="n-0S6_WzA2Mj")
    said, access = id_token_of(identity, tokens), claims_of(tokens["access_token"])
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert said["at_hash"] == base64.urlsafe_b64encode(half).decode().rstrip("=")
    assert (said["iss"], said["aud"], said["sub"]) == (ISSUER, "portal", access["sub"])
    assert (said["nonce"], said["sid"], said["exp"] - said["iat"]) == ("n-0S6_WzA2Mj", access["sid"], 300)
    assert before <= said["auth_time"] == access["auth_time"] <= time.time()
    assert not {"name", "email"} & set(said), "what else is known of her is asked for at the user info door"
    assert tokens["scope"] == "openid people:read"


def test_a_refreshed_id_token_is_of_the_same_sign_in_and_answers_no_request(identity: Identity) -> None:
    browser = identity.browser()
    tokens = browser.sign_in(ANA, PASSWORD, scope="openid people:read", nonce="one")
    first, second = (id_token_of(identity, each) for each in (tokens, browser.refresh(tokens["refresh_token"]).json()))
    assert [first[name] for name in ("sub", "aud", "auth_time", "sid")] == [
        second[name] for name in ("sub", "aud", "auth_time", "sid")
    ]
    assert "nonce" not in second and first["at_hash"] != second["at_hash"]


def test_nobody_is_told_who_signed_in_unless_they_ask(identity: Identity) -> None:
    for scope in (None, "people:read", "profile people:read"):
        tokens = identity.browser().sign_in(ANA, PASSWORD, scope=scope, nonce="x")
        assert "id_token" not in tokens and "openid" not in tokens["scope"].split()
        told = identity.http.get("/oauth/userinfo", headers=identity.bearer(tokens["access_token"]))
        assert (
            told.status_code == 403 and 'error="insufficient_scope", scope="openid"' in told.headers["WWW-Authenticate"]
        )


def test_who_may_not_be_told_is_refused_and_not_given_less(identity: Identity) -> None:
    a_client(identity, "o-plain", scopes=["people:read"])
    back = parameters(identity.browser("o-plain").open(scope="openid people:read").headers["Location"])
    assert (back["error"], back["state"]) == ("invalid_scope", "xyz")
    tokens = identity.browser("o-plain").sign_in(ANA, PASSWORD, scope="people:read profile")
    assert tokens["scope"] == "people:read", "what else is left out is told"


def test_systems_that_act_for_themselves_are_told_of_nobody(identity: Identity) -> None:
    body = {"client_id": "o-machine", "name": "M", "scopes": ["openid"], "grants": ["client_credentials"]}
    assert identity.post("/v1/services/programme/clients", body).status_code == 422
    id, _ = identity.machine("o-machine")
    assert identity.patch(f"/v1/clients/{id}", {"scopes": ["feeds:read", "openid"]}).status_code == 422
    grants = ["client_credentials", "authorization_code"]
    secret = a_client(identity, "o-both", grants=grants, public=False)
    refused = identity.token("o-both", secret, scope="openid people:read")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    token = identity.token("o-both", secret).json()
    assert token["scope"] == "people:read" and "id_token" not in token


def test_user_info_tells_what_the_scopes_do(identity: Identity) -> None:
    for scope, told in (
        ("openid", set()),
        ("openid profile", {"name"}),
        ("openid email", {"email"}),
        ("openid profile email people:read", {"name", "email"}),
    ):
        tokens = identity.browser().sign_in(ANA, PASSWORD, scope=scope)
        headers = identity.bearer(tokens["access_token"])
        for method in ("GET", "POST"):
            answer = identity.http.request(method, "/oauth/userinfo", headers=headers)
            body = answer.json()
            assert (answer.status_code, body.keys()) == (200, {"sub"} | told), scope
            assert body["sub"] == claims_of(tokens["id_token"])["sub"] == claims_of(tokens["access_token"])["sub"]
            assert body.get("name", "Ana") == "Ana" and body.get("email", ANA) == ANA


def test_user_info_ends_with_the_account_and_takes_no_id_token(identity: Identity) -> None:
    user = identity.user("una", ["analyst"])
    tokens = identity.browser().sign_in("una@thornbury.example", PASSWORD, scope="openid people:read")

    def ask(token: str) -> httpx.Response:
        return identity.http.get("/oauth/userinfo", headers=identity.bearer(token))

    assert ask(tokens["access_token"]).status_code == 200
    assert [ask(shown).status_code for shown in (tokens["id_token"], tokens["refresh_token"], "x")] == [401] * 3
    own = identity.token("families", identity.own_secret("families")).json()["access_token"]
    assert ask(own).status_code == 403
    for path in ("/v1/users", "/v1/whoami"):
        assert identity.http.get(path, headers=identity.bearer(tokens["id_token"])).status_code == 401
    assert identity.patch(f"/v1/users/{user}", {"status": "disabled"}).status_code == 200
    assert ask(tokens["access_token"]).status_code == 401


def test_who_has_no_role_may_say_who_they_are_where_nothing_else_is_asked(identity: Identity) -> None:
    tokens = identity.browser().sign_in("vic@thornbury.example", PASSWORD, scope="openid profile")
    assert tokens["scope"] == "openid profile" and claims_of(tokens["access_token"])["roles"] == []
    assert identity.browser().fill_in("vic@thornbury.example", PASSWORD, scope="openid people:read").status_code == 403


def test_both_places_of_the_metadata_say_the_same(identity: Identity) -> None:
    first, second = (identity.http.get(path) for path in METADATA)
    assert first.json() == second.json() and first.headers["Cache-Control"] == "public, max-age=300"
    said = first.json()
    assert (said["issuer"], said["userinfo_endpoint"]) == (ISSUER, f"{ISSUER}/oauth/userinfo")
    assert {"openid", "profile", "email"} <= set(said["scopes_supported"])
    assert said["id_token_signing_alg_values_supported"] == ["ES256"] and said["subject_types_supported"] == ["public"]
    refused = ("request_parameter_supported", "request_uri_parameter_supported", "claims_parameter_supported")
    assert not any(said[name] for name in refused)
    for path in (*METADATA, "/oauth/jwks"):
        got, head = identity.http.get(path), identity.http.head(path)
        assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(len(got.content)))


@pytest.mark.parametrize(
    "wish, error",
    [
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://evil.example/request"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"resource": "https://families.example"}, "invalid_target"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none", "scope": "people:read"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "consent"}, "consent_required"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
    ],
)
def test_what_is_not_offered_is_refused_by_its_own_error(identity: Identity, wish: dict[str, str], error: str) -> None:
    browser = identity.browser()
    answer = browser.open(**({"scope": "openid"} | wish))
    assert answer.status_code == 302 and answer.headers["Location"].startswith(BACK + "?")
    back = parameters(answer.headers["Location"])
    assert (back["error"], back["state"], back["iss"]) == (error, "xyz", ISSUER) and "code" not in back
    unknown = browser.open(**({"scope": "openid", "client_id": "nobody"} | wish))
    assert unknown.status_code == 400 and "Location" not in unknown.headers, "nobody is sent to a stranger's address"


@pytest.mark.parametrize(
    "wish",
    [
        {"prompt": "login"},
        {"prompt": "select_account login"},
        {"response_mode": "query"},
        {"max_age": "0"},
        {"login_hint": ANA, "display": "page", "ui_locales": "cy en", "claims": "{}", "acr_values": "0"},
    ],
)
def test_what_may_be_passed_over_is_no_error(identity: Identity, wish: dict[str, str]) -> None:
    assert identity.browser().code(ANA, PASSWORD, **({"scope": "openid"} | wish))


def test_a_resource_is_refused_where_tokens_are_given_too_however_often_it_stands(identity: Identity) -> None:
    secret = identity.own_secret("families")
    for resources in (["https://families.example"], ["https://a.example", "https://b.example"]):
        form = {"grant_type": "client_credentials", "resource": resources}
        refused = identity.http.post("/oauth/token", data=form, auth=("families", secret))
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
        query = [*identity.browser().query().items(), *(("resource", each) for each in resources)]
        back = identity.http.get(f"/oauth/authorize?{urlencode(query)}").headers["Location"]
        assert parameters(back)["error"] == "invalid_target"


def test_a_nonce_of_any_length_that_oauth_allows_comes_back_as_it_was(identity: Identity) -> None:
    for nonce in ("a b+c/d=", secrets.token_urlsafe(1_400)):
        tokens = identity.browser().sign_in(ANA, PASSWORD, scope="openid", nonce=nonce)
        assert id_token_of(identity, tokens)["nonce"] == nonce
