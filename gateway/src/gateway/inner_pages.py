"""Pages of lists that a program gives whole: what is not shown is not read, and a query counts what it may bring.

Nothing is kept between two pages. A cursor names the last row that was shown, by its index and a digest of it, so that
the next page goes on behind that row where others came in before it meanwhile.
"""

import base64
import binascii
import hashlib
from typing import Any, TypeVar

import orjson

from chassis.problems import CursorNotValid

Item = TypeVar("Item")


def cut_page(rows: list[Item], first: int, after: str | None) -> tuple[list[Item], str | None]:
    """Some of the rows, and the cursor of the next page; None on the last. Errors: CursorNotValid."""
    begin = 0 if after is None else _index_of(rows, after) + 1
    shown = rows[begin : begin + first]
    more = begin + first < len(rows)
    return shown, _cursor(begin + first - 1, shown[-1]) if more else None


def _cursor(index: int, row: Any) -> str:
    return base64.urlsafe_b64encode(f"{index}.{_digest(row)}".encode()).decode().rstrip("=")


def _index_of(rows: list[Item], after: str) -> int:
    try:
        text = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True).decode("ascii")
        stated, _, digest = text.partition(".")
        index = int(stated) if len(stated) < 10 and stated.isdigit() else -1
    except (ValueError, binascii.Error):
        raise CursorNotValid() from None
    if 0 <= index < len(rows) and _digest(rows[index]) == digest:
        return index
    for number, row in enumerate(rows):
        if _digest(row) == digest:
            return number
    raise CursorNotValid()


def _digest(row: Any) -> str:
    return hashlib.blake2b(orjson.dumps(row, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()
