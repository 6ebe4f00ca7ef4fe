"""The files of a feed's folder: which are whole, which days they are about, and where they go when they are done."""

import calendar
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from thinkfamily_agent.problems import AgentProblem
from thinkfamily_agent.settings import FeedSettings

MEDIA_TYPES = {".csv": "text/csv", ".ndjson": "application/x-ndjson", ".jsonl": "application/x-ndjson"}
DONE, REFUSED = "done", "refused"


@dataclass(frozen=True)
class Export:
    """A file that is ready to be sent. Shape: `key` is the same for the same bytes about the same days."""

    path: Path
    feed: FeedSettings
    covers_from: date
    covers_to: date
    sha256: str

    @property
    def key(self) -> str:
        told = "\n".join((self.feed.name, self.feed.area, str(self.covers_from), str(self.covers_to), self.sha256))
        return hashlib.sha256(told.encode()).hexdigest()[:40]

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES.get(self.path.suffix.lower(), "text/csv")


def list_exports(feed: FeedSettings, settled: float) -> Iterator[Export]:
    """The feed's files that nobody writes to any more, by name; what does not fit `files` is not ours to touch.

    Errors: AgentProblem for a folder that is not there, or a name that gives no days.
    """
    if not feed.folder.is_dir():
        raise AgentProblem(f"{feed.folder}, the folder of {feed.name}, is not there.")
    for path in sorted(feed.folder.iterdir()):
        found = feed.files.fullmatch(path.name)
        if found and path.is_file() and time.time() - path.stat().st_mtime >= settled:
            covers_from, covers_to = _days(found.groupdict(), path)
            yield Export(path, feed, covers_from, covers_to, _digest(path))


def put_aside(export: Export, where: str) -> Path:
    """Move a file into a folder beside it; one of the same name that is there already keeps it."""
    folder = export.path.parent / where
    folder.mkdir(exist_ok=True)
    target = folder / export.path.name
    if target.exists():
        target = folder / f"{export.path.stem}.{export.key[:8]}{export.path.suffix}"
    return export.path.replace(target)


def _days(told: dict[str, str], path: Path) -> tuple[date, date]:
    try:
        if "month" in told:
            year, month = (int(part) for part in told["month"].split("-"))
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return date.fromisoformat(told["from"]), date.fromisoformat(told["to"])
    except ValueError:
        raise AgentProblem(
            f"{path.name}: its name gives no days; write them as 2026-11-28, a month as 2026-11."
        ) from None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
