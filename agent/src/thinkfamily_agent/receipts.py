"""Receipts: what was sent when, and what became of it. One JSON file a push, which holds no row of the export.

A receipt is written before its file is sent. Where the agent ends in between, it sends the same again under the same
idempotency key, and the platform answers with the push that there is.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

OVER = ("finished", "abandoned", "refused")


@dataclass(frozen=True)
class Receipt:
    """Shape: `key` is the idempotency key and the name of the receipt; `state` is `sending`, what the platform last
    said of the push, or `refused`; `counts` as the platform gives them; `told` is why it is paused or refused."""

    key: str
    feed: str
    area: str
    file: str
    covers_from: str
    covers_to: str
    sha256: str
    state: str = "sending"
    push: str | None = None
    counts: dict[str, int] | None = None
    told: str | None = None
    changed_at: str = ""

    @property
    def is_over(self) -> bool:
        return self.state in OVER


class Receipts:
    """The folder of receipts. A file that breaks off in the middle of being written is never read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str) -> Receipt | None:
        try:
            return Receipt(**json.loads(self._path(key).read_text("utf-8")))
        except FileNotFoundError:
            return None

    def keep(self, receipt: Receipt, **changes: Any) -> Receipt:
        """Write a receipt, changed so; the one before is replaced whole."""
        changed = replace(receipt, **changes, changed_at=datetime.now(UTC).isoformat(timespec="seconds"))
        self._folder.mkdir(parents=True, exist_ok=True)
        half = self._path(receipt.key).with_suffix(".part")
        with half.open("w", encoding="utf-8") as file:
            json.dump(asdict(changed), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self._path(receipt.key))
        return changed

    def list_all(self) -> list[Receipt]:
        """Oldest first."""
        paths = self._folder.glob("*.json") if self._folder.is_dir() else ()
        found = [Receipt(**json.loads(path.read_text("utf-8"))) for path in paths]
        return sorted(found, key=lambda receipt: receipt.changed_at)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"
