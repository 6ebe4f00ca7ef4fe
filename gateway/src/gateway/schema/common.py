"""What several programs' types share: access, pages, changes, and the problems that a change may come back with."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeAlias, TypeVar
from uuid import UUID

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from chassis.problems import KeyRunning, ServerFault
from chassis.problems import OutcomeNotKnown as Lost
from chassis.problems import Problem as Raised
from chassis.telemetry import described
from gateway.context import Info
from gateway.errors import Refused, problem_of
from gateway.json_mapping import MaybeAbsent, NoneIfAbsent, Row, WholeNumber, mirrors, read_object
from gateway.loaders import Services
from gateway.problems import UpstreamAnswerNotValid, log_upstream_fault

log = structlog.get_logger()


# A GraphQLError is shown to the caller; any other error would be taken for a fault of ours.
def _parse_whole_number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**53:
        raise GraphQLError("not a whole number")
    return value


def _parse_day(value: object) -> date:
    """Python alone would also read 2017-W13-5 and 20170331."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise GraphQLError("not a day")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise GraphQLError("not a day") from None


def _format_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


SCALARS: dict[object, Any] = {
    date: strawberry.scalar(
        name="Date",
        description="A day: 2026-11-23.",
        serialize=date.isoformat,
        parse_value=_parse_day,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant, in UTC: 2026-11-23T09:30:00.000Z.",
        serialize=_format_instant,
    ),
    WholeNumber: strawberry.scalar(
        name="WholeNumber",
        description="A whole number below 2^53; `Int` ends at 2^31, which money in pence may pass.",
        serialize=int,
        parse_value=_parse_whole_number,
    ),
}
CONFIG = StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True)


@strawberry.type
@mirrors(families="Ask", claims="Ask")
class Ask:
    """Whom to ask for what a purpose does not cover."""

    service: str
    email: str | None


@strawberry.type
@mirrors(families="Access", claims="Access")
class Access:
    """What the stated purpose covers for this caller at all: from agreements alone, never from what exists."""

    purpose: str
    covers: list[str]
    ask: Ask


@strawberry.type
class IdPage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[UUID]
    next: str | None


@strawberry.type
@mirrors(identity="Fault", families="Fault", consent="Fault", claims="Fault")
class Fault:
    """A part of a request that is not as the contract says. Never repeats the value."""

    pointer: str
    code: str
    detail: str
    fix: MaybeAbsent[str]


@strawberry.interface
@mirrors(identity="Problem", families="Problem", consent="Problem", claims="Problem")
class Problem:
    """Something that the caller can understand and mend. `type` is the address of its page.

    `advice` says whom to turn to where somebody may be in danger. `httpStatus` is what a program calls `status`:
    changes have a status of their own, of another type, and GraphQL lets no query ask for both under one name.
    """

    type: str
    title: str
    http_status: int = strawberry.field(metadata={"member": "status"})
    detail: str
    errors: NoneIfAbsent[Fault]
    advice: MaybeAbsent[str]


@strawberry.type
class NotAllowed(Problem):
    """The caller, or the purpose, may not do this."""


@strawberry.type
class NotFound(Problem):
    """There is nothing here that the caller may see; the same whether it exists or not."""


@strawberry.type
class NotValid(Problem):
    """Part of what was sent is not as the contract says; `errors` point at each part."""


@strawberry.type
class Conflict(Problem):
    """It does not fit the present state. Read again and decide anew."""


@strawberry.type
class Unavailable(Problem):
    """It could not be done now. Repeat it with the same `idempotencyKey`."""


@strawberry.type
class OutcomeNotKnown(Problem):
    """It may have been done: repeat it with the same `idempotencyKey`. It is told then, or done."""


AnyProblem: TypeAlias = NotAllowed | NotFound | NotValid | Conflict | Unavailable | OutcomeNotKnown

KINDS: dict[int, type[AnyProblem]] = {
    401: NotAllowed,
    403: NotAllowed,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    412: Conflict,
    429: Unavailable,
}
NOT_KNOWN = frozenset({Lost.slug(), KeyRunning.slug(), ServerFault.slug()})
"""Problems after which a change may have been made all the same, by the last part of their type."""

Done = TypeVar("Done")
IdempotencyKey = Annotated[
    str, strawberry.argument(description="8 to 200 visible characters; the same one when the change is repeated.")
]
Purpose = Annotated[
    str | None, strawberry.argument(description="For what it is asked; else the header `Purpose`, else the only one.")
]


async def attempt_change(
    info: Info, purpose: str | None, ask: Callable[[Services], Awaitable[Row]], kind: type[Done], **given: Any
) -> Done | AnyProblem:
    """Ask a program for a change. What changed, or the problem that stood in its way.

    Each change of a document has a result of its own: nothing is raised, so that none takes another's with it.
    Shape: `kind` is read from the program's answer and `given`; what it shows afterwards is loaded anew.
    """
    base = info.context.settings.problems_base
    try:
        loaders = info.context.fresh_loaders(purpose)
        return read_object(kind, await ask(loaders.services), loaders=loaders, **given)
    except UpstreamAnswerNotValid as fault:
        log_upstream_fault(fault)
    except (Refused, Raised) as refused:
        return problem_type(problem_of(refused, base))
    except Exception as broken:
        log.error("change broke", **described(broken))
    return problem_type(problem_of(Lost(), base))


def problem_type(body: dict[str, Any]) -> AnyProblem:
    if body["type"].rpartition("/")[2] in NOT_KNOWN:
        return read_object(OutcomeNotKnown, body)
    return read_object(KINDS.get(body["status"], Unavailable if body["status"] >= 500 else NotValid), body)
