"""The frame around every program's routes: ids, size cap, problems, health, metrics."""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated, Any

import structlog
from anyio import fail_after
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from fastapi.routing import APIRoute
from prometheus_client import generate_latest
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import request_checks, revocations
from chassis.answered import begin_answer, has_left
from chassis.auth import Verifier
from chassis.gaps import list_gaps
from chassis.openapi import describe, list_known_names
from chassis.pages import problem_pages
from chassis.problems import (
    BodyEncoded,
    Fault,
    MethodNotAllowed,
    NotFound,
    Problem,
    RequestNotReadable,
    RequestNotValid,
    ServerFault,
    TooLarge,
    TooSlow,
    Unavailable,
    WrongContentType,
)
from chassis.runtime import Runtime
from chassis.schemas import Word
from chassis.telemetry import RequestMetrics, begin_request, current_caller, described, request_id
from chassis.thread_slots import make_thread_slots
from chassis.time_budget import begin_time_budget

OPEN_ROUTES = frozenset({"/health/live", "/health/ready", "/metrics", "/problems", "/problems/{slug}", "/openapi.json"})
"""What answers without a token in every program."""

NOT_LOGGED = OPEN_ROUTES | {revocations.PATH}
"""What is asked so often, and by no person, that a line for each would hide the others."""

NO_NAMES: list[str] = []
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
log = structlog.get_logger()


@dataclass(frozen=True)
class Advised:
    """Requests whose 404 and 503 say besides whom to turn to (the setting `unavailable_advice`).

    Shape: those at `paths`, whatever their method, and those that state one of `purposes`, or have no other.
    """

    paths: re.Pattern[str]
    purposes: frozenset[str]


@dataclass(frozen=True)
class Dialect:
    """Paths whose clients speak a protocol with a form of its own for errors. Example: GraphQL.

    Shape: `render` makes the answer of a problem from the problem, the base of problem pages, the value of the header
    `Accept` and the request id. `line_breaks`: parameters there hold text of several lines. `browsed` are the paths to
    which a person's browser is sent; at all others nobody is shown a page, and `Accept` counts as empty.
    """

    paths: re.Pattern[str]
    render: Callable[[Problem, str, str, str], Response]
    line_breaks: bool = False
    browsed: re.Pattern[str] | None = None

    def is_spoken_at(self, path: str) -> bool:
        return self.paths.fullmatch(path) is not None

    def accept_at(self, path: str, accept: str) -> str:
        return accept if self.browsed is None or self.browsed.fullmatch(path) else ""


def build_app(
    title: str,
    runtime: Runtime,
    spools: re.Pattern[str] | None = None,
    advised: Advised | None = None,
    dialect: Dialect | None = None,
) -> FastAPI:
    """A program's application with everything that is the same for all of them.

    Shape: `spools` are the paths whose bodies go to a file first, and may be larger.
    """
    app = FastAPI(title=title, version="1", docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.runtime = runtime
    app.state.known_names = {}
    app.state.explain_further = None
    app.state.verifier = _make_verifier(runtime)
    app.state.thread_slots = make_thread_slots(runtime.settings.threads)
    app.add_middleware(Frame, runtime=runtime, spools=spools, dialect=dialect)
    _answer_problems(app, runtime, advised, dialect)
    _add_open_routes(app, runtime)
    app.openapi = partial(_described, app)  # type: ignore[method-assign]
    return app


def _make_verifier(runtime: Runtime) -> Verifier:
    settings = runtime.settings
    return Verifier(runtime.keys, settings.issuer, settings.audience, settings.longest_token_life, runtime.revocations)


def _described(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        settings = app.state.runtime.settings
        app.openapi_schema = describe(app, api_routes(app), settings.issuer, settings.own_url)
    return app.openapi_schema


class Frame:
    """Gives a request its ids, caps its body, writes its log line and figures. Plain ASGI: it must not buffer."""

    def __init__(
        self,
        app: ASGIApp,
        runtime: Runtime,
        spools: re.Pattern[str] | None = None,
        dialect: Dialect | None = None,
    ) -> None:
        self._app, self._runtime, self._spools, self._dialect = app, runtime, spools, dialect
        self._metrics = RequestMetrics(runtime.metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked_method = scope["method"]
        if asked_method == "HEAD":
            # What GET answers; the server leaves the body out (RFC 9110, 9.3.2).
            scope = {**scope, "method": "GET"}
        # Of a header that stands twice the first counts, here as in the rooms.
        headers = {name.lower(): value for name, value in reversed(scope["headers"])}
        current = begin_request(_text(headers.get(b"x-request-id")), _text(headers.get(b"traceparent")))
        waiting = begin_answer()
        settings = self._runtime.settings
        begin_time_budget(settings.time_budget, _text(headers.get(b"time-budget")), statement=settings.statement_budget)
        large = self._spools is not None and self._spools.fullmatch(scope["path"]) is not None
        limit = settings.spooled_body_limit if large else settings.body_limit
        find_names = cache(partial(_find_known_names, scope))
        json = not large and request_checks.is_json(_text(headers.get(b"content-type")) or "")
        look = partial(request_checks.check_json, find_names=find_names) if json else None
        dialect = self._dialect if self._dialect and self._dialect.is_spoken_at(scope["path"]) else None
        accept = _text(headers.get(b"accept")) or ""
        accept = dialect.accept_at(scope["path"], accept) if dialect else accept
        render = partial(_render, dialect, accept, settings.problems_base)
        began, status, began_answer = time.perf_counter(), 500, False

        async def send_framed(message: Message) -> None:
            nonlocal status, began_answer
            if message["type"] == "http.response.start":
                status, began_answer = message["status"], True
                added = [(b"x-request-id", current.encode()), (b"x-content-type-options", b"nosniff")]
                if not any(name.lower() == b"cache-control" for name, _ in message["headers"]):
                    added.append((b"cache-control", b"no-store"))
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)
            whole = message["type"] == "http.response.body" and not message.get("more_body")
            if whole and waiting and has_left({**scope, "method": asked_method}, status):
                for act in waiting:
                    act()

        try:
            declared = int(headers.get(b"content-length", b"0") or 0)
        except ValueError:
            declared = 0
        try:
            try:
                if declared > limit:
                    raise TooLarge(limit=limit)
                if (declared or b"transfer-encoding" in headers) and _encoded(scope):
                    raise BodyEncoded()
                line_breaks = dialect is not None and dialect.line_breaks
                request_checks.check_address(
                    scope.get("raw_path", b""), scope["query_string"], find_names, line_breaks=line_breaks
                )
            except Problem as refused:
                await render(refused, "", current)(scope, receive, send_framed)
            else:
                await self._app(scope, _watched(receive, limit, settings.body_patience, look), send_framed)
        except Exception as broken:
            # Here and not in a handler: Starlette's would answer outside of this frame, without ids.
            log.error("request broke", **described(broken))
            if began_answer:
                raise
            await render(ServerFault(), _path_of(scope), current)(scope, receive, send_framed)
        finally:
            route = getattr(scope.get("route"), "path_format", "-")
            seconds = time.perf_counter() - began
            method = asked_method if asked_method in METHODS else "-"
            self._metrics.note(method, route, status, seconds)
            if route not in NOT_LOGGED:
                log.info(
                    "request",
                    method=method,
                    route=route,
                    status=status,
                    ms=round(seconds * 1000, 1),
                    program=settings.name,
                    **current_caller(),
                )


def _watched(receive: Receive, limit: int, patience: float, look: Callable[[bytes], None] | None) -> Receive:
    """The body as it comes in, bounded; `look` sees it as a whole before anybody else does, and may refuse it."""
    taken, held, complete = 0, list[bytes](), False

    async def receive_watched() -> Message:
        nonlocal taken, complete
        try:
            with fail_after(None if complete else patience):  # behind the body only the end of the line is waited for
                message = await receive()
        except TimeoutError:
            raise TooSlow() from None
        complete = not message.get("more_body")
        body = message.get("body", b"")
        taken += len(body)
        if taken > limit:
            raise TooLarge(limit=limit)
        if look and message["type"] == "http.request":
            held.append(body)
            if not message.get("more_body"):
                look(b"".join(held))
        return message

    return receive_watched


def _encoded(scope: Scope) -> bool:
    """Whether any encoding but none is said of the body. Nothing here decodes: a small body could become a huge one."""
    said = b",".join(value for name, value in scope["headers"] if name.lower() == b"content-encoding")
    return any(one.strip().lower() not in (b"", b"identity") for one in said.split(b","))


def _find_known_names(scope: Scope) -> request_checks.KnownNames:
    """What the contract of the operation that is asked names; of one that there is not, nothing."""
    app, method = scope["app"], scope["method"]
    for route in api_routes(app):
        if method in (route.methods or ()) and route.path_regex.match(scope["path"]):
            known: dict[tuple[str, str], request_checks.KnownNames] = app.state.known_names
            if (route.path_format, method) not in known:
                document = app.openapi()
                operation = document["paths"][route.path_format][method.lower()]
                known[route.path_format, method] = list_known_names(document, operation)
            return known[route.path_format, method]
    return request_checks.KnownNames()


def _path_of(scope: Scope) -> str:
    """Where it happened: the route's path with the ids in it, and nothing else that a caller wrote into it."""
    path: str = getattr(scope.get("route"), "path_format", "")
    for name, value in scope.get("path_params", {}).items():
        path = path.replace(f"{{{name}}}", str(value) if ID.fullmatch(str(value)) else "-")
    return path


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value else None


def _needs_advice(request: Request, advised: Advised) -> bool:
    """Whoever asks for somebody in danger is told where to turn, whatever the answer depends on."""
    purpose = getattr(request.state, "purpose", None) or request.headers.get("purpose")
    return advised.paths.fullmatch(request.url.path) is not None or purpose in advised.purposes


def _render(dialect: Dialect | None, accept: str, base: str, problem: Problem, instance: str, current: str) -> Response:
    if dialect is not None:
        return dialect.render(problem, base, accept, current)
    return problem.render(base, instance, current)


def _answer_problems(app: FastAPI, runtime: Runtime, advised: Advised | None, dialect: Dialect | None) -> None:
    base, advice = runtime.settings.problems_base, runtime.settings.unavailable_advice

    def rendered(request: Request, problem: Problem) -> Response:
        if advice and advised and problem.status in (404, 503) and _needs_advice(request, advised):
            problem.extra["advice"] = advice
        spoken = dialect if dialect and dialect.is_spoken_at(request.url.path) else None
        accept = request.headers.get("accept", "")
        accept = spoken.accept_at(request.url.path, accept) if spoken else accept
        return _render(spoken, accept, base, problem, _path_of(request.scope), request_id())

    @app.exception_handler(Problem)
    async def problem(request: Request, found: Problem) -> Response:
        return rendered(request, found)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, found: RequestValidationError) -> Response:
        errors = found.errors()
        if any(error["type"] == "json_invalid" for error in errors):
            return rendered(request, RequestNotReadable())
        unread = any(error["loc"] == ("body",) and error["type"] != "missing" for error in errors)
        if unread and not request_checks.is_json(request.headers.get("content-type", "")):
            return rendered(request, WrongContentType(accepts=["application/json"]))
        return rendered(request, RequestNotValid(errors=faults(errors, _find_known_names(request.scope))))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, found: HTTPException) -> Response:
        if isinstance(found.__cause__, Problem):  # raised while the body was read
            return rendered(request, found.__cause__)
        kinds: dict[int, type[Problem]] = {404: NotFound, 405: MethodNotAllowed, 413: TooLarge}
        kind = kinds.get(found.status_code, RequestNotReadable if found.status_code < 500 else ServerFault)
        headers = dict(found.headers or {})
        if kind is MethodNotAllowed:
            headers["Allow"] = _allowed(request) or headers.get("Allow", "GET")
        return rendered(request, kind(headers=headers))

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, _: ClientDisconnect) -> Response:
        return rendered(request, RequestNotReadable())

    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(NoConnectionFree)
    async def busy(request: Request, found: Exception) -> Response:
        log.error("store not available", **described(found))
        return rendered(request, Unavailable())


def _allowed(request: Request) -> str:
    """All methods that this address takes; Starlette tells those of one route only."""
    routes = api_routes(request.app)
    methods = {name for route in routes if route.path_regex.match(request.url.path) for name in route.methods or ()}
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(sorted(methods))


def api_routes(app: FastAPI) -> list[APIRoute]:
    """Every route of an application, also those of included routers."""
    found: list[APIRoute] = []
    left = list(app.routes)
    while left:
        route = left.pop(0)
        if isinstance(route, APIRoute):
            found.append(route)
        else:
            # Since FastAPI 0.165 an included router stands as one entry, with its own routes behind it.
            left += getattr(getattr(route, "original_router", None), "routes", [])
    return found


def faults(errors: Iterable[Any], known: request_checks.KnownNames) -> list[Fault]:
    """pydantic's findings as ours. Values are left out: one may be somebody's date of birth."""
    return [
        Fault(
            pointer="/" + "/".join(request_checks.pointer_part(part, known) for part in error["loc"]),
            code=error["type"],
            detail=error["msg"] if error["type"] != "value_error" else "Not as the contract says",
            fix=FIXES.get(error["type"], "See the contract for what this member may hold."),
        )
        for error in errors
    ]


FIXES = {
    "missing": "Add this member.",
    "extra_forbidden": "Leave this member out, or check its spelling.",
    "date_text": "Write the date as YYYY-MM-DD.",
    "date_in_future": "Give the day on which it happened, today at the latest.",
    "date_too_early": "Check the year.",
    "greater_than_equal": "Give one that is not below the least; the contract says which.",
    "less_than_equal": "Give one that is not above the most; the contract says which.",
    "id_text": "Give the id as this platform gave it to you.",
    "int_type": "Give a whole number, without quotes.",
    "bool_type": "Give true or false, without quotes.",
    "string_too_long": "Shorten it.",
    "string_too_short": "Fill it in.",
    "too_long": "Send fewer at a time.",
    "too_short": "Send at least one.",
}


def _add_open_routes(app: FastAPI, runtime: Runtime) -> None:
    @app.get("/health/live", tags=["operations"])
    def live() -> dict[str, str]:
        """The process answers, and none of its loops hangs."""
        if runtime.state.get("stalled", bool)():
            raise Unavailable()
        return {"status": "live"}

    @app.get("/health/ready", tags=["operations"])
    def ready() -> dict[str, str]:
        """The process can do its work: its store answers, and it can tell which tokens are good and which are over.

        The log is not asked; the outbox bridges its absence. But a listener that has seen a gap in it stays not ready
        until a person mends it, and names the streams.
        """
        checks = not runtime.state.get("serves") or (runtime.keys.has_keys() and runtime.revocations.is_current())
        if not runtime.state.get("serves"):
            checks = not runtime.log.refused  # then a relay or a listener can do nothing, and a roll-out must stop
        if runtime.state.get("stopping") or not checks:
            raise Unavailable()
        if gaps := list_gaps(runtime):
            raise Unavailable("The log lacks events that were not heard yet", gaps=gaps)
        if runtime.store is not None:
            with runtime.read() as session:
                session.execute(text("SELECT 1"))
        return {"status": "ready"}

    @app.get("/metrics", tags=["operations"], response_class=PlainTextResponse)
    def metrics(
        names: Annotated[list[Word], Query(alias="name[]", max_length=50, description="Only these")] = NO_NAMES,
    ) -> PlainTextResponse:
        """Figures for Prometheus, as they were counted last: nobody is asked, and what is gone makes nobody wait."""
        chosen = runtime.metrics.restricted_registry(names) if names else runtime.metrics
        return PlainTextResponse(generate_latest(chosen), media_type="text/plain; version=0.0.4")

    problem_pages.add_routes(app, runtime.settings.unavailable_advice)
