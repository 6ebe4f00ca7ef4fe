"""What a request must be before a route sees it: text that every store takes, and JSON that reads in one way only.

PostgreSQL takes no zero byte in text. No store takes half a surrogate. Of a member that stands twice, readers differ
in which they take. So such requests are refused here, whatever the route itself checks.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson

from chassis.problems import Fault, RequestNotReadable, RequestNotValid

MOST_FAULTS = 50
"""The most faults that one answer lists, so that a hostile body cannot make the answer long."""
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
UNCLEAN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Control characters but those that end lines or indent them."""
HALF = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True)
class KnownNames:
    """The names that an operation's contract declares.

    Any other name is the client's own and may be a person's, so an answer does not repeat it.

    Shape: `names` are of members and parameters; `lists` those of query parameters that may stand more than once.
    """

    names: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()


FindNames = Callable[[], KnownNames]
"""Called only where something is wrong: to find the operation costs more than to check what it was sent."""


def is_json(content_type: str) -> bool:
    """Whether a body of this type is read as JSON."""
    kind, _, rest = content_type.partition(";")[0].strip().lower().partition("/")
    return kind == "application" and (rest == "json" or rest.endswith("+json"))


def pointer_part(name: object, known: KnownNames) -> str:
    """A part of a request's pointer, as it may be named."""
    return str(name) if isinstance(name, int) or name in known.names else "?"


def check_address(path: bytes, query: bytes, find_names: FindNames, *, line_breaks: bool = False) -> None:
    """Shape: with `line_breaks` parameters may hold text of several lines, with tabs.

    Errors: RequestNotValid where a part of the address is not UTF-8, or holds a control character; and where a
    parameter that is no list stands twice.
    """
    unclean = UNCLEAN if line_breaks else CONTROL
    faults = [] if _is_plain(path) else [_unclean("/path")]
    seen = set[str]()
    for pair in filter(None, query.split(b"&")):
        escaped, _, value = pair.partition(b"=")
        name = unquote_to_bytes(escaped.replace(b"+", b" ")).decode("utf-8", "replace")
        if not (_is_plain(escaped) and _is_plain(value, unclean)):
            faults.append(_unclean(f"/query/{pointer_part(name, find_names())}"))
        elif name in seen and name not in find_names().lists:
            faults.append(_repeated(f"/query/{pointer_part(name, find_names())}", "parameter"))
        seen.add(name)
        if len(faults) == MOST_FAULTS:
            break
    if faults:
        raise RequestNotValid(errors=faults)


def check_json(body: bytes, find_names: FindNames) -> None:
    """Errors: RequestNotReadable when it is no JSON, or nests too deep; RequestNotValid, with its pointer, for a zero
    byte, half a surrogate, and a member that stands twice."""
    if not body:
        return
    if b"\\u" not in body:
        try:
            read = orjson.loads(body)
            # A member that stands twice is lost in reading, and its colon with it.
            if orjson.dumps(read).count(b":") == body.count(b":"):
                return
        except (ValueError, TypeError):  # the latter from the way back, of what nests deeper than 254
            raise RequestNotReadable() from None
    try:
        read = json.loads(body.decode("utf-8"), object_pairs_hook=_members, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise RequestNotReadable() from None
    if faults := list(islice(_faults(read, find_names), MOST_FAULTS)):
        raise RequestNotValid(errors=faults)


class _Members(dict[str, Any]):
    """An object of the body that remembers which of its members stood twice."""

    twice: frozenset[str] = frozenset()


def _members(pairs: list[tuple[str, Any]]) -> _Members:
    members = _Members(pairs)
    if len(members) < len(pairs):
        counted = Counter(name for name, _ in pairs)
        members.twice = frozenset(name for name, times in counted.items() if times > 1)
    return members


def _refuse(constant: str) -> None:
    raise ValueError("JSON has no such number")


def _faults(read: Any, find_names: FindNames) -> Iterator[Fault]:
    left: list[tuple[tuple[str | int, ...], Any]] = [((), read)]

    def at(path: tuple[str | int, ...]) -> str:
        return "/".join(["/body", *(pointer_part(name, find_names()) for name in path)])

    while left:
        path, value = left.pop()
        if isinstance(value, _Members):
            yield from (_repeated(at((*path, name)), "member") for name in value.twice)
            left += [((*path, name), inner) for name, inner in value.items()]
            if any(_unfit(name) for name in value):
                yield _unclean(f"{at(path)}/?")
        elif isinstance(value, list):
            left += [((*path, number), inner) for number, inner in enumerate(value)]
        elif isinstance(value, str) and _unfit(value):
            yield _unclean(at(path))


def _unfit(text: str) -> bool:
    return "\0" in text or HALF.search(text) is not None


def _is_plain(escaped: bytes, unclean: re.Pattern[str] = CONTROL) -> bool:
    try:
        return unclean.search(unquote_to_bytes(escaped).decode("utf-8")) is None
    except UnicodeDecodeError:
        return False


def _repeated(pointer: str, what: str) -> Fault:
    return Fault(
        pointer=pointer,
        code=f"{what}_repeated",
        detail=f"This {what} stands more than once",
        fix=f"Send each {what} once.",
    )


def _unclean(pointer: str) -> Fault:
    return Fault(
        pointer=pointer,
        code="text_not_clean",
        detail="Should hold no control characters",
        fix="Take them out; they are often left by a copy and paste.",
    )
