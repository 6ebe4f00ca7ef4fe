"""A borough for tests: partners who push files over HTTP, and the analyst who looks at what came of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select

from chassis.runtime import Runtime
from families.feeds.registry import FEEDS
from families.models.chassis import Outbox
from fixtures.directory import know_everybody
from fixtures.stack import Programs, Running
from fixtures.tokens import as_, caller_in, token
from sandbox import actors
from unit.families.household import Consent, open_borough, scoped

_AGENCIES = {service.code: service.agency for service in actors.SERVICES}
SUPPLIERS = {client.feed: (client.service, _AGENCIES[client.service]) for client in actors.CLIENTS}
HEADERS = """
school_attendance,upn,academic_year,term,school,forename,surname,date_of_birth,sex,address_line,postcode,uprn,\
carer_forename,carer_surname,carer_relationship,carer_same_address,sessions_possible,sessions_authorised_absent,\
sessions_unauthorised_absent
anti_social_behaviour,incident_ref,person_no,occurred_on,kind,role,action,forename,surname,date_of_birth,sex,\
address_line,postcode,uprn
benefits,claim_ref,regime_started_on,nino,forename,surname,date_of_birth,sex,address_line,postcode,uprn,\
partner_claim_ref,benefit,regime,started_on,ended_on,regime_ended_on,work_started_on,work_ended_on
"""
COLUMNS = {feed.name: list(feed.names) for feed in FEEDS.values()}
COLUMNS |= {feed: columns for feed, *columns in (line.split(",") for line in HEADERS.split())}
MIA_UPN, MAYA_UPN = "B000123417001", "Q000123417002"
MILL = {"address_line": "3 Mill Street", "postcode": "ZZ99 1AA", "uprn": "999000000004"}
QUAY = {"address_line": "8 Quay Road", "postcode": "ZZ99 2BB", "uprn": "999000000009"}
MIA = {"forename": "Mia", "surname": "Ash", "date_of_birth": "2008-05-17", "sex": "female", **MILL}
ROSE = {"forename": "Rosemary", "surname": "Ash", "date_of_birth": "1980-02-03", "sex": "female", **MILL}
TERM = {"covers_from": "2016-09-01", "covers_to": "2016-12-31", "area": "thornbury"}
YEAR = {"covers_from": "2016-09-01", "covers_to": "2017-08-31", "area": "thornbury"}

Headers = Callable[..., dict[str, str]]
ana = scoped("ana", "analyst", "feeds:read people:read matching:review families:read families:write", "identify")


def pusher(feed: str, service: str = "", scopes: Iterable[str] = ()) -> Headers:
    owner, agency = SUPPLIERS[feed]
    client = f"{service or owner}-{feed}"

    def headers(**extra: str) -> dict[str, str]:
        given = list(scopes) or [f"push:{feed}", "feeds:read"]
        bearer = token(client, client=client, service=service or owner, agency=agency, scopes=given, purposes=[])
        return as_(bearer, **extra)

    return headers


def attendance(upn: str = MIA_UPN, term: str = "autumn", **values: str) -> dict[str, str]:
    counts = {"sessions_possible": "130", "sessions_authorised_absent": "4", "sessions_unauthorised_absent": "12"}
    return {"upn": upn, "academic_year": "2016/17", "term": term, "school": "000/2001", **MIA, **counts, **values}


def incident(ref: str = "INC-1", **values: str) -> dict[str, str]:
    what = {"occurred_on": "2016-11-05", "kind": "noise", "role": "suspect", "action": "warning"}
    return {"incident_ref": ref, "person_no": "1", **what, **ROSE, **values}


def claim(ref: str = "CL-1", **values: str) -> dict[str, str]:
    what = {"nino": "MW000123A", "benefit": "jsa", "started_on": "2016-04-01"}
    return {"claim_ref": ref, **what, **ROSE, **values}


def csv_of(feed: str, rows: Iterable[dict[str, str]]) -> str:
    lines = [",".join(COLUMNS[feed])]
    lines += [",".join(f'"{row[name]}"' if "," in row.get(name, "") else row.get(name, "") for name in COLUMNS[feed])
              for row in rows]  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


@dataclass
class Office(Consent):
    """A consent that also says who may supply; everybody, unless named here."""

    may_not_supply: set[str] = field(default_factory=set)

    def app(self) -> FastAPI:
        app = super().app()

        @app.post("/v1/coverage")
        async def cover_for(request: Request) -> Any:
            if self.down:
                return JSONResponse({"title": "down"}, 503)
            question = await request.json() | {"caller": caller_in(request.headers)}
            asked = (question["caller"]["service"], question["purpose"])
            covered = {c for (_, *about), found in self.agreements.items() if tuple(about) == asked for c in found}
            return {"purpose": asked[1], "covers": sorted(covered), "ask": {"service": "programme", "email": None}}

        return app

    def _verdicts(self, question: dict[str, Any]) -> list[dict[str, Any]]:
        if question["operation"] != "supply":
            return super()._verdicts(question)
        verdict = "deny" if question["caller"]["service"] in self.may_not_supply else "permit"
        return [{"person": None, **item, "verdict": verdict} for item in question["items"]]


@dataclass
class Borough:
    running: Running
    consent: Office

    @property
    def runtime(self) -> Runtime:
        return self.running.runtime

    def send(
        self,
        feed: str,
        body: str | bytes,
        who: Headers | None = None,
        key: str = "",
        media_type: str = "text/csv",
        **query: str,
    ) -> httpx.Response:
        params = (TERM if feed == "school_attendance" else YEAR) | query
        headers = (who or pusher(feed))(Idempotency_Key=key or str(uuid4()), Content_Type=media_type)
        content = body.encode() if isinstance(body, str) else body
        answer: httpx.Response = self.running.client.post(
            f"/v1/feeds/{feed}/pushes", params=params, content=content, headers=headers
        )
        return answer

    def push(self, feed: str, *rows: dict[str, str], who: Headers | None = None, **query: str) -> dict[str, Any]:
        """Push rows and work until nothing is left to do. Shape: the push as its sender then sees it."""
        return self.push_body(feed, csv_of(feed, rows), who, **query)

    def push_body(self, feed: str, body: str | bytes, who: Headers | None = None, **query: str) -> dict[str, Any]:
        """The same with a file as it is; `media_type` tells which."""
        answer = self.send(feed, body, who, **query)
        assert answer.status_code == 202, answer.text
        self.running.work()
        return self.seen(answer.json()["id"], who or pusher(feed))

    def seen(self, push: str, who: Headers) -> dict[str, Any]:
        answer = self.running.client.get(f"/v1/pushes/{push}", headers=who())
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    def lines(self, push: dict[str, Any], **params: str) -> list[dict[str, Any]]:
        answer = self.get(f"/v1/pushes/{push['id']}/lines", pusher(push["feed"]), **params)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def get(self, path: str, who: Headers = ana, **params: str) -> httpx.Response:
        return self.running.client.get(path, params=params, headers=who())

    def post(self, path: str, body: Any = None, who: Headers = ana) -> httpx.Response:
        return self.running.client.post(path, json=body, headers=who())

    def told(self, topic: str) -> list[dict[str, Any]]:
        """The data of all events of a topic, each with its name, in order."""
        with self.runtime.read() as session:
            rows = session.scalars(select(Outbox).where(Outbox.topic == topic).order_by(Outbox.seq))
            return [{"name": row.type.split(".", 3)[3].removesuffix(".v1"), **row.data} for row in rows]

    def person(self, key: str) -> str:
        """Whom a record is about now, by its natural key."""
        found: str = next(link["person"] for link in self.links() if link["key"] == key)
        return found

    def links(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.get("/v1/links").json()["items"]
        return items

    def reviews(self, **params: Any) -> list[dict[str, Any]]:
        answer = self.get("/v1/match-reviews", **params)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def decide(self, review: dict[str, Any], verdict: str) -> httpx.Response:
        body = {"verdict": verdict, "reason": "Both files show it."}
        return self.post(f"/v1/match-reviews/{review['id']}/decision", body)


def open_town(programs: Programs, tmp_path: Path, **settings: Any) -> Borough:
    from families.app import program

    consent = Office()
    open_borough(consent)
    url = programs.serve(consent.app())
    secret = tmp_path / "families.secret"
    secret.write_text("secret")
    where: dict[str, Any] = {"consent_url": url, "identity_url": url, "client_secret_file": secret}
    running = programs.start(program, **where, **settings)
    know_everybody(running.runtime)
    return Borough(running, consent)
