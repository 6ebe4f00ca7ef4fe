"""A stand-in for the four programs behind the gateway: answers as the contracts say, and notes who asked for what."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from unit.gateway.openapi import answer_faults

ACCESS = {"purpose": "identify", "covers": ["identity"], "ask": {"service": "programme", "email": None}}


def family_id(number: int) -> str:
    return str(UUID(int=0x0193_0000_0000_7000_8000_0000_0000_0000 + number))


def person_id(number: int) -> str:
    return str(UUID(int=0x0193_1111_0000_7000_8000_0000_0000_0000 + number))


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class StandIn:
    """Shape: `answers` by "METHOD /path" replace the usual ones; `families` is how many families there are.

    Units: `delay` in seconds, of the answers named in `slow`, or of all.
    """

    families: int = 20
    calls: list[Call] = field(default_factory=list)
    answers: dict[str, Callable[[Call], Response]] = field(default_factory=dict)
    delay: float = 0.0
    slow: set[str] = field(default_factory=set)

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=["GET", "POST", "PUT"])])

    def reset(self) -> None:
        self.families, self.delay = 20, 0.0
        self.calls.clear()
        self.slow = set()
        self.answers.clear()

    def paths(self) -> list[str]:
        return [str(call) for call in self.calls]

    async def answer(self, request: Request) -> Response:
        text = await request.body()
        call = Call(
            request.method,
            request.url.path,
            request.url.query,
            dict(request.headers),
            json.loads(text) if text else None,
        )
        self.calls.append(call)
        if self.delay and (not self.slow or str(call) in self.slow):
            await asyncio.sleep(self.delay)
        if special := self.answers.get(str(call)):
            return special(call)
        answer = self._usual(call)
        assert (faults := answer_faults(call.method, call.path, json.loads(bytes(answer.body)))) == [], faults
        return answer

    def refuse(self, where: str, status: int, title: str, **more: Any) -> None:
        body = {
            "type": f"http://program.example/problems/{title.lower().replace(' ', '-')}",
            "title": title,
            "status": status,
            "detail": "As told.",
            "instance": "/v1/secret-place",
            "request_id": "r" * 20,
        }
        self.answers[where] = lambda _: JSONResponse(body | more, status, media_type="application/problem+json")

    def _usual(self, call: Call) -> Response:
        match str(call):
            case "GET /v1/whoami":
                return JSONResponse(
                    {
                        "subject": "ana",
                        "name": None,
                        "client": "portal",
                        "agency": "thornbury-council",
                        "service": "programme",
                        "roles": ["analyst"],
                        "areas": ["thornbury"],
                        "purposes": ["identify"],
                        "scopes": ["families:read"],
                    }
                )
            case "GET /v1/families":
                most = min(self.families, int(parse_qs(call.query)["limit"][0]))
                return JSONResponse({"items": [self.family(n) for n in range(most)], "next": "more"})
            case "POST /v1/families/lookup":
                return self._looked_up(call, lambda n: self.family(n), family_id, self.families)
            case "POST /v1/people/lookup":
                return self._looked_up(call, lambda n: self.person(n), person_id, 3 * self.families)
            case "POST /v1/eligibility/lookup":
                return self._looked_up(call, lambda n: self.eligibility(n), family_id, self.families)
            case "POST /v1/progress/lookup":
                return self._looked_up(
                    call,
                    lambda n: {
                        "family": family_id(n),
                        "as_at": "2017-08-31",
                        "attached_on": None,
                        "needs": [],
                        "result_date": None,
                        "route": None,
                        "access": ACCESS,
                    },
                    family_id,
                    self.families,
                )
            case "POST /v1/claims/lookup":
                return self._looked_up(
                    call, lambda n: {"family": family_id(n), "claims": [self.claim(n)]}, family_id, self.families
                )
            case "POST /v1/facts/lookup":
                return self._looked_up(
                    call,
                    lambda n: {"person": person_id(n), "facts": [self.fact(n, "asb.role"), self.fact(n, "work.spell")]},
                    person_id,
                    3 * self.families,
                )
            case "POST /v1/consents/lookup" | "POST /v1/notices/lookup":
                return JSONResponse({"items": [], "next": None})
            case _ if call.method == "GET" and call.path.endswith(("/links", "/timeline")):
                return JSONResponse({"items": []})
            case "GET /v1/claims":
                return JSONResponse({"items": [self.claim(n) for n in range(self.families)], "next": None})
            case "GET /v1/cohort":
                items = [
                    {"family": family_id(n), "state": "eligible", "criteria": ["work"], "attached_on": None}
                    for n in range(self.families)
                ]
                return JSONResponse({"items": items, "next": None})
            case _ if call.path.endswith("/sample"):
                drawn = {
                    "id": family_id(77),
                    "status": "sampled",
                    "etag": '"1"',
                    "seed": "5e",
                    "drawn": [],
                    "sample": [],
                }
                return JSONResponse(drawn, 201)
            case "POST /v1/sample-commitments":
                kept = {"id": family_id(77), "status": "open", "etag": '"1"', "expires_at": "2019-01-09T09:30:00.000Z"}
                return JSONResponse(kept, 201)
            case _ if call.path.endswith(("/reopening", "/unmerge")):
                apart = {"id": family_id(77), "status": "open", "etag": None}
                return JSONResponse(apart | {"shared_meanwhile": 3, "shared_with": ["housing"]})
            case _ if call.path.startswith("/v1/consents/") and call.path.endswith("/withdrawal"):
                return JSONResponse({"id": family_id(77), "status": "withdrawn", "etag": None, "continues": []})
            case _ if call.method == "POST":
                return JSONResponse({"id": family_id(77), "status": "recorded", "etag": '"1"'}, 201)
        return JSONResponse({"items": [], "next": None})

    def _looked_up(
        self, call: Call, make: Callable[[int], Any], name: Callable[[int], str], there_are: int
    ) -> Response:
        assert len(call.body["ids"]) <= 500 and len(set(call.body["ids"])) == len(call.body["ids"])
        known = {name(n): n for n in range(there_are)}
        return JSONResponse({"items": [make(known[id]) for id in call.body["ids"] if id in known]})

    def family(self, n: int) -> dict[str, Any]:
        return {
            "id": family_id(n),
            "area": "thornbury",
            "composed_on": "2017-08-31",
            "members": [
                {"person": person_id(3 * n + i), "role": "child" if i else "adult", "from": "2016-09-01", "to": None}
                for i in range(3)
            ],
            "support": {"agreed_on": "2017-09-04"},
            "access": ACCESS,
            "etag": '"1"',
        }

    def person(self, n: int) -> dict[str, Any]:
        return {
            "id": person_id(n),
            "formerly": [],
            "name": f"Person {n}",
            "date_of_birth": "2008-02-29",
            "sex": "f",
            "identifiers": [],
            "access": ACCESS,
        }

    def eligibility(self, n: int) -> dict[str, Any]:
        need = {"criterion": "work", "verdict": "met", "reason": "On jsa on that day.", "persons": [], "figures": {}}
        return {
            "family": family_id(n),
            "as_at": "2017-08-31",
            "eligible": True,
            "reason": "three_needs",
            "criteria": [need],
            "attached_on": None,
            "missing": [],
            "plan": "thornbury 1",
            "access": ACCESS,
        }

    def claim(self, n: int) -> dict[str, Any]:
        return {
            "id": family_id(1000 + n),
            "family": family_id(n),
            "framework": "2015",
            "plan_version": 1,
            "component": "result",
            "type": "continuous_employment",
            "result_date": "2018-06-01",
            "pence": 80_000,
            "status": "drafted",
            "batch": None,
            "verdict": "shown",
            "evidence": {
                "bundle": None,
                "hash": None,
                "rule_trace": {"steps": []},
                "gate": [],
                "risks": [],
                "checks": [],
            },
            "etag": '"1"',
        }

    def fact(self, n: int, measure: str) -> dict[str, Any]:
        return {
            "fact": person_id(5000 + n),
            "person": person_id(n),
            "measure": measure,
            "from": "2017-01-01",
            "to": "2017-01-01",
            "value": "suspect",
            "unit": None,
            "source": "police",
            "category": "anti_social_behaviour",
            "record": person_id(6000 + n),
            "recorded_at": "2017-01-02T09:30:00.000Z",
        }
