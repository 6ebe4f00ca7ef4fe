"""What services tell each other: CloudEvents 1.0 in JSON, with ids and facts and no direct identifiers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.schemas import Schema

NAMESPACE = "org.thinkfamily"
LARGEST_EVENT = 1 << 20
"""Bytes of an event's data. A quarter of what the log takes: the frame around it and later members have room."""


class Event(Schema):
    """Something that has become true. A subclass gives its topic and name, and the key that keeps events in order.

    Shape: `FactRecorded(topic="families.fact", name="fact.recorded")` → `org.thinkfamily.families.fact.recorded.v1`.
    """

    topic: ClassVar[str]
    name: ClassVar[str]
    version: ClassVar[int] = 1

    @property
    def key(self) -> str:
        raise NotImplementedError

    @classmethod
    def type(cls) -> str:
        return event_type(cls.topic, cls.name, cls.version)


def event_type(topic: str, name: str, version: int = 1) -> str:
    """Shape: the topic's first part is the service that speaks."""
    return f"{NAMESPACE}.{producer_of(topic)}.{name}.v{version}"


def producer_of(topic: str) -> str:
    return topic.partition(".")[0]


@dataclass(frozen=True)
class Received:
    """An event as a reaction is handed it."""

    id: UUID
    type: str
    name: str
    key: str
    sequence: int
    time: datetime
    data: dict[str, Any]


def envelope(
    *, id: UUID, topic: str, type: str, key: str, sequence: int, at: datetime, trace: str | None, data: Any
) -> dict[str, Any]:
    """The CloudEvent as it stands in the log. `sequence` counts per key; topics arrive in any order of each other.

    Shape: `data` is an object, or JSON text that is one, as an orjson.Fragment. Without a `trace` (rows of a release
    whose workers had none) the event is a trace of its own, the same one each time that it is sent.
    """
    return {
        "specversion": "1.0",
        "id": str(id),
        "source": f"/{producer_of(topic)}",
        "type": type,
        "subject": key,
        "partitionkey": key,
        "sequence": sequence,
        "time": at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": data,
        "traceparent": trace or f"00-{id.hex}-{id.hex[16:]}-00",
    }


def set_aside(event: dict[str, Any], why: str) -> dict[str, Any]:
    """What goes into the log in place of an event that the log does not take: all but its data, so that whoever waits
    for it is told, and its number is not missing. Shape: `why` is a code, such as `too-large`."""
    return event | {"data": None, "setaside": why}


class SetAside(Exception):
    """The event's producer could not put it into the log, and told that it is there."""


def received(event: dict[str, Any]) -> Received:
    """Errors: KeyError, ValueError when it is no CloudEvent of ours; SetAside when its data is not in it."""
    kind = event["type"]
    prefix = f"{NAMESPACE}.{event['source'].strip('/')}."
    if not kind.startswith(prefix):
        raise ValueError("An event's type begins with its source's name")
    if event.get("setaside"):
        raise SetAside
    return Received(
        id=UUID(event["id"]),
        type=kind,
        name=kind.removeprefix(prefix).rpartition(".v")[0],
        key=event["partitionkey"],
        sequence=int(event["sequence"]),
        time=datetime.fromisoformat(event["time"]),
        data=event["data"],
    )
