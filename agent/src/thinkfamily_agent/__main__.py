"""thinkfamily-agent: push a partner's exports from a folder, and bring back what became of each row.

    thinkfamily-agent run                 one round, for a scheduled task
    thinkfamily-agent watch               a round every five minutes, until Ctrl-C
    thinkfamily-agent check FEED FILE     what looks wrong in a file; sends nothing
    thinkfamily-agent status              the receipts
    thinkfamily-agent resume PUSH         a paused push is right as it is

A round ends with 0 when all is well, 1 when a person should look, 2 when the next round tries again, 3 when the agent
itself cannot work until somebody mends what it says.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from thinkfamily_agent import checking
from thinkfamily_agent.platform import Platform
from thinkfamily_agent.problems import AgentProblem, NotNow, Refused
from thinkfamily_agent.receipts import Receipts
from thinkfamily_agent.rounds import Round, ShowProgress
from thinkfamily_agent.settings import Settings, read_settings
from thinkfamily_agent.tables import read_table

LOOK, AGAIN, BROKEN = 1, 2, 3


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    try:
        settings = read_settings(chosen.settings)
        platform = Platform(settings)
        try:
            return _run(chosen, settings, platform, console)
        finally:
            platform.close()
    except (AgentProblem, Refused) as problem:
        print(f"thinkfamily-agent: {problem}", file=sys.stderr)
        return BROKEN
    except NotNow as away:
        print(f"thinkfamily-agent: {away}", file=sys.stderr)
        return AGAIN
    except KeyboardInterrupt:
        return 130


def _run(chosen: argparse.Namespace, settings: Settings, platform: Platform, console: Console) -> int:
    if chosen.command == "check":
        return _check(chosen.feed, chosen.file, platform)
    if chosen.command == "status":
        for receipt in Receipts(settings.receipts).list_all():
            counts = ", ".join(f"{count} {kind}" for kind, count in (receipt.counts or {}).items())
            print(f"{receipt.changed_at}  {receipt.state:<10} {receipt.feed}  {receipt.file}  {counts}".rstrip())
        return 0
    if chosen.command == "resume":
        platform.resume_push(chosen.push)
        return 0
    while True:
        code = _round(settings, platform, console, chosen.patience)
        if chosen.command == "run":
            return code
        time.sleep(chosen.every)


def _round(settings: Settings, platform: Platform, console: Console, patience: float) -> int:
    with _progress(console) as show_progress:
        outcome = Round(
            settings,
            platform,
            tell=lambda words: console.print(words, markup=False),
            show_progress=show_progress,
            patience=patience,
        ).run()
    return outcome.exit_code


@contextmanager
def _progress(console: Console) -> Iterator[ShowProgress]:
    """A bar a file on a terminal; in a log, nothing."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as progress:
        tasks = {}

        def show(name: str, share: float) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name, total=1.0)
            progress.update(tasks[name], completed=share)

        yield show


def _check(feed: str, file: Path, platform: Platform) -> int:
    try:
        table = read_table(file)
    except OSError as reason:
        raise AgentProblem(f"{file} cannot be read ({reason.strerror}).") from None
    if table is None:
        raise AgentProblem(f"{file} holds no rows of text; the platform may read it all the same.")
    described = platform.show_feed(feed)
    told = [f"there is no heading {name}" for name in checking.find_missing_columns(table, described)]
    told += [str(finding) for finding in checking.check_table(table, described)]
    for words in told:
        print(words)
    return LOOK if told else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="thinkfamily-agent", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--settings", type=Path, default=Path("thinkfamily-agent.toml"), help="the TOML file")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "watch"):
        command = commands.add_parser(name)
        command.add_argument("--patience", type=float, default=600, help="seconds for which one push is watched")
        if name == "watch":
            command.add_argument("--every", type=float, default=300, help="seconds between two rounds")
    check = commands.add_parser("check")
    check.add_argument("feed")
    check.add_argument("file", type=Path)
    commands.add_parser("status")
    commands.add_parser("resume").add_argument("push")
    return parser


if __name__ == "__main__":
    sys.exit(main())
