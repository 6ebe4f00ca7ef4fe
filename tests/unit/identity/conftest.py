"""identity as it runs: bootstrapped, on its own keys, with the people of the tests."""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from sqlalchemy import select

from chassis.http import trusted
from chassis.keys import JwksOverHttp
from fixtures.footing import Footing
from fixtures.stack import Programs, Running
from fixtures.tokens import token
from identity.app import program
from identity.bootstrap import ADMINISTRATOR, bootstrap
from identity.models import Outbox

BACK = "http://127.0.0.1:8700/signed-in"
PASSWORD = "correct horse battery"
CHEAP = {"argon2_passes": 1, "argon2_memory": 64}


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def http_from(source: str, url: str) -> httpx.Client:
    """A way in from another address: on Linux all of 127.0.0.0/8 is this machine."""
    transport = httpx.HTTPTransport(local_address=source, verify=trusted())
    return httpx.Client(base_url=url, timeout=30, transport=transport)


@dataclass
class Browser:
    """Somebody at the sign-in page, sent there by a client. Shape: `source` is the address that they come from."""

    url: str
    client: str = "portal"
    source: str = "127.0.0.1"
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = http_from(self.source, self.url)

    def query(self, **other: str | None) -> dict[str, str]:
        asked = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": BACK,
            "state": "xyz",
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        } | other
        return {name: value for name, value in asked.items() if value is not None}

    def open(self, **other: str | None) -> httpx.Response:
        return self.http.get("/oauth/authorize", params=self.query(**other))

    def fill_in(self, email: str, password: str, csrf: str | None = None, **other: str | None) -> httpx.Response:
        if csrf is None:
            found = re.search(r'name="csrf" value="([^"]+)"', self.open(**other).text)
            assert found
            csrf = found[1]
        form = {"email": email, "password": password, "csrf": csrf}
        return self.http.post("/oauth/authorize", params=self.query(**other), data=form)

    def code(self, email: str, password: str, **other: str | None) -> str:
        answer = self.fill_in(email, password, **other)
        assert answer.status_code == 302, answer.text
        return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]

    def exchange(self, code: str, **other: str | None) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "client_id": self.client,
            "code_verifier": self.verifier,
        } | other
        return self.http.post("/oauth/token", data={name: value for name, value in form.items() if value is not None})

    def refresh(self, token: str, **other: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": self.client} | other
        return self.http.post("/oauth/token", data=form)

    def sign_in(self, email: str, password: str, **other: str | None) -> dict[str, Any]:
        answer = self.exchange(self.code(email, password, **other))
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens


@dataclass
class Identity:
    """The program, and what its administrator may do."""

    running: Running
    admin: dict[str, str]

    @property
    def http(self) -> httpx.Client:
        return self.running.client

    def browser(self, client: str = "portal", source: str = "127.0.0.1") -> Browser:
        return Browser(self.running.url, client, source)

    def get(self, path: str, **params: Any) -> Any:
        answer = self.http.get(path, params=params, headers=self.admin)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, key: str | None = None) -> httpx.Response:
        """What an administrator does; where it wants a second one, that one approves it."""
        headers = self.admin | {"Idempotency-Key": key or secrets.token_hex(8)}
        return self._approved(self.http.post(path, json=body, headers=headers))

    def patch(self, path: str, body: Any, match: str | None = None) -> httpx.Response:
        match = match or self.http.get(path, headers=self.admin).headers["ETag"]
        return self._approved(self.http.patch(path, json=body, headers=self.admin | {"If-Match": match}))

    @property
    def second(self) -> dict[str, str]:
        """Another administrator's header, of whose signing in nothing is counted."""
        kid, key = self.running.runtime.state["keyring"].signer()
        said: dict[str, Any] = {"iss": self.running.runtime.settings.issuer}
        scopes = ["identity:read", "identity:admin", "audit:read"]
        return self.bearer(token("hal", key=key, kid=kid, scopes=scopes, roles=["platform_administrator"], **said))

    def decide(self, approval: str, decision: str = "confirmation") -> httpx.Response:
        """What the second administrator decides."""
        path = f"/v1/approvals/{approval}/{decision}"
        return self.http.post(path, json={"reason": "Met them"}, headers=self.second)

    def _approved(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_success and answer.json().get("status") == "waiting" and answer.json().get("approval"):
            assert self.decide(answer.json()["approval"]).is_success
        return answer

    def make(self, path: str, body: Any) -> Any:
        answer = self.post(path, body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def user(self, name: str, roles: list[str], service: str = "programme", areas: list[str] | None = None) -> str:
        """A person who signs in as name@thornbury.example with PASSWORD."""
        for area in areas or []:
            self.post("/v1/areas", {"code": area, "name": area.capitalize()})
        body = {
            "email": f"{name}@thornbury.example",
            "name": name.capitalize(),
            "service": service,
            "roles": roles,
            "areas": areas or [],
            "password": PASSWORD,
        }
        made: str = self.make("/v1/users", body)["id"]
        return made

    def machine(self, client_id: str = "education-attendance", **other: Any) -> tuple[str, str]:
        """A client that acts for itself: its id and its secret."""
        body = {
            "client_id": client_id,
            "name": client_id,
            "scopes": ["push:school_attendance", "feeds:read"],
            "grants": ["client_credentials"],
        } | other
        made = self.make("/v1/services/programme/clients", body)
        return made["id"], made["secret"]

    def token(self, client_id: str, secret: str, **other: str) -> httpx.Response:
        return self.http.post(
            "/oauth/token", data={"grant_type": "client_credentials"} | other, auth=(client_id, secret)
        )

    def own_secret(self, name: str) -> str:
        folder: Path = self.running.runtime.settings.var / "secrets"
        return (folder / f"{name}.secret").read_text().strip()

    def events(self, **data: Any) -> list[str]:
        """The names of the events whose data holds this."""
        with self.running.runtime.read() as session:
            rows = session.scalars(select(Outbox).order_by(Outbox.seq)).all()
            return [row.type.split("identity.")[1] for row in rows if data.items() <= row.data.items()]

    def bearer(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}


def start_identity(programs: Programs, **settings: Any) -> Identity:
    # An address of keys, never asked: it makes identity take its own keys, as it does when it runs for real.
    running = programs.start(program, keys=JwksOverHttp("http://127.0.0.1:9/"), **(CHEAP | settings))
    bootstrap(running.runtime)
    password = json.loads((running.runtime.settings.var / "secrets" / "admin.json").read_text())["password"]
    token = Browser(running.url).sign_in(ADMINISTRATOR, password)["access_token"]
    return Identity(running, {"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory, footing: Footing) -> Iterator[Identity]:
    """One for all tests of a file: each brings people and clients of its own names."""
    started = Programs(tmp_path_factory.mktemp("identity"), footing)
    try:
        yield start_identity(started)
    finally:
        started.close()


def parameters(location: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(location).query))
