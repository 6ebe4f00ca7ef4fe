"""The platform as somebody at a terminal meets it: taken ports, Ctrl-C, crashes, and going on from the same data."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx
import pytest

from chassis.http import trusted
from journey.diary import Diary
from journey.platform import ROOT, Addresses, every_process, find_free_ports, is_ready
from journey.ports import is_free
from journey.stopping import CannotGoOn
from vocabulary.programs import PROGRAMS

pytestmark = pytest.mark.timeout(600)
STAYS = "everything stays up"


@contextmanager
def terminal(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command in a session of its own, as from a terminal; killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "journey", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(process: subprocess.Popen[str], words: str, seconds: float = 240) -> str:
    """What the command says up to the line with these words."""
    said = ""
    assert process.stdout
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        for line in process.stdout:
            said += line
            if words in line:
                return said
    finally:
        timer.cancel()
    raise AssertionError(f"the command ended without {words!r}; it said: {said}")


def left(var: Path, port_base: int) -> list[list[str]]:
    """Processes of the platform on this data that still run."""
    found = []
    for pid, _, words in every_process():
        line = " ".join(words)
        if pid == os.getpid() or not ("chassis.cli" in line or "supervisord" in line):
            continue
        try:
            environment = Path(f"/proc/{pid}/environ").read_text(errors="replace")
        except OSError:
            environment = ""
        if str(var) in line or str(var) in environment:
            found.append(words)
    return found


def wait_until_gone(var: Path, port_base: int, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while left(var, port_base) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left(var, port_base) == []
    assert all(is_free(Addresses(port_base).port(program)) for program in PROGRAMS)


# One test, since each start of a platform takes as much CPU as all else that is asked here.
def test_however_it_ends_no_process_is_left_and_the_next_start_goes_on_from_the_same_data(tmp_path: Path) -> None:
    var, base = tmp_path / "var", find_free_ports()
    chosen = ["--var", str(var), "--port-base", str(base)]
    with terminal("up", *chosen) as process:
        until(process, STAYS)
        credentials = (var / "sandbox-credentials.json").read_text()
        assert (var / "sandbox-credentials.json").stat().st_mode & 0o077 == 0
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the whole foreground group
        assert process.wait(90) == 0
    wait_until_gone(var, base)
    with terminal("up", *chosen) as process:
        until(process, STAYS)
        assert (var / "sandbox-credentials.json").read_text() == credentials
        with terminal("token", "cora", *chosen) as asked:
            assert asked.stdout and asked.stdout.read().count(".") == 2, "her password of the first start is good"
        push_by_the_printed_page(var, base)
        with httpx.Client(verify=trusted()) as http:
            kept_running(http, var, base)
        process.kill()  # who started it is gone without a word: the programs end as well
        process.wait(10)
    wait_until_gone(var, base)
    with terminal("reset", "--var", str(var)) as asked:
        said = asked.communicate(timeout=60)[0]
    assert asked.returncode == 0 and "families.sqlite3" in said and not var.exists()


def push_by_the_printed_page(var: Path, base: int) -> None:
    """The gateway's page about a first push, done as it stands there: in shell and in Python, for every feed."""
    clients = json.loads((var / "sandbox-credentials.json").read_text())["clients"]
    with httpx.Client(verify=trusted()) as http:
        page = http.get(f"{Addresses(base).url('gateway')}/first-push").text
    exports, *scripts = (unescape(text) for text in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL))
    printed = dict(re.findall(r"export (\w+)=(\S+)", exports))
    assert printed["FAMILIES"] == Addresses(base).url("families")
    shell, python = zip((["sh", "-eu", "-c"], [sys.executable, "-c"]), scripts, strict=True)

    def push(command: list[str], script: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, script], cwd=var.parent, env=os.environ | printed | more, capture_output=True, text=True
        )

    for code, held in clients.items():
        told = {"CLIENT_ID": code, "CLIENT_SECRET": held["secret"], "FEED": held["feed"]}
        # Tried, then sent; the second time it is there already.
        for (command, script), outcome in ((shell, "recorded"), (python, "unchanged")):
            ran = push(command, script, **told)
            assert ran.returncode == 0, ran.stderr
            counts = re.findall(rf"""["']{outcome}["']: ?(\d)""", ran.stdout)
            assert counts == ["1", "1"], ran.stdout
    for command, script in (shell, python):
        wrong = push(command, script, **told | {"CLIENT_SECRET": "x"})
        assert wrong.returncode != 0 and "invalid_client" in wrong.stderr
        late = push(command, script, **told | {"COVERS_TO": "2016-09-02"})
        assert late.returncode != 0 and ("why: " in late.stderr or "errors" in late.stderr)


def kept_running(http: httpx.Client, var: Path, base: int) -> None:
    """A program that is killed is started again; a second platform on the same data is refused in one line."""
    url = Addresses(base).url("consent")
    victim = next(
        pid
        for pid, _, words in every_process()
        if "chassis.cli" in words and "consent" in words and str(var) in Path(f"/proc/{pid}/environ").read_text()
    )
    os.kill(victim, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        time.sleep(0.3)
        if is_ready(http, url):
            break
    assert is_ready(http, url)
    with terminal("up", "--var", str(var), "--port-base", str(find_free_ports())) as second:
        said = second.communicate(timeout=60)[0]
        assert second.returncode == 1
        assert said.strip().count("\n") == 0 and "is in use by a platform that is running" in said


def test_a_taken_port_is_named_in_one_line_with_the_setting_that_moves_it(tmp_path: Path) -> None:
    base = find_free_ports()
    with socket.socket() as other:
        other.bind(("127.0.0.1", Addresses(base).port("families")))
        other.listen()
        with terminal("up", "--var", str(tmp_path / "var"), "--port-base", str(base)) as process:
            said = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert said.strip().count("\n") == 0
    assert str(Addresses(base).port("families")) in said and "PORT_BASE=" in said


def test_without_a_platform_the_journey_says_how_to_start_one(tmp_path: Path) -> None:
    with terminal("run", "--var", str(tmp_path / "var"), "--port-base", str(find_free_ports())) as process:
        said = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert said.strip().count("\n") == 0 and "make up" in said


def test_another_borough_on_the_same_data_is_refused(tmp_path: Path) -> None:
    Diary(tmp_path).refuse_other_borough({"families": 80, "seed": 1})
    Diary(tmp_path).refuse_other_borough({"families": 80, "seed": 1})
    with pytest.raises(CannotGoOn, match="80 families, seed 1"):
        Diary(tmp_path).refuse_other_borough({"families": 500, "seed": 1})


def test_a_diary_that_was_cut_off_in_a_line_keeps_what_stands_before_and_goes_on(tmp_path: Path) -> None:
    diary = Diary(tmp_path)
    assert diary.do_once("first", lambda: 1) == 1
    with (tmp_path / "journey" / "diary.jsonl").open("a") as file:
        file.write('{"act": "second", "ans')
    again = Diary(tmp_path)
    assert again.do_once("first", lambda: 2) == 1
    assert again.do_once("second", lambda: 2) == 2
    assert Diary(tmp_path).do_once("second", lambda: 3) == 2
