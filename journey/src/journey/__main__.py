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
from journey.platform import ROOT, Addresses, Platform, forget_data
from journey.profile import PROFILES
from journey.stopping import CannotGoOn, StopAsked, WentWrong, heed_signals
from sandbox import size
from vocabulary.programs import FIRST_PORT


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="journey", description=__doc__)
    parser.add_argument("command", choices=("demo", "up", "run", "reset", "token"))
    parser.add_argument("name", nargs="?", default="ana", help="with token: one of the sandbox's people or clients")
    parser.add_argument("--families", type=size, default=500)
    parser.add_argument("--seed", type=int, default=2016)
    parser.add_argument("--port-base", type=int, default=int(os.environ.get("PORT_BASE", FIRST_PORT)))
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
        console.print_line("stopped; the data stays in var/, and the next start goes on from it")
        return 130


def run_demo(chosen: argparse.Namespace, console: Console) -> int:
    """Start the platform, carry the borough through it, show one family, and stay up."""
    running = Platform(chosen.var.resolve(), Addresses(chosen.port_base), chosen.profile)
    try:
        start_platform(running, console)
        outcome = carry_borough(chosen, console)
        if outcome.figures.differing:
            return 1
        one_family_story.tell_family_story(outcome, console)
        one_family_story.print_addresses(running.addresses, running.var, console)
        stay_up(console)
    finally:
        running.stop()
    return 0


def run_platform(chosen: argparse.Namespace, console: Console) -> int:
    """Start a platform with the sandbox's agencies and stay up."""
    running = Platform(chosen.var.resolve(), Addresses(chosen.port_base), chosen.profile)
    try:
        start_platform(running, console)
        story.seed_platform(running.addresses, running.var, console)
        one_family_story.print_addresses(running.addresses, running.var, console)
        stay_up(console)
    finally:
        running.stop()
    return 0


def run_journey(chosen: argparse.Namespace, console: Console) -> int:
    """Carry the borough through a platform that runs already."""
    outcome = carry_borough(chosen, console)
    if not chosen.json and not outcome.figures.differing:
        one_family_story.tell_family_story(outcome, console)
    return 1 if outcome.figures.differing else 0


def forget_all_data(chosen: argparse.Namespace, console: Console) -> int:
    forget_data(chosen.var.resolve())
    console.print_line("all data forgotten")
    return 0


def print_token(chosen: argparse.Namespace, console: Console) -> int:
    """Sign one of the sandbox's people in, or a client, and print the access token."""
    api, cast = Api(Addresses(chosen.port_base)), seeding.read_cast(chosen.var.resolve())
    if chosen.name not in cast:
        raise CannotGoOn(f"there is no {chosen.name}; there are {', '.join(sorted(cast))}")
    print(api.token(cast[chosen.name]))
    return 0


COMMANDS = {"demo": run_demo, "up": run_platform, "run": run_journey, "reset": forget_all_data, "token": print_token}


def start_platform(running: Platform, console: Console) -> None:
    with console.step("start", "programs started and ready") as step:
        running.start()
        step.add_figure(f"{len(running.parts)} processes")
        step.add_figure(f"ports {running.parts[0].port - 1} to {running.parts[-1].port}")


def carry_borough(chosen: argparse.Namespace, console: Console) -> story.Outcome:
    """Run the journey. Its figures are written whatever they are; those that differ are repeated at the end."""
    outcome = story.carry_borough(
        Addresses(chosen.port_base),
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
    return outcome


def stay_up(console: Console) -> None:
    """Wait for Ctrl-C, which is no error here."""
    console.print_line("everything stays up to explore; Ctrl-C stops it")
    try:
        while True:
            signal.pause()
    except StopAsked:
        console.print_line("stopping; the data stays in var/, and the next start goes on from it")


if __name__ == "__main__":
    sys.exit(main())
