"""What may be shown, and what may be used: asked of `consent` each time, never remembered.

What claims shows is worked out from other people's records, so each answer asks about every record beneath it. Query,
close the session, decide, answer: no decision is asked for inside a transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from chassis.auth import Caller
from chassis.db import in_batches
from chassis.http import NOT_AS_AGREED
from chassis.problems import Unavailable
from chassis.runtime import Runtime
from claims import reach
from claims.rules.facts import Use
from claims.schemas import Access, Ask
from transparency.sent_marks import mark_when_sent

SUBJECTS_AT_ONCE, ITEMS_AT_ONCE = 2000, 50
Formerly = Mapping[UUID, tuple[UUID, ...]]


def ask_shareable(
    runtime: Runtime, caller: Caller, purpose: str, uses: Iterable[Use], formerly: Formerly
) -> frozenset[Use]:
    """Which of these may be shown to the caller for the purpose now. Each is in the sharing log before this returns.

    Of people whom the caller does not meet any longer nothing is asked, and nothing may be shown.
    Errors: Unavailable when consent does not answer: no decision, no data.
    """
    uses = list(uses)
    with runtime.read() as session:
        met = reach.find_met(session, caller, {use.person: formerly.get(use.person, ()) for use in uses})
    uses = [use for use in uses if use.person in met]
    return _decide(runtime, caller, purpose, "read", uses, formerly, share=True)


def ask_usable(runtime: Runtime, uses: Iterable[Use], formerly: Formerly) -> frozenset[Use]:
    """Which of these this program itself may work with for a claim. Errors: Unavailable."""
    return _decide(runtime, None, "claim", "use", uses, formerly, share=False)


def describe_access(runtime: Runtime, caller: Caller, purpose: str) -> Access:
    """What this purpose covers for this caller at all, and whom to ask; the same whoever is asked about."""
    try:
        question = {"purpose": purpose}
        answer = runtime.client("consent").post("/v1/coverage", question, safe=True, on_behalf_of=caller)
        ask = Ask(service=answer["ask"]["service"], email=answer["ask"].get("email"))
        return Access(purpose=purpose, covers=sorted(answer["covers"]), ask=ask)
    except NOT_AS_AGREED as broken:
        raise Unavailable() from broken


def _decide(
    runtime: Runtime,
    caller: Caller | None,
    purpose: str,
    operation: str,
    uses: Iterable[Use],
    formerly: Formerly,
    *,
    share: bool,
) -> frozenset[Use]:
    """Shape: without a caller, claims asks for itself. People about whom the same is asked go into one question, so
    that nothing is asked, or logged, that is not beneath the answer."""
    wanted: dict[UUID, set[tuple[str, str]]] = defaultdict(set)
    for use in uses:
        wanted[use.person].add((use.category, use.source))
    alike: dict[tuple[tuple[str, str], ...], list[UUID]] = defaultdict(list)
    for person, items in wanted.items():
        alike[tuple(sorted(items))].append(person)
    permitted: set[Use] = set()
    for items_alike, people in alike.items():
        for some_items in in_batches(items_alike, ITEMS_AT_ONCE):
            for some in in_batches(sorted(people), SUBJECTS_AT_ONCE):
                question = {
                    "purpose": purpose,
                    "operation": operation,
                    "subjects": [{"person": str(p), "formerly": [str(f) for f in formerly.get(p, ())]} for p in some],
                    "items": [{"category": category, "source": source} for category, source in some_items],
                    "share": share,
                }
                permitted |= _ask(runtime, caller, question)
    return frozenset(permitted)


def _ask(runtime: Runtime, caller: Caller | None, question: dict[str, Any]) -> set[Use]:
    try:
        answer = runtime.client("consent").post("/v1/decisions", question, on_behalf_of=caller)
        if question["share"]:
            mark_when_sent(runtime, str(answer["decision"]))
        return {
            Use(UUID(verdict["person"]), verdict["category"], verdict["source"])
            for verdict in answer["verdicts"]
            if verdict["verdict"] == "permit"
        }
    except NOT_AS_AGREED as broken:
        raise Unavailable() from broken
