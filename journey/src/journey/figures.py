"""The figures of a journey, each beside what the truth says."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from journey.console import Console

FEW = 10


class Figures:
    """Collected by dotted name; those that differ from the truth are remembered and said at once."""

    def __init__(self, console: Console, **fixed: Any) -> None:
        self._console = console
        self._values: dict[str, Any] = dict(fixed)
        self.compared = 0
        self.differing: list[str] = []

    def set_figure(self, name: str, value: Any) -> None:
        branch = self._values
        *outer, last = name.split(".")
        for part in outer:
            branch = branch.setdefault(part, {})
        branch[last] = value

    def expect_figure(self, name: str, expected: Any, got: Any) -> None:
        """Compare a figure with the truth. A difference does not stop the journey; all are listed at its end."""
        self.compared += 1
        if expected != got:
            line = f"{name}: {describe_difference(expected, got)}"
            self.differing.append(line)
            self._console.print_line(f"     DIFFERS  {line}")

    def describe_verdict(self) -> str:
        """Whether all that was compared with the truth agrees with it, in one line."""
        if self.differing:
            return f"Verdict: {len(self.differing)} of {self.compared} figures differ from what is true of the borough"
        return f"Verdict: all {self.compared} figures that were compared agree with what is true of the borough"

    def as_json(self) -> dict[str, Any]:
        seconds = {**self._console.seconds, "total": round(sum(self._console.seconds.values()), 2)}
        return {**self._values, "seconds": seconds, "compared": self.compared, "differing": self.differing}

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.as_json(), indent=1) + "\n")


def describe_difference(expected: Any, got: Any) -> str:
    """Describe a difference. Of two lists it names only what one has and the other has not."""
    if not (isinstance(expected, list) and isinstance(got, list)):
        return f"expected {expected}, got {got}"
    missing, unexpected = Counter(expected) - Counter(got), Counter(got) - Counter(expected)
    parts = [f"{word} {first_few(list(each.elements()))}" for word, each in
             (("missing", missing), ("unexpected", unexpected)) if each]  # fmt: skip
    return "; ".join(parts) or "the same in another order"


def first_few(names: list[Any]) -> str:
    """The first few of many."""
    first = ", ".join(str(name) for name in names[:FEW])
    return first if len(names) <= FEW else f"{first} and {len(names) - FEW:,} more"
