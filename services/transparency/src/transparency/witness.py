"""Heads of logs, as others told them: kept in the store of whoever heard, so that no store is the only one to know.

A program also hears its own heads. A store that was rolled back with all that is in it hears them again from the log of
events, which was not, and so finds out by itself.
"""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.db import upsert
from chassis.events import Received
from chassis.reactions import Reactions
from transparency.merkle import verify_consistency
from transparency.signing import is_signed
from transparency.tables import SeenHead

Verdict = Literal["consistent", "not_signed", "other_key", "rolled_back", "forked", "not_proved"]
NAME = "head.signed"
_seen = SeenHead.__table__


def keep_heads(reactions: Reactions, *logs: str) -> None:
    """Let a program hold the heads of these logs. Its tables must be there: see `transparency.tables`."""
    for log in logs:
        reactions.on(f"{log}.transparency", NAME)(_keep)


def _keep(session: Session, events: Sequence[Received]) -> None:
    for event in events:
        head = _read(event)
        last = find_last_seen(session, head["log"])
        verdict = judge_head(head, event.data, last)
        # The head that is held already, told again, says nothing new.
        if verdict != "consistent" or last is None or head["size"] != last.size:
            upsert(session, _seen, [head | {"verdict": verdict, "recorded_at": event.time}], key=["id"])


def judge_head(head: dict[str, Any], told: dict[str, Any], last: Any) -> Verdict:
    """What a head is worth beside the last one that was held to be good. Shape: `last` is a row, or None."""
    if not is_signed(head["key"], head["at"], head["size"], head["root"], head["signature"]):
        return "not_signed"
    if last is None:
        return "consistent"
    if head["key"] != last.key:
        return "other_key"
    if head["size"] < last.size:
        return "rolled_back"
    if head["size"] == last.size:
        return "consistent" if head["root"] == last.root else "forked"
    since = int(told["since"])
    if since != last.size:
        return "forked" if since < last.size else "not_proved"
    proof = [bytes.fromhex(step) for step in told["proof"]]
    return "consistent" if verify_consistency(since, head["size"], last.root, head["root"], proof) else "forked"


def find_last_seen(session: Session, log: str) -> Any:
    """The largest head of a log that was held to be good."""
    good = select(_seen).where(_seen.c.log == log, _seen.c.verdict == "consistent")
    return session.execute(good.order_by(_seen.c.size.desc()).limit(1)).first()


def list_seen(session: Session, log: str, after: int, limit: int) -> list[Any]:
    """Heads of a log as they were told, by size."""
    listed = select(_seen).where(_seen.c.log == log, _seen.c.size > after)
    return list(session.execute(listed.order_by(_seen.c.size, _seen.c.id).limit(limit)))


def list_broken(session: Session, limit: int = 20) -> list[Any]:
    """Heads that do not fit those before them."""
    return list(session.execute(select(_seen).where(_seen.c.verdict != "consistent").order_by(_seen.c.id).limit(limit)))


def _read(event: Received) -> dict[str, Any]:
    data = event.data
    return {
        "id": UUID(str(event.id)),
        "log": str(data["log"]),
        "size": int(data["size"]),
        "at": int(data["at"]),
        "root": bytes.fromhex(data["root"]),
        "signature": bytes.fromhex(data["signature"]),
        "key": bytes.fromhex(data["public_key"]),
    }
