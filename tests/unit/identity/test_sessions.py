"""What comes of signing in lives as a session, and ends as one."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from .conftest import PASSWORD, Identity, claims_of

ANA = "ana@thornbury.example"


@pytest.fixture(scope="module", autouse=True)
def ana(identity: Identity) -> str:
    return identity.user("ana", ["analyst"])


def introspected(identity: Identity, token: str) -> dict[str, object]:
    auth = ("families", identity.own_secret("families"))
    found: dict[str, object] = identity.http.post("/oauth/introspect", data={"token": token}, auth=auth).json()
    return found


def test_a_refresh_token_gives_the_next_one(identity: Identity) -> None:
    browser = identity.browser()
    first = browser.sign_in(ANA, PASSWORD)
    second = browser.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    before, after = claims_of(first["access_token"]), claims_of(second["access_token"])
    assert (after["sid"], after["auth_time"], after["scope"]) == (before["sid"], before["auth_time"], before["scope"])
    assert browser.refresh(second["refresh_token"]).status_code == 200


def test_a_refresh_token_used_twice_ends_the_session(identity: Identity) -> None:
    browser = identity.browser()
    first = browser.sign_in(ANA, PASSWORD)
    second = browser.refresh(first["refresh_token"]).json()
    thief = identity.browser().refresh(first["refresh_token"])
    assert (thief.status_code, thief.json()["error"]) == (400, "invalid_grant")
    assert browser.refresh(second["refresh_token"]).status_code == 400, "the newest token of the family is dead too"
    session = claims_of(first["access_token"])["sid"]
    assert identity.events(session=session) == ["token.revoked.v1"]
    assert introspected(identity, second["access_token"]) == {"active": False}


def test_of_twenty_who_use_one_refresh_token_at_once_at_most_one_wins_and_all_lose_the_session(
    identity: Identity,
) -> None:
    browser = identity.browser()
    first = browser.sign_in(ANA, PASSWORD)
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda _: browser.refresh(first["refresh_token"]), range(20)))
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert browser.refresh(won[0]["refresh_token"]).status_code == 400


def test_of_twenty_who_use_one_code_at_once_at_most_one_wins(identity: Identity) -> None:
    browser = identity.browser()
    code = browser.code(ANA, PASSWORD)
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda _: browser.exchange(code), range(20)))
    assert [answer.status_code for answer in answers].count(200) == 1


def test_a_refresh_may_narrow_the_scope_for_once_and_never_widen_it(identity: Identity) -> None:
    browser = identity.browser()
    tokens = browser.sign_in(ANA, PASSWORD, scope="people:read families:read")
    assert browser.refresh(tokens["refresh_token"], scope="people:read matching:review").json()["error"] == (
        "invalid_scope"
    )
    narrowed = browser.refresh(tokens["refresh_token"], scope="people:read").json()
    assert narrowed["scope"] == "people:read"
    assert browser.refresh(narrowed["refresh_token"]).json()["scope"] == "people:read families:read"


def test_a_role_taken_away_is_gone_at_the_next_refresh(identity: Identity) -> None:
    user = identity.user("rolf", ["analyst", "claims_officer"])
    browser = identity.browser()
    tokens = browser.sign_in("rolf@thornbury.example", PASSWORD)
    assert identity.patch(f"/v1/users/{user}", {"roles": ["claims_officer"]}).status_code == 200
    claims = claims_of(browser.refresh(tokens["refresh_token"]).json()["access_token"])
    assert claims["roles"] == ["claims_officer"] and "matching:review" not in claims["scope"]
    assert claims["purposes"] == ["claim"]


def test_signing_out_ends_the_session_and_all_its_tokens(identity: Identity) -> None:
    browser = identity.browser()
    tokens = browser.sign_in(ANA, PASSWORD)
    assert introspected(identity, tokens["access_token"])["active"] is True
    for _ in range(2):
        form = {"token": tokens["refresh_token"], "client_id": "portal", "token_type_hint": "no_such_hint"}
        assert identity.http.post("/oauth/revoke", data=form).status_code == 200
    assert introspected(identity, tokens["access_token"]) == {"active": False}
    assert introspected(identity, tokens["refresh_token"]) == {"active": False}
    assert browser.refresh(tokens["refresh_token"]).status_code == 400
    assert identity.events(session=claims_of(tokens["access_token"])["sid"]) == ["token.revoked.v1"]


def test_an_access_token_is_revoked_alone(identity: Identity) -> None:
    browser = identity.browser()
    tokens = browser.sign_in(ANA, PASSWORD)
    form = {"token": tokens["access_token"], "client_id": "portal"}
    assert identity.http.post("/oauth/revoke", data=form).status_code == 200
    assert introspected(identity, tokens["access_token"]) == {"active": False}
    assert introspected(identity, tokens["refresh_token"])["active"] is True
    assert identity.events(token=claims_of(tokens["access_token"])["jti"]) == ["token.revoked.v1"]


def test_revoking_nonsense_is_no_error_and_anothers_token_is(identity: Identity) -> None:
    _, secret = identity.machine("s-stranger")
    tokens = identity.browser().sign_in(ANA, PASSWORD)
    auth = ("s-stranger", secret)
    assert identity.http.post("/oauth/revoke", data={"token": "nonsense"}, auth=auth).status_code == 200
    assert identity.http.post("/oauth/revoke", data={"token": tokens["refresh_token"]}, auth=auth).status_code == 400
    assert introspected(identity, tokens["refresh_token"])["active"] is True
    assert identity.http.post("/oauth/revoke", data={}, auth=auth).json()["error"] == "invalid_request"
    assert identity.http.post("/oauth/revoke", data={"token": "x"}).status_code == 401


def test_a_client_looks_into_its_own_tokens_only(identity: Identity) -> None:
    _, secret = identity.machine("s-curious")
    tokens = identity.browser().sign_in(ANA, PASSWORD)
    own = identity.token("s-curious", secret).json()["access_token"]

    def look(token: str) -> httpx.Response:
        return identity.http.post("/oauth/introspect", data={"token": token}, auth=("s-curious", secret))

    assert look(tokens["access_token"]).json() == {"active": False}
    assert look(own).json()["client_id"] == "s-curious"
    assert introspected(identity, own)["service"] == "programme"
    assert identity.http.post("/oauth/introspect", data={"token": own, "client_id": "portal"}).status_code == 401


def test_an_administrator_sees_and_ends_sessions(identity: Identity) -> None:
    user = identity.user("sara", ["analyst"])
    browser = identity.browser()
    tokens = browser.sign_in("sara@thornbury.example", PASSWORD)
    (session,) = identity.get(f"/v1/users/{user}/sessions")["items"]
    assert session["client"] == "portal"
    path = f"/v1/users/{user}/sessions/{session['id']}"
    assert identity.http.delete(path, headers=identity.admin).status_code == 200
    assert identity.http.delete(path, headers=identity.admin).status_code == 404
    assert identity.get(f"/v1/users/{user}/sessions")["items"] == []
    assert browser.refresh(tokens["refresh_token"]).status_code == 400


@pytest.mark.parametrize("change", [{"status": "disabled"}, {"password": "another long password"}])
def test_closing_an_account_or_changing_its_password_signs_out_everywhere(
    identity: Identity, change: dict[str, str]
) -> None:
    name = "x-" + next(iter(change))
    user = identity.user(name, ["analyst"])
    browsers = [identity.browser() for _ in range(2)]
    tokens = [browser.sign_in(f"{name}@thornbury.example", PASSWORD)["refresh_token"] for browser in browsers]
    code = browsers[0].code(f"{name}@thornbury.example", PASSWORD)
    assert identity.patch(f"/v1/users/{user}", change).status_code == 200
    assert [browser.refresh(token).status_code for browser, token in zip(browsers, tokens, strict=True)] == [400, 400]
    if "status" in change:
        assert browsers[0].exchange(code).json()["error"] == "invalid_grant"


def test_disabling_a_client_ends_the_sessions_through_it(identity: Identity) -> None:
    body = {
        "client_id": "s-app",
        "name": "App",
        "scopes": ["people:read"],
        "grants": ["authorization_code", "refresh_token"],
        "redirect_uris": ["http://127.0.0.1:8700/signed-in"],
        "public": True,
    }
    client = identity.make("/v1/services/programme/clients", body)["id"]
    browser = identity.browser("s-app")
    tokens = browser.sign_in(ANA, PASSWORD)
    assert identity.patch(f"/v1/clients/{client}", {"status": "disabled"}).status_code == 200
    assert browser.refresh(tokens["refresh_token"]).status_code == 401
    assert browser.open().status_code == 400
    assert introspected(identity, tokens["access_token"]) == {"active": False}
