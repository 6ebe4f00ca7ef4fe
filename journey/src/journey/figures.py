"""The figures of a journey, each beside what the truth says."""

import json
from pathlib import Path
from typing import Any

from journey.console import Console


class Figures:
    """Collected by dotted name; those that differ from the truth are remembered and said at once."""

    def __init__(self, console: Console, **fixed: Any) -> None:
        self._console = console
        self._values: dict[str, Any] = dict(fixed)
        self.differing: list[str] = []

    def set(self, name: str, value: Any) -> None:
        place = self._values
        *outer, last = name.split(".")
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = value

    def expect(self, name: str, expected: Any, got: Any) -> None:
        """Hold a figure against the truth. A difference does not end the journey: its end tells them all."""
        if expected != got:
            line = f"{name}: expected {expected}, got {got}"
            self.differing.append(line)
            self._console.line(f"     DIFFERS  {line}")

    def as_json(self) -> dict[str, Any]:
        seconds = {**self._console.seconds, "total": round(sum(self._console.seconds.values()), 2)}
        return {**self._values, "seconds": seconds, "differing": self.differing}

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.as_json(), indent=1) + "\n")
