"""`make compose-test`: the journey of 50 families on real containers, of which a dozen are killed on the way.

Builds the images, brings docker-compose.yml up as a project of its own, checks how closed its containers are, carries
the borough through while programs, relays, PostgreSQL and Kafka are killed, holds every figure against the truth, takes
it down and up again, and asks once more. Nothing of it stays: containers, networks, volumes, images, nor an engine that
had to be started for it. Base images and the engine's build cache stay.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import faults
import hardening
from engine import ROOT, Bases, CannotTest, engine
from stack import Stack, alone

from vocabulary.programs import FIRST_PORT

FAMILIES, SEED = 50, 2016
LONGEST = 900.0
"""Seconds after which the test ends itself, whatever it waits for."""
LAST_LINES = 15


class WentWrong(Exception):
    """What was not as it should be."""


def main() -> int:
    for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(name, _give_up)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    with tempfile.TemporaryDirectory(prefix="thinkfamily-compose-") as folder:
        try:
            _test(Path(folder))
        except CannotTest as reason:
            print(f"compose-test: {reason}", file=sys.stderr)
            return 1
        except (WentWrong, subprocess.SubprocessError) as wrong:
            print(f"compose-test: went wrong: {_told(wrong)}", file=sys.stderr)
            return 1
    return 0


def _give_up(number: int, frame: FrameType | None) -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(name, signal.SIG_IGN)  # taking down takes a moment, and is not to be cut short
    raise WentWrong(f"not over after {LONGEST:.0f} s" if number == signal.SIGALRM else f"stopped by signal {number}")


def _test(scratch: Path) -> None:
    stack = Stack(int(os.environ.get("PORT_BASE", FIRST_PORT)), scratch)
    with alone(stack), engine(scratch) as bases:
        with stack:
            try:
                _observe(stack, bases)
            except BaseException:
                _print_logs(stack)
                raise
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        if left := stack.traces():
            raise WentWrong(f"left behind: {', '.join(left)}")
        print("compose-test: taken down; nothing of it is left", flush=True)


def _observe(stack: Stack, bases: Bases) -> None:
    with _step("base images there, five images built"):
        bases.see_to(stack.build)
    with _step("everything up and healthy"):
        stack.up()
    with _step("containers looked at: users, roots, capabilities, limits, networks, ports, secrets"):
        _refuse(hardening.loose(stack))
    with _step("the journey, and who was killed on the way"):
        first = _journey(stack, faults.Faults(stack, print))
    with _step("no secret in what the containers said"):
        _refuse(hardening.told_secrets(stack))
    with _step("down and up again, on the same volumes"):
        stack.compose("down", "--timeout", "15", seconds=180)
        stack.up()
    with _step("asked once more, the same figures"):
        second = _journey(stack)
    same = ("claims", "fees", "recomputation", "attached")
    _refuse([f"{name} was {first[name]}, is {second[name]}" for name in same if first[name] != second[name]])
    print(
        f"compose-test: paid {first['claims']['paid_pence']} of {first['claims']['truth_pence']} pence, "
        f"{first['matching']['wrong_links']} wrong links, {first['withdrawal']['leaks']} leaks, "
        f"{first['recomputation']['equal']} of {first['recomputation']['claims']} claims recomputed equal",
        flush=True,
    )


def _journey(stack: Stack, killing: faults.Faults | None = None) -> dict[str, Any]:
    """Carry the borough through; its figures. Errors: WentWrong when one differs from the truth."""
    words = ["run", "--profile", "production", "--families", str(FAMILIES), "--seed", str(SEED)]
    words += ["--port-base", str(stack.port_base), "--var", str(stack.var)]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "journey", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    if killing:
        killing.start()
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            if killing:
                killing.tell(line)
        code = process.wait()
    finally:
        process.kill()
        if killing:
            killing.end()
    if code:
        raise WentWrong(f"the journey ended with {code}")
    if killing:
        _refuse(killing.wrong)
    figures: dict[str, Any] = json.loads((stack.var / "journey.json").read_text())
    _refuse(figures["differing"])
    if not figures["claims"]["paid_pence"]:
        raise WentWrong("nothing was paid, so nothing was tested")
    return figures


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise WentWrong("; ".join(wrong))


def _print_logs(stack: Stack) -> None:
    """The last lines of each container: what is needed to understand a failure elsewhere."""
    try:
        for service, held in stack.containers().items():
            state = held["State"]
            health = state.get("Health", {}).get("Status", "no health check")
            restarts = held["RestartCount"]
            print(f"--- {service}: {state['Status']}, exit code {state['ExitCode']}, {health}, {restarts} restarts")
        for service, text in stack.logs(LAST_LINES).items():
            print(f"--- {service}\n{text}", end="")
        sys.stdout.flush()
    except subprocess.SubprocessError as failed:
        print(f"--- no logs: {_told(failed)}")


def _told(wrong: Exception) -> str:
    """An error in a line, with the last words of the command that failed."""
    if isinstance(wrong, subprocess.CalledProcessError):
        words = (wrong.stderr or wrong.stdout or "").strip().splitlines()[-3:]
        return f"`{' '.join(map(str, wrong.cmd))[:200]}`: {' '.join(words)}"
    return str(wrong)


@contextmanager
def _step(title: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"compose-test: {title} ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    sys.exit(main())
