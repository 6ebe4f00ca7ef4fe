"""A small world around claims: events as families would send them, and stand-ins for consent and families."""

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from chassis.db import new_id
from chassis.events import Received, event_type
from chassis.runtime import Runtime
from claims.reactions import reactions
from fixtures.directory import know_everybody
from fixtures.stack import Programs, Running
from fixtures.tokens import as_, caller_in, token

EVERYTHING = [
    "claims:read", "claims:check", "claims:batch", "claims:audit", "claims:submit", "payments:write", "targets:write",
    "reports:read", "frameworks:read", "recompute",
]  # fmt: skip


def person(name: str, *roles: str, purposes: Iterable[str] = ("claim",), **other: Any) -> dict[str, str]:
    """Headers of somebody with these roles; scopes are given freely, since identity's table is not under test."""
    return as_(token(name, roles=roles, scopes=EVERYTHING, purposes=purposes, **other))


ANA = person("ana", "analyst", purposes=("identify",))
CLARE = person("clare", "claims_officer")
OTTO = person("otto", "internal_auditor")
OLGA = person("olga", "internal_auditor")
FINN = person("finn", "finance_officer")
FAYE = person("faye", "finance_officer")
CORA = person("cora", "programme_coordinator", purposes=("identify",), areas=["thornbury"])
LEO = person("leo", "lead_professional", purposes=("support",))
LENA = person("lena", "lead_professional", purposes=("support",))
HARRIET = person("harriet", "partner_practitioner", purposes=("support",), service="housing")


@dataclass
class Consent:
    """Stands in for consent: permits all but what is in `denied`; remembers what it was asked."""

    denied: set[tuple[str, str]] = field(default_factory=set)
    down: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/v1/decisions")
        async def decide(request: Request) -> Any:
            if self.down:
                return JSONResponse({}, 503)
            question = await request.json() | {"caller": caller_in(request.headers)}
            self.asked.append(question)
            verdicts = [
                {
                    "person": subject["person"],
                    "verdict": "deny" if self._denies(subject, item) else "permit",
                    **item,
                }
                for subject in question["subjects"]
                for item in question["items"]
            ]
            return {"decision": str(new_id()), "rule_version": "1", "verdicts": verdicts}

        @app.post("/v1/coverage")
        async def cover(request: Request) -> Any:
            question = await request.json()
            return {"purpose": question["purpose"], "covers": ["attendance"], "ask": {"service": "programme"}}

        return app

    def _denies(self, subject: dict[str, Any], item: dict[str, str]) -> bool:
        return any((person, item["category"]) in self.denied for person in [subject["person"], *subject["formerly"]])


@dataclass
class Families:
    """Stands in for families: freezes bundles."""

    bundles: list[dict[str, Any]] = field(default_factory=list)
    refuses: bool = False

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/v1/families/{family}/evidence-bundles")
        async def freeze(family: UUID, request: Request) -> Any:
            if self.refuses:
                return JSONResponse({"title": "no"}, 503)
            body = await request.json()
            self.bundles.append(body)
            digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
            return {"id": str(new_id()), "status": "frozen", "etag": None, "hash": digest}

        return app


class OwnTokens:
    def token(self, fresh: bool = False) -> str:
        return "claims-own"


class Story:
    """Tells claims what happened, as events in order."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._sequence: Counter[tuple[str, str]] = Counter()
        self.sent: list[tuple[str, Received]] = []
        self._push = new_id()
        self._facts: Counter[UUID] = Counter()
        self._serial = count()

    def event(self, topic: str, name: str, key: object, data: dict[str, Any]) -> Received:
        self._sequence[topic, str(key)] += 1
        plain = {k: str(v) if isinstance(v, UUID | date) else v for k, v in data.items()}
        return Received(
            id=new_id(),
            type=event_type(topic, name),
            name=name,
            key=str(key),
            sequence=self._sequence[topic, str(key)],
            time=datetime.now(UTC),
            data=plain,
        )

    def tell(self, topic: str, name: str, key: object, data: dict[str, Any]) -> None:
        received = self.event(topic, name, key, data)
        self.sent.append((topic, received))
        with self.runtime.write() as session:
            hear(session, received)

    # --- people and families

    def person(self, born: str | None = None) -> UUID:
        id = new_id()
        self.tell("families.person", "person.registered", id, {"person": id, "born": born})
        return id

    def merge(self, loser: UUID, into: UUID) -> None:
        self.tell("families.person", "person.merged", loser, {"person": loser, "into": into})

    def unmerge(self, restored: UUID, winner: UUID) -> None:
        self.tell("families.person", "person.unmerged", restored, {"person": restored, "from": winner})

    def family(self, on: str = "2016-09-01", area: str = "thornbury") -> UUID:
        id = new_id()
        self.move(id, area, on)
        return id

    def move(self, family: UUID, area: str, on: str) -> None:
        self.tell("families.family", "family.composed", family, {"family": family, "on": on, "area": area})

    def join(self, family: UUID, who: UUID, role: str, begins: str = "2016-09-01", to: str | None = None) -> UUID:
        id = new_id()
        data = {"membership": id, "family": family, "person": who, "role": role, "from": begins, "to": to}
        self.tell("families.family", "family.member-joined", family, data)
        return id

    def leave(
        self, family: UUID, membership: UUID, who: UUID, role: str, to: str | None, removed: bool = False
    ) -> None:
        data = {"membership": membership, "family": family, "person": who, "role": role, "from": "2016-09-01", "to": to}
        self.tell("families.family", "family.member-left", family, data | {"removed": removed})

    # --- facts

    def fact(
        self,
        who: UUID,
        measure: str,
        begins: str,
        to: str | None,
        value: object,
        category: str,
        source: str,
        record: UUID,
        supersedes: UUID | None = None,
    ) -> UUID:
        id = new_id()
        self._facts[self._push] += 1
        self.tell(
            "families.fact",
            "fact.corrected" if supersedes else "fact.recorded",
            who,
            {
                "fact": id, "person": who, "measure": measure, "from": begins, "to": to, "value": value, "unit": None,
                "age_at_event": None, "source": source, "category": category, "record": record, "push": self._push,
                "supersedes": supersedes,
            },
        )  # fmt: skip
        return id

    def end(self, who: UUID, fact: UUID) -> None:
        self.tell(
            "families.fact",
            "fact.ended",
            who,
            {
                "fact": fact, "person": who, "measure": "asb.role", "from": "2016-09-01", "to": None, "value": "x",
                "source": "police", "category": "x", "record": new_id(), "push": self._push, "supersedes": None,
            },
        )  # fmt: skip

    def term(self, child: UUID, begins: str, ends: str, possible: int, absent: int) -> dict[str, UUID]:
        record = new_id()
        values = {"possible": possible, "authorised": absent, "unauthorised": 0}
        return {
            name: self.fact(
                child, f"sessions.{name}", begins, ends, value, "attendance", "education", record
            )
            for name, value in values.items()
        }  # fmt: skip

    def incident(self, who: UUID, on: str, role: str = "suspect", action: str = "warning") -> list[UUID]:
        record = new_id()
        source = ("anti_social_behaviour", "neighbourhood-policing", record)
        return [
            self.fact(who, "asb.role", on, on, role, *source),
            self.fact(who, "asb.action", on, on, action, *source),
        ]

    def benefit(
        self, who: UUID, kind: str, begins: str, to: str | None = None, regime: str | None = None,
        work: tuple[str, str | None] | None = None,
    ) -> None:  # fmt: skip
        source = ("benefits", "jobcentre", new_id())
        self.fact(who, "benefit.claim", begins, to, kind, *source)
        if regime:
            self.fact(who, "benefit.regime", begins, to, regime, *source)
        if work:
            self.fact(who, "work.spell", work[0], work[1], 1, *source)

    def push(
        self, feed: str, begins: str, to: str, facts: int | None = None, area: str = "thornbury", refused: int = 0
    ) -> UUID:
        """A push that finished; with `facts` it says that so many belong to it, seen or not."""
        service = {
            "school_attendance": "education",
            "anti_social_behaviour": "neighbourhood-policing",
            "benefits": "jobcentre",
        }[feed]
        push, self._push = self._push, new_id()
        told = self._facts[push] if facts is None else facts
        self.tell(
            "families.push",
            "push.finished",
            push,
            {
                "push": push, "feed": feed, "service": service, "covers_from": begins, "covers_to": to, "area": area,
                "counts": {"refused": refused}, "facts": told,
            },
        )  # fmt: skip
        return push

    # --- support

    def attach(self, family: UUID, on: str, lead: str = "leo") -> None:
        self.support(family, "agreement-to-be-supported.given", on)
        self.support(family, "lead-professional.named", on, lead=lead, service="early-help", sector="x", origin="here")
        assessment = new_id()
        self.support(family, "assessment.completed", on, assessment=assessment, sector="x", origin="here", needs=[])
        self.support(family, "plan.agreed", on, plan=new_id(), assessment=assessment)

    def support(self, family: UUID, name: str, on: str, **data: Any) -> None:
        in_time = {"recorded_on": on, "recorded_by": f"recorder of {name}", "days_late": 0}
        self.tell("families.support", name, family, {"family": family, "date": on} | in_time | data)

    def withdraw(self, who: UUID) -> None:
        data = {
            "consent": new_id(),
            "person": who,
            "purposes": ["claim"],
            "categories": ["attendance"],
            "continues": [],
        }
        self.tell("consent.consent", "consent.withdrawn", who, data)


def hear(session: Session, *events: Received) -> None:
    for each in events:
        reaction = reactions.to(each.type)
        assert reaction is not None, each.type
        reaction(session, [each])


@dataclass
class World:
    running: Running
    consent: Consent
    families: Families
    story: Story
    nonces: dict[str, str] = field(default_factory=dict)

    @property
    def http(self) -> Any:
        return self.running.client

    def settle(self) -> None:
        self.running.work()

    def get(self, path: str, who: dict[str, str], **params: Any) -> Any:
        answer = self.http.get(path, headers=who, params=params)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.json()

    def post(self, path: str, who: dict[str, str], body: dict[str, Any], key: str | None = None) -> Any:
        return self.http.post(path, headers=who | {"Idempotency-Key": key or str(new_id())}, json=body)

    def commit(self, who: dict[str, str] = OTTO) -> str:
        """An auditor commits to a nonce; the nonce."""
        nonce = secrets.token_hex(32)
        digest = hashlib.sha256(bytes.fromhex(nonce)).hexdigest()
        answer = self.post("/v1/sample-commitments", who, {"framework": "2015", "hash": digest})
        assert answer.status_code == 201, answer.text
        return nonce

    def freeze(self, day: str, who: dict[str, str] = CLARE) -> Any:
        """An auditor commits to a nonce, and all checked claims are frozen under it."""
        nonce = self.commit()
        answer = self.post("/v1/batches", who, {"framework": "2015", "date": day})
        if answer.status_code == 201:
            self.nonces[answer.json()["id"]] = nonce
        return answer

    def draw(self, batch: str, who: dict[str, str] = OTTO, key: str | None = None) -> Any:
        """The first drawing reveals the nonce; sent again with the next, it is the same."""
        return self.post(f"/v1/batches/{batch}/sample", who, {"nonce": self.nonces[batch]}, key=key)

    def claims(self, who: dict[str, str] = CLARE, **params: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.get("/v1/claims", who, **params)["items"]
        return items


def build(programs: Programs, **settings: Any) -> World:
    from claims.app import program

    consent, families = Consent(), Families()
    running = programs.start(
        program,
        consent_url=programs.serve(consent.app()),
        families_url=programs.serve(families.app()),
        settle=0.0,
        **settings,
    )
    know_everybody(running.runtime)
    running.runtime.state["own_tokens"] = OwnTokens()
    return World(running, consent, families, Story(running.runtime))


# --- families with a story

TERMS = {
    "autumn16": ("2016-09-01", "2016-12-31"), "spring17": ("2017-01-01", "2017-03-31"),
    "summer17": ("2017-04-01", "2017-07-31"), "autumn17": ("2017-09-01", "2017-12-31"),
    "spring18": ("2018-01-01", "2018-03-31"), "summer18": ("2018-04-01", "2018-07-31"),
    "autumn18": ("2018-09-01", "2018-12-31"),
}  # fmt: skip
A = "2017-10-02"


@dataclass
class Smiths:
    """A mother and her son: he misses school and is a suspect, both until support begins."""

    family: UUID
    mother: UUID
    son: UUID


def smiths(story: Story) -> Smiths:
    mother, son = story.person("1985-03"), story.person("2007-05")
    family = story.family()
    story.join(family, mother, "adult")
    story.join(family, son, "child")
    for term in ("autumn16", "spring17", "summer17"):
        story.term(son, *TERMS[term], 120, 30)
    return Smiths(family, mother, son)


def pushes_until_attachment(story: Story) -> None:
    for term in ("autumn16", "spring17", "summer17"):
        story.push("school_attendance", *TERMS[term])
    story.push("anti_social_behaviour", "2016-09-01", "2017-12-31")
    story.push("benefits", "2016-09-01", "2017-12-31")


def recovery(story: Story, *children: UUID) -> None:
    """Four good terms, and pushes that cover all of 2018."""
    for term in ("autumn17", "spring18", "summer18", "autumn18"):
        for child in children:
            story.term(child, *TERMS[term], 120, 6)
        story.push("school_attendance", *TERMS[term])
    story.push("anti_social_behaviour", "2018-01-01", "2018-12-31")
    story.push("benefits", "2018-01-01", "2018-12-31")
