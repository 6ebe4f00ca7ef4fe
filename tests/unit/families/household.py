"""A small street for tests: people as records stated them, a stand-in for consent, and who asks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from chassis.db import new_id
from chassis.runtime import Runtime
from families.composition_queue.repository import mark_anew
from families.models.intake import Push, Record
from families.models.people import AddressStatement, CarerStatement, Person, PersonName
from fixtures.directory import know_everybody
from fixtures.stack import Programs, Running
from fixtures.tokens import as_, caller_in, token
from sandbox import actors
from vocabulary.categories import CATEGORIES

MILL, QUAY, HILL, REFUGE = "999000000004", "999000000009", "999000000012", "999000000077"
SOURCES = {client.feed: client.service for client in actors.CLIENTS}
EVERYTHING = frozenset(CATEGORIES)
AUTUMN, WAVE0, WAVE1, WAVE2 = date(2016, 12, 31), date(2017, 8, 31), date(2017, 12, 31), date(2018, 3, 31)
SCHOOL, BENEFITS, POLICE = "school_attendance", "benefits", "anti_social_behaviour"


def scoped(subject: str, role: str, scopes: str, purpose: str, **more: Any) -> Callable[..., dict[str, str]]:
    def headers(**extra: str) -> dict[str, str]:
        bearer = token(subject, roles=[role] if role else [], scopes=scopes.split(), purposes=[purpose], **more)
        return as_(bearer, **extra)

    return headers


ana = scoped("ana", "analyst", "families:read families:write people:read matching:review", "identify")
cora = scoped(
    "cora", "programme_coordinator", "families:read families:write support:write", "support", areas=["thornbury"]
)
carl = scoped("carl", "programme_coordinator", "families:read families:write support:write", "support", areas=["elm"])
leo = scoped("leo", "lead_professional", "families:read support:write", "support")
iris = scoped("iris", "information_governance_officer", "premises:read premises:write families:read", "identify")
otto = scoped("otto", "internal_auditor", "evidence:read families:read", "claim")
hob = scoped("hob", "partner_practitioner", "evidence:read families:read", "claim", service="housing")
clare = scoped("clare", "claims_officer", "evidence:read families:read", "claim")
mash = scoped("max", "mash_worker", "families:read people:read", "safeguarding", service="childrens-social-care")
harriet = scoped("harriet", "partner_practitioner", "families:read", "support", service="housing")
sol = scoped("sol", "partner_practitioner", "families:read", "support", service="childrens-social-care")
claims = scoped("claims", "", "evidence:freeze", "claim", client="claims")
machine = scoped("education-attendance", "", "families:read", "support", client="education-attendance",
                 service="education")  # fmt: skip


@dataclass
class Consent:
    """What the stand-in says. `agreements`: (supplier, recipient, purpose) → categories."""

    agreements: dict[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)
    denied: set[tuple[str, str]] = field(default_factory=set)
    protected: set[str] = field(default_factory=set)
    down: bool = False
    expired: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/oauth/token")
        def grant() -> dict[str, Any]:
            return {"access_token": token("families", client="families", scopes=["consent:decide"]), "expires_in": 300}

        @app.post("/v1/decisions")
        async def decide(request: Request) -> Any:
            if self.down:
                return JSONResponse({"title": "down"}, 503)
            if self.expired:
                return JSONResponse({"type": "http://consent/problems/caller-not-verified", "title": "No"}, 403)
            question = await request.json() | {"caller": caller_in(request.headers)}
            self.asked.append(question)
            return {"decision": str(uuid4()), "rule_version": "1", "verdicts": self._verdicts(question)}

        @app.post("/v1/coverage")
        async def cover(request: Request) -> Any:
            if self.down:
                return JSONResponse({"title": "down"}, 503)
            question = await request.json() | {"caller": caller_in(request.headers)}
            purpose, service = question["purpose"], question["caller"]["service"]
            covered = {
                category
                for (_, recipient, asked), categories in self.agreements.items()
                if recipient == service and asked == purpose
                for category in categories
            }
            return {"purpose": purpose, "covers": sorted(covered), "ask": {"service": "programme", "email": None}}

        return app

    def _verdicts(self, question: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "person": subject["person"],
                **item,
                "verdict": "permit" if self._permits(question, subject, item) else "deny",
                "reason": "",
                "sentence": "",
                "agreement": None,
                "basis": None,
            }
            for subject in question["subjects"]
            for item in asked_about(subject, question)
        ]

    def _permits(self, question: dict[str, Any], subject: dict[str, Any], item: dict[str, str]) -> bool:
        ids = {subject["person"], *subject["formerly"]}
        if item["category"] in ("address", "location") and ids & self.protected:
            return False
        if any((id, item["category"]) in self.denied for id in ids):
            return False
        recipient = (question["caller"] or {"service": "programme"})["service"]
        if item["source"] == recipient:
            return True
        return item["category"] in self.agreements.get((item["source"], recipient, question["purpose"]), ())


def asked_about(subject: dict[str, Any], question: dict[str, Any]) -> list[dict[str, str]]:
    """The items that a question asks about a subject."""
    items: list[dict[str, str]] = question["items"]
    return items if subject.get("items") is None else [items[index] for index in subject["items"]]


def open_borough(consent: Consent) -> None:
    """Every supplier's agreement with the programme, for every purpose."""
    for supplier in SOURCES.values():
        for purpose in ("identify", "support", "claim"):
            consent.agreements[supplier, "programme", purpose] = EVERYTHING


@dataclass
class Street:
    """The families program over a store into which people are put as their records would have put them."""

    running: Running
    consent: Consent
    push: UUID

    @property
    def client(self) -> httpx.Client:
        return self.running.client

    @property
    def runtime(self) -> Runtime:
        return self.running.runtime

    def person(self, name: str, born: int, *said: tuple[str, str, date, date]) -> UUID:
        """Somebody who is said to live somewhere: (feed, UPRN, first, last)."""
        forename, _, surname = name.partition(" ")
        leaf = new_id()
        with self.runtime.write() as session:
            session.add(Person(id=leaf, root=leaf, merged_into=None, born=f"{born}-05", version=1))
            session.flush()
            for feed in {feed for feed, *_ in said} or {"school_attendance"}:
                session.add(
                    PersonName(
                        id=uuid4(), person=leaf, source=SOURCES[feed], feed=feed, forename=forename, surname=surname,
                        date_of_birth=date(born, 5, 17), sex=None, first_stated_on=AUTUMN, last_stated_on=AUTUMN,
                    )
                )  # fmt: skip
        for one in said:
            self.says(leaf, *one)
        return leaf

    def says(self, leaf: UUID, feed: str, uprn: str, first: date, last: date) -> None:
        """A source says, first and last on these days, that somebody lives there; again widens what it said."""
        key = uuid5(leaf, f"{feed} {uprn}")
        with self.runtime.write() as session:
            row = session.get(AddressStatement, key)
            if row is None:
                session.add(
                    AddressStatement(
                        id=key, person=leaf, source=SOURCES[feed], feed=feed, uprn=uprn, address_line=f"House {uprn}",
                        postcode="ZZ99 1AA", first_stated_on=first, last_stated_on=last, stated_on=last,
                        record_id=uuid4(), push=self.push,
                    )
                )  # fmt: skip
            else:
                row.last_stated_on = last
            mark_anew(session, [leaf])

    def carer(self, child: UUID, name: str, on: date = AUTUMN, together: bool = True) -> None:
        forename, _, surname = name.partition(" ")
        with self.runtime.write() as session:
            session.add(
                CarerStatement(
                    record_id=uuid4(), child=child, source="education", forename=forename, surname=surname,
                    relationship="mother", same_address=together, stated_on=on, push=self.push,
                )
            )  # fmt: skip
            mark_anew(session, [child])

    def record(self, leaf: UUID, feed: str) -> UUID:
        record = new_id()
        with self.runtime.write() as session:
            session.add(
                Record(
                    id=record, feed=feed, source=SOURCES[feed], natural_key=str(record), person=leaf, push=self.push,
                    line=2, digest="", identity="", how="new", score=None, outcomes="", weights="",
                )
            )  # fmt: skip
        return record

    def compose(self) -> None:
        self.running.work()

    def get(self, path: str, who: Callable[..., dict[str, str]] = ana, **params: str) -> httpx.Response:
        return self.client.get(path, params=params, headers=who())

    def post(self, path: str, body: Any, who: Callable[..., dict[str, str]] = cora, key: str = "") -> httpx.Response:
        return self.client.post(path, json=body, headers=who(Idempotency_Key=key or str(uuid4())))

    def families(self, who: Callable[..., dict[str, str]] = ana, **params: str) -> list[dict[str, Any]]:
        answer = self.get("/v1/families", who, **params)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def ashes(self) -> tuple[UUID, UUID, UUID]:
        """Mia and Leo Ash, children, with their mother Rose, at Mill Street: composed."""
        mia = self.person("Mia Ash", 2008, (SCHOOL, MILL, AUTUMN, WAVE1))
        leo = self.person("Leo Ash", 2010, (SCHOOL, MILL, AUTUMN, WAVE1))
        rose = self.person("Rose Ash", 1980, (BENEFITS, MILL, WAVE0, WAVE1))
        for child in (mia, leo):
            self.carer(child, "Rose Ash")
        self.compose()
        return mia, leo, rose


def open_street(programs: Programs, tmp_path: Path) -> Street:
    from families.app import program

    consent = Consent()
    open_borough(consent)
    url = programs.serve(consent.app())
    secret = tmp_path / "families.secret"
    secret.write_text("secret")
    running = programs.start(program, consent_url=url, identity_url=url, client_secret_file=secret)
    know_everybody(running.runtime)
    push = new_id()
    with running.runtime.write() as session:
        session.add(
            Push(
                id=push, feed="school_attendance", service="education", agency="thornbury-council", client="c",
                area="thornbury", covers_from=AUTUMN, covers_to=WAVE1, mode="upsert", dry_run=False,
                status="finished", sha256="", columns=[], chunks=0, lines=0, paused_because=None, finished_at=None,
            )
        )  # fmt: skip
    return Street(running, consent, push)
