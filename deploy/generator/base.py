"""`deploy/k8s/base`: what runs everywhere."""

from collections.abc import Iterator
from typing import Any

from generator import network, workloads
from generator.emit import document, documents, lines
from generator.names import (
    IDENTITY,
    KAFKA,
    KAFKA_PORT,
    POSTGRES,
    POSTGRES_PORT,
    SECRETS,
    VAR,
    Programs,
    in_words,
    owner_of,
)
from vocabulary.programs import DeclaredProgram

FOLDER = "deploy/k8s/base"


def files(programs: Programs, version: str) -> dict[str, str]:
    """Shape: path → text."""
    found = {f"{FOLDER}/kustomization.yaml": document(WHY, kustomization(programs, version))}
    found[f"{FOLDER}/network.yaml"] = documents(network.WHY, network.policies(programs))
    for code, program in programs.items():
        why = f"{code}: {program.title}. It calls {in_words(program.calls)}."
        why += "" if program.stores_data else "\nIt owns no data, so it has no store, no loops and no migration."
        found[f"{FOLDER}/{code}.yaml"] = documents(why, workloads.manifests(programs, program))
        found[f"{FOLDER}/settings/{code}.env"] = lines("", settings(programs, program))
    return found


WHY = """What runs everywhere. An overlay gives what is its place's own: images, addresses, secrets, stores.
Each ConfigMap's name ends in a digest of its content: a changed setting rolls the pods that read it."""


def kustomization(programs: Programs, version: str) -> dict[str, Any]:
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "thinkfamily",
        "labels": [{"pairs": {"app.kubernetes.io/part-of": "thinkfamily"}, "includeTemplates": True}],
        "resources": ["namespace.yaml", "network.yaml", *(f"{code}.yaml" for code in programs)],
        "configMapGenerator": [{"name": code, "envs": [f"settings/{code}.env"]} for code in programs],
        "images": [{"name": f"thinkfamily/{code}", "newTag": version} for code in programs],
    }


def settings(programs: Programs, program: DeclaredProgram) -> Iterator[str]:
    """A program's settings, a line each. Shape: `CLAIMS_HOST=0.0.0.0`."""
    held = {"profile": "production", "host": "0.0.0.0", "var": VAR, "secrets": SECRETS}
    held |= {"public_url": _address(program), "issuer": _address(programs[IDENTITY])}
    held |= {f"{called}_url": _address(programs[called]) for called in program.calls}
    if program.stores_data:
        held["database_url"] = f"postgresql+psycopg://{program.code}@{POSTGRES}:{POSTGRES_PORT}/{program.code}"
        held["database_owner"] = owner_of(program.code)
        held |= {"kafka_servers": f"{KAFKA}:{KAFKA_PORT}", "kafka_copies": "3"}
    for name, value in held.items():
        yield f"{program.code}_{name}".upper() + f"={value}"


def _address(program: DeclaredProgram) -> str:
    return f"http://{program.code}:{program.port}"
