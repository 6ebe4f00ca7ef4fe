"""The two profiles of a platform: which processes run, and which servers they use."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from journey.servers import Kafka, Postgres
from journey.servers.postgres import owner_of
from vocabulary.programs import PROGRAMS, SERVICES

Profile = Literal["embedded", "production"]
PROFILES: tuple[Profile, ...] = ("embedded", "production")


@dataclass(frozen=True)
class Part:
    """One process of a platform. Shape: `name` is the program's own for its API, else as in `families.relay`."""

    name: str
    program: str
    command: str
    port: int


def list_parts(profile: Profile, port_base: int) -> list[Part]:
    """A platform's processes. In production every relay has another one that stands by."""
    if profile == "embedded":
        return [Part(name, name, "run", port_base + program.port_offset) for name, program in PROGRAMS.items()]
    found = [Part(name, name, "serve", port_base + program.port_offset) for name, program in PROGRAMS.items()]
    for name, program in PROGRAMS.items():
        found += [Part(f"{name}.{loop}", name, loop, 0) for loop in program.loops]
        if "relay" in program.loops:
            found.append(Part(f"{name}.relay.standby", name, "relay", 0))
    first = port_base + len(PROGRAMS)
    numbered = zip(found[len(PROGRAMS) :], range(first, first + len(found)), strict=False)
    return found[: len(PROGRAMS)] + [Part(part.name, part.program, part.command, port) for part, port in numbered]


class Servers:
    """PostgreSQL and Kafka of one platform, in `<var>/servers`."""

    def __init__(self, var: Path, *, durable: bool = True) -> None:
        self.postgres = Postgres(var / "servers" / "postgres", durable=durable)
        self.kafka = Kafka(var / "servers" / "kafka")
        self._secrets = var / "secrets"

    def start(self) -> None:
        """Start both, and make a database for each program, with its password among the secrets.

        The password for Kafka is made as well; who may do what there is granted by `python -m chassis.grant`.
        """
        self.postgres.start()
        self.kafka.start()
        for program in SERVICES:
            self.postgres.make_database(program)
            self._keep(f"{program}.database", self.postgres.password(program))
            self._keep(f"{program}.owner", self.postgres.password(owner_of(program)))
            if not (self._secrets / f"{program}.kafka").exists():
                self._keep(f"{program}.kafka", secrets.token_hex(24))

    def _keep(self, name: str, secret: str) -> None:
        path = self._secrets / name
        path.touch(mode=0o600)
        path.write_text(secret)

    def stop(self) -> None:
        self.kafka.stop()
        self.postgres.stop()

    def forget(self) -> None:
        self.kafka.forget()
        self.postgres.forget()

    def environment(self) -> Mapping[str, str]:
        """What tells every program where the servers are."""
        names: dict[str, str] = {}
        for program in SERVICES:
            prefix = program.upper()
            names[f"{prefix}_PROFILE"] = "production"
            names[f"{prefix}_DATABASE_URL"] = self.postgres.url(program, program)
            names[f"{prefix}_DATABASE_OWNER"] = owner_of(program)
            names[f"{prefix}_KAFKA_SERVERS"] = self.kafka.servers
        return names
