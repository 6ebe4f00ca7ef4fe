"""Loaded by schemathesis: what a JSON schema cannot say of data that is good.

A day that has been; a cursor that was given out; a key that is fresh; members that must fit each other. Data that is
to be bad goes out as it was made.
"""

import atexit
import json
import os
import re
import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import schemathesis
from hypothesis import strategies as st
from joserfc.jwk import ECKey
from schemathesis.generation.meta import TestPhase

from chassis.clock import today
from chassis.http import trusted
from fixtures.agreements import CONDITIONS
from fixtures.agreements import term as lawful_term
from hostile.page import SIGNING_IN, token_in

Body = dict[str, Any]
LAST = date(2026, 11, 1)
DAY = re.compile(r"\d{4}-\d\d-\d\d")
PAST = st.dates(date(1900, 1, 1), LAST).map(date.isoformat)
IDS: dict[str, str] = json.loads(os.environ["IDS"])
CODES = {"/v1/agencies/{code}": "agency", "/v1/services/{code}": "service", "/v1/reports/{name}": "report",
         "/v1/evidence-bundles/": "sampled"}  # fmt: skip
"""What a path names otherwise than by the name of its parameter. An auditor is shown sampled bundles only."""
ACTS_OF_MONEY = ("/v1/batches", "/v1/claims", "/v1/fees", "/v1/payments", "/v1/questions", "/v1/repayments")
"""Acts that follow each other in time; the world's own were done before."""
CONDITIONAL = {"article_9", "article_10", "schedule_1", "policy_document"}
KNOWN = {"service": "programme", "measure": "sessions.possible", "framework": "2015"}
"""Words of a query that must be known."""
LEAVES = {"position": 0, "size": 1, "first": 1, "second": 1}
"""Of which leaves of a log there is a proof: each has one at least."""
sent = 0

schemathesis.openapi.format("date", PAST)


@schemathesis.serializer("application/x-ndjson", "application/jsonl")
def lines(context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Each status has to be declared by itself: with `default` any would do."""
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("default", None)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    global sent
    sent += 1
    if case.meta is not None and case.meta.generation.mode.is_positive:
        make_fit(case)
    if case.operation.path.endswith("/pushes") and not isinstance(case.body, str | bytes):
        case.media_type = "application/json"  # what is no text: written down as it is, it could be a good line
    # The key that signs the run's own token is not withdrawn.
    if case.operation.label == "POST /v1/keys" and isinstance(case.body, dict) and case.body.get("withdraw") is True:
        case.body["withdraw"] = False


def make_fit(case: Any) -> None:
    label = case.operation.label
    if case.meta.phase.name is not TestPhase.STATEFUL:  # there, what is named was made by the call before
        name_what_is_there(case)
    if isinstance(case.query, dict):
        case.query.pop("after", None)
        case.query.update({name: value for name, value in KNOWN.items() if name in case.query})
    if case.headers and "idempotency-key" in {name.lower() for name in case.headers}:
        case.headers["idempotency-key"] = secrets.token_hex(8)
    # What a request may rest on, it rests on for one purpose only, which is not this run's.
    case.headers = {name: value for name, value in (case.headers or {}).items() if name.lower() != "ground"}
    if "caller-token" in {one.name.lower() for one in case.operation.headers}:
        forward_a_caller(case)
    if label.endswith("-proof"):
        case.query = {name: LEAVES[name] for name in case.query}
    if label.endswith("/oauth/authorize"):
        case.query.update(SIGNING_IN)
    if label == "POST /oauth/authorize":
        sign_in(case)
    if "if-match" in {one.name.lower() for one in case.operation.headers}:
        know_the_version(case)
    if case.method == "POST" and label.endswith("/pushes"):
        case.query["covers_from"] = case.query["covers_to"]
        case.query["area"] = "thornbury"
        content = case.operation.definition.raw["requestBody"]["content"]
        case.body = content["text/csv" if case.media_type == "text/csv" else case.media_type]["example"]
    if label.startswith("POST /v1/families/{family_id}/evidence-bundles") and isinstance(case.body, dict):
        # Whom a bundle may name depends on the family, also on one that the call before has made.
        case.path_parameters["family_id"] = IDS["family_id"]
        case.body.update(persons=[IDS["person_id"]], records=[])
    case.body, case.query = clamp_days(case.body), clamp_days(case.query)
    if isinstance(case.body, dict) and "date" in case.body and case.operation.path.startswith(ACTS_OF_MONEY):
        lately(case.body)
    if isinstance(case.body, dict) and label in FITTING:
        FITTING[label](case.body)


def clamp_days(value: Any) -> Any:
    """The same with no day that is to come: schemathesis sends again what answers hold, as the day of a review due."""
    if isinstance(value, dict):
        return {name: clamp_days(one) for name, one in value.items()}
    if isinstance(value, list):
        return [clamp_days(one) for one in value]
    return LAST.isoformat() if isinstance(value, str) and DAY.fullmatch(value) and value > LAST.isoformat() else value


def forward_a_caller(case: Any) -> None:
    """A program shows the token of whom it asks for; and of nobody, where it works with data for itself."""
    others = {name: value for name, value in (case.headers or {}).items() if name.lower() != "caller-token"}
    for_itself = isinstance(case.body, dict) and case.body.get("operation") == "use"
    case.headers = others if for_itself else others | {"caller-token": os.environ["CALLER_TOKEN"]}
    if isinstance(case.body, dict) and "purpose" in case.body:
        case.body["purpose"] = "identify"
        case.body.pop("ground", None)


def name_what_is_there(case: Any) -> None:
    """Of what a path names, there is one."""
    path = case.operation.path
    for name in case.path_parameters or {}:
        known = next((kind for begin, kind in CODES.items() if path.startswith(begin)), name)
        if known in IDS:
            case.path_parameters[name] = IDS[known]
    if case.operation.label == "POST /v1/people/{person_id}/merge":
        case.path_parameters["person_id"] = IDS["one"]  # the world's own person is to stay who it is


def base(case: Any) -> str:
    return str(case.operation.base_url).rstrip("/")


def sign_in(case: Any) -> None:
    """Somebody whom the page knows, with the page's own token."""
    case.query = dict(SIGNING_IN)
    page = httpx.get(f"{base(case)}/oauth/authorize", params=SIGNING_IN, verify=trusted())
    known = json.loads(os.environ["ADMINISTRATOR"])
    case.body = {"csrf": token_in(page), "email": known["email"], "password": known["password"]}
    case.cookies = dict(page.cookies)


def know_the_version(case: Any) -> None:
    """The `ETag` that the resource has now: as it says itself, or its list, or as the last change of it said."""
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
    path = case.formatted_path
    if path.startswith("/v1/targets/"):
        listed = httpx.get(f"{base(case)}/v1/targets", headers=headers, verify=trusted()).json()["items"]
        tags = [one["etag"] for one in listed if path.endswith(f"/{one['framework']}/{one['year'].replace('/', '-')}")]
    elif "/members/" in path:
        tags = [changed.get(path, '"v1"')]
    else:
        answer = httpx.get(f"{base(case)}{path}", headers=headers, verify=trusted())
        tags = [answer.headers["etag"]] if "etag" in answer.headers else []
    if tags:
        case.headers["if-match"] = tags[0]


changed: dict[str, str] = {}


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    if "etag" in response.headers:
        changed[case.formatted_path] = response.headers["etag"][0]


def agreement(body: Body) -> None:
    body.update(supplier="programme", recipient="housing", tier="strategic", under=None, review_by="2040-01-01")
    if body.get("to") and body["to"] < body["from"]:
        body["to"], body["from"] = body["from"], body["to"]
    lawful = [term | lawful_term(term["purpose"], term["category"]) for term in body["terms"]]
    for term, held in zip(lawful, body["terms"], strict=True):
        term |= {name: None for name in CONDITIONAL - CONDITIONS.get(held["category"], {}).keys()}
    body["terms"] = list({(term["purpose"], term["category"]): term for term in lawful}.values())


def review(body: Body) -> None:
    body["review_by"] = "2040-01-01"


def consent(body: Body) -> None:
    body["notice"] = os.environ["NOTICE"]
    body["person"] = IDS["person_id"]
    if body["given_by"] == "person" or body.get("representative") in (None, body["person"]):
        body["given_by"], body["representative"] = "person", None


def consent_correction(body: Body) -> None:
    body["replaced_by"] = None


def delivery(body: Body) -> None:
    body.update(persons=[IDS["person_id"]], received_by=None)


def lately(body: Body) -> None:
    """What is ended was begun before."""
    body["date"] = LAST.isoformat()


def told_and_lifted(body: Body) -> None:
    body.update(date=LAST.isoformat(), person_told_on=LAST.isoformat())


def until(body: Body) -> None:
    if body.get("to"):
        body["to"] = LAST.isoformat()


def access_report(body: Body) -> None:
    body.update(person=IDS["person_id"], keep_back=[])


def decision(body: Body) -> None:
    if body["operation"] == "supply":
        body["subjects"] = []


def recomputation(body: Body) -> None:
    body.update(claim=None, batch=None, all=True)


def search(body: Body) -> None:
    if not any(body.get(name) for name in ("name", "date_of_birth", "identifier")):
        body["name"] = "Robin"


def about(name: str, known: str) -> Callable[[Body], None]:
    """A member that must name something which is there."""

    def name_it(body: Body) -> None:
        body[name] = IDS[known]

    return name_it


def verdict(body: Body) -> None:
    body["verdict"] = "different"


def unmerge(body: Body) -> None:
    if (body.get("person") is None) == (body.get("record") is None):
        body["person"], body["record"] = str(uuid4()), None


def client(body: Body) -> None:
    body.update(grants=["client_credentials"], redirect_uris=[], public=False, scopes=["feeds:read"], purposes=[])


def client_change(body: Body) -> None:
    body.update(scopes=["feeds:read"], purposes=[])
    for name in ("redirect_uris", "grants", "status"):
        body.pop(name, None)


def client_key(body: Body) -> None:
    key = ECKey.generate_key("P-256").as_dict(private=False)
    body.update(key | {"kid": body.get("kid"), "alg": None, "use": None, "key_ops": None, "n": None, "e": None})


def user(body: Body) -> None:
    body.update(service="programme", roles=["analyst"], areas=[], email=f"{secrets.token_hex(6)}@thornbury.example")
    if body.get("password"):  # one that is soon guessed is refused
        body["password"] = secrets.token_urlsafe(15)


def user_change(body: Body) -> None:
    body.update(roles=["analyst"], areas=[])
    for name in ("status", "password", "service"):  # with another one, their session would be over
        body.pop(name, None)


def nomination(body: Body) -> None:
    body.update(area="thornbury")


def lead(body: Body) -> None:
    body.update(service="programme", user=IDS["user_id"], name=None, sector=None)


def team(body: Body) -> None:
    body.update(service="programme", user=None)


def named(member: str) -> Callable[[Body], None]:
    """Whom it is about is said in one of several ways."""

    def fit(body: Body) -> None:
        body[member] = [{"person": IDS["person_id"]}]

    return fit


def bar(body: Body) -> None:
    """Oneself, and from nobody who is there: whoever signs all requests of this run would meet the world no more."""
    body.update(user="ana", people=[str(uuid4())], families=[])


def cover(body: Body) -> None:
    body.update(
        {"covered": IDS["user_id"], "covering": IDS["officer"], "from": LAST.isoformat(), "to": LAST.isoformat()}
    )


def payment(body: Body) -> None:
    body.update(batch=IDS["batch_id"], refused=[])


def lowering(body: Body) -> None:
    """What protects less than the world's hostel."""
    body.update(kind="ordinary", flag=None)


def assessment(body: Body) -> None:
    body["none_found_because"] = None if body["needs"] else "The family needs nothing"


def deputy(body: Body) -> None:
    body.update(officer=IDS["officer"], deputy=IDS["user_id"], to=None)


def fees(body: Body) -> None:
    """Of a year that had begun on any day that this run sends for today."""
    body.update(framework=IDS["framework"], year=IDS["year"])


def visit(body: Body) -> None:
    body.update({"visitor": IDS["visitor"], "batches": [IDS["batch_id"]]})
    body.update({"from": today().isoformat(), "to": today().isoformat()})


def sponsor(body: Body) -> None:
    body["to"] = None


def welfare_request(body: Body) -> None:
    """Somebody who is there, named in one way; a referral, since nobody here works with them."""
    body.update(child={"person": IDS["person_id"]}, others=[], holder="housing", referral="R 1")


def welfare_answer(body: Body) -> None:
    body["categories"] = None  # of those alone that were asked for; all of them where none is named
    body["reason"] = body.get("reason") or "It helps nobody"


def welfare_rule(body: Body) -> None:
    body.update(
        {"from": LAST.isoformat(), "to": LAST.isoformat(), "holder": "programme", "asking_services": ["housing"]}
    )


def acting_service(body: Body) -> None:
    body.update({"from": LAST.isoformat(), "to": LAST.isoformat()})


FITTING: dict[str, Callable[[Body], None]] = {
    "POST /v1/agreements": agreement,
    "POST /v1/agreements/{agreement_id}/review": review,
    "POST /v1/consents": consent,
    "POST /v1/consents/{consent_id}/withdrawal": lately,
    "POST /v1/consents/{consent_id}/correction": consent_correction,
    "POST /v1/notices/{notice_id}/deliveries": delivery,
    "POST /v1/objections": about("person", "person_id"),
    "POST /v1/objections/{objection_id}/answer": lately,
    "POST /v1/objections/{objection_id}/withdrawal": lately,
    "POST /v1/protections": about("person", "person_id"),
    "POST /v1/protections/{protection_id}/lift": lately,
    "POST /v1/restrictions": about("person", "person_id"),
    "POST /v1/restrictions/{restriction_id}/lift": told_and_lifted,
    "POST /v1/access-reports": access_report,
    "POST /v1/welfare-requests": welfare_request,
    "POST /v1/welfare-requests/{welfare_request_id}/answer": welfare_answer,
    "POST /v1/welfare-rules": welfare_rule,
    "POST /v1/acting-services": acting_service,
    "POST /v1/repayments": about("claim", "claim_id"),
    "POST /v1/enquiries/{enquiry_id}/close": lately,
    "POST /v1/premises/{uprn}/lowerings": lowering,
    "POST /v1/decisions": decision,
    "POST /v1/recomputations": recomputation,
    "POST /v1/people/search": search,
    "POST /v1/people/{person_id}/unmerge": unmerge,
    "POST /v1/people/{person_id}/merge": about("other", "other"),
    "POST /v1/match-reviews/{review_id}/decision": verdict,
    "PATCH /v1/families/{family_id}/members/{membership_id}": until,
    "POST /v1/families/{family_id}/members": about("person", "person_id"),
    "POST /v1/families/{family_id}/plans": about("assessment", "assessment"),
    "POST /v1/families": nomination,
    "POST /v1/families/{family_id}/lead-professional": lead,
    "POST /v1/families/{family_id}/team": team,
    "POST /v1/batches": about("framework", "framework"),
    "POST /v1/assurance-visits": visit,
    "POST /v1/sample-commitments": about("framework", "framework"),
    "POST /v1/fees": fees,
    "POST /v1/payments": payment,
    "POST /v1/batches/{batch_id}/findings": about("claim", "claim_id"),
    "POST /v1/deputies": deputy,
    "POST /v1/agencies/{code}/sponsors": sponsor,
    "POST /v1/services/{code}/clients": client,
    "PATCH /v1/clients/{client_id}": client_change,
    "POST /v1/clients/{client_id}/keys": client_key,
    "POST /v1/users": user,
    "POST /v1/enquiries": named("subjects"),
    "POST /v1/enquiries/{enquiry_id}/subjects": named("subjects"),
    "POST /v1/emergency-access": named("people"),
    "POST /v1/people/naming": named("people"),
    "POST /v1/bars": bar,
    "POST /v1/covers": cover,
    "POST /v1/families/{family_id}/assessments": assessment,
    "PATCH /v1/users/{user_id}": user_change,
}


@atexit.register
def tell() -> None:
    if "COUNTED" in os.environ:
        Path(os.environ["COUNTED"]).write_text(str(sent))
