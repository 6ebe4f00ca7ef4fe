"""What this process has told the log and heard from it, as it noted by the way: nothing is asked for it."""

import threading
import time
from collections import Counter
from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric


class Traffic:
    """Counts events by topic. Any number of threads may use it.

    Shape: `active` says of each loop of this process whether it is the one of its program, or stands by.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._sent: Counter[str] = Counter()
        self._handled: Counter[str] = Counter()
        self._last: dict[str, float] = {}
        self.active: dict[str, bool] = {}

    def note_sent(self, topics: Iterable[str]) -> None:
        """These were stored by the log, one topic for each event."""
        with self._guard:
            self._sent.update(topics)
            self._last["sent"] = time.monotonic()

    def note_read(self) -> None:
        """The log has handed over events."""
        with self._guard:
            self._last["read"] = time.monotonic()

    def note_handled(self, topics: Iterable[str]) -> None:
        """These have taken effect or were parked, one topic for each event, and are not read again."""
        with self._guard:
            self._handled.update(topics)

    def collect(self) -> Iterable[Metric]:
        """The figures, from what is noted here."""
        with self._guard:
            sent, handled, last = dict(self._sent), dict(self._handled), dict(self._last)
        now = time.monotonic()
        for name, text, counts in (
            ("thinkfamily_events_sent", "Events that this process has sent to the log", sent),
            ("thinkfamily_events_handled", "Events that this process has read and handled, or parked", handled),
        ):
            counter = CounterMetricFamily(name, text, labels=["topic"])
            for topic, count in sorted(counts.items()):
                counter.add_metric([topic], count)
            yield counter
        for what, text in (
            ("sent", "Seconds since this process last sent events to the log; absent before the first"),
            ("read", "Seconds since this process last read events from the log; absent before the first"),
        ):
            gauge = GaugeMetricFamily(f"thinkfamily_last_{what}_seconds", text)
            if what in last:
                gauge.add_metric([], now - last[what])
            yield gauge
        active = GaugeMetricFamily(
            "thinkfamily_active",
            "Whether this replica does the task, as the holder of its lock: 1 in one replica, 0 in those that stand by",
            labels=["task"],
        )
        for task, is_active in sorted(self.active.items()):
            active.add_metric([task], float(is_active))
        yield active
        threads = GaugeMetricFamily("thinkfamily_threads", "Threads of this process")
        threads.add_metric([], threading.active_count())
        yield threads
