"""What refusing costs the gateway: its CPU for hostile requests of each class, in turn with a legitimate `me`."""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fixtures.tokens import AUDIENCE, ISSUER, KEY, as_, token
from hostile.hostile_requests import HostileRequest, hostile_requests

WARM_UP = 30
BAR = 2 / 3
"""A refusal costs at most this much of a legitimate `me`."""
ME = {"query": "{ me { name service roles purposes } }"}
"""Asks identity for the name, as what brings anything asks a program behind the gateway."""


def whoami() -> dict[str, Any]:
    return {
        "subject": "ana",
        "name": None,
        "client": "portal",
        "agency": "thornbury-council",
        "service": "programme",
        "roles": ["analyst"],
        "areas": ["thornbury"],
        "purposes": ["identify"],
        "scopes": ["families:read"],
    }


def make_identity() -> Starlette:
    """Answers as identity does, without doing anything for it."""

    async def answer(request: Request) -> Response:
        if request.url.path == "/oauth/jwks":
            return JSONResponse({"keys": [KEY.as_dict(private=False)]})
        if request.url.path == "/oauth/revocations":
            return JSONResponse({"cursor": "0", "items": [], "age": 0, "more": False})
        return JSONResponse(whoami() if request.url.path == "/v1/whoami" else {"items": [], "next": None})

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


class Bench:
    """A gateway before a stand-in, and who asks it."""

    def __init__(self, folder: Path, *, unlimited: bool) -> None:
        server = uvicorn.Server(uvicorn.Config(make_identity(), port=0, log_config=None))
        threading.Thread(target=server.run, daemon=True).start()
        while not server.started:
            time.sleep(0.01)
        behind = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        settings = {f"{name}_url": behind for name in ("identity", "consent", "families", "claims")}
        settings |= {"issuer": ISSUER, "audience": AUDIENCE, "port": str(port), "var": str(folder)}
        settings |= {"log_level": "error", "longest_token_life": "86400"} | (
            {"words_at_once": str(10**9)} if unlimited else {}
        )
        environment = os.environ | {f"GATEWAY_{name.upper()}": value for name, value in settings.items()}
        command = [sys.executable, "-m", "chassis.cli", "gateway", "serve"]
        self._process = subprocess.Popen(command, env=environment)
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)
        self._wait()

    def _wait(self) -> None:
        for _ in range(600):
            try:
                if self._http.get("/health/ready").is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise SystemExit("The gateway does not answer")

    def stop(self) -> None:
        self._http.close()
        self._process.terminate()
        self._process.wait(30)

    def cpu(self) -> float:
        """Units: seconds, to a hundred-thousandth; the clock of `stat` ticks too seldom for what is measured."""
        nanoseconds = Path(f"/proc/{self._process.pid}/schedstat").read_text().split()[0]
        threads = Path(f"/proc/{self._process.pid}/task").iterdir()
        return max(int(nanoseconds), sum(_spent(thread) for thread in threads)) / 1e9

    def ask(self, one: HostileRequest, headers: dict[str, str]) -> int:
        answer = self._http.request(one.method, one.path, content=one.body, headers={**headers, **one.headers})
        return answer.status_code

    def spend(self, requests: list[HostileRequest], headers: dict[str, str], answered: Counter[int]) -> float:
        """Units: milliseconds of the gateway's CPU, a request."""
        before = self.cpu()
        for one in requests:
            answered[self.ask(one, headers)] += 1
        return (self.cpu() - before) / len(requests) * 1000


def _spent(thread: Path) -> int:
    try:
        return int((thread / "schedstat").read_text().split()[0])
    except OSError:
        return 0


def measure(rounds: int, requests: int, *, unlimited: bool) -> dict[str, Any]:
    """Shape: for each class, its milliseconds, its ratios to `me`, and how often each status was answered."""
    legitimate = HostileRequest("me", "POST", "/graphql", json.dumps(ME).encode())
    with tempfile.TemporaryDirectory(prefix="thinkfamily-bench-") as folder:
        bench = Bench(Path(folder), unlimited=unlimited)
        try:
            classes = sorted({one.kind for one in hostile_requests(0)})
            spent: dict[str, list[float]] = {name: [] for name in ["me", *classes]}
            statuses: dict[str, Counter[int]] = {name: Counter() for name in spent}
            people = {name: as_(token(name.replace(" ", "-"), roles=["analyst"])) for name in spent}
            bench.spend([legitimate] * WARM_UP, people["me"], Counter())
            number = 0
            for _ in range(rounds):
                spent["me"].append(bench.spend([legitimate] * requests, people["me"], statuses["me"]))
                for name in classes:
                    asked: list[HostileRequest] = []
                    while len(asked) < requests:
                        asked += [one for one in hostile_requests(number) if one.kind == name]
                        number += 1
                    spent[name].append(bench.spend(asked[:requests], people[name], statuses[name]))
        finally:
            bench.stop()
    ratios = {name: [one / me for one, me in zip(each, spent["me"], strict=True)] for name, each in spent.items()}
    return {
        name: {
            "cpu_ms": round(statistics.median(spent[name]), 3),
            "ratio": round(statistics.median(ratios[name]), 2),
            "least": round(min(ratios[name]), 2),
            "most": round(max(ratios[name]), 2),
            "answered": {str(status): count for status, count in sorted(statuses[name].items())},
        }
        for name in spent
    }


def table(found: dict[str, Any]) -> str:
    lines = ["class".ljust(34) + "CPU ms   ratio   least    most   answered"]
    for name, one in found.items():
        answered = ", ".join(f"{count} × {status}" for status, count in one["answered"].items())
        over = "   over the bar" if name != "me" and one["ratio"] > BAR else ""
        figures = f"{one['cpu_ms']:6.2f}  {one['ratio']:6.2f}  {one['least']:6.2f}  {one['most']:6.2f}   {answered}"
        lines.append(name.ljust(34) + figures + over)
    return "\n".join(lines)
