"""Lists come in pages joined by signed cursors, which name the last row that was shown and nothing hidden."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Query
from pydantic import Field

from chassis.problems import CursorNotValid
from chassis.schemas import Date, Schema

Item = TypeVar("Item")
Row = TypeVar("Row")

Cursor = Annotated[str, Field(max_length=600, json_schema_extra={"pattern": r"^[A-Za-z0-9_-]*$"})]
After = Annotated[Cursor | None, Query(description="The cursor that the page before gave as `next`")]
Limit = Annotated[int, Query(ge=1, le=500, description="How many items a page holds at most")]
AsAt = Annotated[Date | None, Query(description="As at the end of this day; today if absent")]

_key = b""


def use_key(key: bytes) -> None:
    """Set the key by which this process signs its cursors; programs that share a process share the first one's."""
    global _key
    _key = _key or key


class Page(Schema, Generic[Item]):
    items: list[Item]
    next: str | None

    @classmethod
    def cut(
        cls,
        rows: Sequence[Row],
        limit: int,
        *,
        name: str,
        position: Callable[[Row], Any],
        view: Callable[[Row], Any] = lambda row: row,
    ) -> "Page[Any]":
        """Shape: `rows` holds up to one more than `limit`, which tells that a next page exists."""
        shown = rows[:limit]
        more = len(rows) > limit
        return cls(items=[view(row) for row in shown], next=write_cursor(name, position(shown[-1])) if more else None)


def write_cursor(name: str, *position: Any) -> str:
    """Shape: `name` is the list's; a cursor of one list is none of another."""
    body = orjson.dumps([name, *position], default=str)
    return base64.urlsafe_b64encode(_sign(body) + body).decode().rstrip("=")


def read_cursor(after: str | None, name: str) -> list[Any] | None:
    """The position behind which to go on; None at the beginning. Errors: CursorNotValid."""
    if after is None:
        return None
    try:
        raw = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True)
        signature, body = raw[:16], raw[16:]
        if not hmac.compare_digest(signature, _sign(body)):
            raise CursorNotValid()
        kind, *position = orjson.loads(body)
    except (ValueError, binascii.Error):
        raise CursorNotValid() from None
    if kind != name:
        raise CursorNotValid()
    return list(position)


def _sign(body: bytes) -> bytes:
    return hmac.new(_key, body, hashlib.sha256).digest()[:16]
