"""What every answer must be, whatever was asked: a problem that can be read, without a word of what was sent."""

import json
from collections import Counter
from typing import Any

import httpx

from hostile.canaries import echoed
from hostile.doors import OAUTH_ERRORS, PAGES, Door

TRIED: Counter[str] = Counter()
"""How many requests were made, by the kind of bad input; printed behind the tests."""

INSIDE = ("Traceback", "sqlalchemy", "psycopg", "sqlite", "pydantic", "site-packages", ".py")
"""Words of our machinery, which no answer to a stranger holds."""

WAITED = "leaves have waited for their position longer than they may"
"""No worker gives them one here; where a test takes long, the log's health tells so, as it should."""


def judge(
    answer: httpx.Response, door: Door, kind: str, statuses: set[int] | None = None, pointer: str | None = None
) -> list[str]:
    """What is wrong with an answer; nothing, if it is sound.

    Shape: `statuses` are those that may be answered, any below 500 when None; `pointer` must be among the problem's.
    """
    TRIED[kind] += 1
    if door.path == "/health/log" and answer.status_code == 503 and answer.json()["faults"] == [WAITED]:
        return []
    status, wrong = answer.status_code, []
    if statuses and 422 in statuses and OAUTH_ERRORS.fullmatch(door.path):
        statuses = statuses | {400}  # what is not valid is 400 there (RFC 6749, 5.2)
    if status >= 500 or (statuses is not None and status not in statuses):
        wrong.append(f"answered {status}")
    if 300 <= status < 400 and door.path not in PAGES:
        wrong.append(f"sends elsewhere: {status}")
    if status >= 400:
        wrong += _form(answer, door)
        wrong += [f"repeats {word}" for word in echoed(answer)]
        wrong += [f"says {word!r}" for word in INSIDE if word in answer.text and door.path not in PAGES]
        if pointer is not None and status == 422 and pointer not in pointers(answer):
            wrong.append(f"points at {pointers(answer)} and not at {pointer}")
    return [f"{door.name}, {kind}: {one}" for one in wrong]


def none(wrong: list[str]) -> bool:
    """Whether nothing is wrong; otherwise the test fails with the first of what is. Errors: AssertionError."""
    assert not wrong, "\n".join([f"{len(wrong)} answers are not sound:", *wrong[:40]])
    return True


def pointers(answer: httpx.Response) -> list[str]:
    faults = answer.json().get("errors", [])
    if answer.headers.get("content-type", "").partition(";")[0] != "application/problem+json":
        # GraphQL's `errors` hold the problem, which holds the faults.
        faults = [fault for error in faults for fault in error["extensions"]["problem"].get("errors", [])]
    return [fault["pointer"] for fault in faults]


def _form(answer: httpx.Response, door: Door) -> list[str]:
    media = answer.headers.get("content-type", "").partition(";")[0]
    if door.path in PAGES and media == "text/html":
        return []
    try:
        body = answer.json()
    except ValueError:
        return [f"{answer.status_code} is no JSON but {media or 'nothing'}"]
    # What is no HTTP is refused before anybody knows which door was meant.
    if OAUTH_ERRORS.fullmatch(answer.request.url.path) and "not HTTP" not in answer.text:
        if media != "application/json" or answer.headers.get("cache-control") != "no-store":
            return [f"comes as {media or 'nothing'}, to be kept: {answer.headers.get('cache-control')}"]
        return [] if isinstance(body.get("error"), str) else ["no `error` as RFC 6749 wants it"]
    if door.path == "/graphql" and media in ("application/json", "application/graphql-response+json"):
        return [] if all("problem" in error["extensions"] for error in body["errors"]) else ["an error is no problem"]
    return _problem(answer, body, media)


def _problem(answer: httpx.Response, body: Any, media: str) -> list[str]:
    wrong = []
    if media != "application/problem+json":
        wrong.append(f"{answer.status_code} comes as {media or 'nothing'}")
    if not isinstance(body, dict) or not {"type", "title", "status", "detail", "request_id"} <= set(body):
        return [*wrong, f"is no problem: {json.dumps(body)[:200]}"]
    if body["status"] != answer.status_code or body["request_id"] != answer.headers.get("x-request-id"):
        wrong.append("status or request id differ from the header's")
    return wrong
