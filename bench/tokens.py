"""What a token costs: identity beside npm's oidc-provider, each with its replay rows in PostgreSQL.

    .venv/bin/python bench/tokens.py                          a table for people, and the ratios
    .venv/bin/python bench/tokens.py --seconds 5 --json       one object for machines
    .venv/bin/python bench/tokens.py --replicas 1             without the second replica

The packages of the other one: `cd bench/oidc-provider && npm ci --ignore-scripts`.

Both do the same: a client shows an assertion that it signed (`private_key_jwt`, ES256), its `jti` is kept where no
replica takes it again, and it gets an RFC 9068 token, signed ES256. They are measured in rounds, A B A B, so that a
machine that is busy otherwise is so for both. With one replica it has a core of its own; the caller and PostgreSQL have
the other one. With two, four processes share the cores with those.
On a machine that is busy otherwise `--first` is needed: identity is one thread and the other one several, which get
more of a core that is shared.
Units: tokens a second; milliseconds of CPU a token, of the server alone and of PostgreSQL; milliseconds from a
request's first byte to its answer's last.
"""

import argparse
import asyncio
import base64
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

if Path(sys.path[0]) == Path(__file__).resolve().parent:
    del sys.path[0]  # the package that is measured is found by its name alone

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey
from sqlalchemy import make_url

from chassis.http import trusted
from chassis.keys import JwksOverHttp
from chassis.migrations import migrate
from chassis.runtime import make_runtime, running
from chassis.settings import write_private
from identity.app import program
from identity.audit.service import PLATFORM
from identity.bootstrap import bootstrap
from identity.clients.keys import PublicJwk
from identity.clients.schemas import ClientRequest
from identity.clients.service import add_client_key, register_client
from identity.settings import LIMITS
from journey.ports import FOR_SERVERS, find_first_free
from journey.servers import Postgres
from journey.servers.postgres import owner_of
from journey.servers.process import child_ids, stat_of

OTHER = Path(__file__).with_name("oidc-provider")
KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
WARM_UP = 1.0
PATIENCE = 60.0
TARGETS = {"rate": 0.33, "cpu": 3.0, "p99": 2.0}
"""Of identity as a multiple of the other: its rate at least, its CPU a token and its p99 at most."""


@dataclass
class Party:
    """A client of both servers."""

    client_id: str
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    def sign(self, issuer: str) -> str:
        """An assertion that is good for minutes."""
        made = int(time.time())
        claims = {"iss": self.client_id, "sub": self.client_id, "aud": issuer, "iat": made, "exp": made + 240}
        head, body = (
            _b64(json.dumps(part).encode()) for part in ({"alg": "ES256"}, claims | {"jti": secrets.token_hex(12)})
        )
        private: Any = self.key.private_key
        r, s = decode_dss_signature(private.sign(f"{head}.{body}".encode(), ec.ECDSA(SHA256())))
        return f"{head}.{body}.{_b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class Contender:
    """A server under test, with its replicas. Shape: `issuer` is what assertions are made for."""

    name: str
    issuer: str
    path: str
    ports: list[int]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def cpu(self) -> float:
        return sum(cpu_seconds(process.pid) for process in self.processes)


def cpu_seconds(pid: int) -> float:
    return sum(int(part) for part in stat_of(pid)[11:13]) / os.sysconf("SC_CLK_TCK")


def request_of(party: Party, contender: Contender) -> bytes:
    form = {
        "grant_type": "client_credentials",
        "scope": "feeds:read",
        "client_assertion_type": KIND,
        "client_assertion": party.sign(contender.issuer),
    }
    body = urlencode(form).encode()
    lines = [
        f"POST {contender.path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Caller(asyncio.Protocol):
    """One connection that sends the next request as soon as it has its answer."""

    def __init__(self, requests: Iterator[bytes], seen: "Seen") -> None:
        self._requests, self._seen, self._held = requests, seen, b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, split, body = self._held.partition(b"\r\n\r\n")
        if not split:
            return
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:")
        if len(body) < length:
            return
        self._seen.note(time.perf_counter() - self._sent, head[9:12], body)
        self._held = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    def _send(self) -> None:
        request = next(self._requests, None)
        if request is None or time.perf_counter() > self._seen.until:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


@dataclass
class Seen:
    """What callers saw. Shape: answers before `since` are warming up, and count for nothing."""

    since: float
    until: float
    seconds: list[float] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)

    def note(self, seconds: float, status: bytes, body: bytes) -> None:
        if status != b"200":
            self.refused.append(status + b" " + body[:200])
        elif time.perf_counter() >= self.since:
            self.seconds.append(seconds)


async def load(
    contender: Contender, requests: Sequence[bytes], connections: int, seconds: float, postgres: int
) -> dict[str, float]:
    """Send for so long. Errors: SystemExit where anything but a token came back."""
    began = time.perf_counter()
    seen = Seen(began + WARM_UP, began + WARM_UP + seconds)
    left, loop = iter(requests), asyncio.get_running_loop()
    callers = []
    for number in range(connections):
        port = contender.ports[number % len(contender.ports)]
        callers.append((await loop.create_connection(lambda: Caller(left, seen), "127.0.0.1", port))[1])
    await asyncio.sleep(WARM_UP)
    before, before_store = contender.cpu(), _tree(postgres)
    await asyncio.sleep(seconds)
    spent, spent_store = contender.cpu() - before, _tree(postgres) - before_store
    took = time.perf_counter() - seen.since
    await asyncio.wait_for(asyncio.gather(*(caller.ended for caller in callers)), PATIENCE)
    if seen.refused:
        raise SystemExit(f"{contender.name} refused: {seen.refused[0].decode(errors='replace')}")
    if next(left, None) is None:
        raise SystemExit("The assertions ran out: give --most")
    times = sorted(seen.seconds)
    return {
        "rate": len(times) / took,
        "cpu": spent / len(times) * 1000,
        "store_cpu": spent_store / len(times) * 1000,
        "p50": times[len(times) // 2] * 1000,
        "p99": times[len(times) * 99 // 100] * 1000,
    }


def _tree(pid: int) -> float:
    return cpu_seconds(pid) + sum(cpu_seconds(child) for child in child_ids(pid))


def start_identity(folder: Path, postgres: Postgres, parties: Sequence[Party], ports: list[int]) -> Contender:
    address = make_url(postgres.make_database("identity")).set(
        username=owner_of("identity"), password=postgres.password(owner_of("identity"))
    )
    url = address.render_as_string(hide_password=False)
    issuer = f"http://127.0.0.1:{ports[0]}"
    settings = program.settings(var=folder, database_url=url, issuer=issuer)
    with running(make_runtime(settings, keys=JwksOverHttp(f"{issuer}/oauth/jwks"))) as runtime:
        migrate(runtime, program.versions, program.base.metadata)
        program.prepare(runtime) if program.prepare else None
        bootstrap(runtime)
        with runtime.write() as session:
            for party in parties:
                asked = ClientRequest(
                    client_id=party.client_id, name="Bench", scopes=["feeds:read"], grants=["client_credentials"]
                )
                made = register_client(session, PLATFORM, "programme", asked).written
                public = {name: party.key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}
                add_client_key(session, PLATFORM, made.id, PublicJwk(**public))
    own = {"IDENTITY_VAR": str(folder), "IDENTITY_DATABASE_URL": url, "IDENTITY_ISSUER": issuer}
    own |= {f"IDENTITY_{name.upper()}": "100000000/minute" for name in LIMITS}
    contender = Contender("identity", issuer, "/oauth/token", ports)
    for port in ports:
        command = [sys.executable, "-m", "chassis.cli", "identity", "serve"]
        contender.processes.append(_start(command, own | {"IDENTITY_PORT": str(port)}, folder / f"identity-{port}.log"))
    return contender


def start_other(folder: Path, postgres: Postgres, parties: Sequence[Party], ports: list[int], node: str) -> Contender:
    address = make_url(postgres.make_database("provider")).set(
        username=owner_of("provider"), password=postgres.password(owner_of("provider")), drivername="postgresql"
    )
    clients, signing = folder / "clients.json", folder / "signing.json"
    clients.write_text(
        json.dumps([{"client_id": each.client_id, "jwk": each.key.as_dict(private=False)} for each in parties])
    )
    write_private(
        signing, json.dumps(ECKey.generate_key("P-256").as_dict(private=True) | {"use": "sig", "alg": "ES256"})
    )
    contender = Contender("oidc-provider", f"http://127.0.0.1:{ports[0]}", "/token", ports)
    own = {
        "ISSUER": contender.issuer,
        "DATABASE": address.render_as_string(hide_password=False),
        "CLIENTS": str(clients),
        "SIGNING": str(signing),
        "NODE_ENV": "production",
    }
    for port in ports:
        contender.processes.append(
            _start([node, str(OTHER / "server.mjs")], own | {"PORT": str(port)}, folder / f"other-{port}.log")
        )
    return contender


def _start(command: list[str], own: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=os.environ | own, stdout=log.open("wb"), stderr=subprocess.STDOUT)


def await_first_token(contender: Contender, party: Party) -> None:
    """Until every replica gives one. Errors: SystemExit where one does not come."""
    until = time.monotonic() + PATIENCE
    for port in contender.ports:
        while True:
            form = {
                "grant_type": "client_credentials",
                "client_assertion_type": KIND,
                "client_assertion": party.sign(contender.issuer),
            }
            try:
                answer = httpx.post(f"http://127.0.0.1:{port}{contender.path}", data=form, verify=trusted())
                if answer.status_code == 200:
                    break
                told = answer.text[:300]
            except httpx.HTTPError as away:
                told = str(away)
            if time.monotonic() > until:
                raise SystemExit(f"{contender.name} gives no token: {told}")
            time.sleep(0.1)


@contextmanager
def contenders(replicas: int, parties: Sequence[Party], node: str) -> Iterator[tuple[list[Contender], int]]:
    with tempfile.TemporaryDirectory(prefix="thinkfamily-bench-") as name, ExitStack() as ends:
        folder = Path(name)
        postgres = Postgres(folder / "postgres")
        ends.callback(postgres.forget)
        postgres.start()
        first = find_first_free(2 * replicas, FOR_SERVERS)
        ports = list(range(first, first + 2 * replicas))
        ours = start_identity(folder, postgres, parties, ports[:replicas])
        ends.callback(_stop, ours)
        other = start_other(folder, postgres, parties, ports[replicas:], node)
        ends.callback(_stop, other)
        for each in (ours, other):
            await_first_token(each, parties[0])
        if replicas == 1 and (os.cpu_count() or 1) > 1:
            first, *others = sorted(os.sched_getaffinity(0))
            for process in (*ours.processes, *other.processes):
                _pin(process.pid, {first})
            _pin(os.getpid(), set(others))
            _pin(postgres.pid, set(others))
            for child in child_ids(postgres.pid):
                _pin(child, set(others))
            ends.callback(_pin, os.getpid(), {first, *others})
        yield [ours, other], postgres.pid


@contextmanager
def before_others(pids: Sequence[int]) -> Iterator[None]:
    """On a machine that is busy otherwise: these run whenever they can, so that a round measures them alone."""
    for pid in pids:
        _schedule(pid, os.SCHED_RR, 1)
    try:
        yield
    finally:
        for pid in pids:
            _schedule(pid, os.SCHED_OTHER, 0)


def _schedule(pid: int, policy: int, priority: int) -> None:
    with suppress(ProcessLookupError, FileNotFoundError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            os.sched_setscheduler(int(thread), policy, os.sched_param(priority))


def _pin(pid: int, cores: set[int]) -> None:
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), cores)


def _stop(contender: Contender) -> None:
    for process in contender.processes:
        process.terminate()
        process.wait(PATIENCE)


def measure(arguments: argparse.Namespace, replicas: int, node: str) -> list[dict[str, Any]]:
    parties = [Party(f"bench-{number}") for number in range(arguments.clients)]
    found = []
    with contenders(replicas, parties, node) as (both, postgres):
        for _ in range(arguments.rounds):
            for each in both:
                # Signed before the clock runs: their cost is the caller's.
                requests = [request_of(parties[number % len(parties)], each) for number in range(arguments.most)]
                mine = [os.getpid(), postgres, *child_ids(postgres), *(process.pid for process in each.processes)]
                with before_others(mine) if arguments.first else nullcontext():
                    seen = asyncio.run(load(each, requests, arguments.connections, arguments.seconds, postgres))
                found.append(
                    {
                        "server": each.name,
                        "replicas": replicas,
                        **{name: round(value, 2) for name, value in seen.items()},
                    }
                )
    return found


def ratios(rounds: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Shape: replicas → figure → identity's as a multiple of the other's, by their means over the rounds."""
    told: dict[str, dict[str, float]] = {}
    for replicas in sorted({each["replicas"] for each in rounds}):
        mine, other = (
            {name: sum(each[name] for each in chosen) / len(chosen) for name in ("rate", "cpu", "p99")}
            for chosen in (
                [each for each in rounds if (each["server"], each["replicas"]) == (server, replicas)]
                for server in ("identity", "oidc-provider")
            )
        )
        told[str(replicas)] = {name: round(mine[name] / other[name], 2) for name in mine}
    return told


def table(rounds: list[dict[str, Any]], told: dict[str, dict[str, float]]) -> str:
    lines = ["server         replicas  tokens/s  CPU ms  PostgreSQL ms  p50 ms  p99 ms"]
    for each in rounds:
        figures = f"{each['rate']:>9.0f} {each['cpu']:>7.2f} {each['store_cpu']:>14.2f}"
        lines.append(f"{each['server']:<14} {each['replicas']:>8} {figures} {each['p50']:>7.1f} {each['p99']:>7.1f}")
    for replicas, ratio in told.items():
        said = ", ".join(f"{name} × {value:.2f}" for name, value in ratio.items())
        short = [
            name for name, most in TARGETS.items() if (ratio[name] < most if name == "rate" else ratio[name] > most)
        ]
        lines.append(
            f"identity to oidc-provider, replicas {replicas}: {said}"
            + (f"; short in {', '.join(short)}" if short else "")
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--most", type=int, default=15_000, help="assertions that are signed before each round")
    parser.add_argument("--replicas", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--first", action="store_true", help="before all other work of the machine; for root")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    node = shutil.which("node")
    if node is None or not (OTHER / "node_modules").exists():
        raise SystemExit("Node or its packages are missing; see this script's head")
    rounds = [one for replicas in arguments.replicas for one in measure(arguments, replicas, node)]
    told = ratios(rounds)
    print(json.dumps({"rounds": rounds, "ratios": told}) if arguments.json else table(rounds, told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
