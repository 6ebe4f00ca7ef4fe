"""A round: each export is checked, sent, watched, and put aside with its report.

Each step is written down before the next, so a round may end anywhere (the machine is switched off, the platform is
away) and the next one goes on from there: nothing is sent twice, nothing is forgotten.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from thinkfamily_agent import checking, exports
from thinkfamily_agent.exports import Export
from thinkfamily_agent.platform import Platform
from thinkfamily_agent.problems import AgentProblem, NotNow, Refused
from thinkfamily_agent.receipts import Receipt, Receipts
from thinkfamily_agent.reports import write_marked
from thinkfamily_agent.settings import Settings
from thinkfamily_agent.tables import read_table

LOOKED_AT = ("held", "refused")
"""Outcomes of lines that somebody should look at."""
ENDS = ("finished", "abandoned", "paused")


@dataclass
class Outcome:
    """What a round came to. Shape: files by what became of them; `waiting` are tried again by the next round."""

    sent: int = 0
    to_look_at: int = 0
    refused: int = 0
    paused: int = 0
    waiting: int = 0

    @property
    def exit_code(self) -> int:
        """0: all is well. 1: a person should look. 2: the next round tries again."""
        return 1 if self.refused or self.paused or self.to_look_at else 2 if self.waiting else 0


Tell = Callable[[str], None]
ShowProgress = Callable[[str, float], None]


class Round:
    """Units: `patience` in seconds: how long one push is watched before the next round goes on with it."""

    def __init__(
        self,
        settings: Settings,
        platform: Platform,
        *,
        tell: Tell,
        show_progress: ShowProgress,
        patience: float,
        pause: float = 1.0,
    ) -> None:
        self._settings, self._platform, self._tell, self._show_progress = settings, platform, tell, show_progress
        self._patience, self._pause = patience, pause
        self._receipts = Receipts(settings.receipts)

    def run(self) -> Outcome:
        """Errors: AgentProblem when nothing can go on until somebody mends it."""
        outcome = Outcome()
        with one_at_a_time(self._settings.receipts):
            for feed in self._settings.feeds:
                for export in exports.list_exports(feed, self._settings.settled):
                    try:
                        self._carry(export, outcome)
                    except NotNow as away:
                        outcome.waiting += 1
                        self._tell(f"{export.path.name}: {away}; the next round tries again")
        return outcome

    def _carry(self, export: Export, outcome: Outcome) -> None:
        receipt = self._receipts.find(export.key)
        if receipt is not None and receipt.state == "finished":
            self._tell(f"{export.path.name}: was sent before, as push {receipt.push}; put aside")
            exports.put_aside(export, exports.DONE)
            return
        try:
            if receipt is None or receipt.push is None or receipt.is_over:
                self._check(export)
                receipt = self._send(export)
            receipt = self._watch(export, receipt)
        except Refused as refused:
            self._refuse(export, str(refused), outcome)
            return
        self._close(export, receipt, outcome)

    def _check(self, export: Export) -> None:
        """Tell what looks wrong. It is sent all the same: the platform knows the partner's own headings, we do not."""
        table = read_table(export.path) if export.media_type == "text/csv" else None
        if table is None:
            return
        feed = self._platform.show_feed(export.feed.name)
        for name in checking.find_missing_columns(table, feed):
            self._tell(f"{export.path.name}: there is no heading {name}")
        for finding in checking.check_table(table, feed):
            self._tell(f"{export.path.name}: {finding}")

    def _send(self, export: Export) -> Receipt:
        receipt = self._receipts.keep(
            Receipt(
                key=export.key,
                feed=export.feed.name,
                area=export.feed.area,
                file=export.path.name,
                covers_from=str(export.covers_from),
                covers_to=str(export.covers_to),
                sha256=export.sha256,
            )
        )
        params: dict[str, str | bool] = {
            "covers_from": receipt.covers_from,
            "covers_to": receipt.covers_to,
            "area": receipt.area,
        }
        body = export.path.read_bytes()
        written = self._platform.push(receipt.feed, params, body, export.media_type, receipt.key)
        self._tell(f"{receipt.file}: taken as push {written['id']}")
        return self._receipts.keep(receipt, state=written["status"], push=written["id"])

    def _watch(self, export: Export, receipt: Receipt) -> Receipt:
        """Until the push is over or paused, or patience is. Errors: NotNow when it is still worked on."""
        assert receipt.push is not None
        until = time.monotonic() + self._patience
        while True:
            push = self._platform.show_push(receipt.push)
            self._show_progress(receipt.file, push["progress"])
            if push["status"] != receipt.state or push["status"] in ENDS:
                receipt = self._receipts.keep(
                    receipt, state=push["status"], counts=push["counts"], told=push["paused_because"]
                )
            if push["status"] in ENDS:
                return receipt
            if time.monotonic() > until:
                raise NotNow(f"{push['progress']:.0%} of push {receipt.push} is done")
            time.sleep(self._pause)

    def _close(self, export: Export, receipt: Receipt, outcome: Outcome) -> None:
        name, push = receipt.file, str(receipt.push)
        if receipt.state == "paused":
            outcome.paused += 1
            self._tell(f"{name}: paused. {receipt.told} If it is right as it is: thinkfamily-agent resume {push}")
            return
        table = read_table(export.path) if export.media_type == "text/csv" else None
        lines: list[dict[str, Any]] = []
        if any((receipt.counts or {}).get(kind) for kind in LOOKED_AT):
            lines = [line for kind in LOOKED_AT for line in self._platform.list_lines(push, kind)]
        aside = exports.put_aside(export, exports.DONE)
        if lines and table is not None:
            marked = aside.with_name(f"{aside.stem}.marked.csv")
            write_marked(marked, table, lines)
            self._tell(f"{name}: {len(lines)} rows to look at, in {marked}")
        outcome.to_look_at += len(lines)
        outcome.sent += 1
        counts = ", ".join(f"{count} {kind}" for kind, count in (receipt.counts or {}).items())
        self._tell(f"{name}: {receipt.state}; {counts}")

    def _refuse(self, export: Export, words: str, outcome: Outcome) -> None:
        receipt = self._receipts.find(export.key)
        if receipt is not None:
            self._receipts.keep(receipt, state="refused", told=words)
        aside = exports.put_aside(export, exports.REFUSED)
        aside.with_name(f"{aside.name}.txt").write_text(f"{words}\n", encoding="utf-8")
        outcome.refused += 1
        self._tell(f"{export.path.name}: refused. {words}")


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """A second agent on the same receipts ends at once: a scheduled task may begin before the last one has ended.

    Errors: AgentProblem.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "running.lock").open("a+b") as file:
        try:
            _lock(file)
        except OSError:
            raise AgentProblem(f"Another agent works with {folder}.") from None
        yield


def _lock(file: IO[bytes]) -> None:
    """Held until the file is closed, which the system does for a process that is killed."""
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
