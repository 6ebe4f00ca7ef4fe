"""The gateway before the real programs, with one family that three partners know of."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI, Request

from chassis.clock import today
from claims.app import program as claims
from consent.app import program as consent
from families.app import program as families
from fixtures import agreements
from fixtures.directory import know_everybody
from fixtures.stack import Programs, Running, free_address
from fixtures.tokens import as_, token
from gateway.app import program as gateway
from identity.app import program as identity

COUNCIL = "thornbury-council"
PARTNERS = {
    "education": (COUNCIL, "school_attendance", "attendance"),
    "neighbourhood-policing": ("police", "anti_social_behaviour", "anti_social_behaviour"),
    "jobcentre": ("jobcentre-plus", "benefits", "benefits"),
}
OFFICER = (
    "agreements:read agreements:write agreements:sign notices:publish notices:write consents:read protections:write "
    "sharing-log:read subject-access:write"
)
OWN = {
    "families": ["consent:decide"],
    "claims": ["consent:decide", "evidence:freeze"],
    "consent": ["people:standing"],
    "gateway": [],
}
PURPOSES = ["identify", "support", "claim"]


def person(name: str, role: str, scopes: str, *, service: str = "programme", agency: str = COUNCIL) -> dict[str, str]:
    signed = token(
        name,
        roles=[role],
        scopes=scopes.split(),
        purposes=PURPOSES,
        service=service,
        agency=agency,
        areas=["thornbury"],
    )
    return as_(signed)


ANA = person("ana", "analyst", "feeds:read people:read matching:review families:read families:write claims:read")
COORDINATION = "families:read families:write support:write notices:write consents:read consents:write claims:read"
CORA = person("cora", "programme_coordinator", COORDINATION)
COLE = person("cole", "programme_coordinator", COORDINATION)
IRIS = person("iris", "information_governance_officer", OFFICER + " families:read people:read")
HARRIET = person("harriet", "partner_practitioner", "families:read people:read", service="housing")

TERMS = {
    "autumn": ("2016-09-01", "2016-12-31"),
    "spring": ("2017-01-01", "2017-04-16"),
    "summer": ("2017-04-01", "2017-07-31"),
}
SCHOOL = (
    "upn,academic_year,term,school,forename,surname,date_of_birth,sex,address_line,postcode,uprn,carer_forename,"
    "carer_surname,carer_relationship,carer_same_address,sessions_possible,sessions_authorised_absent,sessions_unauthorised_absent"
)
POLICE = (
    "incident_ref,person_no,occurred_on,kind,role,action,forename,surname,date_of_birth,sex,address_line,postcode,uprn"
)
BENEFITS = (
    "claim_ref,nino,forename,surname,date_of_birth,sex,address_line,postcode,uprn,partner_claim_ref,benefit,regime,"
    "started_on,ended_on,work_started_on,work_ended_on,regime_started_on,regime_ended_on"
)
HOME = "4 Mill Lane,ZZ99 1AB,999000000004"


def tokens() -> FastAPI:
    """Stands in for identity where programs fetch their own tokens, so that all tokens of a test have one signer."""
    app = FastAPI()

    @app.post("/oauth/token")
    async def grant(request: Request) -> dict[str, Any]:
        name = base64.b64decode(request.headers["authorization"].split()[1]).decode().split(":")[0]
        return {"access_token": token(name, client=name, scopes=OWN[name], purposes=[]), "expires_in": 300}

    return app


@dataclass
class Borough:
    """Shape: each program by name, and the ways in: `ask` by GraphQL, `rest` by REST."""

    programs: Programs
    running: dict[str, Running]

    @classmethod
    def open(cls, programs: Programs) -> "Borough":
        secret = programs.var / "secret"
        secret.write_text("s" * 40)
        own: dict[str, Any] = {"identity_url": programs.serve(tokens()), "client_secret_file": secret}
        there = free_address()
        running = {"consent": programs.start(consent, **own, families_url=there)}
        urls: dict[str, Any] = {"consent_url": running["consent"].url}
        running["families"] = programs.start(families, at=there, **own, **urls)
        for name in ("consent", "families"):
            know_everybody(running[name].runtime)
        urls |= {"families_url": there}
        running["claims"] = programs.start(claims, **own, **urls)
        know_everybody(running["claims"].runtime)
        running["identity"] = programs.start(identity)
        urls |= {"claims_url": running["claims"].url, "identity_url": running["identity"].url}
        running["gateway"] = programs.start(gateway, **urls)
        return cls(programs, running)

    def post(self, who: dict[str, str], query: str, variables: dict[str, Any] | None = None) -> httpx.Response:
        client = self.running["gateway"].client
        return client.post("/graphql", json={"query": query, "variables": variables}, headers=who)

    def ask(self, who: dict[str, str], query: str, variables: dict[str, Any] | None = None) -> Any:
        answer = self.post(who, query, variables).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def rest(self, program: str, path: str, body: Any, who: dict[str, str], key: str) -> dict[str, Any]:
        headers = {**who, "Idempotency-Key": f"borough-{key}"}
        answer = self.running[program].client.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def agree(self) -> None:
        for supplier, (agency, _, category) in PARTNERS.items():
            terms = [agreements.term(purpose, one) for purpose in PURPOSES for one in ("identity", "address", category)]
            terms.append(agreements.term("identify", "location"))
            body = agreements.draft(supplier, "programme", *terms)
            made = self.rest("consent", "/v1/agreements", body, IRIS, f"agree-{supplier}")
            for number, signer in enumerate([self._officer(agency, supplier), IRIS]):
                path = f"/v1/agreements/{made['id']}/sign"
                self.rest("consent", path, {"date": str(today())}, signer, f"sign-{supplier}-{number}")

    @staticmethod
    def _officer(agency: str, service: str) -> dict[str, str]:
        return person(f"officer-{agency}", "information_governance_officer", OFFICER, service=service, agency=agency)

    def push(self, supplier: str, covers: tuple[str, str], header: str, lines: Iterable[str]) -> None:
        agency, feed, _ = PARTNERS[supplier]
        client = f"{supplier}-client"
        signed = token(
            client, client=client, scopes=[f"push:{feed}", "feeds:read"], service=supplier, agency=agency, purposes=[]
        )
        answer = self.running["families"].client.post(
            f"/v1/feeds/{feed}/pushes",
            params={"covers_from": covers[0], "covers_to": covers[1], "area": "thornbury"},
            content="\n".join([header, *lines, ""]),
            headers=as_(signed, Idempotency_Key=f"push-{feed}-{covers[0]}", Content_Type="text/csv"),
        )
        assert answer.status_code == 202, answer.text

    def push_all(self) -> None:
        nell, orla = f"Nell,Quillfeather,2008-05-17,f,{HOME}", "Orla,Quillfeather,mother,yes"
        child = f"Y000000000016,2016/17,{{}},000/4001,{nell},{orla},120,30,10"
        for term, covers in TERMS.items():
            self.push("education", covers, SCHOOL, [child.format(term)])
        year = ("2016-09-01", "2017-08-31")
        incident = f"I-1,1,2017-06-01,noise,suspect,warning,{nell}"
        self.push("neighbourhood-policing", year, POLICE, [incident])
        claim = f"C-1,MW000001A,Orla,Quillfeather,1980-03-02,f,{HOME},,jsa,,2016-10-01,,,,,"
        self.push("jobcentre", year, BENEFITS, [claim])
        self.settle()

    def settle(self) -> None:
        services = [self.running[name] for name in ("consent", "families", "claims")]
        for _ in range(5):
            worked = sum(running.work() for running in services)
            self.programs.deliver(*services)
            if not worked:
                return
