"""The two footings of a platform: what runs as a process, and which servers it stands on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from journey.servers import Kafka, Postgres

Profile = Literal["embedded", "production"]
PROFILES: tuple[Profile, ...] = ("embedded", "production")
PROGRAMS = ("identity", "consent", "families", "claims", "gateway")
"""In the order in which they are started."""
OFFSETS = {"gateway": 0, "identity": 1, "families": 2, "consent": 3, "claims": 4}
"""Where each program's API answers, counted from the platform's first port."""
STORING = ("identity", "consent", "families", "claims")
"""The programs that have a store, and so an outbox, a listener or workers to wait for."""
LOOPS = {
    "identity": ("relay", "work"),
    "consent": ("relay", "work"),
    "families": ("relay", "listen", "work"),
    "claims": ("relay", "listen", "work"),
}
"""What of a program runs beside its API in production, a process each; a test holds it against the programs."""


@dataclass(frozen=True)
class Part:
    """One process of a platform. Shape: `name` is the program's own for its API, else as in `families.relay`."""

    name: str
    program: str
    command: str
    port: int


def parts(profile: Profile, port_base: int) -> list[Part]:
    """A platform's processes. In production every relay has another one that stands by."""
    if profile == "embedded":
        return [Part(program, program, "run", port_base + OFFSETS[program]) for program in PROGRAMS]
    found = [Part(program, program, "serve", port_base + OFFSETS[program]) for program in PROGRAMS]
    for program, loops in LOOPS.items():
        found += [Part(f"{program}.{loop}", program, loop, 0) for loop in loops]
        found.append(Part(f"{program}.relay.standby", program, "relay", 0))
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
        """Start both and see to a database a program, its password among the secrets."""
        self.postgres.start()
        self.kafka.start()
        for program in STORING:
            self.postgres.make(program)
            path = self._secrets / f"{program}.database"
            path.touch(mode=0o600)
            path.write_text(self.postgres.password(program))

    def stop(self) -> None:
        self.kafka.stop()
        self.postgres.stop()

    def forget(self) -> None:
        self.kafka.forget()
        self.postgres.forget()

    def environment(self) -> Mapping[str, str]:
        """What tells every program where the servers are."""
        names: dict[str, str] = {}
        for program in STORING:
            prefix = program.upper()
            names[f"{prefix}_PROFILE"] = "production"
            names[f"{prefix}_DATABASE_URL"] = self.postgres.url(program, program)
            names[f"{prefix}_KAFKA_SERVERS"] = self.kafka.servers
        return names
