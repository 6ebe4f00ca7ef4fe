"""The form of refusals at OAuth's doors: its clients know `error`, and nothing of problems."""

import re
from typing import Any

from chassis.problems import NotSignedIn, Problem, first_sentence
from chassis.schemas import Schema

NO_DESCRIPTION = re.compile(r"[^ !#-\[\]-~]")
"""What an error's description may not hold (RFC 6749 §5.2)."""


class OAuthFault(Schema):
    """RFC 6749 §5.2. Shape: `error_uri` is a page that says what it means, where there is one."""

    error: str
    error_description: str | None = None
    error_uri: str | None = None


STATUSES: dict[int | str, str] = {
    400: "Refused, by the error",
    401: "The client or the token is not good",
    403: "The token lacks a scope",
    404: "Nothing here",
    408: "The rest of the body did not come",
    409: "Does not fit the present state",
    413: "Too large",
    415: "Encoded",
    422: "Not as the contract says",
    429: "Too many requests, or wrong proofs; wait as `Retry-After` says",
    503: "Not available at the moment",
    "default": "Any other refusal",
}
REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": OAuthFault, "description": text} for status, text in STATUSES.items()
}
"""What OAuth's doors answer instead of problems."""


def error_of(problem: Problem) -> str:
    """The error code. Source: RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1."""
    if isinstance(problem, NotSignedIn):
        return "invalid_token"
    if problem.status == 403:
        return "insufficient_scope"
    if problem.status in (429, 503):
        return "temporarily_unavailable"
    return "server_error" if problem.status >= 500 else "invalid_request"


def fault_of(problem: Problem, base: str) -> OAuthFault:
    """A problem as OAuth's clients read it. `base` is where problem pages live."""
    text = problem.detail or first_sentence(type(problem))
    return OAuthFault(
        error=error_of(problem),
        error_description=NO_DESCRIPTION.sub(" ", text),
        error_uri=f"{base}/problems/{problem.slug()}",
    )
