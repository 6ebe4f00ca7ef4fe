"""Run parts of the tests side by side: `python tools/side_by_side.py 'units: python -m pytest tests/unit' …`.

One part keeps one core busy for most of its time, and a machine has two. Progress is told line by line as it comes;
what else a part says (failures, figures) comes in one piece when it has ended, so that no two reports are mixed. On a
machine with one core the parts run one after another. The exit code is the first that is not 0.
"""

import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

PROGRESS = re.compile(r"^\S*\s+\[ *\d+%\]$")
"""pytest's own lines: `.....F.. [ 12%]`."""


@dataclass
class Part:
    """Shape: `command` in words; `held_back` are its lines that are told at its end."""

    label: str
    command: Sequence[str]
    held_back: list[str] = field(default_factory=list)
    code: int = 0

    def run(self, printing: threading.Lock) -> None:
        with subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as process:
            self._tell(process.stdout or (), printing)
        self.code = process.returncode
        with printing:
            print(f"\n-- {self.label} ended with {self.code}", *self.held_back, sep="\n", flush=True)

    def _tell(self, lines: Iterable[str], printing: threading.Lock) -> None:
        for line in lines:
            line = line.rstrip("\n")
            if PROGRESS.match(line):
                with printing:
                    print(f"{line}  {self.label}", flush=True)
            else:
                self.held_back.append(line)


def read_part(text: str) -> Part:
    """`units: python -m pytest tests/unit`. Errors: ValueError without a label or a command."""
    label, colon, command = text.partition(": ")
    words = shlex.split(command)
    if not (colon and label and words):
        raise ValueError(f"{text!r} is not LABEL: COMMAND")
    return Part(label, words)


def run_all(parts: Sequence[Part], cores: int) -> int:
    printing = threading.Lock()
    threads = [threading.Thread(target=part.run, args=(printing,), name=part.label) for part in parts]
    for thread in threads:
        thread.start()
        if cores < 2:
            thread.join()
    for thread in threads:
        thread.join()
    return next((abs(part.code) for part in parts if part.code), 0)


def main(words: Sequence[str]) -> int:
    try:
        parts = [read_part(word) for word in words]
    except ValueError as wrong:
        print(f"side_by_side: {wrong}", file=sys.stderr)
        return 2
    return run_all(parts, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
