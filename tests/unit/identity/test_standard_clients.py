"""Clients that partners really use get their tokens, unmodified. The examples are those of the page for partners."""

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from fixtures.footing import Footing
from fixtures.node import write_script
from fixtures.stack import Programs, free_address

from .conftest import BACK, PASSWORD, Browser, Identity, claims_of, start_identity

PAGE = Path(__file__).resolve().parents[3] / "docs" / "getting-a-token.md"
EXAMPLES = dict(re.findall(r"^```\w+ (\w+\.\w+)\n(.*?)^```$", PAGE.read_text(), re.M | re.S))
ANA = "ana@thornbury.example"
KEY = RSAKey.generate_key(2048)
LOCAL = {"OAUTHLIB_INSECURE_TRANSPORT": "1"}
"""For http on this machine; oauthlib asks for it even there."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, footing: Footing) -> Iterator[Identity]:
    """identity where its issuer says that it is: standard clients look, and compare."""
    started, address = Programs(tmp_path_factory.mktemp("clients"), footing), free_address()
    try:
        identity = start_identity(started, at=address, issuer=address)
        identity.user("ana", ["analyst"])
        yield identity
    finally:
        started.close()


@dataclass
class Partner:
    """A registered client, and how one of its scripts is run."""

    identity: Identity
    folder: Path
    name: str = field(default_factory=lambda: f"p-{secrets.token_hex(4)}")
    environment: dict[str, str] = field(default_factory=dict)

    def register(self, **other: Any) -> str:
        body = {"client_id": self.name, "name": self.name, "scopes": ["feeds:read"], "grants": ["client_credentials"]}
        made = self.identity.make("/v1/services/programme/clients", body | other)
        self.environment = {
            "ISSUER": self.identity.running.url,
            "CLIENT_ID": self.name,
            "CLIENT_SECRET": made["secret"] or "",
            "REDIRECT_URI": BACK,
            "KEY_FILE": str(self.folder / "key.pem"),
        }
        id: str = made["id"]
        return id

    def register_key(self, **other: Any) -> str:
        id = self.register(**other)
        (self.folder / "key.pem").write_bytes(KEY.as_pem(private=True))
        self.identity.make(f"/v1/clients/{id}/keys", KEY.as_dict(private=False))
        return id

    def register_app(self, **other: Any) -> str:
        return self.register(
            **{
                "scopes": ["people:read", "identity:admin", "openid", "profile", "email"],
                "grants": ["authorization_code", "refresh_token"],
                "redirect_uris": [BACK],
            }
            | other
        )

    def run(self, name: str, script: str = "", signs_in: bool = False) -> list[str]:
        """The lines that a script printed. One that signs somebody in prints an address, and reads where it led."""
        script = script or EXAMPLES[name]
        command = {
            "py": [sys.executable, "-c", script],
            "sh": ["bash", "-euc", script],
            "mjs": write_script(script, self.folder) if name.endswith(".mjs") else [],
        }[name.partition(".")[2]]
        # Where they are installed, and nothing of ours: `-I` would pass over the environment that they read.
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "NODE"))}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(
            command, cwd=self.folder, env=environment | self.environment | LOCAL, text=True, **pipes
        ) as process:
            assert process.stdin and process.stdout
            back = ""
            if signs_in:
                address = process.stdout.readline().strip()
                assert address.startswith(self.identity.running.url), (
                    address,
                    process.stderr and process.stderr.read(),
                )
                back = self._sign_in(address) + "\n"
            out, err = process.communicate(back, timeout=120)
        assert process.returncode == 0, err or out
        lines: list[str] = out.splitlines()
        return lines

    def _sign_in(self, address: str) -> str:
        """Ana at the page; where the browser is sent to."""
        http = Browser(self.identity.running.url).http
        form = re.search(r'name="csrf" value="([^"]+)"', http.get(address).text)
        assert form
        answer = http.post(address, data={"email": ANA, "password": PASSWORD, "csrf": form[1]})
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"])


@pytest.fixture
def partner(here: Identity, tmp_path: Path) -> Partner:
    return Partner(here, tmp_path)


SECRET = [name for name in EXAMPLES if "_secret." in name]
KEYED = [name for name in EXAMPLES if "_key." in name]
SIGN_IN = [name for name in EXAMPLES if "_sign_in." in name]


def test_each_example_of_the_page_is_of_a_kind_that_is_run() -> None:
    assert sorted([*SECRET, *KEYED, *SIGN_IN]) == sorted(EXAMPLES)
    assert (len(SECRET), len(KEYED), len(SIGN_IN)) == (3, 2, 4)
    assert PAGE.read_text().count("\n```\n") == len(EXAMPLES)


@pytest.mark.parametrize("name", SECRET)
def test_a_system_gets_a_token_by_its_secret(partner: Partner, name: str) -> None:
    partner.register()
    (line,) = partner.run(name)
    scope = json.loads(line)["scope"] if name.endswith(".sh") else line
    assert scope in ("feeds:read", "['feeds:read']")


@pytest.mark.parametrize("name", KEYED)
def test_a_system_gets_a_token_by_its_key(partner: Partner, name: str) -> None:
    partner.register_key()
    assert partner.run(name) == ["feeds:read"]


@pytest.mark.parametrize("name", SIGN_IN)
def test_somebody_signs_in_is_refreshed_and_known_by_name(partner: Partner, name: str) -> None:
    partner.register_app()
    scope, who = partner.run(name, signs_in=True)
    assert set(scope.split()) - {"email"} == {"openid", "profile", "people:read"} and who == "Ana"


def test_authlib_as_it_is_names_the_token_endpoint_and_is_taken_where_registered_so(partner: Partner) -> None:
    """Its own audience is the address that it posts to, its own algorithm RS256, its own end an hour ahead."""
    as_it_is = EXAMPLES["authlib_key.py"].replace("PrivateKeyJWT(issuer)", "PrivateKeyJWT()")
    id = partner.register_key()
    with pytest.raises(AssertionError, match="invalid_client"):
        partner.run("authlib_key.py", as_it_is)
    assert partner.identity.patch(f"/v1/clients/{id}", {"assertion_audience": "token_endpoint"}).status_code == 200
    assert partner.run("authlib_key.py", as_it_is) == ["feeds:read"]


def test_pss_keys_are_taken_too(partner: Partner) -> None:
    partner.register_key()
    pss = EXAMPLES["openid_client_key.mjs"].replace("RSASSA-PKCS1-v1_5", "RSA-PSS")
    assert partner.run("openid_client_key.mjs", pss) == ["feeds:read"]


def test_a_client_is_told_of_scopes_that_are_left_out(partner: Partner) -> None:
    partner.register_app()
    more = 'people:read identity:admin"'
    authlib = EXAMPLES["authlib_sign_in.py"].replace('people:read"', more)
    assert partner.run("authlib_sign_in.py", authlib, signs_in=True) == ["openid profile people:read", "Ana"]
    oauthlib = EXAMPLES["requests_oauthlib_sign_in.py"].replace('"people:read"', '"people:read", "identity:admin"')
    with pytest.raises(AssertionError, match="Scope has changed"):
        partner.run("requests_oauthlib_sign_in.py", oauthlib, signs_in=True)


def test_an_application_without_a_secret_signs_in_by_pkce_alone(partner: Partner) -> None:
    partner.register_app(public=True)
    public = EXAMPLES["openid_client_sign_in.mjs"].replace(
        "process.env.CLIENT_SECRET, undefined, local", "undefined, client.None(), local"
    )
    assert partner.run("openid_client_sign_in.mjs", public, signs_in=True) == ["openid profile people:read", "Ana"]


def test_openid_client_finds_oauths_own_metadata_too(partner: Partner) -> None:
    partner.register_key()
    oauth = EXAMPLES["openid_client_key.mjs"].replace("? { execute", "? { algorithm: 'oauth2', execute")
    assert partner.run("openid_client_key.mjs", oauth) == ["feeds:read"]


def test_a_refused_client_reads_the_error(partner: Partner) -> None:
    partner.register()
    read = "processClientCredentialsResponse(server, client, answer)"
    more = EXAMPLES["oauth4webapi_secret.mjs"].replace("feeds:read", "families:read")
    told = more.replace(read, f"{read}.catch((e) => ({{ scope: e.error ?? e.cause[0].scheme }}))")
    assert partner.run("oauth4webapi_secret.mjs", told) == ["invalid_scope"]
    partner.environment["CLIENT_SECRET"] = "wrong"
    assert partner.run("oauth4webapi_secret.mjs", told) == ["basic"], "challenged to prove itself"


def test_what_was_signed_in_by_openid_client_is_over_once_it_has_revoked_it(partner: Partner) -> None:
    partner.register_app()
    shown = EXAMPLES["openid_client_sign_in.mjs"].replace(
        "process.exit()", "console.log(token.access_token)\nprocess.exit()"
    )
    *_, access = partner.run("openid_client_sign_in.mjs", shown, signs_in=True)
    ended = partner.identity.get("/v1/audit", object=claims_of(access)["sid"])["items"][0]
    assert (ended["action"], ended["details"]["reason"]) == ("session.ended", "signed_out")
