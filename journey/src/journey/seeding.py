"""The sandbox's agencies, services, clients, people, agreements and targets, made through the public APIs.

Repeating it changes nothing: what is there stays, and credentials are those of the first time. They are made anew in
each installation and kept in `var/sandbox-credentials.json`, which only its owner can read.
"""

import json
import secrets
import threading
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from journey.api import Api, Machine, Person, Who
from journey.console import Console, counted
from journey.diary import Diary
from journey.platform import Watch, write_private
from journey.stopping import CannotGoOn, WentWrong
from sandbox import actors
from sandbox.supplying import AREA, Agreement, Client
from vocabulary.roles import ROLES

SIDES = ("supplier", "recipient")
CREDENTIALS = "sandbox-credentials.json"


@dataclass
class Cast:
    """Everybody who acts, by the sandbox's short names. Shape: `ids` gives each person's id in identity."""

    people: dict[str, Person]
    machines: dict[str, Machine]
    ids: dict[str, str]

    def __getitem__(self, name: str) -> Who:
        return self.people.get(name) or self.machines[name]

    def sender(self, feed: str) -> Machine:
        return self.machines[actors.client_of(feed).code]


class Credentials:
    """The sandbox's passwords and secrets, written before they are used so that none is ever lost."""

    def __init__(self, var: Path) -> None:
        self._path = var / CREDENTIALS
        self._lock = threading.Lock()
        held = json.loads(self._path.read_text()) if self._path.exists() else {}
        self.people: dict[str, dict[str, str]] = held.get("people", {})
        self.clients: dict[str, dict[str, str]] = held.get("clients", {})

    def credentials_of(self, user: actors.User) -> dict[str, str]:
        """A person's credentials, made the first time."""
        with self._lock:
            if user.username not in self.people:
                self.people[user.username] = {
                    "email": f"{user.username}@sandbox.example",
                    "password": secrets.token_urlsafe(15),
                    "name": user.name,
                    "role": user.role,
                    "service": user.service,
                }
                self.save()
            return self.people[user.username]

    def save(self) -> None:
        write_private(self._path, {"people": self.people, "clients": self.clients})


def seed_borough(api: Api, diary: Diary, var: Path, console: Console, watch: Watch) -> Cast:
    """Make what the borough needs, or find it. Errors: CannotGoOn when the platform was never set up here."""
    with console.step("seeding", "agencies, people, clients and agreements") as step:
        credentials = Credentials(var)
        admin, second = read_administrators(var)
        for agency in actors.AGENCIES:
            body = {"code": agency.code, "name": agency.name, "kind": agency.kind}
            create_unless_there(api, diary, admin, "/v1/agencies", body, f"agency {agency.code}")
        for service in actors.SERVICES:
            body = {"code": service.code, "name": service.name, "sector": service.sector}
            create_unless_there(
                api, diary, admin, f"/v1/agencies/{service.agency}/services", body, f"service {service.code}"
            )
        for area in actors.AREAS:
            body = {"code": area.code, "name": area.name}
            create_unless_there(api, diary, admin, "/v1/areas", body, f"area {area.code}")
        made = step.run_each(actors.USERS, lambda user: make_user(api, diary, admin, second, credentials, user))
        ids = {user.username: user_id for user, user_id in zip(actors.USERS, made, strict=True)}
        for client in actors.CLIENTS:
            make_client(api, admin, credentials, client)
        cast = Cast(people_of(credentials), machines_of(credentials), ids)
        watch.wait_until_idle()  # nobody has a role where their service is not yet known, nor an agreement
        # What a service does with its own records needs no agreement: consent permits it as its own.
        agreements = [agreement for agreement in actors.AGREEMENTS if agreement.supplier != agreement.recipient]
        for agreement in agreements:
            name = f"agreement {agreement.supplier} to {agreement.recipient}"
            diary.do_once(name, lambda a=agreement, n=name: make_agreement(api, cast, a, n))  # type: ignore[misc]
        step.add_figure(counted(len(actors.AGENCIES), "agency", "agencies"))
        step.add_figure(counted(len(actors.SERVICES), "service"))
        step.add_figure(counted(len(ids), "person", "people"))
        step.add_figure(counted(len(actors.CLIENTS), "client"))
        whole = [agreement for agreement in agreements if agreement.signed_by == len(SIDES)]
        step.add_figure(f"{counted(len(whole), 'agreement')} signed for both sides by two people")
        step.add_figure(f"{len(agreements) - len(whole)} signed for one side, which shares nothing")
    return cast


def people_of(credentials: Credentials) -> dict[str, Person]:
    return {
        name: Person(held["email"], usual_purpose(held["role"]), password=held["password"])
        for name, held in credentials.people.items()
    }


def usual_purpose(role: str) -> str:
    """What somebody whose role has several purposes states unless told otherwise; who has one need state none."""
    purposes = ROLES[role].purposes
    return purposes[0] if len(purposes) > 1 else ""


def machines_of(credentials: Credentials) -> dict[str, Machine]:
    return {name: Machine(name, secret=held["secret"]) for name, held in credentials.clients.items()}


def read_cast(var: Path) -> dict[str, Who]:
    """Everybody who was seeded. Errors: CannotGoOn before that."""
    credentials = Credentials(var)
    if not credentials.people:
        raise CannotGoOn(f"{var / CREDENTIALS} is missing: `make up` or `make demo` makes the sandbox's people")
    return {**people_of(credentials), **machines_of(credentials)}


def read_administrators(var: Path) -> tuple[Person, Person]:
    """The first two administrators, whom setting up the platform made: one asks, and the other approves."""
    path = var / "secrets" / "admin.json"
    if not path.exists():
        raise CannotGoOn(f"{path} is missing: start the platform with `make up`, which sets it up")
    held = json.loads(path.read_text())
    if "second" not in held:
        command = f"python -m identity.bootstrap --var {var} --second-administrator second-admin@thornbury.example"
        raise CannotGoOn(f"{path} tells of one administrator, and roles want two: run `{command}`")
    first, second = (Person(one["email"], password=one["password"]) for one in (held, held["second"]))
    return first, second


def create_unless_there(api: Api, diary: Diary, who: Who, path: str, body: dict[str, Any], act: str) -> None:
    """Create something, unless setting up has made it already."""
    headers = {"Idempotency-Key": api.key_of_act(act)}
    diary.do_once(
        act, lambda: api.send(who, "POST", "identity", path, json=body, headers=headers, allow=(409,)).status_code
    )


def make_user(api: Api, diary: Diary, admin: Who, second: Who, credentials: Credentials, user: actors.User) -> str:
    """One of the sandbox's people; the id. The password is ours, so that a lost answer loses nothing.

    A role with reach is true once the second administrator has approved it.
    """
    held = credentials.credentials_of(user)
    body = {
        "email": held["email"],
        "name": user.name,
        "service": user.service,
        "roles": list(user.roles),
        "areas": [AREA],
        "password": held["password"],
    }
    act = f"user {user.username}"

    def make() -> Any:
        made = api.post(admin, "identity", "/v1/users", body, act=act)
        if made["status"] == "waiting" and made["approval"]:
            path = f"/v1/approvals/{made['approval']}/confirmation"
            api.post(second, "identity", path, {"reason": "Known to the sandbox"}, act=f"approve {act}")
        return made

    return str(diary.do_once(act, make)["id"])


def make_client(api: Api, admin: Who, credentials: Credentials, client: Client) -> None:
    if client.code in credentials.clients:
        return
    body = {
        "client_id": client.code,
        "name": f"{client.code} (sandbox)",
        "scopes": list(client.scopes),
        "grants": ["client_credentials"],
        "redirect_uris": [],
        "public": False,
    }
    path = f"/v1/services/{client.service}/clients"
    made = api.post(admin, "identity", path, body, act=f"client {client.code}")
    if not made.get("secret"):  # the first answer was lost, and a repeated one cannot show the secret again
        made = api.post(admin, "identity", f"/v1/clients/{made['id']}/secrets", act=f"secret {secrets.token_hex(8)}")
    if not made.get("secret"):
        raise WentWrong(f"identity gives no secret for the client {client.code}")
    credentials.clients[client.code] = {"secret": made["secret"], "service": client.service, "feed": client.feed}
    credentials.save()


def make_agreement(api: Api, cast: Cast, agreement: Agreement, act: str) -> str:
    """Have the recipient's officer draft an agreement, and an officer of each side sign it; its id."""
    signers = actors.signers_of(agreement)
    drafted = api.post(cast[signers[1].username], "consent", "/v1/agreements", agreement.request, act=act)
    path = f"/v1/agreements/{drafted['id']}/sign"
    for number, (side, signer) in enumerate(zip(SIDES, signers, strict=True), start=1):
        if number > agreement.signed_by:
            break
        body = {"date": agreement.starts_on.isoformat(), "side": side}
        signed = api.post(cast[signer.username], "consent", path, body, act=f"sign {act} {side}")
        wanted = "in_force" if number == len(SIDES) else "draft"
        if signed["status"] != wanted:
            raise WentWrong(f"{act}: {signed['status']} once {number} of two have signed, and not {wanted}")
    return str(drafted["id"])


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
