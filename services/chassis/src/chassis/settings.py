"""Settings shared by all programs; each has its own subclass and prefix (`FAMILIES_PORT`, `CLAIMS_VAR` …).

Every default runs on a laptop: SQLite, the embedded log, loopback.
"""

import secrets
from ipaddress import ip_network
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

STORES = {"sqlite", "postgresql+psycopg"}


class ServiceSettings(BaseSettings):
    """One typed class per program. Units: sizes in bytes, times in seconds.

    Shape: for each program that it calls, a program's settings have `<program>_url`.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)
    name: ClassVar[str] = "service"
    owns_data: ClassVar[bool] = True
    usual_port: ClassVar[int] = 0
    """Where the program answers unless `port` says otherwise."""

    profile: Literal["embedded", "production"] = "embedded"
    var: Path = Field(default=Path("var"), description="Where the embedded profile keeps its files")
    secrets: Path | None = Field(default=None, description="The folder of this program's secrets; empty: `var/secrets`")
    database_url: str = Field(default="", description="Empty: SQLite under `var`. Without a password: see `store_url`")
    database_owner: str = Field(
        default="",
        description="The role that owns and migrates the tables, `<program>.owner` its password; then the role of "
        "`database_url` runs the program and can change no table. Empty: that one does both",
    )
    kafka_servers: str = Field(default="", description="`host:port,…`; empty: the embedded log under `var`")
    kafka_prefix: str = Field(default="", description="Before each topic's name, where platforms share a cluster")
    kafka_partitions: int = Field(default=6, description="Of each topic made by this program; given once, for good")
    kafka_copies: int = Field(default=1, description="Brokers that hold each partition; two of three must confirm")
    kafka_user: str = Field(default="", description="Who this program is to the brokers; empty: the program's name")
    kafka_password_file: Path | None = Field(default=None, description="Empty: `<program>.kafka` among the secrets")
    kafka_tls: bool = Field(default=False, description="Encrypt what goes to the brokers, and hold them to their names")
    kafka_ca_file: Path | None = Field(
        default=None,
        description="The CA of the brokers' certificates (PEM); connections are encrypted then. Empty: "
        "with `kafka_tls` the CAs that this machine trusts",
    )
    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65_535, description="0: the program's usual port")
    public_url: str = Field(default="", description="Where callers find this program")
    problems_url: str = Field(
        default="",
        description="Where the pages of problems live, if not under `public_url`: `type` is "
        "`<problems_url>/problems/<name>`. The gateway serves those of all programs, so that its public address may "
        "stand here for each of them",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks, with commas, of proxies that are believed whence a request comes; or none",
    )
    issuer: str = Field(default="", description="Who issues the tokens that callers bring")
    audience: str = "thinkfamily"
    longest_token_life: float = Field(
        default=600.0, gt=0, description="How long an access token is believed, whatever it says of its end"
    )
    revocations_every: float = Field(
        default=0.5, gt=0, description="How often is asked what identity has ended: of one second, half is for the way"
    )
    revocations_tolerated: float = Field(
        default=30.0,
        gt=0,
        description="How long tokens are believed while identity cannot be asked what it has ended; then 503. Longer "
        "than identity takes to start again, shorter than anybody needs to misuse a token in peace",
    )
    identity_url: str = Field(default="", description="Where tokens and the keys that prove them come from")
    client_id: str = Field(default="", description="This program's own client; empty: the program's name")
    client_secret_file: Path | None = Field(default=None, description="Empty: `<client>.secret` among the secrets")
    cursor_key_file: Path | None = Field(default=None, description="Empty: `<program>.cursor`, made anew")
    body_limit: int = 1 << 20
    body_patience: float = Field(default=30.0, description="Seconds for which the next piece of a body is waited for")
    spooled_body_limit: int = Field(default=512 << 20, description="The largest body that is spooled to a file")
    spool_limit: int = Field(default=2 << 30, description="What all bodies together may take that are being spooled")
    threads: int = Field(default=40, description="Threads for requests; the database pool is as large")
    timeout: float = Field(default=10.0, description="How long a call to another program may take")
    time_budget: float = Field(
        default=3.0, description="How long a request may wait for other programs, in all its calls together"
    )
    statement_budget: float = Field(
        default=10.0,
        gt=0,
        description="How long a request may wait for one answer of its database, locks included; then 503. Less where "
        "its caller waits less",
    )
    statement_timeout: float = Field(
        default=300.0, ge=0, description="How long one statement may take that no request waits for; 0: for ever"
    )
    marks_every: float = Field(
        default=1.0, ge=0, description="How long marks of answers that left are gathered before they are sent; 0: none"
    )
    grace: float = Field(default=8.0, description="How long requests may take to end after SIGTERM")
    migration_lock_timeout: float = Field(
        default=10.0, ge=0, description="How long a migration waits for a lock before it gives up; 0: for ever"
    )
    migration_statement_timeout: float = Field(
        default=900.0, ge=0, description="How long one statement of a migration may take; 0: for ever"
    )
    unavailable_advice: str = Field(default="", description="What the page of the problem `unavailable` says besides")
    log_level: str = "info"
    development: bool = False

    @classmethod
    def with_prefix(cls, **values: Any) -> Self:
        """Settings from the environment, each under the program's prefix; `values` win over it.

        Errors: SystemExit, with a line for each that is wrong, and never its value: that may hold a password.
        """
        prefix = f"{cls.name.upper()}_"
        try:
            return cls(_env_prefix=prefix, **values)
        except ValidationError as wrong:
            faults = [f"{cls.name}: {_describe_fault(each, prefix)}" for each in wrong.errors()]
            raise SystemExit("\n".join(faults)) from None

    @field_validator("database_url")
    @classmethod
    def _known_store(cls, url: str) -> str:
        try:
            known = not url or make_url(url).drivername in STORES
        except (ArgumentError, ValueError):
            known = False
        if not known:
            raise ValueError("should be like postgresql+psycopg://role@host:5432/database")
        return url

    @field_validator("trusted_proxies")
    @classmethod
    def _known_proxies(cls, text: str) -> str:
        for each in filter(None, (part.strip() for part in text.split(","))):
            try:
                ip_network(each)  # no name and no `*`: then anybody might say whence they come
            except ValueError:
                raise ValueError("should be addresses or networks like 192.0.2.7, 10.0.0.0/8") from None
        return text

    @model_validator(mode="after")
    def _stand_on_servers(self) -> Self:
        """In production nothing falls back to files: a forgotten setting must not become a second truth."""
        missing = [name for name in ("database_url", "kafka_servers") if self.owns_data and not getattr(self, name)]
        if self.profile == "production" and missing:
            names = ", ".join(f"{self.name.upper()}_{name.upper()}" for name in missing)
            raise ValueError(f"in the production profile {names} must be set")
        return self

    @property
    def secrets_folder(self) -> Path:
        return self.secrets or self.var / "secrets"

    @property
    def store_url(self) -> str:
        """Where the store is; its password stands in a file of its own, `<program>.database` among the secrets."""
        if not self.database_url:
            return f"sqlite:///{self.var / self.name}.sqlite3"
        password = self.secrets_folder / f"{self.name}.database"
        url = make_url(self.database_url)
        if url.password is None and password.exists():
            url = url.set(password=password.read_text().strip())
        return url.render_as_string(hide_password=False)

    @property
    def owner_url(self) -> str:
        """The store as the owner of its tables sees it. Errors: FileNotFoundError where their password is not."""
        if not self.database_url or not self.database_owner:
            return self.store_url
        password = (self.secrets_folder / f"{self.name}.owner").read_text().strip()
        url = make_url(self.database_url).set(username=self.database_owner, password=password)
        return url.render_as_string(hide_password=False)

    @property
    def running_role(self) -> str:
        """The role that the tables are granted to; empty where the program's role owns them."""
        return (make_url(self.database_url).username or "") if self.database_url and self.database_owner else ""

    @property
    def own_url(self) -> str:
        return self.public_url or f"http://127.0.0.1:{self.own_port}"

    @property
    def problems_base(self) -> str:
        """Below which address the pages of this program's problems are found."""
        return (self.problems_url or self.own_url).rstrip("/")

    @property
    def own_port(self) -> int:
        return self.port or self.usual_port

    @property
    def own_client(self) -> str:
        return self.client_id or self.name

    @property
    def own_secret(self) -> str:
        """The secret of this program's own client. Errors: FileNotFoundError before the platform is set up."""
        return (self.client_secret_file or self.secrets_folder / f"{self.own_client}.secret").read_text().strip()

    @property
    def own_kafka_user(self) -> str:
        return self.kafka_user or self.name

    @property
    def own_kafka_password_file(self) -> Path:
        return self.kafka_password_file or self.secrets_folder / f"{self.name}.kafka"

    def cursor_key(self) -> bytes:
        """The key that signs this program's cursors; the same in every replica, kept beside the other secrets."""
        path = self.cursor_key_file or self.secrets_folder / f"{self.name}.cursor"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_private(path, secrets.token_hex(32))
        return bytes.fromhex(path.read_text().strip())


def _describe_fault(error: ErrorDetails, prefix: str) -> str:
    """Shape: `FAMILIES_PORT: why`; what is wrong with several together names them itself."""
    why = error["msg"].removeprefix("Value error, ")
    return f"{prefix}{str(error['loc'][0]).upper()}: {why}" if error["loc"] else why


def write_private(path: Path, text: str) -> None:
    """Write a secret that only its owner can read, whole or not at all."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.rename(path)
