"""Keys change without anybody noticing, or at once; the bootstrap can be run as often as one likes."""

import json
import stat
from datetime import timedelta

import pytest
import time_machine
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from joserfc import jws

from chassis.clock import now
from fixtures.stack import Programs
from identity.bootstrap import ADMINISTRATOR, bootstrap
from identity.keys.seal import Seal
from identity.models import AuthorizationCode, FailedSignIn, RefreshToken, SigningKey, SignInSession
from identity.tokens.worker import Sweeper

from .conftest import BACK, PASSWORD, Browser, Identity, start_identity


@pytest.fixture
def fresh(programs: Programs) -> Identity:
    return start_identity(programs, keys_cached=0.0)


def kids(identity: Identity) -> list[str]:
    return [key["kid"] for key in identity.http.get("/oauth/jwks").json()["keys"]]


def who(identity: Identity, token: str) -> int:
    return identity.http.get("/v1/whoami", headers=identity.bearer(token)).status_code


def token_of(identity: Identity) -> str:
    token: str = identity.token("families", identity.own_secret("families")).json()["access_token"]
    return token


def kid_of(token: str) -> str:
    return str(jws.extract_compact(token.encode()).headers()["kid"])


def test_the_next_key_is_published_before_it_signs_and_the_old_one_after(fresh: Identity) -> None:
    (first,) = kids(fresh)
    made = fresh.http.post("/v1/keys", json={}, headers=fresh.admin)
    assert made.status_code == 201
    second = made.json()["kid"]
    assert set(kids(fresh)) == {first, second}
    old = token_of(fresh)
    assert kid_of(old) == first

    with fresh.running.runtime.write() as session:  # the notice has passed
        session.get_one(SigningKey, first).signs_from = now() - timedelta(seconds=1000)
        session.get_one(SigningKey, second).signs_from = now() - timedelta(seconds=1)
    new = token_of(fresh)
    assert kid_of(new) == second
    assert (who(fresh, old), who(fresh, new)) == (200, 200) and set(kids(fresh)) == {first, second}

    with fresh.running.runtime.write() as session:  # and so have the last tokens of the old one
        session.get_one(SigningKey, second).signs_from = now() - timedelta(seconds=400)
    assert kids(fresh) == [second]
    assert fresh.events(kid=second) == ["key.rotated.v1"]


def test_a_key_that_others_may_know_is_withdrawn_at_once(fresh: Identity) -> None:
    (first,) = kids(fresh)
    old = token_of(fresh)
    made = fresh.http.post("/v1/keys", json={"withdraw": True}, headers=fresh.admin).json()
    assert kids(fresh) == [made["kid"]] and kid_of(token_of(fresh)) == made["kid"]
    assert fresh.events(withdrawn=first) == ["key.rotated.v1"]
    auth = ("families", fresh.own_secret("families"))
    assert fresh.http.post("/oauth/introspect", data={"token": old}, auth=auth).json() == {"active": False}


def test_no_private_key_leaves_the_seal(fresh: Identity) -> None:
    assert not [key for key in fresh.http.get("/oauth/jwks").json()["keys"] if "d" in key]
    with fresh.running.runtime.read() as session:
        row = session.query(SigningKey).one()
    settings = fresh.running.runtime.settings
    private = json.loads(Seal.at(settings.seal_path).open(row.sealed, row.kid))
    assert private["d"] not in json.dumps(row.public)
    for path in settings.var.glob("identity.sqlite3*"):
        assert private["d"].encode() not in path.read_bytes()
    with pytest.raises(ValueError, match="another seal"):
        Seal(b"x" * 32).open(row.sealed, row.kid)
    with pytest.raises(ValueError, match="another seal"):
        Seal.at(settings.seal_path).open(row.sealed, "another-kid")


def test_without_a_key_nobody_gets_a_token_and_the_answer_says_what_to_do(fresh: Identity) -> None:
    with fresh.running.runtime.write() as session:
        session.query(SigningKey).delete()
    answer = fresh.token("families", fresh.own_secret("families"))
    assert answer.status_code == 503 and "bootstrap" in answer.json()["detail"]
    assert kids(fresh) == []


def test_the_bootstrap_makes_what_is_missing_and_nothing_twice(fresh: Identity) -> None:
    runtime = fresh.running.runtime
    assert bootstrap(runtime).made == []
    folder = runtime.settings.var / "secrets"
    for path in [*folder.glob("*.secret"), folder / "admin.json", folder / "identity.seal"]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    before = fresh.own_secret("claims")
    (folder / "claims.secret").unlink()
    assert bootstrap(runtime).made == ["secret of claims"]
    assert fresh.token("claims", before).status_code == 401
    assert fresh.token("claims", fresh.own_secret("claims")).status_code == 200
    elsewhere = "http://127.0.0.1:9000"
    assert bootstrap(runtime, gateway_url=elsewhere).made == ["portal's addresses and scopes"]
    for address in (BACK, f"{elsewhere}/signed-in"):
        assert fresh.browser().open(redirect_uri=address).status_code == 200


def test_an_administrator_whose_store_is_gone_keeps_the_password_of_the_file(programs: Programs) -> None:
    folder = programs.var / "secrets"
    folder.mkdir()
    (folder / "admin.json").write_text(json.dumps({"email": ADMINISTRATOR, "password": "kept from before"}))
    identity = start_identity(programs)
    assert Browser(identity.running.url).sign_in(ADMINISTRATOR, "kept from before")


def test_the_metadata_is_what_rfc_8414_asks_for(fresh: Identity) -> None:
    body = fresh.http.get("/.well-known/oauth-authorization-server").json()
    # Authlib insists on https, which a laptop does not have.
    secure = json.loads(json.dumps(body).replace("http://127.0.0.1:8701", "https://identity.example"))
    AuthorizationServerMetadata(secure).validate()
    assert body["code_challenge_methods_supported"] == ["S256"]
    assert body["authorization_response_iss_parameter_supported"] is True


def test_what_can_be_met_no_longer_is_forgotten(fresh: Identity) -> None:
    fresh.user("ana", ["analyst"])
    browser = fresh.browser()
    browser.sign_in("ana@thornbury.example", PASSWORD)
    kept = browser.sign_in("ana@thornbury.example", PASSWORD)
    fresh.browser().fill_in("nobody@thornbury.example", "x")
    Sweeper().sweep(fresh.running.runtime)
    assert browser.refresh(kept["refresh_token"]).status_code == 200
    with time_machine.travel(now() + timedelta(days=200), tick=False):
        Sweeper().sweep(fresh.running.runtime)
    with fresh.running.runtime.read() as session:
        left = [
            session.query(table).count() for table in (AuthorizationCode, FailedSignIn, RefreshToken, SignInSession)
        ]
    assert left == [0, 0, 0, 0]
