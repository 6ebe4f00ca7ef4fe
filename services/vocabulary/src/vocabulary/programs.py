"""The programs: where each answers on a laptop, what of it runs, whom it calls, and what its own client may do."""

from typing import ClassVar

from vocabulary.source import SHARED, Entry, check_entries, expect_known, read_table


class DeclaredProgram(Entry):
    """Shape: `loops` run beside `serve`; `calls` are the programs whose API it calls."""

    source: ClassVar[str] = "programs"

    title: str
    port_offset: int
    stores_data: bool
    loops: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    folder: str = ""
    own_secrets: tuple[str, ...] = ()
    has_client: bool = False
    client_scopes: tuple[str, ...] = ()
    client_purposes: tuple[str, ...] = ()

    @property
    def port(self) -> int:
        """Where it answers on a laptop and in a cluster."""
        return FIRST_PORT + self.port_offset

    @property
    def address(self) -> str:
        """Where it answers on a laptop."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def commands(self) -> tuple[str, ...]:
        """What of it runs as a process of its own in production."""
        return ("serve", *self.loops)

    @property
    def home(self) -> str:
        """The folder of its source, from the repository's root."""
        return self.folder or f"services/{self.code}"

    @property
    def secret_files(self) -> tuple[str, ...]:
        """The files that hold its secrets. Example: `claims.database`, `claims.kafka`, `claims.secret`."""
        kinds = ("database", "kafka") * self.stores_data + ("cursor", *self.own_secrets) + ("secret",) * self.has_client
        return tuple(f"{self.code}.{kind}" for kind in kinds)


_TABLE = read_table(DeclaredProgram.source)

FIRST_PORT: int = _TABLE[SHARED]["first_port"]
"""Where a platform's ports begin, unless another is chosen."""

PROGRAMS = check_entries(DeclaredProgram, _TABLE)
"""By name, in the order in which they are started."""

SERVICES = tuple(program.code for program in PROGRAMS.values() if program.stores_data)
"""The programs that hold data of their own: all but the gateway."""

for _program in PROGRAMS.values():
    expect_known(_program, "calls", _program.calls, PROGRAMS)


def address(program: str) -> str:
    """Where a program answers on a laptop. Errors: KeyError when there is no such program."""
    return PROGRAMS[program].address
