"""Figures for Prometheus that have to be counted: in the background, so that a scrape waits for nobody.

With the broker gone, a scrape took 5 to 17 seconds and the lag was missing, just when somebody needed it. Now a scrape
tells what was counted last, and has it counted anew behind it. Each kind of figure has a thread: a broker that hangs
makes only its own figures old. `thinkfamily_figures_counted` tells how old they are.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass

import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chassis.telemetry import described, tell_repeats
from chassis.time_budget import begin_time_budget

EVERY = 10.0
"""Seconds after which figures are counted anew when nobody asks for them."""
GAP = 0.02
"""Seconds between two rounds of counting, however often somebody asks."""
PATIENCE = 3.0
"""Seconds for which the store may be silent to whoever counts, and after which what hangs is called away."""
ALIKE = " Every replica tells the same: take the greatest, never the sum."
log = structlog.get_logger()

Labels = tuple[str, ...]
Counted = Mapping[Labels, float]
"""A value for the value of each label."""


@dataclass(frozen=True)
class Figure:
    """Shape: `count` gives a number, or one for each combination of labels. `is_instant`: it counts seconds since the
    epoch, and what is told is how long that is ago; 0 is never. `alike`: all replicas of the program tell the same."""

    name: str
    help: str
    count: Callable[[], float | Counted]
    labels: Labels = ()
    is_instant: bool = False
    alike: bool = True

    def family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(self.name, self.help + (ALIKE if self.alike else ""), labels=self.labels)

    def counted(self) -> Counted:
        value = self.count()
        return value if isinstance(value, Mapping) else {(): value}


class FigureGroup:
    """Figures that ask the same server, such as the store. One that fails keeps its last value, and the next is asked.

    Shape: `of` names the server for the figures about the counting itself.
    """

    def __init__(self, of: str, figures: Sequence[Figure], program: str = "") -> None:
        self.of, self.figures = of, list(figures)
        self.counted_at = 0.0
        self.last: dict[str, Counted] = {}
        self._began: float | None = None
        self._failed = False
        self._program = program
        self._asked, self._stopped = threading.Event(), False
        self._counting = threading.Lock()

    def count(self) -> None:
        """Count all anew. Never fails: what could not be counted is logged."""
        copy_context().run(self._count)  # the time budget is that of the counting alone

    def _count(self) -> None:
        with self._counting:
            at, self._began, failing = time.time(), time.monotonic(), set[str]()
            begin_time_budget(PATIENCE, None, statement=PATIENCE)
            fresh: dict[str, Counted] = {}
            for figure in self.figures:
                try:
                    fresh[figure.name] = {**fresh.get(figure.name, {}), **figure.counted()}
                except Exception as broken:
                    failing.add(figure.name)
                    log.warning("figure not counted", figure=figure.name, program=self._program, **described(broken))
            kept = {name: self.last[name] for name in failing if name in self.last}
            self.last = {name: {**kept.get(name, {}), **fresh.get(name, {})} for name in kept | fresh}
            if not failing:
                self.counted_at = at
            if self._failed and not failing:
                log.info("figures are counted again", of=self.of, program=self._program)
            self._failed, self._began = bool(failing), None

    @property
    def answers(self) -> bool:
        """Whether the server answered when it was last asked, and has not been silent since for long."""
        began = self._began
        return not self._failed and bool(self.counted_at) and (began is None or time.monotonic() - began < PATIENCE)

    def ask(self) -> None:
        """Have the figures counted soon."""
        self._asked.set()

    def start(self) -> None:
        threading.Thread(target=self._run, name=f"figures.{self.of}", daemon=True).start()

    def stop(self) -> None:
        self._stopped = True
        self._asked.set()

    def _run(self) -> None:
        while not self._stopped:
            self._asked.clear()
            self.count()
            time.sleep(GAP)
            self._asked.wait(EVERY)


class Figures(Collector):
    """What was counted last, and what this process knows without asking anybody.

    Shape: `groups` are counted in the background; `known` is called at each scrape, and asks nobody.
    """

    def __init__(self, groups: Sequence[FigureGroup], known: Callable[[], Iterable[Metric]] = lambda: ()) -> None:
        self.groups = {group.of: group for group in groups}
        self._known = known
        self._stopped = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._tell, name="figures", daemon=True).start()
        for group in self.groups.values():
            group.start()

    def stop(self) -> None:
        self._stopped.set()
        for group in self.groups.values():
            group.stop()

    def count(self) -> None:
        """Count everything now: for tests, in which nothing runs behind them."""
        for group in self.groups.values():
            group.count()

    def _tell(self) -> None:
        """Tell of what goes on and on, now and then."""
        while not self._stopped.wait(EVERY):
            tell_repeats()

    def collect(self) -> Iterable[Metric]:
        found: dict[str, GaugeMetricFamily] = {}
        now = time.time()
        for group in self.groups.values():
            for figure in group.figures:
                if figure.name in found or figure.name not in group.last:
                    continue
                family = found[figure.name] = figure.family()
                for labels, value in group.last[figure.name].items():
                    told = (max(0.0, now - value) if value else 0.0) if figure.is_instant else value
                    family.add_metric(labels, told)
        yield from found.values()
        yield from self._own()
        yield from self._known()
        for group in self.groups.values():
            group.ask()

    def describe(self) -> Iterable[Metric]:
        named = {figure.name: figure for group in self.groups.values() for figure in group.figures}
        yield from (figure.family() for figure in named.values())
        yield from self._own()
        yield from self._known()

    def _own(self) -> Iterable[Metric]:
        if not self.groups:
            return
        counted = GaugeMetricFamily(
            "thinkfamily_figures_counted", "When the figures of this kind were last counted, Unix time", labels=["of"]
        )
        answers = GaugeMetricFamily(
            "thinkfamily_reachable", "Whether the store, or the log, answered when it was last asked", labels=["of"]
        )
        for group in self.groups.values():
            counted.add_metric([group.of], group.counted_at)
            answers.add_metric([group.of], float(group.answers))
        yield from (counted, answers)
