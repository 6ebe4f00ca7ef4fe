"""What waits until a request's answer has left: called once the last byte of it was handed to the network.

An answer that is an error, or has no body (HEAD, 304), shows nothing of what was asked for, and one whose client has
gone before reaches nobody. None of them counts as having left, nor does one whose program was killed on the way.
Whoever goes while it is on the way may have had a part: that one has left.
"""

import contextvars
from collections.abc import Callable, MutableMapping
from typing import Any

Act = Callable[[], None]
CLIENT_GONE = "thinkfamily.client_gone"
"""Where a scope tells whether the client has gone meanwhile: a function, set by our HTTP protocol."""

_waiting: contextvars.ContextVar[list[Act] | None] = contextvars.ContextVar("when_answered", default=None)


def begin_answer() -> list[Act]:
    """Begin to gather what waits for the answer of the request that begins here."""
    waiting: list[Act] = []
    _waiting.set(waiting)
    return waiting


def when_answered(act: Act) -> None:
    """Do this once the answer to the present request has left. In a loop nothing is answered, and nothing is done.

    Shape: `act` is called where all requests are served, so it may wait for nothing.
    """
    waiting = _waiting.get()
    if waiting is not None:
        waiting.append(act)


def has_left(scope: MutableMapping[str, Any], status: int) -> bool:
    """Whether an answer, all of which was handed on, showed what was asked for to a client that was still there."""
    gone = scope.get("extensions", {}).get(CLIENT_GONE, {}).get("asked")
    return status < 300 and scope["method"] != "HEAD" and not (gone is not None and gone())
