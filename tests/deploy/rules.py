"""The house's rules for manifests. Each takes a whole set and returns what it finds wrong, a sentence each."""

import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import kubernetes_validate
import kubernetes_validate.utils

from chassis.cli import load
from chassis.settings import ServiceSettings
from vocabulary.programs import PROGRAMS as DECLARED
from vocabulary.programs import SERVICES

from .manifests import (
    COMPONENT,
    NAME,
    PROGRAMS,
    Manifest,
    Workload,
    calls,
    named,
    of_kind,
    workloads,
)
from .reach import Arrow, arrows

READ = cache(kubernetes_validate.utils.schema_contents)
"""The validator would read a file of all definitions for each manifest."""
VERSIONS = ("1.35", "1.36", "1.37")
USER = 10001
VOLUMES = {"configMap", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
LOOPS = ("relay", "listen", "work")


def schemas(manifests: list[Manifest]) -> Iterator[str]:
    """Each manifest is as Kubernetes' own schemas say, without an unknown field."""
    for held in manifests:
        for version in VERSIONS:
            try:
                with patch("kubernetes_validate.utils.schema_contents", READ):
                    kubernetes_validate.validate(held, version, strict=True)
            except kubernetes_validate.ValidationError as wrong:
                pointer = ".".join(str(part) for part in wrong.path)
                yield f"{_who(held)} is not valid in {version}: {pointer}: {wrong.message}"
                break


def one_deployment_a_command(manifests: list[Manifest]) -> Iterator[str]:
    """The programs, their commands and jobs: each once, and nothing else."""
    wanted: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for program in PROGRAMS:
        for command in load(program).commands():
            wanted[program, command] = ("Deployment", ["python", "-m", "chassis.cli", program, command])
        if program in SERVICES:
            wanted[program, "migrate"] = ("Job", ["python", "-m", "chassis.cli", program, "migrate"])
            wanted[program, "grant"] = ("Job", ["python", "-m", "chassis.grant", program])
    bootstrap = ["python", "-m", "identity.bootstrap", "--gateway-url", "$(GATEWAY_PUBLIC_URL)"]
    wanted["identity", "bootstrap"] = ("Job", bootstrap)
    there = {(work.program, work.does): work for work in workloads(manifests) if work.ours}
    for program, command in sorted(wanted.keys() ^ there.keys()):
        yield f"{program} {command} {'has no manifest' if (program, command) in wanted else 'is no command'}"
    for key in wanted.keys() & there.keys():
        work, (kind, line) = there[key], wanted[key]
        image = work.main["image"].partition(":")[0]
        if work.kind != kind or work.main.get("command") != line or image != f"thinkfamily/{work.program}":
            yield f"{work.who} is not the {kind} that runs {' '.join(line)}"


def restricted(manifests: list[Manifest]) -> Iterator[str]:
    """Each pod is what Pod Security calls restricted, and stricter: no token, no writable root, no unbounded disk."""
    namespace = [held["metadata"].get("labels", {}) for held in of_kind(manifests, "Namespace")]
    if [labels.get("pod-security.kubernetes.io/enforce") for labels in namespace] != ["restricted"]:
        yield "The namespace does not enforce restricted"
    accounts = {held["metadata"]["name"]: held for held in of_kind(manifests, "ServiceAccount")}
    for work in workloads(manifests):
        pod, held = work.pod, work.pod.get("securityContext", {})
        account = accounts.get(pod.get("serviceAccountName", ""), {})
        if account.get("automountServiceAccountToken", True) or pod.get("automountServiceAccountToken", True):
            yield f"{work.who} carries a token of the cluster"
        if pod.get("serviceAccountName") != work.program:
            yield f"{work.who} has no account of its own program"
        if pod.get("enableServiceLinks", True):
            yield f"{work.who} takes variables such as {work.program.upper()}_PORT from Services of that name"
        if not held.get("runAsNonRoot") or not held.get("runAsUser") or (work.ours and held["runAsUser"] != USER):
            yield f"{work.who} may run as root or as somebody else"
        if held.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield f"{work.who} has no seccomp profile"
        if any(pod.get(shared) for shared in ("hostNetwork", "hostPID", "hostIPC")):
            yield f"{work.who} shares the host's"
        for volume in pod.get("volumes", []):
            if not set(volume) - {"name"} <= VOLUMES:
                yield f"{work.who} mounts more than it may: {volume['name']}"
            if "emptyDir" in volume and not volume["emptyDir"].get("sizeLimit"):
                yield f"{work.who} may fill the disk: {volume['name']}"
        for container in work.containers:
            yield from _hardened(work, container)


def _hardened(work: Workload, container: Manifest) -> Iterator[str]:
    who, held = f"{work.who}, container {container['name']},", container.get("securityContext", {})
    if held.get("allowPrivilegeEscalation", True) or held.get("privileged") or held.get("runAsUser") == 0:
        yield f"{who} may gain privileges"
    if held.get("capabilities") != {"drop": ["ALL"]}:
        yield f"{who} keeps capabilities"
    if not held.get("readOnlyRootFilesystem"):
        yield f"{who} may write to its root"
    for kind in ("requests", "limits"):
        if set(container.get("resources", {}).get(kind, {})) != {"cpu", "memory", "ephemeral-storage"}:
            yield f"{who} has no {kind} for all three resources"
    mounted = {mount["name"] for mount in container.get("volumeMounts", [])}
    claimed = {"data"} if work.kind == "StatefulSet" else set()
    if mounted != {volume["name"] for volume in work.pod.get("volumes", [])} | claimed:
        yield f"{who} mounts other volumes than its pod has"


def secrets_are_files(manifests: list[Manifest]) -> Iterator[str]:
    """No secret stands in a variable or a setting; each comes as a file that only its program can read."""
    made = {held["metadata"]["name"]: set(held.get("data") or {}) for held in of_kind(manifests, "Secret")}
    for held in of_kind(manifests, "ConfigMap"):
        for key, value in held["data"].items():
            if "://" in value and urlsplit(value).password:
                yield f"{_who(held)} holds a password in {key}"
    for work in workloads(manifests):
        for container in work.containers:
            variables = [told.get("valueFrom", {}) for told in container.get("env", [])]
            if any("secretKeyRef" in told for told in variables) or any(
                "secretRef" in told for told in container.get("envFrom", [])
            ):
                yield f"{work.who} takes a secret as a variable"
            for mount in container.get("volumeMounts", []):
                if mount["name"] == "secrets" and (mount["mountPath"], mount.get("readOnly")) != ("/run/secrets", True):
                    yield f"{work.who} does not find its secrets where its settings say"
        files: set[str] = set()
        for mode, name, items in secrets_of(work):
            if mode is None or mode & 0o227:
                yield f"{work.who} lets others read the secret {name}"
            if name not in made:
                yield f"{work.who} wants the secret {name}, which nobody makes"
                continue
            missing = {item["key"] for item in items} - made[name]
            if missing:
                yield f"{work.who} wants {', '.join(sorted(missing))} of the secret {name}, which does not hold it"
            files |= {item["path"] for item in items} if items else made[name]
        if work.ours and files != (wanted := wanted_files(work.program, work.does)):
            yield f"{work.who} has other secrets than it needs: {', '.join(sorted(files ^ wanted))}"


def secrets_of(work: Workload) -> Iterator[tuple[int | None, str, list[Any]]]:
    for volume in work.pod.get("volumes", []):
        if secret := volume.get("secret"):
            yield secret.get("defaultMode"), secret["secretName"], secret.get("items", [])
        for source in volume.get("projected", {}).get("sources", []):
            if secret := source.get("secret"):
                yield volume["projected"].get("defaultMode"), secret["name"], secret.get("items", [])


def wanted_files(program: str, does: str) -> set[str]:
    """The secrets that a command of a program needs, as the code reads them."""
    if program == "gateway":
        return {"gateway.cursor", "gateway.secret"}
    if does == "grant":
        return {f"{program}.kafka", "kafka.super-user"}
    own = {f"{program}.database", f"{program}.kafka", f"{program}.cursor"}
    if program in ("identity", "consent", "families", "claims"):
        own.add(f"{program}.log-key")
    if does == "migrate":  # no other command can change a table
        own.add(f"{program}.owner")
    if program != "identity":
        return own | {f"{program}.secret"}
    clients = {f"{name}.secret" for name, declared in DECLARED.items() if declared.has_client}
    return own | {"identity.wrapping-key"} | (clients | {"admin.json"} if does == "bootstrap" else set())


def volumes(manifests: list[Manifest]) -> Iterator[str]:
    """What a pod mounts, it may read; what it writes goes where it has room for it."""
    for work in workloads(manifests):
        held = work.pod.get("securityContext", {})
        group = held.get("fsGroup")
        # Without it, the secrets and a new disk are root's alone.
        if group is None or group != held.get("runAsGroup") or (work.ours and group != USER):
            yield f"{work.who} is not of the group that its secrets and disks belong to"
        for container in work.containers:
            mounts = {mount["name"]: mount["mountPath"] for mount in container.get("volumeMounts", [])}
            if work.ours and mounts.get("var") != str(_settings(manifests, work.program).var):
                yield f"{work.who}, container {container['name']}, cannot write where its settings say"
            told = [str(variable.get("value")) for variable in container.get("env", [])]
            if work.kind == "StatefulSet" and not any(value.startswith(f"{mounts.get('data')}/") for value in told):
                yield f"{work.who} keeps its data at the root of its disk, beside lost+found"


def probes(manifests: list[Manifest]) -> Iterator[str]:
    """Each program tells whether it has begun, can work, and is alive, at its usual port."""
    for work in workloads(manifests):
        if work.kind == "Job":
            continue
        main = work.main
        ports = {port["name"]: port["containerPort"] for port in main.get("ports", [])}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            if probe not in main:
                yield f"{work.who} has no {probe}"
            elif work.ours:
                path = "/health/ready" if probe == "readinessProbe" else "/health/live"
                if main[probe].get("httpGet") != {"path": path, "port": "http"}:
                    yield f"{work.who} asks something else than {path} in its {probe}"
        if work.ours and ports != {"http": DECLARED[work.program].port}:
            yield f"{work.who} is not at its usual port"


def ends_gracefully(manifests: list[Manifest]) -> Iterator[str]:
    """Who is called leaves the Service's list first; everybody has time to end after that."""
    for work in workloads(manifests):
        if not work.ours:
            continue
        sleep = work.main.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        if (work.does == "serve") != (sleep > 0):
            yield f"{work.who} {'stops while it is still called' if not sleep else 'waits for callers that it has not'}"
        if work.pod.get("terminationGracePeriodSeconds", 30) < sleep + 15:
            yield f"{work.who} is killed before it has ended"


def stands_by(manifests: list[Manifest]) -> Iterator[str]:
    """Two of everything, on different nodes; one at a time may be taken away."""
    budgets = {held["metadata"]["name"]: held["spec"] for held in of_kind(manifests, "PodDisruptionBudget")}
    for held in of_kind(manifests, "Deployment"):
        name, spec = held["metadata"]["name"], held["spec"]
        labels = spec["selector"]["matchLabels"]
        template = spec["template"]["metadata"]["labels"]
        if not {NAME, COMPONENT} <= labels.keys() or any(template.get(key) != value for key, value in labels.items()):
            yield f"Deployment {name} selects other pods than it makes"
        if spec.get("replicas", 1) < 2:
            yield f"Deployment {name} has no second replica"
        budget = budgets.pop(name, {})
        if budget.get("maxUnavailable") != 1 or budget.get("selector") != {"matchLabels": labels}:
            yield f"Deployment {name} has no budget that spares one of it"
        spread = {
            told["topologyKey"]
            for told in spec["template"]["spec"].get("topologySpreadConstraints", [])
            if told["labelSelector"] == {"matchLabels": labels}
        }
        if spread != {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}:
            yield f"Deployment {name} may stand on one node"
        if spec.get("strategy", {}).get("rollingUpdate", {}).get("maxUnavailable") != 0:
            yield f"Deployment {name} gives up a replica before the new one is ready"
    for name in budgets:
        yield f"PodDisruptionBudget {name} guards nothing"


def waits_for_its_tables(manifests: list[Manifest]) -> Iterator[str]:
    """No command begins on the tables of the release before; all wait in the same way, and the jobs are patient."""
    for held in of_kind(manifests, "Job"):
        # All begin at once; a database has two minutes to, and four tries after the first take longer.
        if held["spec"].get("backoffLimit", 6) < 4:
            yield f"{_who(held)} gives up while the database starts"
    forms: dict[str, str] = {}
    for work in workloads(manifests):
        if not work.ours or work.program not in SERVICES or work.does in ("migrate", "grant"):
            continue
        first, *_ = work.pod.get("initContainers", [{}])
        line = ["python", "-m", "chassis.migrated", work.program]
        if first.get("command") != line or first.get("image") != work.main["image"]:
            yield f"{work.who} does not wait for its migration"
        forms.setdefault(repr(first).replace(work.program, "PROGRAM"), work.who)
    if len(forms) > 1:
        yield f"{' and '.join(sorted(forms.values()))} do not wait alike"


def services(manifests: list[Manifest]) -> Iterator[str]:
    """Each program answers at its name and usual port, by its `serve` alone; a Service leads to a port of its pods."""
    there = {held["metadata"]["name"]: held["spec"] for held in of_kind(manifests, "Service")}
    for program in PROGRAMS:
        spec = there.get(program, {})
        ports = [(port["port"], port["targetPort"]) for port in spec.get("ports", [])]
        usual = [(DECLARED[program].port, "http")]
        if spec.get("selector") != {NAME: program, COMPONENT: "serve"} or ports != usual:
            yield f"Service {program} does not lead to its program"
        if spec.get("type", "ClusterIP") != "ClusterIP":
            yield f"Service {program} opens a way around the ingress"
    for name, spec in there.items():
        led = [work for work in workloads(manifests) if spec["selector"].items() <= work.labels.items()]
        if not led:
            yield f"Service {name} leads to no pod"
        for work in led:
            opened = work.main.get("ports", [])
            numbers = {key: port["containerPort"] for port in opened for key in (port["name"], port["containerPort"])}
            for port in spec["ports"]:
                number = numbers.get(port["targetPort"])
                # Without an address of its own, a Service is its pods' addresses, and turns no port into another.
                if number is None or (spec.get("clusterIP") == "None" and port["port"] != number):
                    yield f"Service {name} is at another port than {work.who}"


def settings(manifests: list[Manifest]) -> Iterator[str]:
    """Each program's settings are those that it knows, for production, and lead to the programs that it calls."""
    issuer = named(manifests, "ConfigMap", "identity")["data"].get("IDENTITY_PUBLIC_URL")
    for program in PROGRAMS:
        data, prefix = named(manifests, "ConfigMap", program)["data"], f"{program.upper()}_"
        held = _settings(manifests, program)
        if unknown := [key for key in data if key.removeprefix(prefix).lower() not in type(held).model_fields]:
            yield f"{program} does not know {', '.join(unknown)}"
        # Probes and callers come from outside the pod. (At `::` no program starts: `chassis.cli` calls the port taken.)
        if held.host != "0.0.0.0" or held.own_port != DECLARED[program].port:
            yield f"{program} listens at {held.host}:{held.own_port}, where nobody calls it"
        if held.profile != "production" or held.development or str(held.secrets) != "/run/secrets":
            yield f"{program} is not set up for production"
        if held.issuer != issuer:
            yield f"{program} trusts another issuer than identity is"
        told = {name for name in PROGRAMS if f"{prefix}{name.upper()}_URL" in data}
        if told != calls(program):
            yield f"{program} is told the way to {sorted(told)}, and calls {sorted(calls(program))}"
        wrong = [name for name in told if getattr(held, f"{name}_url") != f"http://{name}:{DECLARED[name].port}"]
        if wrong:
            yield f"{program} looks for {', '.join(wrong)} elsewhere"
        yield from _stores(manifests, program, held)
    for work in workloads(manifests):
        if work.ours and any(
            container.get("envFrom") != [{"configMapRef": {"name": work.program}}] for container in work.containers
        ):
            yield f"{work.who} does not take its settings from its program's ConfigMap"


def _settings(manifests: list[Manifest], program: str) -> ServiceSettings:
    with patch.dict(os.environ, named(manifests, "ConfigMap", program)["data"], clear=True):
        return load(program).settings.with_prefix()


def _stores(manifests: list[Manifest], program: str, held: ServiceSettings) -> Iterator[str]:
    url = urlsplit(held.database_url)
    if program in SERVICES and (url.scheme, url.username, url.path) != ("postgresql+psycopg", program, f"/{program}"):
        yield f"{program} has no role and database of its own"
    if program not in SERVICES and (held.database_url or held.kafka_servers):
        yield f"{program} owns no data"
    if program not in SERVICES:
        return
    there = {
        f"{service['metadata']['name']}:{port['port']}"
        for service in of_kind(manifests, "Service")
        for port in service["spec"]["ports"]
    }
    for server in (f"{url.hostname}:{url.port or 5432}", *held.kafka_servers.split(",")):
        if server not in there:
            yield f"{program} looks for a store at {server}, where no Service is"
    brokers = named(manifests, "StatefulSet", "kafka")["spec"].get("replicas", 1)
    if held.kafka_copies > brokers:
        yield f"{program} wants {held.kafka_copies} copies of its events, of {brokers} brokers"


def only_the_arrows(manifests: list[Manifest]) -> Iterator[str]:
    """The network lets through what the code calls, and nothing else."""
    open_ways, wanted = arrows(manifests), _wanted_arrows(manifests)
    for who, whom, protocol, port in sorted(open_ways - wanted):
        yield f"{who} reaches {whom} at {protocol} {port}, and has no business there"
    for who, whom, protocol, port in sorted(wanted - open_ways):
        yield f"{who} does not reach {whom} at {protocol} {port}"


def _wanted_arrows(manifests: list[Manifest]) -> set[Arrow]:
    wanted: set[Arrow] = set()
    for program in PROGRAMS:
        port, does = DECLARED[program].port, load(program).commands()
        # A relay and a reaction hold no way to other programs: only routes and workers do.
        callers = [command for command in does if command in ("serve", "work")]
        ways = [(f"{to} serve", "TCP", DECLARED[to].port) for to in calls(program)]
        wanted |= {(f"{program} {command}", *way) for command in callers for way in ways}
        wanted |= {("monitoring", f"{program} {command}", "TCP", port) for command in does}
        wanted.add(("ingress", f"{program} serve", "TCP", port))
        # A relay tells, a listener hears, and `serve` counts what was not heard yet.
        near_the_log = {"relay", "listen"} & set(does) | ({"serve"} if "listen" in does else set())
        near_the_log |= {"grant"} if program in SERVICES else set()
        wanted |= {(f"{program} {command}", "kafka store", "TCP", 9092) for command in near_the_log}
    for work in workloads(manifests):
        who = f"{work.program} {work.does}"
        wanted |= {(who, "kube-system", protocol, 53) for protocol in ("UDP", "TCP")}
        if work.program in SERVICES and work.does != "grant":
            wanted.add((who, "postgres store", "TCP", 5432))
    return wanted


def alike(manifests: list[Manifest]) -> Iterator[str]:
    """The same command reads the same in every program, but for its name, its resources and its disk."""
    for command in ("serve", *LOOPS, "migrate", "grant"):
        forms: dict[str, str] = {}
        for held in of_kind(manifests, "Deployment", "Job"):
            labels = held["spec"]["template"]["metadata"]["labels"]
            if labels[COMPONENT] == command:
                forms.setdefault(_form(held, labels[NAME]), held["metadata"]["name"])
        if len(forms) > 1:
            yield f"{' and '.join(sorted(forms.values()))} are not written alike"


def _form(held: Manifest, program: str) -> str:
    pod = held["spec"]["template"]["spec"]
    # The gateway waits for no tables; who waits, and how, is another rule's.
    pod = {key: value for key, value in pod.items() if key != "initContainers"}
    spec = {**held["spec"], "template": {**held["spec"]["template"], "spec": pod}}
    text = repr(spec).replace(str(DECLARED[program].port), "PORT").replace(program, "PROGRAM")
    return re.sub(r"'(cpu|memory|ephemeral-storage|sizeLimit)': '[^']*'", r"'\1': …", text)


def _who(held: Manifest) -> str:
    return f"{held['kind']} {held['metadata']['name']}"


RULES = (
    schemas,
    one_deployment_a_command,
    restricted,
    secrets_are_files,
    volumes,
    probes,
    ends_gracefully,
    stands_by,
    waits_for_its_tables,
    services,
    settings,
    only_the_arrows,
    alike,
)
