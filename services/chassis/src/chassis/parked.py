"""What the log says of an event that could not be handled: where it stands and what is wrong, not what it tells."""

import re
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from chassis.log import Stored

KEY = re.compile(r"[0-9a-z][0-9a-z:/_.-]{0,99}")
"""As our programs make keys: ids and codes. Of any other form it could be somebody's name."""
MEMBER = re.compile(r"[a-z][a-z0-9_]{0,49}")
NOT_SAID = "-"


def describe_parked(entry: Stored, id: UUID, broken: Exception) -> dict[str, Any]:
    """Shape: `stream`, `position`, `topic`, `key`, `event_id`, `error`, `field`; `-` for what may not be said.

    `stream` names the partition, as in `families.fact/3`. `field` is the event's member that is missing or not valid,
    where the error tells it.
    """
    return {
        "topic": entry.topic,
        "stream": entry.stream,
        "position": entry.position,
        "key": entry.key if KEY.fullmatch(entry.key) else NOT_SAID,
        "event_id": str(id),
        "error": type(broken).__name__,
        "field": _field(entry, broken),
    }


def _stands_in(entry: Stored, missing: KeyError) -> bool:
    return not missing.args or f'"{missing.args[0]}"'.encode() in entry.value


def _field(entry: Stored, broken: Exception) -> str:
    """Shape: a pointer into the event's data, such as `/address/uprn`."""
    parts: list[object] = []
    if isinstance(broken, ValidationError):
        first = broken.errors(include_input=False, include_url=False, include_context=False)[0]
        parts = list(first["loc"])
        if first["type"] == "extra_forbidden":
            parts[-1:] = [NOT_SAID]  # whoever wrote the event chose that name
    elif isinstance(broken, KeyError) and not _stands_in(entry, broken):
        parts = [broken.args[0]]  # a member that is missing; what stands in the event was a value looked up elsewhere
    told = [str(part) if isinstance(part, int) or MEMBER.fullmatch(str(part)) else NOT_SAID for part in parts]
    return "/" + "/".join(told) if told else NOT_SAID
