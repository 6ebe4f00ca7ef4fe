"""The platform that compose brings up: a project of its own, with secrets, ports and images of its own."""

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from engine import ROOT, CannotTest, commands, run

from vocabulary.programs import PROGRAMS, SERVICES

PORTS = {name: declared.port_offset for name, declared in PROGRAMS.items()}
"""Where each program is published, counted from the first port."""
JOBS = {"identity-bootstrap", *(f"{service}-{job}" for service in SERVICES for job in ("migrate", "grant"))}
STORES = {"postgres", "kafka"}
MAKE_SECRETS = ROOT / "deploy" / "k8s" / "overlays" / "dev" / "make_secrets.py"
SCRIPTS = [MAKE_SECRETS.with_name(name) for name in ("databases.sh", "broker.sh")]
PROJECT_LABEL, SERVICE_LABEL = "com.docker.compose.project", "com.docker.compose.service"
NUMBER_LABEL = "com.docker.compose.container-number"


@dataclass
class Stack:
    port_base: int
    scratch: Path
    _killer: subprocess.Popen[str] | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        from journey.ports import is_free

        self._down(1)  # of a test that was cut off
        self._remove_left()
        for program, offset in PORTS.items():
            if not is_free(self.port_base + offset):
                raise CannotTest(
                    f"port {self.port_base + offset} (for {program}) is taken; "
                    f"choose five free ones by their first: PORT_BASE={self.port_base + 100} (now {self.port_base})"
                )
        run(sys.executable, str(MAKE_SECRETS), str(self.secrets), "444")
        (self.var / "secrets").mkdir(parents=True)
        shutil.copy(self.secrets / "admin.json", self.var / "secrets")
        for script in SCRIPTS:
            script.chmod(script.stat().st_mode | 0o555)  # docker-compose.yml says why
        return self

    def __exit__(self, *_: object) -> None:
        """Take everything down: containers, networks, volumes, and the images that were built for the test.

        Each step is taken even if one before it fails.
        """
        with contextlib.ExitStack() as steps:  # from the last to the first
            steps.callback(self._remove_images)
            steps.callback(self._remove_left)
            steps.callback(self._down, 15)
            steps.callback(commands.end_all)

    def _down(self, timeout: int) -> None:
        self.compose("down", "-v", "--remove-orphans", "--timeout", str(timeout), seconds=180)

    def _remove_left(self) -> None:
        """What kills, of which compose knows nothing, and what it could not take down."""
        if left := run("docker", "ps", "-aq", "--filter", self._label).split():
            run("docker", "rm", "--force", *left)

    def _remove_images(self) -> None:
        if images := self._images():
            run("docker", "image", "rm", "--force", *images)

    def _images(self) -> list[str]:
        """By their names: removed by its number, an image would lose the names that others gave it as well."""
        words = ["--format", "{{.Repository}}:{{.Tag}}", "--filter", f"reference=thinkfamily/*:{self.project}"]
        return run("docker", "image", "ls", *words).split()

    @property
    def project(self) -> str:
        """The name of all that is the test's own, so that tests on other ports may run on the same engine."""
        return f"thinkfamily-test-{self.port_base}"

    @property
    def _label(self) -> str:
        return f"label={PROJECT_LABEL}={self.project}"

    @property
    def secrets(self) -> Path:
        return self.scratch / "secrets"

    @property
    def var(self) -> Path:
        return self.scratch / "var"

    @cached_property
    def environment(self) -> dict[str, str]:
        ports = {f"{name.upper()}_PORT": str(self.port_base + offset) for name, offset in PORTS.items()}
        own = {"THINKFAMILY_TAG": self.project, "THINKFAMILY_SECRETS": str(self.secrets), "COMPOSE_PROGRESS": "quiet"}
        return {**os.environ, **ports, **own}

    def compose(self, *words: str, seconds: float = 60) -> str:
        """Errors: CalledProcessError, TimeoutExpired."""
        return run("docker", "compose", "-p", self.project, *words, env=self.environment, seconds=seconds)

    def build(self) -> None:
        self.compose("build", "--quiet", seconds=400)

    def up(self) -> None:
        """Start everything and wait until each container is healthy and each job has ended well."""
        self.compose("up", "-d", "--wait", "--wait-timeout", "240", "--quiet-pull", seconds=300)

    def containers(self) -> dict[str, dict[str, Any]]:
        """What the engine knows of each service's container.

        Of those that compose made, which it numbers: what kills has the name of a service as well, from its image.
        """
        ids = run("docker", "ps", "-aq", "--filter", self._label, "--filter", f"label={NUMBER_LABEL}").split()
        found: list[dict[str, Any]] = json.loads(run("docker", "inspect", *ids)) if ids else []
        return {held["Config"]["Labels"][SERVICE_LABEL]: held for held in found}

    def container(self, service: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = json.loads(run("docker", "inspect", f"{self.project}-{service}-1"))
        return found[0]

    def inside(self, service: str, *words: str) -> str:
        return run("docker", "exec", f"{self.project}-{service}-1", *words)

    def kill(self, service: str) -> float:
        """SIGKILL a container's first process. As after a crash the restart policy acts; on `docker kill` it would not.

        Returns the seconds until it ran again. Errors: AssertionError when it stays away for a minute.
        """
        killed = self._await_process(service, "was to be killed and does not run")
        while not self._send_kill(killed):  # it has just ended by itself, and comes again
            killed = self._await_process(service, "ended before it was killed, and is not back", killed)
        began = time.monotonic()
        self._await_process(service, "was killed and is not back", killed)
        return time.monotonic() - began

    def _await_process(self, service: str, otherwise: str, before: int = 0) -> int:
        """The number of a container's first process. Until it runs that is 0, and who kills 0 kills himself."""
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            state = self.container(service)["State"]
            if state["Running"] and state["Pid"] not in (0, before):
                return int(state["Pid"])
            time.sleep(0.1)
        raise AssertionError(f"{service} {otherwise} after a minute")

    def _send_kill(self, pid: int) -> bool:
        """By a container that sees the engine's processes: we need neither be root nor be on its machine.

        Returns whether the process was there to be killed. Errors: AssertionError when what kills is gone itself.
        """
        if self._killer is None:
            named = ["--label", f"{PROJECT_LABEL}={self.project}"]  # so that it is seen when it is left behind
            allowed = ["--pid", "host", "--network", "none", "--read-only", "--cap-drop", "ALL", "--cap-add", "KILL"]
            image = f"thinkfamily/gateway:{self.project}"
            script = 'while read -r pid; do kill -9 "$pid" && echo killed || echo gone; done'
            words = ["run", "--rm", "-i", "--user", "0:0", *named, *allowed, image, "bash", "-c", script]
            self._killer = commands.begin("docker", *words, stdin=subprocess.PIPE)
        assert self._killer.stdin and self._killer.stdout
        self._killer.stdin.write(f"{pid}\n")
        self._killer.stdin.flush()
        said = self._killer.stdout.readline().strip()
        assert said in ("killed", "gone"), f"the container that kills is gone; it was to kill process {pid}"
        return said == "killed"

    def figure(self, program: str, name: str) -> float:
        """One of a program's figures, over all its labels; 0 while the program does not answer."""
        url = f"http://127.0.0.1:{self.port_base + PORTS[program]}/metrics?name[]={name}"
        with contextlib.suppress(OSError, ValueError), urllib.request.urlopen(url, timeout=5) as answer:
            text = answer.read().decode()
            return sum(float(value) for value in re.findall(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE))
        return 0.0

    def active(self, program: str, services: list[str]) -> str:
        """Which of these containers does the program's task: who has no lock stands by. Empty: none just now."""
        asked = "SELECT DISTINCT client_addr FROM pg_locks JOIN pg_stat_activity USING (pid) "
        asked += f"WHERE locktype = 'advisory' AND granted AND datname = '{program}'"
        holders = self.inside("postgres", "psql", "-U", "postgres", "-Atc", asked).split()
        for service in services:
            networks = self.container(service)["NetworkSettings"]["Networks"]
            if networks[f"{self.project}_stores"]["IPAddress"] in holders:
                return service
        return ""

    def logs(self, lines: int) -> dict[str, str]:
        """The end of what each container said."""
        found: dict[str, str] = {}
        for service, held in self.containers().items():
            done = subprocess.run(
                ["docker", "logs", "--tail", str(lines), held["Id"]],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=60,
            )
            found[service] = done.stdout
        return found

    def traces(self) -> list[str]:
        """What is left of the test on the engine."""
        kinds = {"container": ["ps", "-a"], "network": ["network", "ls"], "volume": ["volume", "ls"]}
        left = [
            f"{kind} {name}"
            for kind, words in kinds.items()
            for name in run("docker", *words, "-q", "--filter", self._label).split()
        ]
        return left + [f"image {name}" for name in self._images()]


@contextlib.contextmanager
def alone(stack: Stack) -> Iterator[None]:
    """No other test takes down what this one brings up. Errors: CannotTest while one runs on the same ports."""
    path = Path(tempfile.gettempdir()) / f"{stack.project}.lock"  # stays, and is empty: who removed it could let two in
    try:
        file = path.open("a")
    except OSError as wrong:
        raise CannotTest(f"cannot lock {path}: {wrong.strerror}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotTest(
                f"another compose-test runs on the ports from {stack.port_base}; "
                f"choose five free ones by their first: PORT_BASE={stack.port_base + 100}"
            ) from None
        yield
