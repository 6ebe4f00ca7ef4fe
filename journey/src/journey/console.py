"""The journey's output: one line a step with its figures, and a progress bar for what takes long."""

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console as Terminal
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

T = TypeVar("T")
R = TypeVar("R")
HANDS = 4
"""How many acts happen at once: more only wait for the programs' write locks on two cores."""


class Step:
    """A step under way: the figures that it prints at its end, and its progress."""

    def __init__(self, title: str, progress: Progress | None) -> None:
        self.figures: list[str] = []
        self._progress = progress
        self._task = progress.add_task(title, total=None) if progress else None
        self._most = 0.0
        self._lock = threading.Lock()

    def add_figure(self, figure: str) -> None:
        self.figures.append(figure)

    def show_left(self, amount: float) -> None:
        """Show how much is left; the length of the bar is the most that was ever left."""
        self._most = max(self._most, amount)
        if self._progress and self._task is not None and self._most:
            self._progress.update(self._task, total=self._most, completed=self._most - amount)

    def run_each(self, items: Iterable[T], do: Callable[[T], R]) -> list[R]:
        """Do something for each item, several at a time; the answers in the items' order.

        The first failure ends it: what has not begun is not begun.
        """
        work = list(items)
        done = 0

        def one(item: T) -> R:
            nonlocal done
            answer = do(item)
            with self._lock:
                done += 1
                if self._progress and self._task is not None:
                    self._progress.update(self._task, total=len(work), completed=done)
            return answer

        with ThreadPoolExecutor(HANDS) as hands:
            futures = [hands.submit(one, item) for item in work]
            try:
                return [future.result() for future in futures]
            except BaseException:
                hands.shutdown(wait=False, cancel_futures=True)
                raise


class Console:
    """Lines to a terminal or to a file; bars to a terminal only."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.seconds: dict[str, float] = {}
        self._out = Terminal(file=sys.stderr if quiet else sys.stdout, highlight=False, soft_wrap=True, markup=False)
        self._number = 0

    def print_line(self, text: str = "") -> None:
        self._out.print(text)

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Step]:
        """A step of the journey. Its seconds are added to what `name` has had so far."""
        self._number += 1
        began = time.monotonic()
        if self._out.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            with Progress(*columns, console=self._out, transient=True) as progress:
                step = Step(title, progress)
                yield step
        else:
            step = Step(title, None)
            yield step
        took = time.monotonic() - began
        self.seconds[name] = round(self.seconds.get(name, 0.0) + took, 2)
        self.print_line(f"{self._number:3}  {title}: {', '.join(step.figures) or 'done'} ({took:.1f} s)")


def counted(number: int, one: str, many: str = "") -> str:
    """`1 family`, `1,200 families`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def pounds(pence: int) -> str:
    return f"£{pence / 100:,.2f}"
