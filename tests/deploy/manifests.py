"""What `deploy/k8s` says, read in two ways: its plain files by themselves, and what kustomize makes of them."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from fixtures.sources import parsed
from vocabulary.programs import PROGRAMS as DECLARED
from vocabulary.programs import DeclaredProgram

ROOT = Path(__file__).parents[2]
K8S = ROOT / "deploy" / "k8s"
FOLDERS = ("base", "overlays/dev")
BASE, DEV = (K8S / folder for folder in FOLDERS)
PROGRAMS = tuple(DECLARED)
NAME, COMPONENT = "app.kubernetes.io/name", "app.kubernetes.io/component"
Manifest = dict[str, Any]


# --- reading


def documents(folder: Path) -> list[Manifest]:
    """The plain manifests of a folder, without what only kustomize reads."""
    files = [path for path in sorted(folder.glob("*.yaml")) if path.name != "kustomization.yaml"]
    return [document for path in files for document in yaml.safe_load_all(path.read_text()) if document]


def kustomization(folder: Path) -> Manifest:
    held: Manifest = yaml.safe_load((folder / "kustomization.yaml").read_text())
    return held


def plain(k8s: Path = K8S) -> list[Manifest]:
    """Base and the dev overlay, file by file; generated ConfigMaps and Secrets with the keys that they will have."""
    made: list[Manifest] = []
    for folder in (k8s / name for name in FOLDERS):
        for told in kustomization(folder).get("configMapGenerator", []):
            lines = [line for env in told.get("envs", []) for line in (folder / env).read_text().splitlines()]
            lines = [line for line in lines if not line.startswith("#")]
            data = dict(line.split("=", 1) for line in [*lines, *told.get("literals", [])])
            data |= {Path(file).name: (folder / file).read_text() for file in told.get("files", [])}
            if told.get("behavior") == "merge":
                next(held for held in made if held["metadata"]["name"] == told["name"])["data"] |= data
            else:
                made.append(_generated("ConfigMap", told["name"], data))
        for told in kustomization(folder).get("secretGenerator", []):
            made.append(_generated("Secret", told["name"], {Path(file).name: "" for file in told["files"]}))
    return [*(document for name in FOLDERS for document in documents(k8s / name)), *made]


def _generated(kind: str, name: str, data: dict[str, str]) -> Manifest:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, "data": data}


def kubectl() -> str | None:
    """The program that builds overlays: the one that is asked for, the environment's, or else the machine's."""
    return (
        os.environ.get("KUBECTL")
        or shutil.which("kubectl", path=Path(sys.executable).parent)
        or shutil.which("kubectl")
    )


def build(tool: str, folder: Path) -> list[Manifest]:
    """What kustomize makes of a folder. Errors: AssertionError with its own words."""
    done = subprocess.run([tool, "kustomize", folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def without_digests(manifests: list[Manifest]) -> list[Manifest]:
    """The same with the names that were written: generated ones end in a digest of their content."""
    text = yaml.safe_dump_all(manifests)
    for held in manifests:
        if held["kind"] in ("ConfigMap", "Secret"):
            name = held["metadata"]["name"]
            text = re.sub(rf"\b{re.escape(name)}\b", re.sub(r"-[a-z0-9]{10}$", "", name), text)
    return list(yaml.safe_load_all(text))


def of_kind(manifests: list[Manifest], *kinds: str) -> list[Manifest]:
    return [held for held in manifests if held["kind"] in kinds]


def named(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    return next(held for held in of_kind(manifests, kind) if held["metadata"]["name"] == name)


# --- pods


@dataclass(frozen=True)
class Workload:
    """What makes pods. Shape: `who` is `<kind> <name>`, for findings."""

    who: str
    kind: str
    labels: dict[str, str]
    pod: Manifest

    @property
    def program(self) -> str:
        return self.labels[NAME]

    @property
    def does(self) -> str:
        return self.labels[COMPONENT]

    @property
    def ours(self) -> bool:
        return self.program in PROGRAMS

    @property
    def containers(self) -> list[Manifest]:
        return [*self.pod.get("initContainers", []), *self.pod["containers"]]

    @property
    def main(self) -> Manifest:
        held: Manifest = self.pod["containers"][0]
        return held


def workloads(manifests: list[Manifest]) -> list[Workload]:
    return [
        Workload(
            f"{held['kind']} {held['metadata']['name']}",
            held["kind"],
            held["spec"]["template"]["metadata"]["labels"],
            held["spec"]["template"]["spec"],
        )
        for held in of_kind(manifests, "Deployment", "StatefulSet", "DaemonSet", "Job", "ReplicaSet")
    ]


# --- what the vocabulary and the code say


def declared(program: str) -> DeclaredProgram | None:
    return DECLARED.get(program)


@cache
def calls(program: str) -> frozenset[str]:
    """Which programs this one calls: by `runtime.client(…)`, the gateway by its clients; and identity for its keys."""
    source = ROOT / DECLARED[program].home / "src"
    if program == "gateway":
        return frozenset(path.stem for path in (source / "gateway" / "clients").glob("*.py")) - {"__init__"}
    found = frozenset(_clients(source))
    return found | {"identity"} - {program}


def _clients(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "client":
                target = node.args[0] if node.args else None
                if isinstance(target, ast.Constant) and target.value in PROGRAMS:
                    yield str(target.value)
