"""Names that more than one file of a deployment must say alike."""

from collections.abc import Iterable, Mapping, Sequence

from vocabulary.programs import DeclaredProgram

NAME, COMPONENT = "app.kubernetes.io/name", "app.kubernetes.io/component"
IDENTITY, GATEWAY = "identity", "gateway"
"""Who issues tokens, and where people come in: the bootstrap must know both."""
ADMINISTRATOR = "admin.json"
SUPER_USER = "kafka.super-user"
"""The password of the one user of the brokers who may do anything; the grants alone are made by that one."""
POSTGRES, POSTGRES_PORT, KAFKA, KAFKA_PORT = "postgres", 5432, "kafka", 9092
VAR, SECRETS = "/var/lib/thinkfamily", "/run/secrets"
USER = 10001

Programs = Mapping[str, DeclaredProgram]


def labels(program: str, command: str = "") -> dict[str, str]:
    return {NAME: program} | ({COMPONENT: command} if command else {})


def services(programs: Programs) -> list[str]:
    """Those that hold data."""
    return [code for code, program in programs.items() if program.stores_data]


def listeners(programs: Programs) -> list[str]:
    return [code for code, program in programs.items() if "listen" in program.loops]


def callers(programs: Programs, called: str) -> list[str]:
    return [code for code, program in programs.items() if called in program.calls]


def run_command(program: str, command: str) -> list[str]:
    return ["python", "-m", "chassis.cli", program, command]


def run_bootstrap(gateway_url: str) -> list[str]:
    return ["python", "-m", f"{IDENTITY}.bootstrap", "--gateway-url", gateway_url]


def run_grant(program: str) -> list[str]:
    return ["python", "-m", "chassis.grant", program]


def owner_of(program: str) -> str:
    """The role that owns a program's tables and migrates them, and the Secret that holds its password."""
    return f"{program}-owner"


def owner_secret(program: str) -> str:
    """The file of that role's password. Migrating alone needs it."""
    return f"{program}.owner"


def grant_secrets(program: str) -> list[str]:
    """What granting a program its rights at the brokers needs: its password there, and the super user's."""
    return [f"{program}.kafka", SUPER_USER]


def client_secrets(programs: Programs) -> list[str]:
    return [f"{code}.secret" for code, program in programs.items() if program.has_client]


def one_of(label: str, values: Iterable[str]) -> dict[str, object]:
    """A selector's expression."""
    return {"key": label, "operator": "In", "values": list(values)}


def in_words(names: Sequence[str]) -> str:
    """Example: identity, consent and families."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]])) or "nobody"
