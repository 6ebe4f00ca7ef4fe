"""What can go wrong anywhere, and how it is said (RFC 9457).

Problem
├── NotSignedIn            401
├── NotAllowed             403
├── NotFound               404   ← each service's XNotFound
├── MethodNotAllowed       405
├── TooSlow                408
├── Conflict               409
│   └── KeyRunning         409
├── Stale                  412
├── TooLarge               413
├── WrongContentType       415
├── BodyEncoded            415
├── RequestNotValid        422
│   └── KeyReused          422
├── PreconditionRequired   428
├── TooManyRequests        429
├── CursorNotValid         400
├── PurposeNeeded          400
├── KeyMissing             400
├── RequestNotReadable     400
├── PurposeNotAllowed      403
├── CallerNotVerified      403
├── ServerFault            500
└── Unavailable            503
    └── OutcomeNotKnown    503

A class name is a URL: `FamilyNotFound` is served at `/problems/family-not-found`; its docstring is the page.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import orjson
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

PROBLEM_JSON = "application/problem+json"


class Fault(BaseModel):
    """One part of a request that is not as the contract says. Never repeats the value."""

    model_config = ConfigDict(frozen=True)

    pointer: str
    code: str
    detail: str
    fix: str = ""


class Problem(Exception):
    """Something that a caller can understand and mend.

    Shape: `errors` point at parts of the request; `extra` are further members of the body. Neither may hold
    personal data, nor anything that depends on what the caller may not see.
    """

    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request could not be met"

    def __init__(
        self, detail: str = "", *, errors: Iterable[Fault] = (), headers: dict[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(detail)
        self.detail, self.errors, self.extra = detail, list(errors), extra
        self.headers = headers or {}

    @classmethod
    def slug(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def body(self, base: str = "", instance: str = "", request_id: str = "") -> dict[str, Any]:
        """The problem as JSON. `base` is where this program's problem pages live."""
        body: dict[str, Any] = {
            "type": f"{base}/problems/{self.slug()}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail or first_sentence(type(self)),
        }
        if instance:
            body["instance"] = instance
        if request_id:
            body["request_id"] = request_id
        if self.errors:
            body["errors"] = [fault.model_dump() for fault in self.errors]
        return body | self.extra

    def render(self, base: str = "", instance: str = "", request_id: str = "") -> Response:
        content = orjson.dumps(self.body(base, instance, request_id), default=str)
        return Response(content, self.status, self.headers, media_type=PROBLEM_JSON)


def first_sentence(problem: type[Problem]) -> str:
    text = " ".join((problem.__doc__ or "").split())
    return re.split(r"(?<=\.)\s", text, maxsplit=1)[0]


def known_problems(root: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Every problem that this program can answer with, each once."""
    for kind in root.__subclasses__():
        yield kind
        yield from known_problems(kind)


class NotSignedIn(Problem):
    """The request carries no token, or one that is no longer good.

    Tokens live for five minutes. Ask the token endpoint for a new one and send it as `Authorization: Bearer …`.
    """

    status, title = 401, "Not signed in"

    def __init__(self, detail: str = "", *, token_shown: bool = True, **extra: Any) -> None:
        # To who showed none nothing is said of one (RFC 6750, 3.1): clients take an error for a reason to give up.
        error = ', error="invalid_token"' if token_shown else ""
        super().__init__(detail, headers={"WWW-Authenticate": f'Bearer realm="thinkfamily"{error}'}, **extra)


class NotAllowed(Problem):
    """The token does not carry the scope that this route asks for.

    `scope` names what is lacking. Ask your agency's administrator to grant it to the client or role.
    """

    status, title = 403, "Not allowed"

    def __init__(self, scope: str) -> None:
        challenge = f'Bearer realm="thinkfamily", error="insufficient_scope", scope="{scope}"'
        super().__init__(f"This needs the scope {scope}.", headers={"WWW-Authenticate": challenge}, scope=scope)


class CallerNotVerified(Problem):
    """The request is made for somebody else, and shows no token of theirs that is good.

    A program forwards the access token of the person or client for whom it asks, as `Caller-Token`, beside its own.
    """

    status, title = 403, "Caller not verified"


class PurposeNotAllowed(Problem):
    """The purpose that the request states is not one of the caller's.

    `/v1/whoami` of identity lists the purposes that you may state.
    """

    status, title = 403, "Purpose not allowed"


class PersonNeeded(Problem):
    """This is an act of a person, and the caller is a machine. Sign in as the person who does it."""

    status, title = 403, "Person needed"


class PurposeNeeded(Problem):
    """Your role may act for several purposes and the request does not say for which.

    Send the header `Purpose:` with one of the purposes that `/v1/whoami` of identity lists.
    """

    title = "Purpose needed"


class NotFound(Problem):
    """There is nothing here that you may see.

    What exists out of your reach answers the same as what does not exist. Check the address and the id.
    """

    status, title = 404, "Not found"


class MethodNotAllowed(Problem):
    """This address does not take this method. The header `Allow` lists those that it takes."""

    status, title = 405, "Method not allowed"


class Conflict(Problem):
    """What you ask for does not fit the present state. Read the resource again and decide anew."""

    status, title = 409, "Conflict"


class Stale(Problem):
    """The resource has changed since you read it.

    Read it again and send its present `ETag` as `If-Match`.
    """

    status, title = 412, "Changed meanwhile"


class TooSlow(Problem):
    """The rest of the request did not come. Send it again, whole, over a new connection."""

    status, title = 408, "The rest did not come"

    def __init__(self, detail: str = "", **extra: Any) -> None:
        # What may still come of the body must not be taken for another request.
        super().__init__(detail, headers={"Connection": "close"}, **extra)


class TooLarge(Problem):
    """The request is larger than this route takes. `limit` gives the number of bytes; send it in parts."""

    status, title = 413, "Request too large"


class WrongContentType(Problem):
    """The body is not of a type that this route takes. `accepts` lists the types that it takes."""

    status, title = 415, "Wrong content type"


class BodyEncoded(Problem):
    """The body is compressed, or encoded in another way that no route takes.

    Send it as it is, without `Content-Encoding`.
    """

    status, title = 415, "Body encoded"

    def __init__(self, detail: str = "", **extra: Any) -> None:
        fault = Fault(
            pointer="/header/content-encoding",
            code="encoded",
            detail="Should not be encoded",
            fix="Send the body as it is, without this header.",
        )
        # What would be taken stands there (RFC 9110, 15.5.16).
        super().__init__(detail, errors=[fault], headers={"Accept-Encoding": "identity"}, **extra)


class RequestNotReadable(Problem):
    """The body cannot be read: it is not JSON, not UTF-8, or was cut off. Send it again, whole."""

    title = "Request not readable"


class RequestNotValid(Problem):
    """Part of the request is not as the contract says.

    `errors` points at each part with a stable code and says how to mend it. Values are never repeated.
    """

    status, title = 422, "Request not valid"


class EventTooLarge(Problem):
    """What was asked for would have to be told to other programs in one event that is too large. Nothing was changed.

    `errors` points at what takes the most room in it; ask for less at a time. `limit` gives the number of bytes.
    """

    status, title = 422, "Too much for one event"


class PreconditionRequired(Problem):
    """A change of this resource must say which version it changes.

    Read it and send its `ETag` as `If-Match`.
    """

    status, title = 428, "If-Match needed"


class TooManyRequests(Problem):
    """Too many requests in a short time. Wait as long as `Retry-After` says."""

    status, title = 429, "Too many requests"


class CursorNotValid(Problem):
    """`after` is not a cursor that this list gave you. Begin again without it."""

    title = "Cursor not valid"


class KeyMissing(Problem):
    """A request that creates something must carry an `Idempotency-Key`.

    Send a fresh random one (8 to 200 visible characters), and the same one when you repeat the request.
    """

    title = "Idempotency-Key needed"


class KeyReused(RequestNotValid):
    """This `Idempotency-Key` was used for another request on this route. Send a fresh one."""

    title = "Idempotency-Key reused"


class KeyRunning(Conflict):
    """The first request with this `Idempotency-Key` is still being worked on. Ask again in a moment."""

    title = "Still running"


class ServerFault(Problem):
    """Something broke on our side, and nobody knows whether a change was made.

    Repeat it with the same `Idempotency-Key`: what was done is told, and nothing is done twice. Tell us the
    `request_id`.
    """

    status, title = 500, "Something broke"


class Unavailable(Problem):
    """Something that is needed for this cannot be reached at the moment.

    Try again after `Retry-After` seconds, a change with the same `Idempotency-Key`: nothing is done twice.
    """

    status, title = 503, "Not available at the moment"

    def __init__(self, detail: str = "", **extra: Any) -> None:
        super().__init__(detail, headers={"Retry-After": "2"}, **extra)


class OutcomeNotKnown(Unavailable):
    """The change may have been made: repeat it with the same idempotency key.

    Whoever was to make it did not say whether it was. A repetition is answered with what was done, or does it now;
    nothing is done twice. The key is the header `Idempotency-Key`, in GraphQL the argument `idempotencyKey`.
    """

    title = "Outcome not known"
