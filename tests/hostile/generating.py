"""Loaded by schemathesis: what a JSON schema cannot say of data that is good.

A day that has been; a cursor that was given out; a key that is fresh; members that must fit each other. Data that is
to be bad goes out as it was made.
"""

import atexit
import os
import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st

Body = dict[str, Any]
PAST = st.dates(date(1900, 1, 1), date(2026, 11, 1)).map(date.isoformat)
sent = 0

schemathesis.openapi.format("date", PAST)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    global sent
    sent += 1
    if case.meta is None or not case.meta.generation.mode.is_positive:
        keep_key(case)
        return
    if isinstance(case.query, dict):
        case.query.pop("after", None)
    if case.headers and "idempotency-key" in {name.lower() for name in case.headers}:
        case.headers["idempotency-key"] = secrets.token_hex(8)
    fit = FITTING.get(case.operation.label)
    if fit and isinstance(case.body, dict):
        fit(case.body)
    keep_key(case)


def keep_key(case: Any) -> None:
    """The key that signs the run's own token is not withdrawn."""
    if case.operation.label == "POST /v1/keys" and isinstance(case.body, dict) and case.body.get("withdraw") is True:
        case.body["withdraw"] = False


def agreement(body: Body) -> None:
    if body["supplier"] == body["recipient"]:
        body["recipient"] = f"{body['recipient'][:50]}x"
    if body.get("to") and body["to"] < body["from"]:
        body["to"], body["from"] = body["from"], body["to"]
    body["terms"] = list({(term["purpose"], term["category"]): term for term in body["terms"]}.values())


def consent(body: Body) -> None:
    if body["given_by"] == "person" or body.get("representative") in (None, body["person"]):
        body["given_by"], body["representative"] = "person", None


def decision(body: Body) -> None:
    if body["operation"] == "supply":
        body["subjects"] = []


FITTING: dict[str, Callable[[Body], None]] = {
    "POST /v1/agreements": agreement,
    "POST /v1/consents": consent,
    "POST /v1/decisions": decision,
}


@atexit.register
def tell() -> None:
    if "COUNTED" in os.environ:
        Path(os.environ["COUNTED"]).write_text(str(sent))
