"""People sign in by the page, and clients exchange what comes of it."""

import base64
import hashlib
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from fixtures.platform import logging_to
from fixtures.stack import Programs

from .conftest import BACK, PASSWORD, Browser, Identity, challenge_of, claims_of, parameters, start_identity

ANA = "ana@thornbury.example"


@pytest.fixture(scope="module", autouse=True)
def people(identity: Identity) -> None:
    identity.user("ana", ["analyst", "claims_officer"], areas=["thornbury"])
    identity.user("vic", [])


def test_ana_signs_in_and_her_token_says_who_she_is(identity: Identity) -> None:
    browser = identity.browser()
    answer = browser.fill_in(ANA, PASSWORD)
    assert answer.status_code == 302 and answer.headers["Location"].startswith(BACK + "?")
    back = parameters(answer.headers["Location"])
    assert back.keys() == {"code", "state", "iss"}
    assert (back["state"], back["iss"]) == ("xyz", "http://127.0.0.1:8701")
    tokens = browser.exchange(back["code"]).json()
    claims = claims_of(tokens["access_token"])
    assert claims["roles"] == ["analyst", "claims_officer"]
    assert (claims["purposes"], claims["areas"]) == (["identify", "claim"], ["thornbury"])
    assert "matching:review" in claims["scope"] and "claims:check" in claims["scope"]
    assert "identity:read" not in claims["scope"] and tokens["scope"] == claims["scope"]
    who = identity.http.get("/v1/whoami", headers=identity.bearer(tokens["access_token"])).json()
    assert (who["subject"], who["client"], who["name"]) == (claims["sub"], "portal", "Ana")
    assert (who["agency"], who["service"], who["purposes"]) == (
        "thornbury-council",
        "programme",
        ["identify", "claim"],
    )


def test_her_address_may_be_written_in_capitals(identity: Identity) -> None:
    assert identity.browser().code("ANA@Thornbury.EXAMPLE ", PASSWORD)


def test_a_narrower_scope_may_be_asked_for(identity: Identity) -> None:
    tokens = identity.browser().sign_in(ANA, PASSWORD, scope="people:read identity:admin")
    assert tokens["scope"] == "people:read"


def test_who_may_do_nothing_in_the_application_is_told_so(identity: Identity) -> None:
    answer = identity.browser().fill_in("vic@thornbury.example", PASSWORD)
    assert answer.status_code == 403 and "no role" in answer.text
    assert identity.browser().fill_in(ANA, PASSWORD, scope="identity:admin").status_code == 403


def test_wrong_password_unknown_address_and_closed_account_look_the_same(identity: Identity) -> None:
    closed = identity.user("carl", ["analyst"])
    assert identity.patch(f"/v1/users/{closed}", {"status": "disabled"}).status_code == 200

    def told(email: str, password: str) -> tuple[int, str]:
        answer = identity.browser().fill_in(email, password)
        return answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)

    ana, nobody, carl = (
        told(ANA, "wrong password"),
        told("nobody@thornbury.example", PASSWORD),
        told("carl@thornbury.example", PASSWORD),
    )
    assert ana == nobody == carl and ana[0] == 422
    assert "email address or the password is not right" in ana[1]


def test_an_unknown_address_costs_as_much_work_as_a_known_one(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = identity.running.runtime.state["passwords"]
    checked: list[bool] = []
    real = passwords._hasher.verify

    class Counting:
        def verify(self, held: str, password: str) -> bool:
            checked.append(held.startswith("$argon2id$"))
            return bool(real(held, password))

    monkeypatch.setattr(passwords, "_hasher", Counting())
    identity.browser().fill_in("nobody2@thornbury.example", "x")
    identity.browser().fill_in(ANA, "x")
    assert checked == [True, True]


def test_the_page_is_plain_and_everything_has_a_label(identity: Identity) -> None:
    answer = identity.browser().open()
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert "form-action 'self' http://127.0.0.1:8700" in policy
    style = re.search(r"<style>(.*?)</style>", answer.text, re.S)
    assert style and base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode() in policy
    assert "<script" not in answer.text and " on" not in re.sub(r">[^<]*<", "><", answer.text)
    labels, inputs = set[str](), dict[str, str]()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found = {name: value or "" for name, value in attrs}
            if tag == "label":
                labels.add(found["for"])
            if tag == "input" and found["type"] != "hidden":
                inputs[found["id"]] = found["autocomplete"]

    Reader().feed(answer.text)
    assert inputs == {"email": "username", "password": "current-password"} and labels == set(inputs)
    assert 'lang="en-GB"' in answer.text and answer.text.count("<h1>") == 1
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Frame-Options"] == "DENY"
    cookie = answer.headers["Set-Cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie


def test_errors_stand_in_a_summary_that_leads_to_the_field(identity: Identity) -> None:
    answer = identity.browser().fill_in("", "")
    assert answer.status_code == 422 and "<title>Error: " in answer.text
    assert 'role="alert"' in answer.text and 'href="#email"' in answer.text and 'href="#password"' in answer.text
    assert 'aria-describedby="password-error"' in answer.text and 'id="password-error"' in answer.text


def test_what_is_filled_in_cannot_become_markup(identity: Identity) -> None:
    answer = identity.browser().fill_in('"><script>alert(1)</script>', "x")
    assert "<script" not in answer.text and PASSWORD not in answer.text


@pytest.mark.parametrize(
    "filled_in",
    [
        "email=a%00b@x.y&password=x",
        "email=ana%40thornbury.example&password=a%00b",
        "email=a%1bb@x.y&password=x",
        "email=a%7Fb@x.y&password=x",
        "email=ana%40thornbury.example&password=x&other=%00",
        "email=ana%40thornbury.example&password=x&%00=x",
        "email=nobody%40x.y&email=ana%40thornbury.example&password=x",
    ],
)
def test_what_no_browser_sends_is_not_looked_up(identity: Identity, filled_in: str) -> None:
    browser = identity.browser()
    form = re.search(r'name="csrf" value="([^"]+)"', browser.open().text)
    assert form
    answer = send_form(browser, f"csrf={form[1]}&{filled_in}")
    assert answer.status_code == 422 and "did not come as it stands here" in answer.text
    assert "\0" not in answer.text and "\x1b" not in answer.text


@pytest.mark.parametrize("filled_in", ["email=%ED%A0%80&password=x", "email=a&password=%FF", "email=%ff%fe&password="])
def test_what_is_no_text_is_no_form(identity: Identity, filled_in: str) -> None:
    assert send_form(identity.browser(), filled_in).status_code == 400


def test_a_password_may_hold_whatever_one_may_be_made_of(identity: Identity) -> None:
    body = {"email": "tab@thornbury.example", "name": "Tab", "service": "programme", "roles": ["analyst"]}
    identity.make("/v1/users", body | {"password": "tabbed\tand naïve 🦊"})
    assert identity.browser().code("tab@thornbury.example", "tabbed\tand naïve 🦊")


def send_form(browser: Browser, form: str) -> httpx.Response:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return browser.http.post("/oauth/authorize", params=browser.query(), content=form, headers=headers)


def test_a_cookie_that_the_page_did_not_make_is_not_sent_back(identity: Identity) -> None:
    made = identity.browser().open().cookies["sign_in"]
    other = f"{'z' * 32}.{made.partition('.')[2]}"
    for foreign in ("ZY654321C", "zebulonia_quexworthy_was_here_ok", f"{made}x", other, made.partition(".")[0], "."):
        for wrong in (None, "nobody"):
            browser = identity.browser()
            browser.http.headers["Cookie"] = f"sign_in={foreign}"
            answer = browser.open(**({"client_id": wrong} if wrong else {}))
            assert answer.status_code == (400 if wrong else 200)
            assert f"sign_in={foreign};" not in answer.headers["Set-Cookie"]


def test_two_tabs_share_what_the_page_gave_the_browser(identity: Identity) -> None:
    browser = identity.browser()
    given = browser.open().cookies["sign_in"]
    assert f"sign_in={given};" in browser.open(scope="people:read").headers["Set-Cookie"]


def test_a_form_without_its_browsers_token_is_not_taken(identity: Identity) -> None:
    other = identity.browser()
    taken = re.search(r'name="csrf" value="([^"]+)"', other.open().text)
    assert taken
    for csrf in ("", "1.x", "é.é", taken[1]):
        answer = identity.browser().fill_in(ANA, PASSWORD, csrf=csrf)
        assert answer.status_code == 422 and "open for too long" in answer.text
    mine = identity.browser()
    for_another = re.search(r'name="csrf" value="([^"]+)"', mine.open(scope="people:read").text)
    assert for_another
    assert mine.fill_in(ANA, PASSWORD, csrf=for_another[1], scope="claims:check").status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"client_id": "families"},
        {"redirect_uri": None},
        {"redirect_uri": BACK + "/"},
        {"redirect_uri": BACK + "?x=1"},
        {"redirect_uri": "http://127.0.0.1:8700/SIGNED-IN"},
        {"redirect_uri": "https://mallory.example/signed-in"},
        {"redirect_uri": "http://127.0.0.1:8700@mallory.example/signed-in"},
        {"redirect_uri": "é"},
        {"state": "é"},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_the_clients(identity: Identity, wrong: dict[str, str | None]) -> None:
    answer = identity.browser().open(**wrong)
    assert answer.status_code == 400 and "Location" not in answer.headers
    assert "mallory" not in answer.text and "Sign-in is not possible" in answer.text


@pytest.mark.parametrize(
    "wrong, error",
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": 'code"id_token'}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"scope": "no:such"}, "invalid_scope"),
    ],
)
def test_an_unsound_request_goes_back_to_its_client(
    identity: Identity, wrong: dict[str, str | None], error: str
) -> None:
    answer = identity.browser().open(**wrong)
    assert answer.status_code == 302 and answer.headers["Location"].startswith(BACK + "?")
    back = parameters(answer.headers["Location"])
    assert (back["error"], back["state"], back["iss"]) == (error, "xyz", "http://127.0.0.1:8701")


def test_a_repeated_parameter_is_not_taken(identity: Identity) -> None:
    query = [*identity.browser().query().items(), ("redirect_uri", "https://mallory.example/")]
    answer = identity.http.get(f"/oauth/authorize?{urlencode(query)}")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request") and "mallory" not in answer.text
    shown = identity.http.get(f"/oauth/authorize?{urlencode(query)}", headers={"Accept": "text/html,*/*"})
    assert shown.status_code == 400 and "Sign-in is not possible" in shown.text and "mallory" not in shown.text
    machine = identity.http.post("/oauth/userinfo", headers={"Accept": "text/html,*/*"})
    assert (machine.status_code, machine.headers["Content-Type"]) == (401, "application/json")


def test_a_code_is_good_once_and_a_second_use_ends_what_came_of_the_first(identity: Identity) -> None:
    browser = identity.browser()
    code = browser.code(ANA, PASSWORD)
    tokens = browser.exchange(code).json()
    again = browser.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert browser.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    session = claims_of(tokens["access_token"])["sid"]
    assert identity.events(session=session) == ["token.revoked.v1"]
    assert identity.get("/v1/audit", object=session)["items"][0]["details"]["reason"] == "code_used_twice"


@pytest.mark.parametrize("wrong", ["x" * 43, "short", "", None, "é" * 43])
def test_a_wrong_verifier_burns_the_code(identity: Identity, wrong: str | None) -> None:
    browser = identity.browser()
    code = browser.code(ANA, PASSWORD)
    assert browser.exchange(code, code_verifier=wrong).status_code == 400
    if wrong != "é" * 43:  # that one is refused before anybody looks at the code
        assert browser.exchange(code).json()["error"] == "invalid_grant"


def test_a_code_is_bound_to_its_client_and_its_address(identity: Identity) -> None:
    body = {
        "client_id": "other-portal",
        "name": "Other",
        "scopes": ["people:read"],
        "grants": ["authorization_code", "refresh_token"],
        "redirect_uris": [BACK, "https://other.example/back"],
        "public": True,
    }
    identity.make("/v1/services/programme/clients", body)
    browser = identity.browser()
    for other in (
        {"client_id": "other-portal"},
        {"redirect_uri": "https://other.example/back"},
        {"redirect_uri": None},
    ):
        refused = browser.exchange(browser.code(ANA, PASSWORD), **other)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    other_browser = Browser(identity.running.url, "other-portal")
    tokens = other_browser.sign_in(ANA, PASSWORD)
    stolen = browser.refresh(tokens["refresh_token"])
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert other_browser.refresh(tokens["refresh_token"]).status_code == 400, "a stolen token ends its session"


def test_a_confidential_client_proves_itself_and_needs_pkce_all_the_same(identity: Identity) -> None:
    body = {
        "client_id": "case-system",
        "name": "Case system",
        "scopes": ["people:read"],
        "grants": ["authorization_code"],
        "redirect_uris": [BACK],
    }
    secret = identity.make("/v1/services/programme/clients", body)["secret"]
    browser = Browser(identity.running.url, "case-system")
    assert browser.exchange(browser.code(ANA, PASSWORD)).status_code == 401
    code = browser.code(ANA, PASSWORD)
    assert browser.exchange(code, client_secret="wrong").status_code == 401
    tokens = browser.exchange(code, client_secret=secret).json()
    assert "refresh_token" not in tokens and tokens["scope"] == "people:read"
    assert parameters(browser.open(code_challenge=None).headers["Location"])["error"] == "invalid_request"


def test_a_code_goes_stale(programs: Programs) -> None:
    identity = start_identity(programs)
    identity.user("ana", ["analyst"])
    browser = identity.browser()
    code = browser.code(ANA, PASSWORD)
    object.__setattr__(identity.running.runtime.settings, "code_seconds", -1)
    assert browser.exchange(code).status_code == 200
    assert browser.exchange(browser.code(ANA, PASSWORD)).json()["error"] == "invalid_grant"


def test_failures_in_a_row_make_an_address_wait_whether_anybody_has_it_or_not(programs: Programs) -> None:
    identity = start_identity(programs, failures_free=3, failures_wait=1000)
    identity.user("ana", ["analyst"])
    seen = []
    for email in (ANA, "nobody@thornbury.example"):
        answers = [identity.browser().fill_in(email, "wrong") for _ in range(5)]
        seen.append([re.sub(r'value="[^"]*"', "", answer.text) for answer in answers])
        assert [answer.status_code for answer in answers] == [422, 422, 422, 429, 429]
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 900
    assert seen[0] == seen[1]
    assert identity.browser().fill_in(ANA, PASSWORD).status_code == 429, "even the right password has to wait"
    identity.user("bo", ["analyst"])
    assert identity.browser().fill_in("bo@thornbury.example", PASSWORD).status_code == 302


def test_a_success_breaks_the_row_of_failures(programs: Programs) -> None:
    identity = start_identity(programs, failures_free=3)
    identity.user("ana", ["analyst"])
    for _ in range(3):
        assert [identity.browser().fill_in(ANA, "wrong").status_code for _ in range(2)] == [422, 422]
        assert identity.browser().fill_in(ANA, PASSWORD).status_code == 302


def test_no_password_code_or_token_is_ever_logged_or_kept(
    programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    written = io.StringIO()
    with logging_to(written):
        identity = start_identity(programs)
        identity.user("ana", ["analyst"])
        browser = identity.browser()
        code = browser.code(ANA, PASSWORD)
        tokens = browser.exchange(code).json()
        browser.refresh(tokens["refresh_token"])
        browser.fill_in(ANA, "tell nobody this one")
    secrets = [PASSWORD, "tell nobody", code, tokens["refresh_token"], tokens["access_token"], ANA, browser.verifier]
    out = written.getvalue() + "".join(capsys.readouterr())
    assert '"request"' in out and not [secret for secret in secrets if secret in out]
    kept = b"".join(path.read_bytes() for path in Path(programs.var).rglob("*") if path.is_file())
    assert not [secret for secret in secrets if secret != ANA and secret.encode() in kept]


def test_a_challenge_is_what_the_rfc_says() -> None:
    """RFC 7636 appendix B."""
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
