"""Settings shared by all programs; each has its own subclass and prefix (`FAMILIES_PORT`, `CLAIMS_VAR` …).

Every default runs on a laptop: SQLite, the embedded log, loopback.
"""

import secrets
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PORTS = {"gateway": 0, "identity": 1, "families": 2, "consent": 3, "claims": 4}
"""Where each program listens, counted from the platform's first port."""

FIRST_PORT = 8700


def address(program: str) -> str:
    """Where a program answers on a laptop."""
    return f"http://127.0.0.1:{FIRST_PORT + PORTS[program]}"


class ServiceSettings(BaseSettings):
    """One typed class per program. Units: sizes in bytes, times in seconds."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)
    name: ClassVar[str] = "service"

    profile: Literal["embedded", "production"] = "embedded"
    var: Path = Field(default=Path("var"), description="Where the embedded profile keeps its files")
    database_url: str = Field(default="", description="Empty: SQLite under `var`")
    host: str = "127.0.0.1"
    port: int = Field(default=0, description="0: the program's usual port")
    public_url: str = Field(default="", description="Where callers find this program; problem pages live under it")
    issuer: str = address("identity")
    audience: str = "thinkfamily"
    identity_url: str = address("identity")
    families_url: str = address("families")
    consent_url: str = address("consent")
    claims_url: str = address("claims")
    client_id: str = Field(default="", description="This program's own client; empty: the program's name")
    client_secret_file: Path | None = Field(default=None, description="Empty: `var/secrets/<client>.secret`")
    cursor_key_file: Path | None = Field(default=None, description="Empty: `var/secrets/<program>.cursor`, made anew")
    body_limit: int = 1 << 20
    push_limit: int = Field(default=512 << 20, description="The largest body that is spooled to a file")
    threads: int = Field(default=40, description="Threads for requests; the database pool is as large")
    timeout: float = Field(default=10.0, description="How long a call to another program may take")
    grace: float = Field(default=8.0, description="How long requests may take to end after SIGTERM")
    log_level: str = "info"
    development: bool = False

    @classmethod
    def with_prefix(cls, **values: Any) -> Self:
        """Settings from the environment, each under the program's prefix; `values` win over it."""
        return cls(_env_prefix=f"{cls.name.upper()}_", **values)

    @property
    def store_url(self) -> str:
        return self.database_url or f"sqlite:///{self.var / self.name}.sqlite3"

    @property
    def own_url(self) -> str:
        return self.public_url or f"http://127.0.0.1:{self.own_port}"

    @property
    def own_port(self) -> int:
        return self.port or FIRST_PORT + PORTS.get(self.name, 9)

    @property
    def own_client(self) -> str:
        return self.client_id or self.name

    @property
    def own_secret(self) -> str:
        """The secret of this program's own client. Errors: FileNotFoundError before the platform is set up."""
        return (self.client_secret_file or self.var / "secrets" / f"{self.own_client}.secret").read_text().strip()

    def cursor_key(self) -> bytes:
        """The key that signs this program's cursors; the same in every replica, kept beside the other secrets."""
        path = self.cursor_key_file or self.var / "secrets" / f"{self.name}.cursor"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_private(path, secrets.token_hex(32))
        return bytes.fromhex(path.read_text().strip())


def write_private(path: Path, text: str) -> None:
    """Write a secret that only its owner can read, whole or not at all."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.rename(path)
