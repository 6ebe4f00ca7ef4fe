"""The loops of a program, in the background."""

import time
from collections import Counter
from collections.abc import Callable

from chassis.program import Loops
from fixtures.stack import Programs

from .toys.app import program


class Quick(Loops):
    IDLE = 0.005


def test_a_loop_whose_looks_cost_little_looks_more_often(programs: Programs) -> None:
    looks: Counter[str] = Counter()

    def look(name: str) -> Callable[[], bool]:
        def step() -> bool:
            looks[name] += 1
            return False

        return step

    runtime = programs.start(program).runtime
    loops = Quick(runtime, {name: look(name) for name in ("cheap", "dear")}, {"cheap": Quick.IDLE})
    loops.start()
    try:
        deadline = time.monotonic() + 30
        while looks["dear"] < 9 and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        loops.stop()
    assert looks["dear"] >= 9
    assert looks["cheap"] > 2 * looks["dear"]
