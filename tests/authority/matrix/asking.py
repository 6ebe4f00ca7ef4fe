"""What is sent for each act: as the contract says, with values that fit the town, so that only authority can refuse."""

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
from joserfc.jwk import ECKey

from authority.matrix.oracle import Act, Who
from authority.matrix.things import (
    ABOUT,
    DAY,
    KIT,
    Matrix,
    acting_for,
    consent_to,
    decision_about,
    report_on,
    sign_in,
    welfare_request,
    welfare_rule,
)
from authority.town import PASSWORD
from chassis.db import today
from fixtures import agreements
from hostile.doors import JSON, Door, doors
from sandbox.supplying import AREA
from unit.families.borough import TERM, YEAR

SAID = {"date": DAY, "reason": "On their own word"}
LATELY = {"date": today().isoformat(), "reason": "On their own word"}
IDS = "/lookup"


@dataclass(frozen=True)
class Asked:
    method: str
    url: str
    params: dict[str, Any]
    content: bytes
    headers: dict[str, str]


class Asking:
    """Makes requests for acts. Shape: `doors` by program and route."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.doors = {(door.program, f"{door.method} {door.path}"): door for door in doors(matrix.town.platform)}

    def ask(self, act: Act, who: Who, program: str = "", *, nobody: bool = False) -> httpx.Response:
        """The answer to somebody. `nobody`: the request names what nobody has in the place of what there is."""
        program = program or act.program
        if act.on == "own_session" and not who.machine:
            self.matrix.things["own_session"] = sign_in(self.matrix.town, who.name)
        asked = self.make_request(act, program, nobody=nobody)
        headers = asked.headers | {"Authorization": f"Bearer {self.matrix.token(who)}"}
        purpose = act.kind.purpose or self.matrix.purpose(who)
        if purpose:
            headers["Purpose"] = purpose
        return self.matrix.town.platform[program].client.request(
            asked.method, asked.url, params=asked.params, content=asked.content, headers=headers
        )

    def make_request(self, act: Act, program: str, *, nobody: bool = False) -> Asked:
        door = self.doors[program, act.route]
        things = self.matrix.things
        headers = {"Idempotency-Key": secrets.token_hex(8), "If-Match": '"v1"'}
        if act.ground:
            headers["Ground"] = act.ground.format(**things)
        if any(one["name"] == "caller-token" for one in door.parameters("header")):
            headers["Caller-Token"] = self.matrix.token(self.matrix.oracle.who["analyst"])
        params = door.query() | self._params(act, door)
        content = self._content(act, door, headers)
        url = self._url(act, door, nobody)
        if door.method == "PATCH" and program == "identity" and not nobody:
            headers["If-Match"] = self.matrix.town.as_admin("GET", program, url).headers["ETag"]
        if nobody and url == self._url(act, door, nobody=False):  # where the path names nothing, the body does
            for name in ABOUT:
                strange = str(uuid4())
                content = content.replace(things[name].encode(), strange.encode())
                params = {key: strange if value == things[name] else value for key, value in params.items()}
        return Asked(door.method, url, params, content, headers)

    def _url(self, act: Act, door: Door, nobody: bool) -> str:
        path, first = door.path, True
        for one in door.parameters("path"):
            name = act.on if act.on and first else one["name"]
            first = False
            if path.startswith("/v1/services/"):
                name = "service"
            value = self.matrix.things[name]
            if nobody and not path.startswith(KEPT):
                value = _strange(value)
            path = path.replace(f"{{{one['name']}}}", quote(value, safe=""))
        return path

    def _params(self, act: Act, door: Door) -> dict[str, Any]:
        names = {one["name"] for one in door.parameters("query")}
        params: dict[str, Any] = {"limit": 500} if "limit" in names else {}
        if act.kind.name == "push":
            return params | (TERM if "school_attendance" in act.path else YEAR)
        more: dict[str, Any] = QUERIES[act.route](self.matrix.things) if act.route in QUERIES else {}
        return params | more

    def _content(self, act: Act, door: Door, headers: dict[str, str]) -> bytes:
        if door.is_file:
            headers["Content-Type"] = "text/csv"
            return str(door.content["text/csv"]["example"]).encode()
        if not door.is_json:
            return b""
        headers["Content-Type"] = JSON
        make = BODIES.get(act.route)
        if make is None and door.path.endswith(IDS):
            return json.dumps({"ids": [self.matrix.things[LOOKED_UP.get(act.shows, act.shows)]]}).encode()
        return json.dumps(make(self.matrix) if make else LATELY).encode()


KEPT = ("/v1/feeds/", "/problems/", "/v1/reports/", "/v1/targets/")
"""Paths that name no thing of anybody's."""
LOOKED_UP = {"consent_id": "person_id", "delivery_id": "person_id", "claim_id": "family_id"}
"""By whose id a thing is looked up."""


def _strange(value: str) -> str:
    """Another id of the same form, that nobody has."""
    if value.isdigit():
        return "999000099999"
    return str(uuid4()) if len(value) == 36 else "nowhere"


QUERIES: dict[str, Any] = {
    "GET /v1/consents": lambda things: {"person": things["person_id"]},
    "GET /v1/sharing-log": lambda things: {"person": things["ned"]},
    "GET /v1/coverage": lambda things: {"purpose": "support"},
    "GET /v1/transparency/consistency-proof": lambda things: {"first": 1, "second": 1},
    "GET /v1/transparency/inclusion-proof": lambda things: {"position": 0, "size": 1},
    "GET /v1/transparency/seen-heads": lambda things: {"log": "consent"},
}  # fmt: skip


def _coded() -> dict[str, str]:
    code = f"new-{secrets.token_hex(4)}"
    return {"code": code, "name": code}


def _agency() -> dict[str, str]:
    return _coded() | {"kind": "voluntary"}


def _key() -> dict[str, str]:
    key = ECKey.generate_key("P-256").as_dict(private=False)
    return {name: str(key[name]) for name in ("kty", "crv", "x", "y")}


def _user() -> dict[str, Any]:
    return {"email": f"{secrets.token_hex(6)}@town.example", "name": "New", "service": "programme",
            "roles": ["analyst"], "areas": [], "password": PASSWORD}  # fmt: skip


def _client() -> dict[str, Any]:
    return {"client_id": f"new-{secrets.token_hex(4)}", "name": "New", "scopes": ["feeds:read"],
            "grants": ["client_credentials"]}  # fmt: skip


def _enquiry(m: Matrix) -> dict[str, Any]:
    return {"reference": f"MX-{secrets.token_hex(4)}", "kind": "s17", "begun": today().isoformat(),
            "subjects": [{"person": m.things["person_id"]}]}  # fmt: skip


def _cover(m: Matrix) -> dict[str, Any]:
    people = m.town.people
    return {"covered": people["colleague"], "covering": people["lead"], "from": today().isoformat(),
            "to": (today() + timedelta(days=3)).isoformat(), "reason": "On leave"}  # fmt: skip


BODIES: dict[str, Any] = {
    # identity
    "POST /v1/approvals/{approval_id}/confirmation": lambda m: {"reason": "Met them"},
    "POST /v1/approvals/{approval_id}/refusal": lambda m: {"reason": "Not known here"},
    "POST /v1/agencies": lambda m: _agency(),
    "POST /v1/agencies/{code}/services": lambda m: _coded() | {"sector": "health"},
    "POST /v1/agencies/{code}/sponsors": lambda m: {"sponsor": "thornbury-council", "from": DAY, "reason": "None here"},
    "POST /v1/areas": lambda m: _coded(),
    "PATCH /v1/clients/{client_id}": lambda m: {"name": "Other"},
    "POST /v1/clients/{client_id}/keys": lambda m: _key(),
    "POST /v1/deputies": lambda m: {"officer": m.things["officer"], "deputy": m.things["user_id"], "from": DAY,
                                    "reason": "On leave"},
    "POST /v1/keys": lambda m: {"withdraw": False},
    "POST /v1/services/{code}/clients": lambda m: _client(),
    "POST /v1/users": lambda m: _user(),
    "PATCH /v1/users/{user_id}": lambda m: {"name": "Other"},
    "PUT /v1/me/password": lambda m: {"current": PASSWORD, "new": "velvet turnip orbit"},
    # families
    "POST /v1/families": lambda m: {"area": AREA, "reason": "Asked for help"},
    "POST /v1/families/{family_id}/members": lambda m: {"person": m.things["one"], "role": "adult", "from": DAY},
    "PATCH /v1/families/{family_id}/members/{membership_id}": lambda m: {"to": today().isoformat()},
    "POST /v1/families/{family_id}/agreement-to-be-supported": lambda m: {"date": DAY, "agreed": True},
    "POST /v1/families/{family_id}/assessments": lambda m: {"date": DAY, "kind": "early_help", "needs": ["work"]},
    "POST /v1/families/{family_id}/plans": lambda m: {"date": DAY, "goals": [{"need": "work", "goal": "A job"}]},
    "POST /v1/families/{family_id}/steps": lambda m: {"date": DAY, "step": "stepped_up"},
    "POST /v1/families/{family_id}/team": lambda m: {"service": "housing", "from": DAY},
    "POST /v1/families/{family_id}/lead-professional": lambda m: {
        "user": m.town.people["lead"], "service": "early-help", "date": DAY},
    "POST /v1/families/{family_id}/evidence-bundles": lambda m: {
        "as_at": DAY, "persons": [m.things["person_id"]], "records": []},
    "POST /v1/people/search": lambda m: {"identifier": KIT},
    "POST /v1/people/standing": lambda m: {"ids": [m.things["person_id"]]},
    "POST /v1/people/{person_id}/merge": lambda m: {"other": m.things["other"], "reason": "The same"},
    "POST /v1/people/{person_id}/unmerge": lambda m: {"person": m.things["other"], "reason": "Two"},
    "POST /v1/match-reviews/{review_id}/decision": lambda m: {"verdict": "different", "reason": "Two"},
    "PUT /v1/premises/{uprn}": lambda m: {"kind": "refuge", **SAID},
    "POST /v1/premises/{uprn}/lowerings": lambda m: {"kind": "ordinary", **SAID},
    "POST /v1/premises/{uprn}/lowerings/{lowering_id}/decision": lambda m: {"verdict": "refused", **SAID},
    "POST /v1/enquiries": _enquiry,
    "PATCH /v1/enquiries/{enquiry_id}": lambda m: {"kind": "s17", "reason": "Other section"},
    "POST /v1/enquiries/{enquiry_id}/subjects/{person_id}/removal": lambda m: {"reason": "Another Kit"},
    "POST /v1/enquiries/{enquiry_id}/reopen": lambda m: {"reason": "Closed by mistake"},
    "POST /v1/covers/{cover_id}/end": lambda m: {"reason": "Back"},
    "POST /v1/bars/{bar_id}/lift": lambda m: {"reason": "Not related"},
    "POST /v1/match-reviews/{review_id}/reopening": lambda m: {"reason": "Looked again"},
    "POST /v1/enquiries/{enquiry_id}/subjects": lambda m: {
        "subjects": [{"person": m.things["ned"]}], "reason": "His father"},
    "POST /v1/emergency-access": lambda m: {"people": [{"person": m.things["person_id"]}], "reason": "Not seen"},
    "POST /v1/emergency-access/{access_id}/reviews": lambda m: {"outcome": "justified", "note": "There was no time"},
    "POST /v1/governance-notes/{note_id}/answer": lambda m: {"answer": "Spoken to"},
    "POST /v1/covers": _cover,
    "POST /v1/bars": lambda m: {"user": m.town.people["no_agreement"], "because": "relative",
                                "people": [str(uuid4())]},
    # consent
    "POST /v1/agreements": lambda m: agreements.draft(
        "neighbourhood-policing", "programme", agreements.term("support", "anti_social_behaviour")),
    "POST /v1/agreements/{agreement_id}/sign": lambda m: {"date": DAY},
    "POST /v1/agreements/{agreement_id}/review": lambda m: {"date": DAY, "review_by": "2040-01-01", "reason": "Fine"},
    "POST /v1/consents": lambda m: consent_to(m.things, "support"),
    "POST /v1/consents/{consent_id}/withdrawal": lambda m: {"date": today().isoformat()},
    "POST /v1/consents/{consent_id}/correction": lambda m: {"reason": "Another Kit"},
    "POST /v1/notices": lambda m: {"code": _coded()["code"], "version": "1", "language": "en", "text": "We."},
    "POST /v1/notices/{notice_id}/deliveries": lambda m: {
        "date": DAY, "channel": "letter", "persons": [m.things["ned"]]},
    "POST /v1/notices/{notice_id}/deliveries/{delivery_id}/correction": lambda m: {
        "persons": [m.things["ned"]], "reason": "It came back"},
    "POST /v1/objections": lambda m: {"person": m.things["ned"], "date": DAY, "purposes": ["support"]},
    "POST /v1/objections/{objection_id}/answer": lambda m: {"answer": "upheld", **LATELY},
    "POST /v1/restrictions": lambda m: {"person": m.things["ned"], "because": "accuracy_contested",
                                        "categories": ["attendance"], **SAID},
    "POST /v1/restrictions/{restriction_id}/lift": lambda m: LATELY | {"person_told_on": today().isoformat()},
    "POST /v1/protections": lambda m: {"person": m.things["ulla"], "kind": "location", **SAID},
    "POST /v1/sent-marks": lambda m: {"items": [{"decision": m.things["decision_id"], "at": f"{DAY}T12:00:00Z"}]},
    "POST /v1/welfare-requests": lambda m: welfare_request(m.things["ned"]) | {"holder": "education"},
    "POST /v1/welfare-requests/{welfare_request_id}/withdrawal": lambda m: {"reason": "Asked wrongly"},
    "POST /v1/welfare-requests/{welfare_request_id}/answer": lambda m: {"answer": "nothing_held", "reason": "None"},
    "POST /v1/welfare-requests/{welfare_request_id}/answer/withdrawal": lambda m: {"reason": "The wrong Kit"},
    "POST /v1/welfare-requests/{welfare_request_id}/answer/review": lambda m: {
        "outcome": "justified", "note": "It helped"},
    "POST /v1/welfare-rules": lambda m: welfare_rule(),
    "POST /v1/welfare-rules/{welfare_rule_id}/end": lambda m: {"reason": "Looked at"},
    "POST /v1/acting-services": lambda m: acting_for(),
    "POST /v1/acting-services/{acting_service_id}/end": lambda m: {"reason": "Over"},
    "POST /v1/people/naming": lambda m: {"people": [{"person": m.things["person_id"]}], "holder": "education"},
    "POST /v1/access-reports": lambda m: report_on(m.things["ned"]),
    "POST /v1/coverage": lambda m: {"purpose": "identify"},
    "POST /v1/decisions": lambda m: decision_about(m.things["ned"]) | {"share": False},
    # claims
    "POST /v1/claims/{claim_id}/check": lambda m: {"verdict": "agreed", **LATELY},
    "POST /v1/batches": lambda m: {"framework": "2015", "date": today().isoformat()},
    "POST /v1/batches/{batch_id}/sample": lambda m: {},
    "POST /v1/batches/{batch_id}/findings": lambda m: {"claim": m.things["claim_id"], "verdict": "upheld", **LATELY},
    "POST /v1/batches/{batch_id}/submit": lambda m: {"date": today().isoformat()},
    "POST /v1/assurance-visits": lambda m: {
        "visitor": m.town.people["visitor"], "from": today().isoformat(), "to": today().isoformat(),
        "batches": [m.things["batch_id"]], "reason": "A visit"},
    "POST /v1/assurance-visits/{visit_id}/close": lambda m: {"reason": "They left"},
    "POST /v1/sample-commitments": lambda m: {"framework": "2015", "hash": secrets.token_hex(32)},
    "POST /v1/questions/{question_id}/answers": lambda m: {"answer": "same_family", **LATELY},
    "POST /v1/questions/{question_id}/confirm": lambda m: {"answer": str(uuid4()), **LATELY},
    "POST /v1/payments": lambda m: {"batch": m.things["batch_id"], "date": today().isoformat(), "pence": 80_000,
                                    "reference": "R 1"},
    "POST /v1/repayments": lambda m: {"claim": m.things["claim_id"], "date": today().isoformat(), "pence": 80_000,
                                      "reference": "R 2"},
    "POST /v1/fees": lambda m: {"framework": "2015", "year": "2016/17", "date": today().isoformat()},
    "PUT /v1/targets/{framework}/{year}": lambda m: {"families": 10, "cumulative": 10},
    "POST /v1/recomputations": lambda m: {"claim": m.things["claim_id"], "as": "known_now"},
}  # fmt: skip

ELSEWHERE_DONE = {
    "identity POST /v1/approvals/{approval_id}/refusal",
    "consent POST /v1/welfare-requests/{welfare_request_id}/answer",
    "consent POST /v1/welfare-requests/{welfare_request_id}/answer/withdrawal",
    "consent POST /v1/welfare-requests/{welfare_request_id}/answer/review",
    "consent POST /v1/welfare-rules/{welfare_rule_id}/confirmation",
    "families POST /v1/pushes/{push_id}/resume", "families POST /v1/pushes/{push_id}/abandon",
    "claims POST /v1/batches", "claims POST /v1/batches/{batch_id}/sample",
    "claims POST /v1/batches/{batch_id}/abandon", "claims POST /v1/batches/{batch_id}/submit",
    "claims POST /v1/questions/{question_id}/answers",
    "claims POST /v1/questions/{question_id}/confirm", "claims POST /v1/payments", "claims POST /v1/repayments",
    "claims POST /v1/repayments/{repayment_id}/reverse",
}  # fmt: skip
"""Acts that follow on a story: who may is let in here as far as the 409 that it was not told. `test_sample`,
`test_duty_to_share`, `test_one_result` and the tests of intake tell it, and see them done."""
