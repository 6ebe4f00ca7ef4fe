"""Keys change without anybody noticing, or at once; the bootstrap can be run as often as one likes."""

import json
import os
import stat
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from joserfc import jws
from joserfc.jwk import ECKey
from sqlalchemy import select
from structlog.testing import capture_logs

from chassis.clock import now
from chassis.keys import JwksOverHttp
from fixtures.stack import Programs
from identity.app import program
from identity.bootstrap import ADMINISTRATOR, bootstrap, main
from identity.keys.key_wrapping import KeyWrapping
from identity.models import AuthorizationCode, Client, FailedSignIn, RefreshToken, SigningKey, SignInSession
from identity.settings import IdentitySettings
from identity.sign_in.worker import Sweeper

from .conftest import BACK, CHEAP, PASSWORD, Browser, Identity, claims_of, start_identity


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


def test_no_private_key_leaves_its_wrapping(fresh: Identity) -> None:
    assert not [key for key in fresh.http.get("/oauth/jwks").json()["keys"] if "d" in key]
    with fresh.running.runtime.read() as session:
        row = session.query(SigningKey).one()
    settings = fresh.running.runtime.settings
    private = json.loads(KeyWrapping.at(settings.wrapping_key_path).unwrap(row.wrapped, row.kid))
    assert private["d"] not in json.dumps(row.public)
    for path in settings.var.glob("identity.sqlite3*"):
        assert private["d"].encode() not in path.read_bytes()
    with pytest.raises(ValueError, match="another wrapping key"):
        KeyWrapping(b"x" * 32).unwrap(row.wrapped, row.kid)
    with pytest.raises(ValueError, match="another wrapping key"):
        KeyWrapping.at(settings.wrapping_key_path).unwrap(row.wrapped, "another-kid")


def test_without_a_key_nobody_gets_a_token_and_the_answer_says_what_to_do(fresh: Identity) -> None:
    with fresh.running.runtime.write() as session:
        session.query(SigningKey).delete()
    answer = fresh.token("families", fresh.own_secret("families"))
    assert answer.status_code == 503 and "bootstrap" in answer.json()["error_description"]
    assert kids(fresh) == []


def test_the_bootstrap_makes_what_is_missing_and_nothing_twice(fresh: Identity) -> None:
    runtime = fresh.running.runtime
    assert bootstrap(runtime).made == []
    folder = runtime.settings.var / "secrets"
    for path in [*folder.glob("*.secret"), folder / "admin.json", folder / "identity.wrapping-key"]:
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


def test_a_program_of_an_earlier_release_may_do_what_it_is_there_for_today(fresh: Identity) -> None:
    runtime = fresh.running.runtime
    with runtime.write() as session:
        claims = session.scalars(select(Client).where(Client.client_id == "claims")).one()
        claims.scopes, claims.purposes = ["consent:decide"], []
    assert bootstrap(runtime).made == ["rights of claims"]
    said = claims_of(fresh.token("claims", fresh.own_secret("claims")).json()["access_token"])
    assert (said["scope"], said["purposes"]) == ("consent:decide evidence:freeze", ["claim"])
    assert bootstrap(runtime).made == []


def test_an_administrator_whose_store_is_gone_keeps_the_password_of_the_file(programs: Programs) -> None:
    folder = programs.var / "secrets"
    folder.mkdir()
    (folder / "admin.json").write_text(json.dumps({"email": ADMINISTRATOR, "password": "kept from before"}))
    identity = start_identity(programs)
    assert Browser(identity.running.url).sign_in(ADMINISTRATOR, "kept from before")


GIVEN = {name: f"{name}-{'s' * 32}" for name in ("families", "consent", "claims", "gateway")}


GRACE, HAL = ({"email": f"{name}@thornbury.example", "password": PASSWORD} for name in ("grace", "hal"))


def give(folder: Path, **other: str | None) -> Path:
    """A folder of secrets as an operator prepares it."""
    folder.mkdir(exist_ok=True)
    files = {f"{name}.secret": secret for name, secret in GIVEN.items()} | {
        "identity.wrapping-key": "ab" * 32,
        "identity.cursor": "cd" * 32,
    }
    files["admin.json"] = json.dumps(GRACE | {"second": HAL})
    for name, text in (files | {name.replace("_", "."): text for name, text in other.items()}).items():
        (folder / name).unlink(missing_ok=True)
        if text is not None:
            (folder / name).write_text(text + "\n")
    return folder


@pytest.fixture
def given(programs: Programs, tmp_path: Path) -> Identity:
    """identity whose secrets were given as files."""
    running = programs.start(
        program, keys=JwksOverHttp("http://127.0.0.1:9/"), **CHEAP, secrets=give(tmp_path / "given")
    )
    bootstrap(running.runtime)
    token = Browser(running.url).sign_in("grace@thornbury.example", PASSWORD)["access_token"]
    assert Browser(running.url).sign_in("hal@thornbury.example", PASSWORD)
    return Identity(running, {"Authorization": f"Bearer {token}"})


def test_secrets_that_are_given_as_files_are_the_clients_own(given: Identity) -> None:
    assert {given.token(name, secret).status_code for name, secret in GIVEN.items()} == {200}
    assert bootstrap(given.running.runtime).made == []
    folder = given.running.runtime.settings.secrets_folder
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["admin.json", "identity.cursor", "identity.wrapping-key", *(f"{name}.secret" for name in GIVEN)]
    )
    assert not (given.running.runtime.settings.var / "secrets").exists()


def test_a_secret_that_is_changed_by_file_overlaps_with_the_one_before(given: Identity) -> None:
    runtime, file = given.running.runtime, given.running.runtime.settings.secrets_folder / "claims.secret"
    first, second, third = GIVEN["claims"], "second-" + "2" * 32, "third-" + "3" * 32
    taken = ["secret of claims"]
    for secret, made, good in (
        (second, taken, [200, 200, 401]),
        (third, taken, [401, 200, 200]),
        (second, [], [401, 200, 200]),
    ):
        file.write_text(secret)
        assert bootstrap(runtime).made == made
        assert [given.token("claims", one).status_code for one in (first, second, third)] == good
    file.write_text(first)  # back again: what was ended may come back, if the operator says so
    bootstrap(runtime)
    assert [given.token("claims", one).status_code for one in (first, second, third)] == [200, 401, 200]
    entries = given.get("/v1/audit", kind="client", object="claims")["items"]
    acts = [entry["action"].removeprefix("client.secret-") for entry in reversed(entries)]
    acts = [act for act in acts if act != "proof.refused"]  # of once a minute
    assert acts == ["client.registered", "added", "ended", "added", "ended", "added"]


def test_a_key_of_a_program_counts_as_one_of_its_two(given: Identity) -> None:
    client = next(
        one for one in given.get("/v1/services/programme/clients", limit=500)["items"] if one["client_id"] == "claims"
    )
    keys, file = f"/v1/clients/{client['id']}/keys", given.running.runtime.settings.secrets_folder / "claims.secret"
    given.make(keys, ECKey.generate_key("P-256").as_dict(private=False))
    file.write_text("second-" + "2" * 32)
    bootstrap(given.running.runtime)
    held = given.get(f"/v1/clients/{client['id']}")
    assert (len(held["secrets"]), len(held["keys"])) == (1, 1)
    assert given.token("claims", "second-" + "2" * 32).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"claims_secret": "short"},
        {"claims_secret": ""},
        {"claims_secret": "with space " + "x" * 32},
        {"claims_secret": "100%" + "x" * 32},
        {"claims_secret": "a+b" + "x" * 32},
        {"identity_wrapping-key": "no key"},
        {"admin_json": "no JSON"},
        {"admin_json": "[]"},
        {"admin_json": json.dumps({"email": "grace", "password": PASSWORD})},
        {"admin_json": json.dumps({"email": "grace@thornbury.example", "password": "short"})},
        {"admin_json": json.dumps({"email": "grace@thornbury.example"})},
    ],
)
def test_what_is_given_and_no_good_is_said_in_a_line_that_holds_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrong: dict[str, str]
) -> None:
    monkeypatch.setenv("IDENTITY_SECRETS", str(give(tmp_path / "given", **wrong)))
    for name, value in CHEAP.items():
        monkeypatch.setenv(f"IDENTITY_{name.upper()}", str(value))
    assert main(["--var", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    ((name, text),) = wrong.items()
    assert said.startswith(f"identity: {tmp_path}/given/{name.replace('_', '.')} ") and said.count("\n") == 1
    assert not text or text not in said
    assert "grace" not in said and PASSWORD not in said


def test_a_wrapping_key_of_its_former_name_is_taken_and_none_is_made(programs: Programs, tmp_path: Path) -> None:
    """A new one in its place would lock every signing key that is there."""
    folder = give(tmp_path / "given", **{"identity_wrapping-key": None, "identity_seal": "ab" * 32})
    running = programs.start(program, keys=JwksOverHttp("http://127.0.0.1:9/"), **CHEAP, secrets=folder)
    with capture_logs() as said:
        bootstrap(running.runtime)
    assert not (folder / "identity.wrapping-key").exists()
    assert [line for line in said if "former name" in line["event"]]
    with running.runtime.read() as session:
        row = session.query(SigningKey).one()
    assert KeyWrapping(b"\xab" * 32).unwrap(row.wrapped, row.kid)
    (folder / "identity.seal").rename(folder / "identity.wrapping-key")
    with capture_logs() as said:
        assert bootstrap(running.runtime).made == []
        assert KeyWrapping.at(running.runtime.settings.wrapping_key_path).unwrap(row.wrapped, row.kid)
    assert not [line for line in said if "former name" in line["event"]]


@pytest.mark.parametrize("name", ["IDENTITY_WRAPPING_KEY_FILE", "IDENTITY_SEAL_FILE"])
def test_the_setting_of_the_wrapping_key_is_read_by_its_former_name_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, str(tmp_path / "kept"))
    assert IdentitySettings.with_prefix().wrapping_key_path == tmp_path / "kept"
    assert IdentitySettings(wrapping_key_file=tmp_path / "said").wrapping_key_path == tmp_path / "said"


UNPRIVILEGED = """
import ctypes, os, sys
from identity.bootstrap import main
if os.geteuid() == 0:  # to root no folder is read-only, but by its capabilities
    version_3, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None).capset(version_3, none) == 0
sys.exit(main(["--var", sys.argv[1]]))
"""


@pytest.mark.parametrize("missing", ["", "gateway.secret", "identity.wrapping-key", "admin.json"])
def test_a_folder_that_can_only_be_read_will_do_if_nothing_is_missing(missing: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o755)
        folder, var = give(Path(home) / "given"), Path(home) / "var"
        (folder / missing).unlink() if missing else None
        var.mkdir()
        var.chmod(0o777)
        for path in folder.iterdir():
            path.chmod(0o444)
        folder.chmod(0o555)
        settings = {f"IDENTITY_{name.upper()}": str(value) for name, value in CHEAP.items()}
        command = [sys.executable, "-c", UNPRIVILEGED, str(var)]
        done = subprocess.run(
            command, env=os.environ | settings | {"IDENTITY_SECRETS": str(folder)}, capture_output=True, text=True
        )
        folder.chmod(0o755)
    assert done.returncode == (1 if missing else 0), done.stderr
    if missing:
        assert done.stderr.startswith(f"identity: {folder / missing} is missing") and done.stderr.count("\n") == 1
    else:
        assert "administrator" in done.stdout.splitlines()[-1]


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
