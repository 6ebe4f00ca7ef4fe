"""Whether the containers are as closed as docker-compose.yml means them to be: as the engine and the kernel tell."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from engine import run
from stack import JOBS, PORTS, STORES, Stack

USERS = {"postgres": "999:999", "kafka": "1000:1000"}
OURS = "10001:10001"
SOURCE = "/opt/thinkfamily/"
SHARED = {"chassis", "directory", "transparency", "vocabulary"}
LOOKS = f"cat /proc/1/status; cat /proc/net/route; ls -d {SOURCE}* 2>/dev/null; touch /usr/probe 2>&1 || true"
READ_ONLY = "Read-only file system"
"""What the kernel says before it asks who writes. Of a root that can be written it would say: Permission denied."""


def loose(stack: Stack) -> list[str]:
    """What is not as it should be, a line each."""
    containers = stack.containers()
    secrets = _secrets(stack)
    found = [
        f"{service}: {what}"
        for service, held in containers.items()
        for what in _told(service, held, secrets, stack.project)
    ]
    running = [service for service in containers if service not in JOBS]
    with ThreadPoolExecutor(4) as hands:
        looks = hands.map(lambda service: stack.inside(service, "bash", "-c", LOOKS), running)
        for service, said in zip(running, looks, strict=True):
            found += [f"{service}: {what}" for what in _seen(service, said)]
    for program in PORTS:
        image = f"thinkfamily/{program}:{stack.project}"
        text = run("docker", "image", "inspect", image) + run("docker", "image", "history", "--no-trunc", image)
        found += [f"image {program}: holds {name}" for name, secret in secrets.items() if secret in text]
    return found


def _secrets(stack: Stack) -> dict[str, str]:
    """By their files' names; of admin.json the passwords, since nobody repeats the file as it stands."""
    secrets = {path.name: path.read_text().strip() for path in stack.secrets.iterdir()}
    first = json.loads(secrets["admin.json"])
    passwords = {"admin.json": first["password"]}
    if "second" in first:
        passwords["the second of admin.json"] = first["second"]["password"]
    return secrets | passwords


def _told(service: str, held: dict[str, Any], secrets: dict[str, str], project: str) -> Iterator[str]:
    """By what the engine was told."""
    host, config = held["HostConfig"], held["Config"]
    if config["User"] != USERS.get(service, OURS):
        yield f"runs as {config['User']}"
    if not host["ReadonlyRootfs"]:
        yield "root can be written"
    if host["CapDrop"] != ["ALL"] or host["CapAdd"] or host["Privileged"]:
        yield "has capabilities"
    if "no-new-privileges:true" not in host["SecurityOpt"]:
        yield "may gain privileges"
    if not host["Memory"] or not host["PidsLimit"]:
        yield "has no limit of memory or of processes"
    if (host["RestartPolicy"]["Name"] == "no") != (service in JOBS):
        yield "is not restarted, or is a job that is"
    bound = [binding for bindings in (host["PortBindings"] or {}).values() for binding in bindings]
    if [binding["HostIp"] for binding in bound] != (["127.0.0.1"] if service in PORTS else []):
        yield f"is published at {bound}"
    networks = {name.removeprefix(f"{project}_") for name in held["NetworkSettings"]["Networks"]}
    if ("door" in networks) != (service in PORTS) or (service in STORES and networks != {"stores"}):
        yield f"is on the networks {sorted(networks)}"
    if service == "gateway" and "stores" in networks:
        yield "the gateway comes near the stores"
    program = service.partition("-")[0]
    for mount in held["Mounts"]:
        if mount["Type"] == "volume" and not mount["Name"].startswith(f"{project}_"):
            yield f"has a volume without a name at {mount['Destination']}, which would stay behind"
        name = mount["Destination"].rpartition("/")[2]
        if name not in secrets:
            continue
        if mount["RW"]:
            yield f"can write {name}"
        granted = service.endswith("-grant") and name == "kafka.super-user"
        if service not in ("identity-bootstrap", "postgres") and name.partition(".")[0] != program and not granted:
            yield f"holds {name}"
    text = json.dumps(held)
    for name, secret in secrets.items():
        if secret in text:
            yield f"the engine knows {name}"


def _seen(service: str, said: str) -> Iterator[str]:
    """By what its first process and its routes are."""
    lines = [line.split() for line in said.splitlines()]
    status = {words[0]: words[1] for words in lines if len(words) > 1 and words[0].endswith(":")}
    expected = {"CapEff:": "0" * 16, "CapBnd:": "0" * 16, "NoNewPrivs:": "1", "Seccomp:": "2"}
    for name, value in expected.items():
        if status.get(name) != value:
            yield f"{name} {status.get(name)}"
    if status.get("Uid:") in (None, "0"):
        yield "its first process is root"
    sources = {line.removeprefix(SOURCE) for line in said.splitlines() if line.startswith(SOURCE)}
    if service not in STORES and sources != SHARED | {service.partition("-")[0]}:
        yield f"holds the source of {', '.join(sorted(sources)) or 'nothing'}"
    if READ_ONLY not in said:
        yield "its root is not read-only"
    if service not in PORTS and any(words[1:2] == ["00000000"] for words in lines):
        yield "has a way out of its networks"


def told_secrets(stack: Stack) -> list[str]:
    """Secrets that stand in what containers said."""
    secrets = _secrets(stack)
    said = stack.logs(100_000)
    return [f"{service}: said {name}" for service, text in said.items() for name, it in secrets.items() if it in text]
