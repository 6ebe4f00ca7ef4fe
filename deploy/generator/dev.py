"""`deploy/k8s/overlays/dev`: what of a development cluster follows from the programs. `kafka.yaml` there does not."""

from collections.abc import Iterator
from typing import Any

from generator.emit import Mode, Noted, document, documents, lines
from generator.names import (
    ADMINISTRATOR,
    KAFKA,
    POSTGRES,
    POSTGRES_PORT,
    SECRETS,
    SUPER_USER,
    Programs,
    labels,
    owner_of,
    owner_secret,
    services,
)
from generator.network import store_policies
from generator.sizes import Size
from generator.workloads import CONTAINER_RIGHTS, account, pod_rights, resources, secret_file

Manifest = dict[str, Any]
FOLDER = "deploy/k8s/overlays/dev"
IMAGE = "postgres:17-trixie"
WHY_IMAGE = "With the Debian release: another one's sorting order would not fit the indexes on the volume."
ARGUMENTS = ["postgres", "-c", "max_connections=600", "-c", "shared_buffers=256MB"]
WHY_CONNECTIONS = "A replica of a program opens up to 60 connections (40 threads and what stands beside them)."
IS_READY = ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"]
WHY_TCP = "Over TCP: while the databases are made, the server listens on its socket only."
VARIABLES = {
    "POSTGRES_USER": "postgres",
    "POSTGRES_PASSWORD_FILE": f"{SECRETS}/postgres.database",
    "POSTGRES_INITDB_ARGS": "--auth-host=scram-sha-256",
}
USER = 999
ROOM = Size(cpu="200m", memory="512Mi", most_cpu="2", most_memory="2Gi", most_disk="512Mi")
SCRIPTS = "/docker-entrypoint-initdb.d"


def files(programs: Programs) -> dict[str, str]:
    """Shape: path → text."""
    return {
        f"{FOLDER}/kustomization.yaml": document(
            "A whole platform for a development cluster, with stores of its own. First: python3 make_secrets.py",
            kustomization(programs),
        ),
        f"{FOLDER}/network.yaml": documents(
            "The stores' ends of the arrows that base/network.yaml begins.", store_policies(programs)
        ),
        f"{FOLDER}/postgres.yaml": documents(
            "One PostgreSQL for all databases, for development: no replica, no backup.", postgres(programs)
        ),
        f"{FOLDER}/secrets.list": lines("The files that make_secrets.py makes.", secret_files(programs)),
    }


def secret_files(programs: Programs) -> list[str]:
    """Every file of a secret that a platform with stores of its own needs."""
    return [file for names in secrets(programs).values() for file in names]


def secrets(programs: Programs) -> dict[str, list[str]]:
    """Shape: Secret → its files."""
    return {
        **{code: list(program.secret_files) for code, program in programs.items()},
        **{owner_of(code): [owner_secret(code)] for code in services(programs)},
        "administrator": [ADMINISTRATOR],
        POSTGRES: [f"{POSTGRES}.database"],
        KAFKA: [SUPER_USER],
    }


def role_secrets(code: str) -> list[str]:
    """The passwords of a program's two roles: of the one that runs it, and of the one that owns its tables."""
    return [f"{code}.database", owner_secret(code)]


def kustomization(programs: Programs) -> Manifest:
    copies = [
        {"name": code, "behavior": "merge", "literals": [f"{code.upper()}_KAFKA_COPIES=1"]}
        for code in services(programs)
    ]
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "thinkfamily",
        "resources": ["../../base", "network.yaml", "postgres.yaml", "kafka.yaml"],
        "images": [{"name": f"thinkfamily/{code}", "newTag": "dev"} for code in programs],
        "configMapGenerator": [
            Noted("One broker holds one copy.", copies[0]),
            *copies[1:],
            {"name": POSTGRES, "files": ["databases.sh"]},
            {"name": KAFKA, "files": ["broker.sh"]},
        ],
        "secretGenerator": [
            {"name": name, "files": [f"secrets/{file}" for file in names]} for name, names in secrets(programs).items()
        ],
    }


def postgres(programs: Programs) -> Iterator[Manifest]:
    held = labels(POSTGRES, "store")
    yield account(POSTGRES)
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": POSTGRES, "labels": held},
        "spec": {
            "clusterIP": "None",
            "selector": held,
            "ports": [{"name": POSTGRES, "port": POSTGRES_PORT, "targetPort": POSTGRES}],
        },
    }
    yield {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": POSTGRES, "labels": held},
        "spec": {
            "serviceName": POSTGRES,
            "replicas": 1,
            "selector": {"matchLabels": held},
            "template": {
                "metadata": {"labels": held},
                "spec": {
                    **pod_rights(POSTGRES, USER, grace=60),
                    "containers": [_server()],
                    "volumes": _volumes(programs),
                },
            },
            "volumeClaimTemplates": [
                {
                    "metadata": {"name": "data"},
                    "spec": {
                        "accessModes": ["ReadWriteOnce"],
                        "resources": {"requests": {"storage": "10Gi"}},
                    },
                }
            ],
        },
    }


def _server() -> Manifest:
    variables = VARIABLES | {"PGDATA": "/var/lib/postgresql/data/pgdata"}
    return {
        "name": POSTGRES,
        "image": Noted(WHY_IMAGE, IMAGE),
        "imagePullPolicy": "IfNotPresent",
        "args": Noted(WHY_CONNECTIONS, ARGUMENTS),
        "env": [{"name": name, "value": value} for name, value in variables.items()],
        "ports": [{"name": POSTGRES, "containerPort": POSTGRES_PORT}],
        "startupProbe": Noted(WHY_TCP, _asks(2, 3, 60)),
        "readinessProbe": _asks(10, 3, 2),
        "livenessProbe": _asks(30, 5, 4),
        "securityContext": CONTAINER_RIGHTS,
        "resources": resources(ROOM),
        "volumeMounts": [
            {"name": "data", "mountPath": "/var/lib/postgresql/data"},
            {"name": "secrets", "mountPath": SECRETS, "readOnly": True},
            {"name": "databases", "mountPath": SCRIPTS, "readOnly": True},
            {"name": "run", "mountPath": "/var/run/postgresql"},
            {"name": "tmp", "mountPath": "/tmp"},
            Noted(
                "Else 64 MB, which queries that run in parallel may fill; they would fail.",
                {"name": "shm", "mountPath": "/dev/shm"},
            ),
        ],
    }


def _asks(period: int, timeout: int, failures: int) -> Manifest:
    command = {"command": IS_READY}
    return {"exec": command, "periodSeconds": period, "timeoutSeconds": timeout, "failureThreshold": failures}


def _volumes(programs: Programs) -> list[Manifest]:
    sources = [secret_file(POSTGRES, f"{POSTGRES}.database")]
    for code in services(programs):
        sources += [secret_file(code, f"{code}.database"), secret_file(owner_of(code), owner_secret(code))]
    return [
        {"name": "secrets", "projected": {"defaultMode": Mode(0o440), "sources": sources}},
        {"name": "databases", "configMap": {"name": POSTGRES, "defaultMode": Mode(0o550)}},
        {"name": "run", "emptyDir": {"sizeLimit": "16Mi"}},
        {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
        {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "128Mi"}},
    ]
