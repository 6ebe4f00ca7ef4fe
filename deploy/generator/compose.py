"""`docker-compose.yml`: a whole platform on one machine, a container a command."""

from collections.abc import Iterator
from typing import Any

from generator import dev
from generator.emit import Noted, document
from generator.names import (
    ADMINISTRATOR,
    GATEWAY,
    IDENTITY,
    KAFKA,
    POSTGRES,
    SUPER_USER,
    USER,
    VAR,
    Programs,
    client_secrets,
    grant_secrets,
    owner_secret,
    run_bootstrap,
    run_command,
    run_grant,
    services,
)
from generator.sizes import CONTAINER_SETTINGS, SMALL, STANDBYS, Size, size
from vocabulary.programs import DeclaredProgram

Container = dict[str, Any]

WHY = """A whole platform on one machine: PostgreSQL, Kafka, and a container a command, as in deploy/k8s.
Settings are those of deploy/k8s/base/settings; images are built for `serve`, and the other commands take what is there.
`make compose-up` makes the secrets, builds and starts it; docs/operations.md says the rest.
Health: one look when a container starts costs what 15 later do, and is seldom the first that finds it ready."""
FOLDER = "${THINKFAMILY_SECRETS:-./deploy/compose/secrets}"

HARD: Container = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "restart": "unless-stopped",
    "stop_grace_period": "30s",
    "logging": {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}},
}
LOOK: Container = {
    "interval": "30s",
    "timeout": "10s",
    "retries": 3,
    "start_period": "120s",
    "start_interval": "2s",
}
STORES = [POSTGRES, KAFKA]
BROKER = "/etc/kafka/broker.sh"


def files(programs: Programs) -> dict[str, str]:
    """Shape: path → text."""
    return {"docker-compose.yml": document(WHY, project(programs))}


def project(programs: Programs) -> dict[str, Any]:
    named = {POSTGRES: Noted("--- stores", _postgres(programs)), KAFKA: _kafka(), **_jobs(programs)}
    for program in programs.values():
        named |= _program(programs, program)
    names = dev.secret_files(programs)
    return {
        "name": "thinkfamily",
        "services": named,
        "networks": {
            "stores": {"internal": True},
            "programs": {"internal": True},
            "door": Noted(
                "Leads to the published ports; what goes out from it finds no way back.",
                {"driver_opts": {"com.docker.network.bridge.enable_ip_masquerade": "false"}},
            ),
        },
        "volumes": {POSTGRES: {}, KAFKA: {}},
        "secrets": Noted(
            "Files for their containers' users to read, in a folder that is its owner's alone.",
            {name: {"file": f"{FOLDER}/{name}"} for name in names},
        ),
    }


# --- stores


def _postgres(programs: Programs) -> Container:
    return {
        "image": Noted(dev.WHY_IMAGE, dev.IMAGE),
        "user": f"{dev.USER}:{dev.USER}",
        "command": Noted(dev.WHY_CONNECTIONS, dev.ARGUMENTS),
        "stop_signal": "SIGINT",
        "mem_limit": "2g",
        "pids_limit": 700,
        "shm_size": "128m",
        "tmpfs": ["/tmp:size=64m", f"/var/run/postgresql:size=16m,uid={dev.USER},gid={dev.USER},mode=0775"],
        "environment": dev.VARIABLES,
        "secrets": [f"{POSTGRES}.database", *(file for code in services(programs) for file in dev.role_secrets(code))],
        "volumes": [
            "postgres:/var/lib/postgresql/data",
            Noted(
                "With the mode it has here, a `configs` file as well, and `content` cannot be copied into a read-only "
                "root. After a clone under umask 077 user 999 could not read it: `make compose-up` and compose-test "
                "give everybody the right first.",
                f"./{dev.FOLDER}/databases.sh:{dev.SCRIPTS}/databases.sh:ro",
            ),
        ],
        "networks": ["stores"],
        "healthcheck": Noted(dev.WHY_TCP, _asks("CMD", *dev.IS_READY) | {"start_interval": "1s"}),
        **HARD,
    }


def _kafka() -> Container:
    return {
        "image": "apache/kafka:4.3.1",
        "user": "1000:1000",
        "command": ["bash", BROKER],
        "mem_limit": "1g",
        "pids_limit": 300,
        "tmpfs": Noted(
            "Settings are written by broker.sh at each start, from the variables below and the super user's password.",
            [
                "/tmp:size=64m",
                "/opt/kafka/config:size=16m,uid=1000,gid=1000,mode=0700",
                "/opt/kafka/logs:size=128m,uid=1000,gid=1000,mode=0700",
                Noted(
                    "The image declares these as volumes; what nobody names stays behind, one more at each start.",
                    "/etc/kafka/secrets:size=1m,mode=0500",
                ),
                "/mnt/shared/config:size=1m,mode=0500",
            ],
        ),
        "environment": {
            "CLUSTER_ID": "dGhpbmtmYW1pbHktZGV2MQ",
            "KAFKA_NODE_ID": "1",
            "KAFKA_PROCESS_ROLES": "broker,controller",
            "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
            "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
            "KAFKA_LISTENERS": "CLIENT://:9092,CONTROLLER://localhost:9093",
            "KAFKA_ADVERTISED_LISTENERS": "CLIENT://kafka:9092",
            "KAFKA_INTER_BROKER_LISTENER_NAME": "CLIENT",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:SASL_PLAINTEXT,CLIENT:SASL_PLAINTEXT",
            "KAFKA_LOG_DIRS": "/var/lib/kafka/data",
            "KAFKA_AUTO_CREATE_TOPICS_ENABLE": Noted(
                "A relay makes its program's topics when it begins; a misspelt one must not come into being.", "false"
            ),
            "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
            "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
            "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
            "KAFKA_BROKER_SESSION_TIMEOUT_MS": Noted(
                "After a crash the broker waits until it counts as gone before it registers itself again.", "3000"
            ),
            "KAFKA_HEAP_OPTS": "-Xms256m -Xmx256m",
        },
        "secrets": [SUPER_USER],
        "volumes": ["kafka:/var/lib/kafka/data", f"./{dev.FOLDER}/broker.sh:{BROKER}:ro"],
        "networks": ["stores"],
        "healthcheck": Noted(
            "A connection is enough to know; Kafka's own tools start a JVM a look.",
            _asks("CMD", "bash", "-c", "</dev/tcp/127.0.0.1/9092") | {"start_interval": "1s"},
        ),
        **HARD,
    }


# --- programs


def _jobs(programs: Programs) -> dict[str, Any]:
    """A job runs once; what needs its work starts when it has ended well."""
    found: dict[str, Any] = {}
    ready = {store: {"condition": "service_healthy"} for store in STORES}
    for code in services(programs):
        program = programs[code]
        migrate = _job(programs, program, run_command(code, "migrate"), ready)
        found[f"{code}-migrate"] = {**migrate, "secrets": [*migrate["secrets"], owner_secret(code)]}
        grant = _job(programs, program, run_grant(code), {KAFKA: {"condition": "service_healthy"}})
        found[f"{code}-grant"] = {**grant, "secrets": grant_secrets(code)}
        if code == IDENTITY:
            port = _published(programs[GATEWAY])
            line = run_bootstrap(f"http://127.0.0.1:{port}")
            container = _job(programs, program, line, {f"{code}-migrate": COMPLETED})
            container["secrets"] = [*container["secrets"], *client_secrets(programs), ADMINISTRATOR]
            found[f"{code}-bootstrap"] = container
    first, *_ = found
    return found | {
        first: Noted("--- jobs: each runs once; what needs its work starts when it has ended well", found[first])
    }


COMPLETED = {"condition": "service_completed_successfully"}


def _job(programs: Programs, program: DeclaredProgram, line: list[str], after: dict[str, Any]) -> Container:
    return {
        **_container(programs, program, line, SMALL),
        "restart": "no",
        "healthcheck": {"disable": True},
        "networks": ["stores"],
        "depends_on": after,
    }


def _program(programs: Programs, program: DeclaredProgram) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for command in program.commands:
        name = program.code if command == "serve" else f"{program.code}-{command}"
        found[name] = _command(programs, program, command)
        if (program.code, command) in STANDBYS:
            why = "Stands by, and goes on where the other falls."
            found[f"{name}-standby"] = Noted(why, _command(programs, program, command))
    note = "" if program.stores_data else ": owns no data, and comes near no store"
    return found | {program.code: Noted(f"--- {program.code}{note}", found[program.code])}


def _command(programs: Programs, program: DeclaredProgram, command: str) -> Container:
    room = size(program.code, command)
    return {
        **(_build(program) if command == "serve" else {}),
        **_container(programs, program, run_command(program.code, command), room),
        "networks": list(_networks(program, command)),
        **({"ports": [f"127.0.0.1:{_published(program)}:{program.port}"]} if command == "serve" else {}),
        "healthcheck": _asks("CMD", "healthy", str(program.port)),
        "depends_on": _before(program),
    }


def _build(program: DeclaredProgram) -> Container:
    arguments = {"PROGRAM": program.code, "FOLDER": program.home}
    return {"build": {"context": ".", "dockerfile": "deploy/Dockerfile", "args": arguments}}


def _networks(program: DeclaredProgram, command: str) -> Iterator[str]:
    """Stores stand in a network that leads nowhere. A relay and a listener call no other program."""
    if program.stores_data:
        yield "stores"
    if command == "serve" or (command == "work" and program.calls):
        yield "programs"
    if command == "serve":
        yield "door"


def _before(program: DeclaredProgram) -> dict[str, Any]:
    if not program.stores_data:
        return {called: {"condition": "service_healthy"} for called in program.calls}
    jobs = ["bootstrap" if program.code == IDENTITY else "migrate", "grant"]
    return {f"{program.code}-{job}": COMPLETED for job in jobs}


def _container(programs: Programs, program: DeclaredProgram, line: list[str], room: Size) -> Container:
    prefix = program.code.upper()
    issuer = f"http://127.0.0.1:{_published(programs[IDENTITY])}"
    environment = {f"{prefix}_ISSUER": issuer, f"{prefix}_PUBLIC_URL": f"http://127.0.0.1:{_published(program)}"}
    if program.stores_data:
        environment[f"{prefix}_KAFKA_COPIES"] = "1"
    own = CONTAINER_SETTINGS.get(program.code, {})
    environment |= {f"{prefix}_{name}": value for name, value in own.items()}
    var = f"{VAR}:size={room.container_var},uid={USER},gid={USER},mode=0700"
    tmpfs = ["/tmp:size=64m", var]
    return {
        "image": f"thinkfamily/{program.code}:${{THINKFAMILY_TAG:-dev}}",
        "pull_policy": "never",
        "command": line,
        "user": f"{USER}:{USER}",
        "env_file": f"deploy/k8s/base/settings/{program.code}.env",
        "environment": environment,
        "secrets": list(program.secret_files),
        "mem_limit": room.container_memory,
        "pids_limit": 128,
        "tmpfs": tmpfs if room.container_var == SMALL.container_var else Noted(WHY_ROOM, tmpfs),
        **HARD,
    }


WHY_ROOM = (
    "What is pushed is received into memory, up to 512 MB at once; on a server of its own, rather onto an encrypted "
    "disk."
)


def _published(program: DeclaredProgram) -> str:
    """The port on this machine. Shape: compose's own variable with its default."""
    return f"${{{program.code.upper()}_PORT:-{program.port}}}"


def _asks(*test: str) -> Container:
    return {**LOOK, "test": list(test)}
