"""A consent program and the people who use it, so that tests read as what they do.

Iris and Ida, Petra and Paul, Jonas and Hana are information governance officers of the council, the police, Jobcentre
Plus and the health trust; Leo is a lead professional; `families` and `claims` are programs.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from httpx import Response
from sqlalchemy import select

from chassis.db import new_id, today
from consent.app import program
from consent.models import Outbox
from fixtures import agreements
from fixtures.directory import know_everybody
from fixtures.stack import Programs, Running
from fixtures.standing import StandingDesk
from fixtures.tokens import as_, token

OFFICER = [
    "agreements:read", "agreements:write", "agreements:sign", "notices:publish", "notices:write", "consents:read",
    "protections:write", "objections:write", "restrictions:write", "sharing-log:read",
    "subject-access:write",
]  # fmt: skip
COUNCIL, POLICE, JOBCENTRE, HEALTH = "thornbury-council", "police", "jobcentre-plus", "health-trust"
AGENCY = {
    "education": COUNCIL, "housing": COUNCIL, "programme": COUNCIL, "early-help": COUNCIL,
    "childrens-social-care": COUNCIL, "neighbourhood-policing": POLICE, "jobcentre": JOBCENTRE,
    "school-nursing": HEALTH,
}  # fmt: skip


def _officer(name: str, agency: str, service: str) -> str:
    return token(name, scopes=OFFICER, roles=["information_governance_officer"], agency=agency, service=service)


IRIS = _officer("iris", COUNCIL, "programme")
IDA = _officer("ida", COUNCIL, "education")
PAUL = _officer("paul", POLICE, "neighbourhood-policing")
INA = _officer("ina", COUNCIL, "programme")
PETRA = _officer("petra", POLICE, "neighbourhood-policing")
JONAS = _officer("jonas", JOBCENTRE, "jobcentre")
HANA = _officer("hana", HEALTH, "school-nursing")
PUBLISHERS = (PETRA, JONAS, HANA)
"""Officers who publish a notice of their own agency."""
SIGNERS = {COUNCIL: [IRIS, IDA], POLICE: [PETRA, PAUL], JOBCENTRE: [JONAS], HEALTH: [HANA]}
LEO = token(
    "leo",
    scopes=["families:read", "consents:read", "consents:write", "notices:write"],
    roles=["lead_professional"],
    purposes=["support"],
)
EVERY_PURPOSE = ["identify", "support", "claim", "safeguarding"]
FAMILIES = token("families", client="families", scopes=["consent:decide"], purposes=[])
CLAIMS = token("claims", client="claims", scopes=["consent:decide"], purposes=["claim"])

_keys = itertools.count(10_000_000)
term = agreements.term


def day() -> str:
    return today().isoformat()


def caller(service: str = "programme", roles: Iterable[str] = (), **more: Any) -> str:
    """The token of somebody of a service; of a machine of theirs, where no role is given."""
    agency, who = AGENCY.get(service, COUNCIL), "leo" if roles else f"{service}-system"
    said = {"agency": agency, "service": service, "roles": roles, "purposes": EVERY_PURPOSE}
    return token(who, client="portal" if roles else who, **said | more)


@dataclass
class World:
    running: Running
    standing: StandingDesk = field(default_factory=StandingDesk)
    notices: dict[str, str] = field(default_factory=dict)

    @classmethod
    def begin(cls, programs: Programs, **settings: Any) -> "World":
        standing, secret = StandingDesk(), programs.var / "secret"
        url = programs.serve(standing.app())
        secret.write_text("s" * 40)
        where: dict[str, Any] = {"families_url": url, "identity_url": url, "client_secret_file": secret}
        running = programs.start(program, **(where | settings))
        know_everybody(running.runtime)
        return cls(running, standing)

    def get(self, path: str, who: str = IRIS, **params: Any) -> Response:
        return self.running.client.get(path, params=params or None, headers=as_(who))

    def post(self, path: str, body: Any, who: str = IRIS, key: str | None = None, **more: str) -> Response:
        headers = as_(who, idempotency_key=key or f"key-{next(_keys)}", **more)
        return self.running.client.post(path, json=body, headers=headers)

    def draft(self, supplier: str, recipient: str, *terms: dict[str, Any], who: str = IRIS, **more: Any) -> Response:
        return self.post("/v1/agreements", agreements.draft(supplier, recipient, *terms, **more), who)

    def sign(self, agreement: str, who: str, **more: Any) -> Response:
        return self.post(f"/v1/agreements/{agreement}/sign", {"date": day()} | more, who)

    def agree(self, supplier: str, recipient: str, *terms: dict[str, Any], **more: Any) -> str:
        """An agreement that two people have signed, one for each side; returns its id."""
        made = self.draft(supplier, recipient, *terms, **more)
        assert made.status_code == 201, made.text
        self.sign_both(made.json()["id"], supplier, recipient)
        return str(made.json()["id"])

    def sign_both(self, agreement: str, supplier: str, recipient: str) -> None:
        first, second = SIGNERS[AGENCY[supplier]][0], SIGNERS[AGENCY[recipient]][-1]
        for who, side in ((first, "supplier"), (second, "recipient")):
            signed = self.sign(agreement, who, side=side)
            assert signed.status_code == 200, signed.text

    def notice(self, publisher: str = IRIS) -> str:
        """The notice that an officer has published for their agency; its id."""
        if publisher not in self.notices:
            code = f"think-family-{len(self.notices)}" if self.notices else "think-family"
            body = {"code": code, "version": 1, "language": "en", "text": "What we do with your data."}
            self.notices[publisher] = self.post("/v1/notices", body, publisher).json()["id"]
        return self.notices[publisher]

    def inform(self, *people: str, who: str = IRIS) -> Response:
        body = {"date": day(), "channel": "letter", "persons": list(people)}
        publisher = who if who in PUBLISHERS else IRIS
        return self.post(f"/v1/notices/{self.notice(publisher)}/deliveries", body, who)

    def consent(self, person: str, purposes: list[str], categories: list[str], **more: Any) -> Response:
        body = {
            "person": person,
            "given_by": "person",
            "date": day(),
            "purposes": purposes,
            "categories": categories,
            "recipients": [],
            "notice": self.notice(),
            "channel": "in_person",
        }
        return self.post("/v1/consents", body | more, LEO)

    def withdraw(self, consent: str, **more: Any) -> Response:
        return self.post(f"/v1/consents/{consent}/withdrawal", {"date": day()} | more, LEO)

    def lift(self, protection: str, reason: str = "She asked for it") -> Response:
        """One officer asks, and another confirms."""
        asked = self.post(f"/v1/protections/{protection}/lift", {"date": day(), "reason": reason})
        assert asked.json()["status"] == "lift_asked", asked.text
        return self.post(f"/v1/protections/{protection}/lift/confirmation", {"date": day(), "reason": reason}, INA)

    def protection(self, person: str) -> str:
        body = {"person": person, "kind": "location", "date": day(), "reason": "On the refuge's word"}
        return str(self.post("/v1/protections", body).json()["id"])

    def restrict(self, person: str, *categories: str) -> str:
        body = {"person": person, "because": "accuracy_contested", "categories": categories, "date": day(),
                "reason": "He says that it was his brother"}  # fmt: skip
        made = self.post("/v1/restrictions", body)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def decide(
        self,
        people: Iterable[str | tuple[str, list[str]]],
        items: Iterable[tuple[str, str]],
        *,
        purpose: str = "support",
        operation: str = "read",
        share: bool = False,
        asker: str | None = None,
        program: str = "",
        ground: dict[str, str] | None = None,
    ) -> Response:
        """Ask as a program does: for somebody by their token, or for itself where it works with data (`use`)."""
        forwarded = {} if operation == "use" else {"caller_token": asker or caller(roles=["lead_professional"])}
        subjects = [{"person": p} if isinstance(p, str) else {"person": p[0], "formerly": p[1]} for p in people]
        body = {
            "purpose": purpose,
            "operation": operation,
            "subjects": subjects,
            "items": [{"category": category, "source": source} for category, source in items],
            "share": share,
        } | ({"ground": ground} if ground else {})
        who = program or (CLAIMS if operation == "use" else FAMILIES)
        return self.post("/v1/decisions", body, who, **forwarded)

    def reasons(self, *args: Any, **more: Any) -> list[str]:
        answer = self.decide(*args, **more)
        assert answer.status_code == 200, answer.text
        return [verdict["reason"] for verdict in answer.json()["verdicts"]]

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        with self.running.runtime.read() as session:
            rows = session.scalars(select(Outbox).order_by(Outbox.seq))
            told = [(row.type.removeprefix("org.thinkfamily.consent.").removesuffix(".v1"), row.data) for row in rows]
        return [event for event in told if event[0] != "head.signed"]

    def begin_log(self) -> None:
        """Let the workers do what they do once, so that a test can count their steps."""
        self.running.work()


def somebody() -> str:
    return str(new_id())


def people(count: int) -> list[str]:
    return [somebody() for _ in range(count)]


NOBODY = str(UUID(int=0))
