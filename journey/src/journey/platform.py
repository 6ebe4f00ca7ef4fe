"""A platform: its programs, which supervisord keeps running, and their state as seen from outside."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

from chassis.http import trusted
from journey.data_folder import DataFolder
from journey.ports import FOR_PROGRAMS, find_first_free, is_free
from journey.profile import Part, Profile, Servers, list_parts
from journey.servers.process import stat_of
from journey.stopping import CannotGoOn, WentWrong
from vocabulary.programs import FIRST_PORT, PROGRAMS, SERVICES

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 120.0
STOP_SECONDS = 60.0
STALL_SECONDS = 120.0
CALM_LOOKS = 3
LOOK_SECONDS = 0.04
LONGEST_LOOK_SECONDS = 0.3
NOTHING_IS_LATE_DAYS = 36_500
NAMED_BY_SUPERVISOR = "SUPERVISOR_PROCESS_NAME"
"""The variable in which supervisord tells each process its name; the script in between passes it on."""
COUNTED_AT = "thinkfamily_figures_counted"
WAITING = ["thinkfamily_outbox_pending", "thinkfamily_listener_lag", "thinkfamily_work_pending", COUNTED_AT]
PENDING = re.compile(r"^thinkfamily_(outbox_pending|listener_lag|work_pending)(?:\{[^}]*\})? (\S+)$", re.MULTILINE)
COUNTED = re.compile(rf"^{COUNTED_AT}\{{[^}}]*\}} (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Addresses:
    """Where each program of one platform answers."""

    port_base: int = FIRST_PORT

    def port(self, program: str) -> int:
        return self.port_base + PROGRAMS[program].port_offset

    def url(self, program: str) -> str:
        return f"http://127.0.0.1:{self.port(program)}"

    @property
    def signed_in(self) -> str:
        """Where the portal's sign-in ends."""
        return f"{self.url('gateway')}/signed-in"

    def environment(self, var: Path) -> dict[str, str]:
        """What tells every program where the others are."""
        names: dict[str, str] = {}
        for program in PROGRAMS:
            prefix = program.upper()
            names[f"{prefix}_VAR"] = str(var)
            names[f"{prefix}_PORT"] = str(self.port(program))
            names[f"{prefix}_PUBLIC_URL"] = self.url(program)
            names[f"{prefix}_ISSUER"] = self.url("identity")
            names[f"{prefix}_PROBLEMS_URL"] = self.url("gateway")
            for other in SERVICES:
                names[f"{prefix}_{other.upper()}_URL"] = self.url(other)
        return names


class Platform:
    """One running platform: `start()` starts it, `stop()` leaves no process behind and all data in place.

    Shape: `servers` are there in the production profile alone. `durable=False` is for tests: see `Postgres`.
    """

    def __init__(self, var: Path, addresses: Addresses, profile: Profile = "embedded", *, durable: bool = True) -> None:
        self.var = var
        self.addresses = addresses
        self.profile = profile
        self.parts = list_parts(profile, addresses.port_base)
        self.servers = Servers(var, durable=durable) if profile == "production" else None
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._said_before: dict[Path, int] = {}

    def start(self) -> None:
        """Start the servers, migrate, set identity up where it is not, start the programs, wait until each is ready.

        Errors: CannotGoOn, with one line, when a port is taken, the data is in use, or a program does not start.
        """
        folder = DataFolder(self.var)
        if not folder.is_a_platforms():
            self._refuse_taken_ports()  # so that nothing is left behind of a platform that never was
        self._lock = folder.claim(self.addresses.port_base, self.profile)
        self._refuse_taken_ports()
        self._said_before = {log: log.stat().st_size for log in (self.var / "logs").iterdir()}
        if self.servers is not None:
            self.servers.start()
            super_user = str(self.servers.kafka.password_file)
            jobs = [["chassis.grant", *SERVICES, "--password-file", super_user]]
            jobs += [["chassis.cli", program, "migrate"] for program in SERVICES]
            with ThreadPoolExecutor(2) as hands:
                list(hands.map(lambda job: self._run_once("-m", *job), jobs))
        self._run_once("-m", "identity.bootstrap", "--gateway-url", self.addresses.url("gateway"))
        wrapper = [sys.executable, str(Path(__file__).with_name("die_with_parent.py"))]
        with (self.var / "logs" / "supervisord.out").open("ab") as out:
            self._supervisor = subprocess.Popen(
                [*wrapper, sys.executable, "-m", "supervisor.supervisord", "-c", str(self._write_config(wrapper))],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C reaches us alone; we stop the rest in order
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop every program and wait for the last one; harmless when nothing runs."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            started = self.processes(supervisor.pid)
            supervisor.terminate()
            try:
                supervisor.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                supervisor.kill()
                supervisor.wait()
            for pid in started.values():
                kill_if_left(pid)
        if self.servers is not None:
            self.servers.stop()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def processes(self, supervisor: int | None = None) -> dict[str, int]:
        """The process id of each running part, by the name that the supervisor gave it.

        Where a process does not tell its name (elsewhere than on Linux), its command tells; then a relay and the one
        that stands by are told apart by their age alone, and change names when one is started again.
        """
        parent = supervisor or (self._supervisor.pid if self._supervisor else 0)
        named: dict[str, int] = {}
        nameless: dict[tuple[str, ...], list[int]] = {}
        for pid, words in sorted(children_of(parent)):
            if "chassis.cli" not in words:
                continue
            if name := variable_of(pid, NAMED_BY_SUPERVISOR):
                named[name] = pid
            else:
                index = words.index("chassis.cli")
                nameless.setdefault(tuple(words[index + 1 : index + 3]), []).append(pid)
        found: dict[str, int] = {}
        for part in self.parts:
            if part.name in named:
                found[part.name] = named[part.name]
            elif pids := nameless.get((part.program, part.command)):
                found[part.name] = pids.pop(0)
        return found

    def kill(self, part: str) -> None:
        """SIGKILL one part, as a crash would, and wait until it is gone; the supervisor starts it again."""
        pid = self.processes()[part]
        os.kill(pid, signal.SIGKILL)
        while self.processes().get(part) == pid:
            time.sleep(0.01)

    def _refuse_taken_ports(self) -> None:
        for part in self.parts:
            if not is_free(part.port):
                raise CannotGoOn(
                    f"port {part.port} (for {part.name}) is taken; choose {len(self.parts)} free ones by their first: "
                    f"PORT_BASE={self.addresses.port_base + 100} (now {self.addresses.port_base})"
                )

    def _run_once(self, *arguments: str) -> None:
        done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=self._environment(), capture_output=True)
        if done.returncode:
            log = self.var / "logs" / "setup.log"
            log.write_bytes(done.stdout + done.stderr)
            raise CannotGoOn(f"`python {' '.join(arguments)}` failed; the end of {log} says: {last_line(log)}")

    def _last_said(self, log: Path) -> str:
        """The last line that was written to a log since this start."""
        return last_line(log, self._said_before.get(log, 0))

    def _environment(self) -> dict[str, str]:
        own = {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": ""}  # programs that are started often compile once
        servers = self.servers.environment() if self.servers is not None else {}
        # The sandbox tells of years ago: by the vocabulary's days each act of support would be recorded late.
        own["FAMILIES_LATE_AFTER_DAYS"] = str(NOTHING_IS_LATE_DAYS)
        own["GATEWAY_TOKEN_COMMAND"] = write_token_command(self.var)
        return {**os.environ, **self.addresses.environment(self.var), **servers, **own}

    def _write_config(self, wrapper: list[str]) -> Path:
        """Write supervisord's configuration. `%` is an escape there, so that it is doubled in every line."""
        run, logs = self.var / "run", self.var / "logs"
        lines = [
            "[supervisord]",
            "nodaemon=true",
            "silent=true",
            f"logfile={logs / 'supervisord.log'}",
            f"pidfile={run / 'supervisord.pid'}",
            f"childlogdir={logs}",
            *(["user=root"] if os.getuid() == 0 else []),  # without it, a warning at each start in a container
        ]
        for number, part in enumerate(self.parts, 1):
            words = [*wrapper, sys.executable, "-m", "chassis.cli", part.program, part.command]
            command = " ".join(f'"{word}"' for word in words)
            lines += [
                "",
                f"[program:{part.name}]",
                f"command={command}",
                f'environment={part.program.upper()}_PORT="{part.port}"',
                f"directory={ROOT}",
                f"priority={number}",
                "autorestart=true",
                "startsecs=1",
                "startretries=1000",
                "stopsignal=TERM",
                "stopwaitsecs=20",
                "redirect_stderr=true",
                f"stdout_logfile={logs / part.name}.log",
                "stdout_logfile_maxbytes=50MB",
                "stdout_logfile_backups=2",
            ]
        config = run / "supervisord.conf"
        config.write_text("\n".join(line.replace("%", "%%") for line in lines) + "\n")
        return config

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        waiting = list(self.parts)
        with httpx.Client(timeout=5, verify=trusted()) as http:
            while waiting:
                part = waiting[0]
                if is_ready(http, url_of(part)):
                    waiting.pop(0)
                    continue
                log = self.var / "logs" / f"{part.name}.log"
                if self._supervisor is None or self._supervisor.poll() is not None:
                    out = self.var / "logs" / "supervisord.out"
                    raise CannotGoOn(f"the supervisor ended; the end of {out} says: {self._last_said(out)}")
                if time.monotonic() > deadline:
                    raise CannotGoOn(f"{part.name} does not start; the end of {log} says: {self._last_said(log)}")
                time.sleep(0.1)


def url_of(part: Part) -> str:
    return f"http://127.0.0.1:{part.port}"


def find_free_ports(profile: Profile = "embedded") -> int:
    """The first of as many free ports that follow each other as a platform needs."""
    return find_first_free(len(list_parts(profile, 0)), FOR_PROGRAMS)


@contextmanager
def running_platform(
    var: Path, addresses: Addresses, profile: Profile = "embedded", *, durable: bool = True
) -> Iterator[Platform]:
    """A platform that runs for as long as the block does."""
    running = Platform(var, addresses, profile, durable=durable)
    try:
        running.start()
        yield running
    finally:
        running.stop()


class Watch:
    """Waits until nothing is left to be done anywhere, by what each program says in its metrics."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._http = httpx.Client(timeout=10, verify=trusted())

    def count_pending(self, since: float = 0.0) -> dict[str, float]:
        """What waits in each program: outbox rows, events not yet heard, work in the background.

        Units: `since` in Unix time. A program tells what it counted last, and counts anew when it was asked; figures
        that are older than that count as something that waits.
        """
        found: dict[str, float] = {}
        for program in SERVICES:
            try:
                text = self._http.get(f"{self._addresses.url(program)}/metrics", params={"name[]": WAITING}).text
            except httpx.HTTPError:
                found[f"{program} (not answering)"] = 1
                continue
            counted = [float(at) for at in COUNTED.findall(text)]
            if not counted or min(counted) <= since:
                found[f"{program} (figures not counted)"] = 1
            for name, value in PENDING.findall(text):
                key = f"{program} {name}"
                found[key] = found.get(key, 0) + float(value)
        return found

    def wait_until_idle(self, seen: Callable[[float], None] = lambda _: None) -> None:
        """Wait until all is done, calling `seen` with how much is left.

        Done means nothing pending in looks that follow each other: an event on its way from one program to the next
        may be counted in neither for a moment. Errors: WentWrong when what is left does not change for two minutes.
        """
        calm, before, moved, pause, since = 0, None, time.monotonic(), LOOK_SECONDS, time.time()
        while True:
            looked = time.time()
            pending = self.count_pending(since)
            since = looked
            left = sum(pending.values())
            seen(left)
            if left != before:
                before, moved = left, time.monotonic()
            calm = calm + 1 if left == 0 else 0
            if calm == CALM_LOOKS:
                return
            if time.monotonic() - moved > STALL_SECONDS:
                what = ", ".join(f"{name}: {value:.0f}" for name, value in pending.items() if value)
                raise WentWrong(f"nothing has moved for {STALL_SECONDS:.0f} s, still waiting: {what}")
            time.sleep(pause)
            # Each look costs every program something, so that they become rarer while something is left.
            pause = min(pause * 1.25, LONGEST_LOOK_SECONDS) if left else LOOK_SECONDS


def is_ready(http: httpx.Client, url: str) -> bool:
    try:
        return http.get(f"{url}/health/ready").status_code == 200
    except httpx.HTTPError:
        return False


def children_of(parent: int) -> list[tuple[int, list[str]]]:
    """Process ids and command lines of a process's children."""
    return [(pid, words) for pid, ppid, words in every_process() if ppid == parent]


def every_process() -> list[tuple[int, int, list[str]]]:
    """Each process: its id, its parent's, its command line. From /proc where there is one: a bare machine has no ps."""
    if not Path("/proc/self/stat").exists():
        listing = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = (line.split() for line in listing.splitlines())
        return [(int(pid), int(ppid), words) for pid, ppid, *words in rows]
    found: list[tuple[int, int, list[str]]] = []
    for folder in Path("/proc").glob("[0-9]*"):
        fields = stat_of(int(folder.name))
        try:
            words = (folder / "cmdline").read_text().split("\0")
        except (OSError, ValueError):
            continue  # it ended while we looked
        if fields and fields[0] != "Z":
            found.append((int(folder.name), int(fields[1]), words))
    return found


def variable_of(pid: int, name: str) -> str:
    """What a variable held when a process began; empty where that cannot be seen."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return ""
    start = f"{name}=".encode()
    for each in environment.split(b"\0"):
        if each.startswith(start):
            return each.removeprefix(start).decode(errors="replace")
    return ""


def kill_if_left(pid: int) -> None:
    """End a program that outlived its supervisor; another process that has its number by now is left alone."""
    if any(left == pid and "chassis.cli" in words for left, _, words in every_process()):
        os.kill(pid, signal.SIGKILL)


def write_token_command(var: Path) -> str:
    """The command that prints a token of one of the sandbox's people, from the platform of this data."""
    at = "" if var == ROOT / "var" else f" --var {shlex.quote(str(var))}"
    return f".venv/bin/python -m journey token ana{at}"


def last_line(log: Path, after: int = 0) -> str:
    """The last line of a log. Units: `after` in bytes: what stands before is of an earlier start."""
    said = log.read_bytes() if log.exists() else b""
    said = said[after:] if len(said) >= after else said  # a log that was rotated meanwhile is all new
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1][-300:] if lines else "(nothing)"


def write_private(path: Path, value: object) -> None:
    """Write JSON that only its owner can read, whole or not at all."""
    draft = path.with_suffix(".part")
    draft.touch(mode=0o600)
    draft.chmod(0o600)
    draft.write_text(json.dumps(value, indent=1) + "\n")
    draft.replace(path)
