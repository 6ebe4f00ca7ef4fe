"""Systems ask for tokens with their own client."""

import base64
import secrets

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from identity.tokens.server import Asked, Request

from .conftest import BACK, Identity, claims_of

FORM = "application/x-www-form-urlencoded"
PUSH = "push:school_attendance"


def test_a_client_gets_a_token_of_five_minutes_for_the_platform(identity: Identity) -> None:
    _, secret = identity.machine("m-five", purposes=["claim"])
    answer = identity.token("m-five", secret)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    body = answer.json()
    assert body.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 300, f"feeds:read {PUSH}")
    keys = KeySet.import_key_set(identity.http.get("/oauth/jwks").json())
    token = jwt.decode(body["access_token"], keys, algorithms=["ES256"])
    assert token.header["typ"] == "at+jwt" and token.header["kid"] in {key.kid for key in keys.keys}
    claims = token.claims
    assert claims["exp"] - claims["iat"] == 300
    assert (claims["iss"], claims["aud"]) == ("http://127.0.0.1:8701", "thinkfamily")
    assert claims["sub"] == claims["client_id"] == "m-five"
    assert (claims["agency"], claims["service"]) == ("thornbury-council", "programme")
    assert (claims["roles"], claims["areas"], claims["purposes"]) == ([], [], ["claim"])


def test_a_secret_may_be_sent_in_the_form(identity: Identity) -> None:
    _, secret = identity.machine("m-post")
    form = {"grant_type": "client_credentials", "client_id": "m-post", "client_secret": secret}
    assert identity.http.post("/oauth/token", data=form).status_code == 200


def test_a_client_may_ask_for_less_but_not_for_more(identity: Identity) -> None:
    _, secret = identity.machine("m-scope")
    assert identity.token("m-scope", secret, scope="feeds:read").json()["scope"] == "feeds:read"
    for more in ("feeds:read families:read", "families:read", "nonsense", "feeds:read  feeds:read"):
        refused = identity.token("m-scope", secret, scope=more)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


def test_an_unknown_client_a_wrong_secret_and_a_wrong_way_get_the_same_answer(identity: Identity) -> None:
    _, secret = identity.machine("m-same")
    closed, closed_secret = identity.machine("m-closed")
    assert identity.patch(f"/v1/clients/{closed}", {"status": "disabled"}).status_code == 200
    grant = {"grant_type": "client_credentials"}
    both = {"client_id": "m-same", "client_secret": secret}
    no_utf8 = "Basic " + base64.b64encode(b"\xff\xfe:x").decode()
    refusals = [
        identity.token("nobody-at-all", secret),
        identity.token("m-same", "wrong"),
        identity.token("m-same", secret + "x"),
        identity.token("m-same", ""),
        identity.token("m-closed", closed_secret),
        identity.token("portal", ""),
        identity.http.post("/oauth/token", data=grant),
        identity.http.post("/oauth/token", data=grant | {"client_id": "m-same"}),
        identity.http.post("/oauth/token", data=grant | {"client_id": "portal"}),
        identity.http.post("/oauth/token", data=grant | {"client_id": "nobody-at-all", "client_secret": "x"}),
        identity.http.post("/oauth/token", data=grant | both, auth=("m-same", secret)),
        identity.http.post("/oauth/token", data=grant, headers={"Authorization": no_utf8}),
        identity.http.post("/oauth/token", data=grant, headers={b"Authorization": "Basic é".encode("latin-1")}),
        identity.http.post("/oauth/token", data=grant, headers={"Authorization": "Basic !!!"}),
        identity.http.post("/oauth/token", data=grant, headers={"Authorization": "Bearer x"}),
    ]
    assert {answer.status_code for answer in refusals} == {401}
    assert {answer.content for answer in refusals} == {refusals[0].content}
    assert {answer.headers["WWW-Authenticate"] for answer in refusals} == {'Basic realm="identity"'}


@pytest.mark.parametrize(
    "form, error",
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": 'hack"\\é'}, "invalid_request"),
        ({"scope": "feeds:read"}, "unsupported_grant_type"),
        ({"grant_type": ["client_credentials", "client_credentials"]}, "invalid_request"),
        ({"grant_type": "client_credentials", "scope": "x" * 3000}, "invalid_request"),
        ({"grant_type": "client_credentials", "scope": "feeds:read\nfamilies:read"}, "invalid_request"),
    ],
)
def test_a_broken_request_is_refused_as_oauth_says(identity: Identity, form: dict[str, str], error: str) -> None:
    refused = identity.http.post("/oauth/token", data=form, auth=("families", identity.own_secret("families")))
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert "hack" not in refused.text and "password" not in refused.text


def test_what_is_no_form_is_refused_as_oauth_says(identity: Identity) -> None:
    for answer in (
        identity.http.post("/oauth/token", json={"grant_type": "client_credentials"}),
        identity.http.post("/oauth/token", files={"grant_type": "client_credentials"}),
        identity.http.post("/oauth/token", content=b"\xff=\xff", headers={"Content-Type": FORM}),
    ):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_client_changes_its_secret_without_a_gap(identity: Identity) -> None:
    client, first = identity.machine("m-rotates")
    second = identity.make(f"/v1/clients/{client}/secrets", None)["secret"]
    assert {identity.token("m-rotates", secret).status_code for secret in (first, second)} == {200}
    third = identity.post(f"/v1/clients/{client}/secrets", None)
    assert (third.status_code, third.json()["type"].split("/")[-1]) == (409, "two-secrets-live")
    older, newer = identity.get(f"/v1/clients/{client}")["secrets"]
    ended = identity.http.delete(f"/v1/clients/{client}/secrets/{older['id']}", headers=identity.admin)
    assert ended.status_code == 200
    assert identity.token("m-rotates", first).status_code == 401
    assert identity.token("m-rotates", second).status_code == 200
    last = identity.http.delete(f"/v1/clients/{client}/secrets/{newer['id']}", headers=identity.admin)
    assert (last.status_code, last.json()["type"].split("/")[-1]) == (409, "last-secret")
    assert identity.events(client="m-rotates") == ["client.changed.v1"] * 3


def test_a_secret_is_shown_once_and_kept_as_a_digest(identity: Identity) -> None:
    body = {"client_id": "m-once", "name": "Once", "scopes": ["feeds:read"], "grants": ["client_credentials"]}
    key = secrets.token_hex(8)
    first, second = (identity.post("/v1/services/programme/clients", body, key) for _ in range(2))
    secret = first.json()["secret"]
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json() | {"secret": None}
    assert len(base64.urlsafe_b64decode(secret + "=")) == 32
    store = identity.running.runtime.settings.var / "identity.sqlite3"
    if store.exists():
        kept = b"".join(path.read_bytes() for path in store.parent.glob("identity.sqlite3*"))
        assert secret.encode() not in kept


def test_nobody_can_be_granted_what_only_the_platforms_programs_hold(identity: Identity) -> None:
    body = {"client_id": "m-greedy", "name": "Greedy", "scopes": ["consent:decide"], "grants": ["client_credentials"]}
    refused = identity.post("/v1/services/programme/clients", body)
    assert (refused.status_code, refused.json()["scopes"]) == (403, ["consent:decide"])
    client, _ = identity.machine("m-patient")
    assert identity.patch(f"/v1/clients/{client}", {"scopes": ["evidence:freeze"]}).status_code == 403
    assert claims_of(identity.token("claims", identity.own_secret("claims")).json()["access_token"])["scope"] == (
        "consent:decide evidence:freeze"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": ["no:such"]},
        {"purposes": ["curiosity"]},
        {"client_id": "01938b5c-7d3e-7cc1-8000-0123456789ab"},
        {"client_id": "platform"},
        {"public": True},
        {"grants": ["refresh_token"]},
        {"grants": ["authorization_code"]},
        {"redirect_uris": [BACK]},
        {"secret": "mine"},
        {"grants": ["authorization_code"], "redirect_uris": ["http://elsewhere.example/back"]},
        {"grants": ["authorization_code"], "redirect_uris": ["https://*.example/back"]},
        {"grants": ["authorization_code"], "redirect_uris": ["https://a.example/back#x"]},
        {"grants": ["authorization_code"], "redirect_uris": ["javascript:alert(1)"]},
        {"grants": ["authorization_code"], "redirect_uris": ["https://a.example@b.example/"]},
        {"grants": ["authorization_code"], "redirect_uris": ["https://["]},
    ],
)
def test_a_client_that_makes_no_sense_is_refused(identity: Identity, wrong: dict[str, object]) -> None:
    body = {"client_id": "m-wrong", "name": "W", "scopes": [], "grants": ["client_credentials"]} | wrong
    assert identity.post("/v1/services/programme/clients", body).status_code == 422


def test_a_client_without_scopes_gets_a_token_that_opens_nothing(identity: Identity) -> None:
    token = identity.token("gateway", identity.own_secret("gateway")).json()
    assert token["scope"] == ""
    answer = identity.http.get("/v1/users", headers=identity.bearer(token["access_token"]))
    assert (answer.status_code, answer.json()["scope"]) == (403, "identity:read")


def test_what_counts_is_the_address_under_which_the_world_sees_us_not_the_clusters_inner_one() -> None:
    inner = Asked("POST", "/oauth/token", {"host": "identity:8000"})
    assert Request(inner, "https://identity.example").uri == "https://identity.example/oauth/token"
