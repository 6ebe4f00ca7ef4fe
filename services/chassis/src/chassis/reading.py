"""What a request must be before any room looks at it: text that every store takes, JSON that reads in one way only.

PostgreSQL takes no zero byte in text, no store takes half a surrogate, and of a member that stands twice each reader
picks another one. So all of them end at the door, whatever the room behind it checks.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson

from chassis.problems import Fault, RequestNotReadable, RequestNotValid

MEMBER = re.compile(r"[a-z][a-z_]{0,39}")
"""What our members look like. Any other name may be anything that a client sent, even somebody's."""
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
HALF = re.compile(r"[\ud800-\udfff]")


def is_json(content_type: str) -> bool:
    """Whether a body of this type is read as JSON."""
    kind, _, rest = content_type.partition(";")[0].strip().lower().partition("/")
    return kind == "application" and (rest == "json" or rest.endswith("+json"))


def part(name: object) -> str:
    """A place in a request, as a pointer may name it."""
    return str(name) if isinstance(name, int) or MEMBER.fullmatch(str(name)) else "?"


def check_address(path: bytes, query: bytes) -> None:
    """Errors: RequestNotValid where a part of the address is not UTF-8, or holds a control character."""
    faults = [] if _is_plain(path) else [_unclean("/path")]
    for pair in query.split(b"&"):
        name, _, value = pair.partition(b"=")
        if not (_is_plain(name) and _is_plain(value)):
            faults.append(_unclean(f"/query/{part(name.decode('latin-1'))}"))
    if faults:
        raise RequestNotValid(errors=faults)


def check_json(body: bytes) -> None:
    """Errors: RequestNotReadable when it is no JSON, or nests too deep; RequestNotValid, with its place, for a zero
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
    if faults := list(_faults(read)):
        raise RequestNotValid(errors=faults[:50])


class _Members(dict[str, Any]):
    """An object of the body that remembers which of its members stood twice."""

    twice: frozenset[str] = frozenset()


def _members(pairs: list[tuple[str, Any]]) -> _Members:
    members = _Members(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        members.twice = frozenset(name for name in members if names.count(name) > 1)
    return members


def _refuse(constant: str) -> None:
    raise ValueError("JSON has no such number")


def _faults(read: Any) -> Iterator[Fault]:
    left = [("/body", read)]
    while left:
        pointer, value = left.pop()
        if isinstance(value, _Members):
            for name in value.twice:
                yield Fault(
                    pointer=f"{pointer}/{part(name)}",
                    code="member_repeated",
                    detail="This member stands more than once",
                    fix="Send each member once.",
                )
            left += [(f"{pointer}/{part(name)}", inner) for name, inner in value.items()]
            if any(_unfit(name) for name in value):
                yield _unclean(f"{pointer}/?")
        elif isinstance(value, list):
            left += [(f"{pointer}/{place}", inner) for place, inner in enumerate(value)]
        elif isinstance(value, str) and _unfit(value):
            yield _unclean(pointer)


def _unfit(text: str) -> bool:
    return "\0" in text or HALF.search(text) is not None


def _is_plain(escaped: bytes) -> bool:
    try:
        return CONTROL.search(unquote_to_bytes(escaped).decode("utf-8")) is None
    except UnicodeDecodeError:
        return False


def _unclean(pointer: str) -> Fault:
    return Fault(
        pointer=pointer,
        code="text_not_clean",
        detail="Should hold no control characters",
        fix="Take them out; they are often left by a copy and paste.",
    )
