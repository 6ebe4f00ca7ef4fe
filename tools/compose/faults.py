"""What is killed on the way, and when: at points of the journey at which something is under way that may be lost."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from stack import Stack

OUTBOX, LAG, WORK = "thinkfamily_outbox_pending", "thinkfamily_listener_lag", "thinkfamily_work_pending"
PATIENCE = 20.0
"""Seconds for which the moment is waited for; then it is killed all the same."""
AFTERWARDS = 120.0
"""Seconds that the fault under way may take once the journey is over."""


@dataclass(frozen=True)
class Fault:
    """Kill `who` once the journey has told of `after`, and as soon as a program's figure is above 0, if one is named.

    `who` that ends in `*` is whichever of a program's relays is active.
    """

    after: str
    who: str
    program: str = ""
    figure: str = ""


PLAN = (
    Fault("refuges and shared houses flagged", "families-work", "families", WORK),
    Fault("refuges and shared houses flagged", "families-relay*", "families", OUTBOX),
    Fault("families eligible as at", "consent"),
    Fault("pushes of wave 1,", "claims-listen", "claims", LAG),
    Fault("notices to whom wave 1", "kafka", "families", OUTBOX),
    Fault("notices to whom wave 2", "families"),
    Fault("matching after wave 3", "postgres", "families", WORK),
    Fault("notices to whom wave 4", "claims"),
    Fault("claim window of 2019-01-14", "identity"),
    Fault("matching after wave 4", "claims-work", "claims", WORK),
    Fault("notices to whom wave 5", "families-relay*", "families", OUTBOX),
    Fault("pushes of wave 6,", "gateway"),
)


class Faults(threading.Thread):
    """Makes the faults of the plan, one after the other, while the journey's lines are told to it."""

    def __init__(self, stack: Stack, say: Callable[[str], None]) -> None:
        super().__init__(daemon=True)
        self.made: list[str] = []
        self.wrong: list[str] = []
        self._stack, self._say = stack, say
        self._lines: list[str] = []
        self._heard = threading.Condition()
        self._over = False

    def tell(self, line: str) -> None:
        """A line of the journey."""
        with self._heard:
            self._lines.append(line)
            self._heard.notify()

    def end(self) -> None:
        """The journey is over: what was still to be made is not made, and is wrong."""
        with self._heard:
            self._over = True
            self._heard.notify()
        self.join(AFTERWARDS)
        if self.is_alive():
            self.wrong.append(f"killing was not over {AFTERWARDS:.0f} s after the journey")
        if len(self.made) < len(PLAN):
            self.wrong.append(f"only {len(self.made)} of {len(PLAN)} were killed")

    def run(self) -> None:
        for fault in PLAN:
            if not self._await(fault.after):
                self.wrong.append(f"{fault.who} was not killed: the journey ended before")
                continue
            try:
                self._make(fault)
            except Exception as failed:
                self.wrong.append(f"{fault.who}: {failed}")

    def _await(self, after: str) -> bool:
        with self._heard:
            self._heard.wait_for(lambda: self._over or any(re.search(after, line) for line in self._lines))
            return not self._over

    def _make(self, fault: Fault) -> None:
        waits_until = time.monotonic() + PATIENCE
        found = 0.0
        while fault.figure and not found and time.monotonic() < waits_until:
            found = self._stack.figure(fault.program, fault.figure)
        who = fault.who
        if who.endswith("*"):
            relay = who.removesuffix("*")
            who = self._stack.active(fault.program, [relay, f"{relay}-standby"]) or relay
        took = self._stack.kill(who)
        point = f"{fault.program}: {found:.0f} {fault.figure.removeprefix('thinkfamily_')}" if found else "as it served"
        self.made.append(who)
        self._say(f"     KILLED   {who} ({point}); runs again after {took:.1f} s")
