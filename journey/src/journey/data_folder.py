"""The folder in which a platform keeps its data (`VAR`): what in it is the platform's, and who runs on it."""

import fcntl
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from journey.stopping import CannotGoOn
from vocabulary.programs import FIRST_PORT, PROGRAMS

RECORD = Path("run", "platform.json")
"""Says that the folder is a platform's, and from which port that one answers."""
SIGNS = (RECORD, Path("run", "supervisord.conf"), Path("journey", "diary.jsonl"))
"""What only a platform makes, or a journey on one; the second is how older releases are known."""
FOLDERS = frozenset({"run", "logs", "log", "secrets", "spool", "servers", "journey"})
FILES = frozenset(
    {"journey.json", "sandbox-credentials.json"}
    | {f"{program}.sqlite3{part}" for program in PROGRAMS for part in ("", "-wal", "-shm", "-journal")}
)
NAMES = FOLDERS | FILES
"""All that a platform and the journey on it write. Nothing else in the folder is ever deleted."""


@dataclass(frozen=True)
class Forgotten:
    """What `forget` did. Shape: names within the folder, in order."""

    deleted: list[str]
    left: list[str]


class DataFolder:
    """One platform's data."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def is_a_platforms(self) -> bool:
        return any((self.path / sign).exists() for sign in SIGNS)

    def claim(self, port_base: int, profile: str) -> IO[str]:
        """Take the folder for a platform that starts; the lock, which lasts until it is closed or the process ends.

        Errors: CannotGoOn when the folder cannot be written, when another platform runs on it, or when it holds what
        somebody else put there under a name that a platform uses: `make reset` would delete that as the platform's.
        """
        if not self.is_a_platforms() and (taken := sorted(NAMES & set(self._names()))):
            raise CannotGoOn(
                f"{self.path} holds {', '.join(taken)}, which no platform made; choose another folder with VAR=…"
            )
        try:
            for folder in ("run", "logs", "secrets"):
                (self.path / folder).mkdir(parents=True, exist_ok=True)
            (self.path / "secrets").chmod(0o700)
            lock = self._lock()
            (self.path / RECORD).write_text(json.dumps({"port_base": port_base, "profile": profile}) + "\n")
        except OSError as reason:
            raise CannotGoOn(
                f"{self.path} cannot be written ({reason.strerror}); choose another folder with VAR=…"
            ) from None
        return lock

    def find_port_base(self, asked: int | None) -> int:
        """From which port the platform of this data answers, so that its passwords go to no other.

        Shape: `asked` is what the caller named, if anything. Data without a record is that of containers, or of a
        platform that another machine keeps; then what was asked counts.
        Errors: CannotGoOn when it answers elsewhere than asked, or does not run: somebody else may have its ports.
        """
        try:
            recorded = int(json.loads((self.path / RECORD).read_text())["port_base"])
        except (OSError, ValueError, KeyError, TypeError):
            return FIRST_PORT if asked is None else asked
        if asked not in (None, recorded):
            raise CannotGoOn(
                f"the platform of {self.path} answers from port {recorded} on, and not {asked}: PORT_BASE={recorded}"
            )
        if not self.is_in_use():
            raise CannotGoOn(f"no platform runs on {self.path}; start it with `make up`, or name another with --var")
        return recorded

    def is_in_use(self) -> bool:
        try:
            self._lock().close()
        except (CannotGoOn, OSError):
            return True
        return False

    def forget(self) -> Forgotten:
        """Delete what the platform and its journey wrote here, and the folder itself if nothing else is in it.

        Errors: CannotGoOn, with nothing deleted, when a platform runs on it or the folder is not a platform's.
        """
        if not self.path.exists():
            return Forgotten([], [])
        if not self.is_a_platforms():
            raise CannotGoOn(f"{self.path} is no platform's folder: nothing was deleted")
        (self.path / "run").mkdir(exist_ok=True)
        with self._lock():
            deleted = [name for name in self._names() if name in NAMES]
            # What says whose folder it is goes last: a deletion that was cut short can be begun again.
            for name in sorted(deleted, key=lambda name: name in ("run", "journey")):
                remove(self.path / name)
        left = self._names()
        if not left:
            self.path.rmdir()
        return Forgotten(deleted, left)

    def _names(self) -> list[str]:
        return sorted(entry.name for entry in self.path.iterdir()) if self.path.is_dir() else []

    def _lock(self) -> IO[str]:
        lock = (self.path / "run" / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise CannotGoOn(f"{self.path} is in use by a platform that is running; stop that one first") from None
        return lock


def remove(path: Path) -> None:
    """Remove a file or a folder; of a link, the link and not what it leads to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
