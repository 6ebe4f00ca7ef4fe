"""A program's manifests: its account and Service, its jobs, and a Deployment a command."""

from collections.abc import Iterator
from typing import Any

from generator.emit import Mode, Noted
from generator.names import (
    ADMINISTRATOR,
    GATEWAY,
    IDENTITY,
    KAFKA,
    SECRETS,
    USER,
    VAR,
    Programs,
    client_secrets,
    grant_secrets,
    labels,
    owner_of,
    owner_secret,
    run_bootstrap,
    run_command,
    run_grant,
)
from generator.sizes import SMALL, WAITS, Size, size
from vocabulary.programs import DeclaredProgram

Manifest = dict[str, Any]

CONTAINER_RIGHTS = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
}
MOUNTS = [
    {"name": "secrets", "mountPath": SECRETS, "readOnly": True},
    {"name": "var", "mountPath": VAR},
    {"name": "tmp", "mountPath": "/tmp"},
]


def manifests(programs: Programs, program: DeclaredProgram) -> Iterator[Manifest | Noted]:
    """All that a program needs in a cluster but its settings, secrets and policies."""
    yield account(program.code)
    yield service(program)
    if program.stores_data:
        yield Noted("It alone sees the password of the role that owns the tables.", _migrate(program))
        yield Noted("Gives the program its user at the brokers, with the rights that it needs.", _grant(program))
    if program.code == IDENTITY:
        yield Noted(
            "Registers the programs' own clients with the secrets that their owners hold, the portal's, and the first "
            "administrator.",
            _bootstrap(programs, program),
        )
    for command in program.commands:
        yield _deployment(program, command)
        yield _budget(program.code, command)


def account(name: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": name, "labels": labels(name)},
        "automountServiceAccountToken": False,
    }


def service(program: DeclaredProgram) -> Manifest:
    serve = labels(program.code, "serve")
    port = {"name": "http", "port": program.port, "targetPort": "http", "appProtocol": "http"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": program.code, "labels": serve},
        "spec": {"selector": serve, "ports": [port]},
    }


def _job(
    program: DeclaredProgram,
    name: str,
    container: Manifest,
    first: list[Manifest] | None = None,
    secrets: Manifest | None = None,
) -> Manifest:
    """Tried seven times in about ten minutes, for the time in which a database starts; gone an hour after its end."""
    held = labels(program.code, name)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": f"{program.code}-{name}", "labels": held},
        "spec": {
            "backoffLimit": 6,
            "ttlSecondsAfterFinished": 3600,
            "template": {
                "metadata": {"labels": held},
                "spec": {
                    "restartPolicy": "Never",
                    **pod_rights(program.code, USER, grace=30),
                    **({"initContainers": first} if first else {}),
                    "containers": [container],
                    "volumes": _volumes(program, SMALL, secrets),
                },
            },
        },
    }


def _migrate(program: DeclaredProgram) -> Manifest:
    sources = [{"secret": {"name": program.code}}, secret_file(owner_of(program.code), owner_secret(program.code))]
    secrets = {"projected": {"defaultMode": Mode(0o440), "sources": sources}}
    container = _container(program, "migrate", run_command(program.code, "migrate"), SMALL)
    return _job(program, "migrate", container, secrets=secrets)


def _bootstrap(programs: Programs, program: DeclaredProgram) -> Manifest:
    """It alone sees the secrets of the other programs' clients, and the first administrator's."""
    variable = f"{GATEWAY.upper()}_PUBLIC_URL"
    container = _container(program, "bootstrap", run_bootstrap(f"$({variable})"), SMALL)
    where = {"name": variable, "valueFrom": {"configMapKeyRef": {"name": GATEWAY, "key": variable}}}
    container = _inserted(container, after="envFrom", env=[where])
    files = {file.partition(".")[0]: file for file in client_secrets(programs)} | {"administrator": ADMINISTRATOR}
    sources = [{"secret": {"name": program.code}}, *(secret_file(name, file) for name, file in files.items())]
    secrets = {"projected": {"defaultMode": Mode(0o440), "sources": sources}}
    return _job(program, "bootstrap", container, [_await_migration(program)], secrets)


def _grant(program: DeclaredProgram) -> Manifest:
    """It alone sees the super user's password, and nothing else of the program than its own one."""
    own, super_user = grant_secrets(program.code)
    sources = [secret_file(program.code, own), secret_file(KAFKA, super_user)]
    secrets = {"projected": {"defaultMode": Mode(0o440), "sources": sources}}
    return _job(program, "grant", _container(program, "grant", run_grant(program.code), SMALL), secrets=secrets)


def secret_file(name: str, file: str) -> Manifest:
    """One file of a Secret, as a source of a volume."""
    return {"secret": {"name": name, "items": [{"key": file, "path": file}]}}


def _deployment(program: DeclaredProgram, command: str) -> Manifest:
    held, room = labels(program.code, command), size(program.code, command)
    container = _container(program, command, run_command(program.code, command), room)
    container = _inserted(container, after="envFrom", **_observed(program, command))
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"{program.code}-{command}", "labels": held},
        "spec": {
            "replicas": 2,
            "revisionHistoryLimit": 5,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "selector": {"matchLabels": held},
            "template": {
                "metadata": {"labels": held},
                "spec": {
                    **pod_rights(program.code, USER, grace=30),
                    "topologySpreadConstraints": [
                        {
                            "maxSkew": 1,
                            "topologyKey": key,
                            "whenUnsatisfiable": "ScheduleAnyway",
                            "labelSelector": {"matchLabels": held},
                        }
                        for key in ("kubernetes.io/hostname", "topology.kubernetes.io/zone")
                    ],
                    **({"initContainers": [_await_migration(program)]} if program.stores_data else {}),
                    "containers": [container],
                    "volumes": _volumes(program, room),
                },
            },
        },
    }


def _observed(program: DeclaredProgram, command: str) -> Manifest:
    """The port and who asks at it. Liveness does not ask for the database: a restart would not bring that back."""

    def asks(page: str, period: int, timeout: int, failures: int) -> Manifest:
        get = {"path": f"/health/{page}", "port": "http"}
        return {"httpGet": get, "periodSeconds": period, "timeoutSeconds": timeout, "failureThreshold": failures}

    found: Manifest = {
        "ports": [{"name": "http", "containerPort": program.port}],
        "startupProbe": asks("live", 2, 2, 30),
        "readinessProbe": asks("ready", 5, 3, 2),
        "livenessProbe": asks("live", 10, 3, 3),
    }
    # Who is called leaves its Service first.
    return found | ({"lifecycle": {"preStop": {"sleep": {"seconds": 5}}}} if command == "serve" else {})


def _budget(program: str, command: str) -> Manifest:
    held = labels(program, command)
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": f"{program}-{command}", "labels": held},
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": held},
        },
    }


def pod_rights(account: str, user: int, grace: int) -> Manifest:
    """What Pod Security calls restricted, without a token of the cluster. Units: `grace` in seconds.

    Without `enableServiceLinks: false` a Service named `families` would set FAMILIES_PORT in every pod.
    """
    ids = {"runAsUser": user, "runAsGroup": user, "fsGroup": user}
    return {
        "serviceAccountName": account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": grace,
        "securityContext": {"runAsNonRoot": True, **ids, "seccompProfile": {"type": "RuntimeDefault"}},
    }


def resources(room: Size) -> Manifest:
    return {
        "requests": {"cpu": room.cpu, "memory": room.memory, "ephemeral-storage": room.disk},
        "limits": {"cpu": room.most_cpu, "memory": room.most_memory, "ephemeral-storage": room.most_disk},
    }


def _container(program: DeclaredProgram, name: str, line: list[str], room: Size) -> Manifest:
    return {
        "name": name,
        "image": f"thinkfamily/{program.code}",
        "imagePullPolicy": "IfNotPresent",
        "command": line,
        "envFrom": [{"configMapRef": {"name": program.code}}],
        "securityContext": CONTAINER_RIGHTS,
        "resources": resources(room),
        "volumeMounts": MOUNTS,
    }


def _await_migration(program: DeclaredProgram) -> Manifest:
    """Readiness would not do: a relay or a worker begins whether or not it is called ready."""
    return _container(program, "await-migration", ["python", "-m", "chassis.migrated", program.code], WAITS)


def _volumes(program: DeclaredProgram, room: Size, secrets: Manifest | None = None) -> list[Manifest]:
    own = {"secret": {"secretName": program.code, "defaultMode": Mode(0o440)}}
    return [
        {"name": "secrets", **(secrets or own)},
        {"name": "var", "emptyDir": {"sizeLimit": room.var}},
        {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
    ]


def _inserted(held: Manifest, *, after: str, **members: Any) -> Manifest:
    """The same with members that are read before what follows `after`."""
    found: Manifest = {}
    for key, value in held.items():
        found[key] = value
        if key == after:
            found |= members
    return found
