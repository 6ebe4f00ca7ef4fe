"""Log lines in JSON, request and trace ids, metrics. No line holds personal data, a token, or an error's text.

Warnings that say the same are told once and then counted (`chassis.repeats`).
"""

import contextvars
import logging
import re
import secrets
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TypeVar

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

from chassis.repeats import Repeats

_request: contextvars.ContextVar[str] = contextvars.ContextVar("request", default="")
_trace: contextvars.ContextVar[str] = contextvars.ContextVar("trace", default="")
_caller: contextvars.ContextVar[dict[str, str] | None] = contextvars.ContextVar("caller", default=None)

REQUEST_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""As we make it, or a UUID: of any other form it could be made of somebody's numbers and days."""
Error = TypeVar("Error", bound=BaseException)
TRACE_PARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


def request_id() -> str:
    return _request.get()


def trace_parent() -> str | None:
    return _trace.get() or None


def new_trace() -> str:
    """A trace that nobody before us belongs to. Shape: a `traceparent` (W3C Trace Context)."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


def begin_trace() -> None:
    """Let what follows belong to a trace of its own: a step of a loop and a command, which no request began."""
    _trace.set(new_trace())


def begin_request(given_id: str | None, given_trace: str | None) -> str:
    """Take over or make the ids of a request; foreign text that is no id is not taken over."""
    current = given_id if given_id and REQUEST_ID.fullmatch(given_id) else secrets.token_hex(16)
    _request.set(current)
    match = TRACE_PARENT.fullmatch(given_trace or "")
    trace, flags = (match[1], match[3]) if match else (secrets.token_hex(16), "00")
    _trace.set(f"00-{trace}-{secrets.token_hex(8)}-{flags}")
    _caller.set({})
    return current


def bind_caller(client: str, service: str) -> None:
    """Note for the request's log line which client called; never which person."""
    held = _caller.get()
    if held is not None:
        held |= {"client": client, "service": service}


def current_caller() -> dict[str, str]:
    return _caller.get() or {}


def _add_ids(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if current := _request.get():
        event["request_id"] = current
        event["trace_id"] = _trace.get()[3:35]
    return event


def _strip_error(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An error's text may hold a value that somebody sent; its type and places are enough to find it."""
    found = event.pop("exc_info", None)
    if found:
        error = found if isinstance(found, BaseException) else sys.exc_info()[1]
        event.update(described(error))
    return event


def _fold(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hold a warning back that was just told, and count it. Errors: structlog.DropEvent."""
    if event.get("level") not in FOLDED or "repeated" in event:
        return event
    held = _repeats.seen(event)
    if held is None:
        raise structlog.DropEvent
    if held:
        event["repeated"] = held
    return event


FOLDED = frozenset({"warning", "error", "critical"})
_repeats = Repeats()


def forget_repeats() -> None:
    """Tell the next line of each kind, whatever was told before."""
    _repeats.take_held(all=True)


def tell_repeats(*, all: bool = False) -> None:
    """Tell how often what failed has failed since it was last told: what is due, or all, when it works again."""
    for line, held in _repeats.take_held(all=all):
        words = {name: value for name, value in line.items() if name not in ("event", "level", "timestamp")}
        level = logging.getLevelNamesMapping()[line["level"].upper()]
        structlog.get_logger().log(level, line["event"], **words | {"repeated": held})


def placed(error: Error, **where: str | int) -> Error:
    """The same error, which says besides where it happened, for the log. Never what somebody sent or a key of theirs.

    Example: `raise placed(TimeoutError("…"), topic="families.fact", partition=3)`.
    """
    error.__dict__.setdefault("where", {}).update(where)
    return error


def described(error: BaseException | None) -> dict[str, Any]:
    """What a log line says of an error. Shape: its type, its places in the code, and what `placed` said of it."""
    if error is None:
        return {}
    every = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in every if "/src/" in frame.filename][-6:] or every[-6:]
    return {
        "error": type(error).__name__,
        "at": [f"{frame.filename.rpartition('/src/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
        **getattr(error, "where", {}),
    }


TECHNICAL = ("kafka",)
"""Libraries whose loggers name machines, topics and errors, and never see what somebody sent."""


class _Plain(logging.Handler):
    """Lines of the standard library's logging (uvicorn, alembic, Kafka's client, SQLAlchemy) join the same stream."""

    def emit(self, record: logging.LogRecord) -> None:
        line = structlog.get_logger().bind(logger=record.name)
        extra: dict[str, Any] = described(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {}
        message = str(record.msg)
        if record.args:
            # The format string is a library's and tells lines of one kind; the arguments may be anybody's.
            extra["about"] = _fill_in(record)
        line.log(record.levelno, message[:300], **{name: value for name, value in extra.items() if value})


def _fill_in(record: logging.LogRecord) -> str:
    """The line with what may be told of its arguments: numbers, types of errors, and of some libraries all."""
    technical = record.name.partition(".")[0] in TECHNICAL
    arguments = record.args if isinstance(record.args, tuple) else tuple((record.args or {}).values())
    told = [_tell(argument, technical) for argument in arguments]
    words = iter(told)
    return PLACEHOLDER.sub(lambda found: "%" if found[0] == "%%" else next(words, "-"), str(record.msg))[:300]


PLACEHOLDER = re.compile(r"%(?:%|(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z])")


def _tell(argument: object, technical: bool) -> str:
    if isinstance(argument, BaseException):
        return type(argument).__name__
    if technical or isinstance(argument, int | float):
        return str(argument)[:120]
    return "-" if isinstance(argument, str | bytes) else type(argument).__name__


def set_up_logging(program: str, level: str) -> None:
    """Set the process's log stream: one JSON object a line, on standard output. Each names the program."""
    number = logging.getLevelNamesMapping()[level.upper()]
    forget_repeats()

    def add_program(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.setdefault("program", program)
        return event

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            add_program,
            _strip_error,
            _fold,
            _add_ids,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Plain()]
    root.setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True


class RequestMetrics:
    """How many requests by route and status, and how long they took."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._count = Counter(
            "thinkfamily_requests", "Requests answered", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "thinkfamily_request_seconds",
            "Time to the answer's first byte",
            ["method", "route"],
            registry=registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        self._count.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)
