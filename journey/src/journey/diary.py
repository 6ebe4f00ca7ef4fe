"""A record of the acts that are done, so that a journey that was stopped can continue."""

import fcntl
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from journey.stopping import CannotGoOn

T = TypeVar("T")


@contextmanager
def hold_seeding_lock(var: Path) -> Iterator[None]:
    """Hold the lock of seeding: of two processes that seed one platform the second waits."""
    path = var / "journey" / "seeding.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Diary:
    """One line an act, with its answer. An act that is missing here but was done is harmless: its key repeats it."""

    def __init__(self, var: Path) -> None:
        path = var / "journey" / "diary.jsonl"
        self._lock = threading.Lock()
        self._answers: dict[str, Any] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        for line in path.read_text().splitlines() if path.exists() else []:
            try:
                act = json.loads(line)
            except ValueError:
                continue  # the line that was being written when the journey was stopped
            self._answers[act["act"]] = act["answer"]
        self._file = path.open("a")
        self._file.write("\n" if path.stat().st_size and not path.read_bytes().endswith(b"\n") else "")

    def refuse_other_borough(self, borough: dict[str, int]) -> None:
        """Note which borough the platform holds. Errors: CannotGoOn when it is another one."""
        held = self.do_once("borough", lambda: borough)
        if held != borough:
            described = f"{held['families']} families, seed {held['seed']}"
            raise CannotGoOn(f"the platform holds the borough of {described}: ask for that one, or `make reset` first")

    def do_once(self, act: str, do: Callable[[], T]) -> T:
        """Do an act unless it was done. Returns its answer, which must be JSON."""
        if act not in self._answers:
            answer = do()
            with self._lock:
                self._answers[act] = answer
                self._file.write(json.dumps({"act": act, "answer": answer}) + "\n")
                self._file.flush()
        found: T = self._answers[act]
        return found

    def has_done(self, act: str) -> bool:
        return act in self._answers
