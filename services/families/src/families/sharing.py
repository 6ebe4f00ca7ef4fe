"""What this caller may see of what it may reach: asked of `consent` at each sharing, never remembered.

Query, close the session, decide, answer: no decision is asked for inside a transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chassis.auth import Caller
from chassis.db import in_batches
from chassis.http import NOT_AS_AGREED
from chassis.problems import Unavailable
from chassis.runtime import Runtime
from chassis.schemas import Schema
from transparency.sent_marks import mark_when_sent

IDENTITY, ADDRESS, LOCATION, SUPPORT = "identity", "address", "location", "support"
SUBJECTS_AT_ONCE, ITEMS_AT_ONCE = 2000, 50


@dataclass(frozen=True)
class Subject:
    """A person by present id, and every id that was merged into it, so that no decision waits for an event."""

    person: UUID
    formerly: tuple[UUID, ...] = ()


@dataclass(frozen=True, order=True)
class Item:
    """A category of data and the service that supplied it."""

    category: str
    source: str


@dataclass(frozen=True)
class PermittedSharing:
    """The verdicts on one question."""

    decisions: tuple[str, ...] = ()
    permitted: frozenset[tuple[UUID, str, str]] = field(default_factory=frozenset)

    def permits(self, person: UUID, category: str, source: str) -> bool:
        return (person, category, source) in self.permitted


class Ask(Schema):
    """Whom to ask about what is not covered."""

    service: str
    email: str | None


class Access(Schema):
    """What this purpose covers for this caller at all, and whom to ask. Says nothing of what exists."""

    purpose: str
    covers: list[str]
    ask: Ask


def decide(
    runtime: Runtime,
    caller: Caller,
    purpose: str,
    wanted: Mapping[Subject, Collection[Item]],
    *,
    operation: str = "read",
    share: bool = True,
) -> PermittedSharing:
    """Ask `consent` what may be shown; with `share` every permit is in the sharing log before this returns.

    Shape: `wanted` names for each person what of them the answer draws on, and nothing that does not exist: whatever is
    permitted stands in the log as shown. `formerly` is looked after by the caller of this function.
    Errors: Unavailable when consent does not answer, or not as agreed: no decision, no data; NotSignedIn when the
    caller's token has expired meanwhile.
    """
    decisions: list[str] = []
    permitted: set[tuple[UUID, str, str]] = set()
    for people in in_batches((subject for subject, items in wanted.items() if items), SUBJECTS_AT_ONCE):
        what = sorted({item for subject in people for item in wanted[subject]})
        for items in in_batches(what, ITEMS_AT_ONCE):
            answer = _ask(runtime, caller, purpose, {s: wanted[s] for s in people}, items, operation, share)
            decisions.append(answer[0])
            permitted |= answer[1]
    return PermittedSharing(tuple(decisions), frozenset(permitted))


def ask_access(runtime: Runtime, caller: Caller, purpose: str) -> Access:
    """What this purpose covers for this caller at all, and whom to ask: computed from agreements, never from data.

    Errors: Unavailable.
    """
    try:
        question = {"purpose": purpose} | _ground_of(caller)
        answer = runtime.client("consent").post("/v1/coverage", question, safe=True, on_behalf_of=caller)
        ask = Ask(service=answer["ask"]["service"], email=answer["ask"].get("email"))
        return Access(purpose=purpose, covers=sorted(answer["covers"]), ask=ask)
    except NOT_AS_AGREED as broken:
        raise Unavailable() from broken


def _ground_of(caller: Caller) -> dict[str, Any]:
    """What the request rests on, so that the sharing log tells why. `families.grounds` has seen that it holds."""
    ground = caller.ground
    return {"ground": {"kind": ground.kind, "reference": ground.reference}} if ground else {}


def present_only(**values: Any) -> dict[str, Any]:
    """What is there and shared; the rest is left unset, and so absent from the answer."""
    return {name: value for name, value in values.items() if value is not None}


def _ask(
    runtime: Runtime,
    caller: Caller,
    purpose: str,
    wanted: Mapping[Subject, Collection[Item]],
    items: Sequence[Item],
    operation: str,
    share: bool,
) -> tuple[str, set[tuple[UUID, str, str]]]:
    """One question about these items. Of each person only those that are wanted of them are asked about."""
    indexes = {item: index for index, item in enumerate(items)}
    asked = {subject: sorted(indexes[item] for item in some if item in indexes) for subject, some in wanted.items()}
    question = {
        "purpose": purpose,
        "operation": operation,
        "subjects": [
            {"person": str(subject.person), "formerly": [str(id) for id in subject.formerly], "items": some}
            for subject, some in asked.items()
            if some
        ],
        "items": [{"category": item.category, "source": item.source} for item in items],
        "share": share,
    } | _ground_of(caller)
    try:
        answer = runtime.client("consent").post("/v1/decisions", question, on_behalf_of=caller)
        if share:
            mark_when_sent(runtime, str(answer["decision"]))
        return str(answer["decision"]), {
            (UUID(verdict["person"]), verdict["category"], verdict["source"])
            for verdict in answer["verdicts"]
            if verdict["verdict"] == "permit"
        }
    except NOT_AS_AGREED as broken:
        raise Unavailable() from broken
