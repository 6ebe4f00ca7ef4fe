"""Where a program listens, and what it says when it cannot."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from chassis.http import trusted
from journey.ports import FOR_PROGRAMS, find_first_free

NOBODYS = "192.0.2.1"
"""Kept for documentation by RFC 5737: no machine has it."""


def gateway(var: Path, **names: object) -> subprocess.Popen[str]:
    chosen = {f"GATEWAY_{name}": str(value) for name, value in names.items()}
    return subprocess.Popen(
        [sys.executable, "-m", "chassis.cli", "gateway", "serve"],
        env={**os.environ, "GATEWAY_VAR": str(var), **chosen},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_program_answers_on_addresses_of_both_kinds(tmp_path: Path, host: str) -> None:
    port = find_first_free(1, FOR_PROGRAMS)
    with gateway(tmp_path, HOST=host, PORT=port) as process:
        url = f"http://[{host}]:{port}/health/live" if ":" in host else f"http://{host}:{port}/health/live"
        try:
            assert answer(url, process) == 200
        finally:
            process.terminate()
            process.communicate(timeout=60)
    assert process.returncode == 0


def answer(url: str, process: subprocess.Popen[str]) -> int:
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        try:
            return httpx.get(url, timeout=5, verify=trusted()).status_code
        except httpx.TransportError:
            time.sleep(0.05)
    return 0


def test_a_taken_port_and_an_address_that_is_another_machine_s_are_named_in_one_line_with_the_setting(
    tmp_path: Path,
) -> None:
    port = find_first_free(1, FOR_PROGRAMS)
    with socket.create_server(("127.0.0.1", port)), gateway(tmp_path, PORT=port) as refused:
        said, _ = refused.communicate(timeout=60)
    assert refused.returncode == 3
    assert said == f"gateway: port {port} on 127.0.0.1 is taken; set GATEWAY_PORT to another one\n"
    with gateway(tmp_path, HOST=NOBODYS, PORT=port) as refused:
        said, _ = refused.communicate(timeout=60)
    assert refused.returncode == 3
    assert said.startswith(f"gateway: {NOBODYS} port {port} cannot be listened on") and "GATEWAY_HOST" in said
    assert said.count("\n") == 1
