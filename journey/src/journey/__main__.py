"""`python -m journey demo | up | run | reset`: what `make` calls; and `token NAME`, an access token to explore with."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from journey import one_family_story, seeding, story
from journey.api import Api
from journey.console import Console
from journey.data_folder import DataFolder
from journey.platform import ROOT, Addresses, Platform
from journey.profile import PROFILES, list_parts
from journey.stopping import CannotGoOn, StopAsked, WentWrong, heed_signals
from sandbox import size
from vocabulary.programs import FIRST_PORT

FIRST_FREE_PORT, LAST_PORT = 1024, 65_535


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="journey", description=__doc__)
    parser.add_argument("command", choices=("demo", "up", "run", "reset", "token"))
    parser.add_argument("name", nargs="?", default="ana", help="with token: one of the sandbox's people or clients")
    parser.add_argument("--families", type=size, default=500)
    parser.add_argument("--seed", type=int, default=2016)
    parser.add_argument("--port-base", type=first_port, default=os.environ.get("PORT_BASE"))
    parser.add_argument("--profile", choices=PROFILES, default="embedded")
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="where the platform keeps its data")
    parser.add_argument("--json", action="store_true", help="the figures as one object on standard output")
    chosen = parser.parse_args(arguments)
    heed_signals()
    console = Console(quiet=chosen.json)
    try:
        return COMMANDS[chosen.command](chosen, console)
    except CannotGoOn as reason:
        print(f"journey: {reason}", file=sys.stderr)
        return 1
    except WentWrong as wrong:
        print(f"journey: went wrong: {wrong}", file=sys.stderr)
        return 1
    except StopAsked:
        console.print_line(f"stopped; the data stays in {chosen.var}, and the next start goes on from it")
        return 130


def first_port(text: str) -> int:
    """The first of the ports that a platform takes. Errors: ArgumentTypeError for one from which there are too few."""
    last = LAST_PORT - len(list_parts("production", 0)) + 1
    if not text.isdecimal() or not FIRST_FREE_PORT <= int(text) <= last:
        raise argparse.ArgumentTypeError(f"{text} is no first port: give one from {FIRST_FREE_PORT} to {last}")
    return int(text)


def run_demo(chosen: argparse.Namespace, console: Console) -> int:
    """Start the platform, carry the borough through it, show one family, and stay up."""
    running = Platform(chosen.var.resolve(), Addresses(chosen.port_base or FIRST_PORT), chosen.profile)
    try:
        start_platform(running, console)
        outcome = carry_borough(chosen, running.addresses, console)
        if outcome.figures.differing:
            return 1
        one_family_story.tell_family_story(outcome, console)
        one_family_story.print_addresses(running.addresses, running.var, console)
        stay_up(chosen, console)
    finally:
        running.stop()
    return 0


def run_platform(chosen: argparse.Namespace, console: Console) -> int:
    """Start a platform with the sandbox's agencies and stay up."""
    running = Platform(chosen.var.resolve(), Addresses(chosen.port_base or FIRST_PORT), chosen.profile)
    try:
        start_platform(running, console)
        story.seed_platform(running.addresses, running.var, console)
        one_family_story.print_addresses(running.addresses, running.var, console)
        stay_up(chosen, console)
    finally:
        running.stop()
    return 0


def run_journey(chosen: argparse.Namespace, console: Console) -> int:
    """Carry the borough through a platform that runs already."""
    outcome = carry_borough(chosen, find_addresses(chosen), console)
    if not chosen.json and not outcome.figures.differing:
        one_family_story.tell_family_story(outcome, console)
    return 1 if outcome.figures.differing else 0


def forget_all_data(chosen: argparse.Namespace, console: Console) -> int:
    """Delete what the platform of this folder wrote, and say what that was; nothing that anybody else put there."""
    folder = DataFolder(chosen.var.resolve())
    forgotten = folder.forget()
    if not forgotten.deleted:
        console.print_line(f"there is no data in {folder.path}")
        return 0
    console.print_line(f"deleted in {folder.path}: {', '.join(forgotten.deleted)}")
    if forgotten.left:
        console.print_line(f"left there, being no part of this platform: {', '.join(forgotten.left)}")
    return 0


def find_addresses(chosen: argparse.Namespace) -> Addresses:
    """Where the platform of this data answers; its passwords go nowhere else. Errors: CannotGoOn when it does not."""
    return Addresses(DataFolder(chosen.var.resolve()).find_port_base(chosen.port_base))


def print_token(chosen: argparse.Namespace, console: Console) -> int:
    """Sign one of the sandbox's people in, or a client, and print the access token."""
    cast = seeding.read_cast(chosen.var.resolve())
    if chosen.name not in cast:
        raise CannotGoOn(f"there is no {chosen.name}; there are {', '.join(sorted(cast))}")
    print(Api(find_addresses(chosen)).token(cast[chosen.name]))
    return 0


COMMANDS = {"demo": run_demo, "up": run_platform, "run": run_journey, "reset": forget_all_data, "token": print_token}


def start_platform(running: Platform, console: Console) -> None:
    with console.step("start", "programs started and ready") as step:
        running.start()
        step.add_figure(f"{len(running.parts)} processes")
        ports = [part.port for part in running.parts]
        step.add_figure(f"ports {min(ports)} to {max(ports)}")


def carry_borough(chosen: argparse.Namespace, where: Addresses, console: Console) -> story.Outcome:
    """Run the journey. Its figures are written whatever they are; the verdict comes last, with those that differ."""
    outcome = story.carry_borough(
        where,
        chosen.var.resolve(),
        families=chosen.families,
        seed=chosen.seed,
        console=console,
        profile=chosen.profile,
    )
    outcome.figures.write(chosen.var / "journey.json")
    if chosen.json:
        print(json.dumps(outcome.figures.as_json()))
    for line in outcome.figures.differing:
        print(f"journey: a figure is not what the truth says: {line}", file=sys.stderr)
    console.print_line(outcome.figures.describe_verdict())
    return outcome


def stay_up(chosen: argparse.Namespace, console: Console) -> None:
    """Wait for Ctrl-C, which is no error here."""
    console.print_line("everything stays up to explore; Ctrl-C stops it")
    try:
        while True:
            signal.pause()
    except StopAsked:
        console.print_line(f"stopping; the data stays in {chosen.var}, and the next start goes on from it")


if __name__ == "__main__":
    sys.exit(main())
