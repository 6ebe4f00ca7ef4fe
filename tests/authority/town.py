"""A town of three agencies and more, on the five programs, for tests that act as an attacker or an officer would.

Everything goes over HTTP. Tokens of people say what identity would say of them, and are signed with its key; machines
get theirs from its token endpoint. The town's agencies, services, people, clients and agreements are the sandbox's.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from families.models.intake import Record
from families.models.people import Person as KnownPerson
from fixtures.platform import Platform, headers_of
from identity.models import User
from identity.roles.catalogue import purposes_of
from identity.tokens.parties import Person, find_client, standing_of
from sandbox import actors
from sandbox.supplying import AREA, Agreement
from unit.families.borough import TERM, YEAR, csv_of

PORTAL = "portal"
PASSWORD = "hedgerow otter lantern"


@dataclass
class Town:
    """Shape: `people` gives each person's id in identity by the sandbox's short name, and by names that tests add."""

    platform: Platform
    people: dict[str, str] = field(default_factory=dict)
    clients: dict[str, tuple[str, str]] = field(default_factory=dict)

    # Who acts.

    def hire(self, name: str, role: str, service: str, *more_roles: str, areas: Iterable[str] = (AREA,)) -> str:
        """Register somebody with identity, as its administrator does; without a role by "". The name, to act as."""
        body: dict[str, Any] = {
            "email": f"{name}@town.example",
            "name": name.title(),
            "service": service,
            "password": PASSWORD,
        }
        body |= {"roles": [role, *more_roles] if role else [], "areas": list(areas)}
        answer = self.as_admin("POST", "identity", "/v1/users", json=body)
        assert answer.status_code == 201, answer.text
        self.people[name] = answer.json()["id"]
        return name

    def token(self, name: str, **claims: Any) -> str:
        """An access token of somebody, by short name: what identity says of them now. `claims` replace what it says."""
        with self.platform["identity"].runtime.read() as session:
            person = Person(session.get_one(User, UUID(self.people[name])))
            client = find_client(session, PORTAL)
            assert client
            standing = standing_of(client, person)
            scopes = person.narrowed(" ".join(client.row.scopes))
        said: dict[str, Any] = {"agency": standing.agency, "service": standing.service, "roles": standing.roles}
        if standing.deputy_for:
            said["deputy_for"] = str(standing.deputy_for)
        said |= {"areas": standing.areas, "purposes": standing.purposes, "scope": scopes, "client_id": PORTAL}
        return self.platform.signed(self.platform.claims(self.people[name], **(said | claims)))

    def machine_token(self, client: str) -> str:
        """An access token of a partner's client, from the token endpoint."""
        answer = self.platform["identity"].client.post(
            "/oauth/token", data={"grant_type": "client_credentials"}, auth=self.clients[client]
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    # What they do.

    def call(
        self, who: str, method: str, program: str, path: str, *, purpose: str = "", **request: Any
    ) -> httpx.Response:
        """One request by somebody (a person's short name, or a client's id), with a key of its own where it writes.

        Whose roles have several purposes states the first unless told otherwise.
        """
        if who in self.clients:
            return self.send(self.machine_token(who), method, program, path, purpose, **request)
        usual = purposes_of(self._user(who).roles)
        stated = purpose or (usual[0] if len(usual) > 1 else "")
        return self.send(self.token(who), method, program, path, stated, **request)

    def get(self, who: str, program: str, path: str, **request: Any) -> httpx.Response:
        return self.call(who, "GET", program, path, **request)

    def post(self, who: str, program: str, path: str, body: Any = None, **request: Any) -> httpx.Response:
        return self.call(who, "POST", program, path, json=body, **request)

    def put(self, who: str, program: str, path: str, body: Any = None, **request: Any) -> httpx.Response:
        return self.call(who, "PUT", program, path, json=body, **request)

    def done(self, answer: httpx.Response) -> dict[str, Any]:
        """The answer's body, of a request that had to succeed."""
        assert answer.is_success, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def as_admin(self, method: str, program: str, path: str, **request: Any) -> httpx.Response:
        """What the first administrator does; where it wants a second one, that one approves it."""
        answer = self.as_one_admin(method, program, path, **request)
        if method != "GET" and answer.is_success and answer.json().get("status") == "waiting":
            self.done(self.decide(answer.json()["approval"]))
        return answer

    def as_one_admin(self, method: str, program: str, path: str, **request: Any) -> httpx.Response:
        """What the first administrator does, whom no second one helps."""
        return self.send(self.platform.signed(self.platform.claims("pat")), method, program, path, "", **request)

    def decide(self, approval: str, decision: str = "confirmation", by: str = "polly") -> httpx.Response:
        """What another administrator decides about what the first one asked for."""
        bearer = self.platform.signed(self.platform.claims(by))
        return self.send(
            bearer, "POST", "identity", f"/v1/approvals/{approval}/{decision}", json={"reason": "Met them"}
        )

    def push(self, feed: str, *rows: dict[str, str], **covers: str) -> dict[str, Any]:
        """Push rows as the feed's own client, and let every program work until it rests. Returns the push."""
        client = actors.client_of(feed)
        params = (TERM if feed == "school_attendance" else YEAR) | covers
        answer = self.call(
            client.code, "POST", "families", f"/v1/feeds/{feed}/pushes", params=params,
            content=csv_of(feed, rows).encode(), headers={"Content-Type": "text/csv"},
        )  # fmt: skip
        assert answer.status_code == 202, answer.text
        self.settle()
        push = self.done(self.get(client.code, "families", f"/v1/pushes/{answer.json()['id']}"))
        assert push["status"] == "finished" and not push["counts"]["refused"], push
        return push

    def settle(self) -> None:
        """Let all programs hear each other and work, until nothing is left to do."""
        for _ in range(100):
            self.platform.carry(*self.platform.running)
            if not sum(running.work() for running in self.platform.running.values()):
                return
        raise AssertionError("The programs never come to rest")

    def agree(self, agreement: Agreement) -> str:
        """Have an agreement drafted and signed for both sides, as its parties' officers do; its id."""
        signers = actors.signers_of(agreement)
        drafted = self.done(self.post(signers[1].username, "consent", "/v1/agreements", agreement.request))["id"]
        for side, signer in list(zip(("supplier", "recipient"), signers, strict=True))[: agreement.signed_by]:
            signed = {"date": agreement.starts_on.isoformat(), "side": side}
            self.done(self.post(signer.username, "consent", f"/v1/agreements/{drafted}/sign", signed))
        return str(drafted)

    # Whom it concerns.

    def person(self, key: str) -> str:
        """Whom a record is about now, by the beginning of the record's key: a UPN, an incident, a claim."""
        with self.platform["families"].runtime.read() as session:
            leaf = session.scalars(select(Record.person).where(Record.natural_key.startswith(key))).first()
            assert leaf, f"No record has the key {key}"
            return str(session.get_one(KnownPerson, leaf).root)

    def _user(self, name: str) -> User:
        with self.platform["identity"].runtime.read() as session:
            return session.get_one(User, UUID(self.people[name]))

    def send(
        self, bearer: str, method: str, program: str, path: str, purpose: str = "", **request: Any
    ) -> httpx.Response:
        """One request with this token, whatever it says."""
        stated = headers_of(bearer) | request.pop("headers", {})
        if purpose:
            stated["Purpose"] = purpose
        if method in ("POST", "PUT", "PATCH", "DELETE"):
            stated.setdefault("Idempotency-Key", secrets.token_hex(8))
        return self.platform[program].client.request(method, path, headers=stated, **request)


def found_town(platform: Platform) -> Town:
    """The town with the sandbox's agencies, services, people, clients and signed agreements."""
    town = Town(platform)
    for agency in actors.AGENCIES:
        body = {"code": agency.code, "name": agency.name, "kind": agency.kind}
        _create(town, "/v1/agencies", body)
    for service in actors.SERVICES:
        body = {"code": service.code, "name": service.name, "sector": service.sector}
        _create(town, f"/v1/agencies/{service.agency}/services", body)
    for area in actors.AREAS:
        _create(town, "/v1/areas", {"code": area.code, "name": area.name})
    for user in actors.USERS:
        town.hire(user.username, user.role, user.service, *user.further_roles)
    for client in actors.CLIENTS:
        asked = {
            "client_id": client.code, "name": client.code, "scopes": list(client.scopes),
            "grants": ["client_credentials"],
        }  # fmt: skip
        made = town.done(town.as_admin("POST", "identity", f"/v1/services/{client.service}/clients", json=asked))
        town.clients[client.code] = client.code, made["secret"]
    town.settle()
    for agreement in actors.AGREEMENTS:
        if agreement.supplier != agreement.recipient:
            town.agree(agreement)
    town.settle()
    return town


def _create(town: Town, path: str, body: dict[str, Any]) -> None:
    answer = town.as_admin("POST", "identity", path, json=body)
    assert answer.status_code in (201, 409), answer.text  # setting up has made the council and the programme


def list_by_pages(town: Town, who: str, program: str, path: str, **asked: Any) -> list[Any]:
    """Every row of a list, one a page."""
    rows: list[Any] = []
    after: dict[str, str] = {}
    while True:
        page = town.done(town.get(who, program, path, params={"limit": 1} | after, **asked))
        assert len(page["items"]) <= 1
        rows += page["items"]
        if page["next"] is None:
            return rows
        after = {"after": page["next"]}
