"""Any log, with what goes through it noted by the way."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from chassis.log.base import Entry, EventLog, Stored
from chassis.traffic import Traffic


class _NotedLog:
    def __init__(self, behind: EventLog, traffic: Traffic) -> None:
        self._behind, self._traffic = behind, traffic

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)

    def append(self, producer: str, entries: Sequence[Entry]) -> None:
        self._behind.append(producer, entries)
        self._traffic.note_sent(entry.topic for entry in entries)

    def read(
        self,
        producer: str,
        topics: Sequence[str],
        after: Mapping[str, int],
        limit: int,
        without: Collection[str] = (),
    ) -> list[Stored]:
        found = self._behind.read(producer, topics, after, limit, without)
        if found:
            self._traffic.note_read()
        return found


def noted(behind: EventLog, traffic: Traffic) -> EventLog:
    """This log, which notes in `traffic` what was sent and read."""
    return cast(EventLog, _NotedLog(behind, traffic))
