"""Telling consent that what it permitted has left, so that its log tells a sharing from one that was only decided.

A decision stands in the log before anything goes out, since the other way round something could go out unlogged. The
mark comes behind the answer: gathered for a second, sent many at a time, outside of any request. One that is lost reads
"not confirmed", which is what it is.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from chassis.answered import when_answered
from chassis.clock import now
from chassis.runtime import Runtime


def mark_when_sent(runtime: Runtime, decision: str) -> None:
    """Have consent told of the decision once the answer that rests on it has left; not where it never does."""
    when_answered(partial(_note, runtime, decision))


def _note(runtime: Runtime, decision: str) -> None:
    runtime.write_behind("sent-marks", partial(_send, runtime)).add({"decision": decision, "at": now().isoformat()})


def _send(runtime: Runtime, marks: Sequence[dict[str, Any]]) -> None:
    """Errors: Unavailable; RemoteProblem where consent knows no such thing."""
    runtime.client("consent").post("/v1/sent-marks", {"items": list(marks)}, safe=True)
