from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Entry:
    """An event on its way into the log. `value` is the CloudEvent's JSON."""

    id: str
    topic: str
    key: str
    value: bytes


@dataclass(frozen=True)
class Stored:
    position: int
    topic: str
    key: str
    value: bytes


class EventLog(Protocol):
    """A durable, ordered record of what each producer told."""

    def append(self, producer: str, entries: Sequence[Entry]) -> list[int]:
        """Store entries in order and durably; one that is there already keeps its place. Returns their positions."""

    def read(self, producer: str, topics: Sequence[str], after: int, limit: int) -> list[Stored]:
        """Entries of these topics behind `after`, in order; empty when there is nothing new, or no such producer."""

    def end(self, producer: str, topics: Sequence[str]) -> int:
        """The last position of these topics; 0 when there is none."""
