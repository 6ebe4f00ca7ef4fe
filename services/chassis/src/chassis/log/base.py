from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

LARGEST_ENTRY = (4 << 20) - (64 << 10)
"""Bytes of an entry's value. A log that is moved from files to Kafka must not hold what Kafka would refuse."""


@dataclass(frozen=True)
class Entry:
    """An event on its way into the log. `value` is the CloudEvent's JSON."""

    id: str
    topic: str
    key: str
    value: bytes


@dataclass(frozen=True)
class Stored:
    """An event as it stands in the log: in a stream, at a position. Only entries of one stream have an order."""

    stream: str
    position: int
    topic: str
    key: str
    value: bytes


class EventLog(Protocol):
    """A durable record of what each producer told. All entries of a key are in one stream, in the order of telling.

    Shape: a stream's positions count up from 1; 0 is before its first entry. What the streams are is the log's own
    affair; a consumer keeps the position that it has reached in each, by the stream's name.
    Units: `look_every` in seconds, the longest that a listener lets pass between two looks at `ends`.
    """

    look_every: float
    largest: int
    """Bytes of the largest entry that it takes."""

    @property
    def refused(self) -> bool:
        """Whether the log does not let this program in, as far as it has tried."""

    def prepare(self, topics: Sequence[str]) -> None:
        """Make a producer's topics, once; what is there stays as it is."""

    def append(self, producer: str, entries: Sequence[Entry]) -> None:
        """Store entries in order and durably. One that is sent twice may stand there twice, the first in its place.

        Errors: anything, when it is not certain that all are stored; then they are to be appended again.
        """

    def read(
        self,
        producer: str,
        topics: Sequence[str],
        after: Mapping[str, int],
        limit: int,
        without: Collection[str] = (),
    ) -> list[Stored]:
        """Entries of these topics behind the positions of `after`, in order within each stream.

        Empty only when there is nothing new, or no such producer yet. Streams in `without` are left alone.
        Errors: LogGap, which names the streams that have one.
        """

    def begins(self, producer: str, topics: Sequence[str]) -> dict[str, int]:
        """Of each stream that holds these topics the position before the first entry that is still there."""

    def ends(self, producer: str, topics: Sequence[str]) -> dict[str, int]:
        """The last position of each stream that holds these topics."""

    def close(self) -> None: ...


class NotGranted(Exception):
    """The log does not let this program read a topic: run `python -m chassis.grant`."""


class LogGap(Exception):
    """The log no longer holds what this consumer has not read yet: a person must rebuild or decide; we do not skip.

    Shape: `streams` gives each stream that has a gap, with the reason as a code.
    """

    def __init__(self, streams: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{stream}: {why}" for stream, why in sorted(streams.items())))
        self.streams = dict(streams)


SHORTER = "shorter-than-read"
"""The stream ends before the position up to which it was read: its topic was made again, or an older copy put back."""
GONE = "not-there"
"""The stream was read before, and there is no such stream any longer: its topic was deleted."""
CUT = "begins-later"
"""The stream begins behind the position up to which it was read: what was not read yet was deleted."""
