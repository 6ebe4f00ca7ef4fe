"""What `docker-compose.yml` says, and the house's rules for it: each returns what it finds wrong, a sentence each."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from chassis.cli import load

from . import rules
from .manifests import ROOT, Manifest, declared, workloads

FILE = ROOT / "docker-compose.yml"
STORES = {"postgres", "kafka"}
Compose = dict[str, Any]


def read(path: Path = FILE) -> Compose:
    held: Compose = yaml.safe_load(path.read_text())
    return held


def program_of(service: str) -> str:
    return service.partition("-")[0]


def command_of(service: str) -> str:
    """What of its program a container runs; a stand-by runs the same."""
    return service.removesuffix("-standby").partition("-")[2] or "serve"


def ours(compose: Compose) -> dict[str, Any]:
    return {name: held for name, held in compose["services"].items() if name not in STORES}


def the_commands_of_the_manifests(compose: Compose, manifests: list[Manifest]) -> Iterator[str]:
    """A container a command, which runs what its pod runs; and nothing else."""
    wanted = {(work.program, work.does): work.main["command"] for work in workloads(manifests) if work.ours}
    there = {(program_of(name), command_of(name)): held["command"] for name, held in ours(compose).items()}
    for program, command in sorted(wanted.keys() ^ there.keys()):
        yield f"{program} {command} {'has no container' if (program, command) in wanted else 'has no pod'}"
    for who in wanted.keys() & there.keys():
        if _without_address(wanted[who]) != _without_address(there[who]):
            yield f"{' '.join(who)} runs something else than its pod"


def _without_address(line: list[str]) -> list[str]:
    """The gateway's address is another one here."""
    return [re.sub(r"^(\$\(|http).*", "ADDRESS", word) for word in line]


def its_own_secrets_and_settings(compose: Compose, manifests: list[Manifest]) -> Iterator[str]:
    """The secrets that its pod has, each from a file; the program's settings, and none that it does not know."""
    for name, held in ours(compose).items():
        program = program_of(name)
        wanted = rules.wanted_files(program, command_of(name))
        if set(held.get("secrets", [])) != wanted:
            yield f"{name} has other secrets than it needs: {', '.join(sorted(wanted ^ set(held.get('secrets', []))))}"
        if held.get("env_file") != f"deploy/k8s/base/settings/{program}.env":
            yield f"{name} has the settings of another program"
        prefix, known = f"{program.upper()}_", load(program).settings.model_fields
        if unknown := [key for key in held["environment"] if key.removeprefix(prefix).lower() not in known]:
            yield f"{name} does not know {', '.join(unknown)}"
    for name, held in compose["services"].items():
        for missing in sorted(set(held.get("secrets", [])) - compose["secrets"].keys()):
            yield f"{name} wants {missing}, which is no file"


def closed(compose: Compose, manifests: list[Manifest]) -> Iterator[str]:
    """No writable root, no capabilities, no unbounded memory; nobody from another machine."""
    jobs = {f"{work.program}-{work.does}" for work in workloads(manifests) if work.kind == "Job"}
    for name, held in compose["services"].items():
        program = declared(program_of(name))
        hard = held.get("read_only"), held.get("cap_drop"), held.get("security_opt")
        if hard != (True, ["ALL"], ["no-new-privileges:true"]) or held.get("privileged") or held.get("cap_add"):
            yield f"{name} may do more than it needs"
        if name not in STORES and held.get("user") != f"{rules.USER}:{rules.USER}":
            yield f"{name} runs as somebody else"
        if not held.get("mem_limit") or not held.get("pids_limit"):
            yield f"{name} has no limits"
        if (held.get("restart") == "no") != (name in jobs):
            yield f"{name} {'is started again and again' if name in jobs else 'stays away once it has died'}"
        serves = name not in STORES and command_of(name) == "serve"
        port = program.port if program else 0
        published = [f"127.0.0.1:${{{program_of(name).upper()}_PORT:-{port}}}:{port}"] if serves else []
        if held.get("ports", []) != published:
            yield f"{name} is published at {held.get('ports', [])}"
        if set(held["networks"]) != _networks(name, serves):
            yield f"{name} is on the networks {sorted(held['networks'])}"
    if not compose["networks"]["stores"].get("internal") or not compose["networks"]["programs"].get("internal"):
        yield "A network leads elsewhere"


def _networks(name: str, serves: bool) -> set[str]:
    """Only `serve` and `work` call another program; the gateway owns no data."""
    program = declared(program_of(name))
    calls = serves or bool(program and program.calls and command_of(name) == "work")
    near = program is None or program.stores_data
    return ({"stores"} if near else set()) | ({"programs"} if calls else set()) | ({"door"} if serves else set())


def built_of_its_own_source(compose: Compose, manifests: list[Manifest]) -> Iterator[str]:
    """Each program's image is built once, from the one Dockerfile; a container waits for what it stands on."""
    for name, held in ours(compose).items():
        program = program_of(name)
        if held.get("image") != f"thinkfamily/{program}:${{THINKFAMILY_TAG:-dev}}":
            yield f"{name} is of another image"
        build = held.get("build", {})
        if bool(build) != (command_of(name) == "serve"):
            yield f"{name} is {'' if build else 'not '}built"
        folder = ROOT / build.get("args", {}).get("FOLDER", "") / "src" / program
        if build and (build["args"].get("PROGRAM") != program or not folder.is_dir()):
            yield f"{name} is built of another program's source"
        for other in held.get("depends_on", {}).keys() - compose["services"].keys():
            yield f"{name} waits for {other}, which nobody starts"


RULES = (the_commands_of_the_manifests, its_own_secrets_and_settings, closed, built_of_its_own_source)
