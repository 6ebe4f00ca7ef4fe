"""What `make compose-test` does when something goes wrong. No Docker is asked: what it would be asked is noted."""

import importlib.util
import json
import signal
import subprocess
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import faults
import hardening
import pytest
import stack as stacks
from engine import CannotTest, Commands, commands
from stack import Stack, alone

from sandbox.borough import SMALLEST


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setattr(stacks, "tempfile", SimpleNamespace(gettempdir=lambda: str(tmp_path)))
    monkeypatch.setattr(stacks, "time", SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: None))
    return Stack(9400, tmp_path)


def at(pid: int) -> dict[str, Any]:
    return {"State": {"Running": pid > 0, "Pid": pid}}


def test_a_process_that_is_gone_is_looked_up_again_and_0_is_nobody(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    found = iter([0, 11, 11, 0, 12, 12, 13])
    monkeypatch.setattr(stack, "container", lambda _: at(next(found)))

    def send_kill(pid: int) -> bool:
        told.append(pid)
        return pid == 12

    monkeypatch.setattr(stack, "_send_kill", send_kill)
    stack.kill("claims")
    assert told == [11, 12]


def test_who_does_not_run_cannot_be_killed(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 30))
    monkeypatch.setattr(stacks, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=lambda _: None))
    monkeypatch.setattr(stack, "container", lambda _: at(0))
    with pytest.raises(AssertionError, match="claims was to be killed and does not run"):
        stack.kill("claims")


@pytest.mark.parametrize(("answer", "killed"), [("killed", True), ("gone", False)])
def test_what_kills_says_whether_it_did(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, answer: str, killed: bool
) -> None:
    asked: list[tuple[str, ...]] = []

    def begin(*words: str, stdin: int) -> subprocess.Popen[str]:
        asked.append(words)
        loop = ["bash", "-c", f"while read -r pid; do echo {answer}; done"]
        return subprocess.Popen(loop, stdin=stdin, stdout=subprocess.PIPE, text=True)

    monkeypatch.setattr(commands, "begin", begin)
    assert [stack._send_kill(7), stack._send_kill(8)] == [killed, killed]
    assert len(asked) == 1 and "com.docker.compose.project=thinkfamily-test-9400" in asked[0]
    killer = stack._killer
    assert killer
    killer.kill()
    killer.wait()
    with pytest.raises((AssertionError, BrokenPipeError)):
        stack._send_kill(9)


class Deaf:
    """A stack whose containers cannot be killed until it is over."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.over = threading.Event()

    def figure(self, *_: str) -> float:
        return 1.0

    def active(self, *_: object) -> str:
        return ""

    def kill(self, _: str) -> float:
        self.asked.set()
        self.over.wait(20)
        return 0.0


def test_a_fault_that_does_not_end_is_wrong_and_so_are_those_that_were_not_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(faults, "AFTERWARDS", 0.1)
    deaf = Deaf()
    killing = faults.Faults(deaf, print)  # type: ignore[arg-type]
    killing.start()
    killing.tell(faults.PLAN[0].after)
    assert deaf.asked.wait(20)
    killing.end()
    wrong = list(killing.wrong)
    deaf.over.set()
    killing.join(20)
    assert wrong == ["killing was not over 0 s after the journey", f"only 0 of {len(faults.PLAN)} were killed"]


def test_a_plan_that_was_carried_out_is_not_wrong() -> None:
    deaf = Deaf()
    deaf.over.set()
    killing = faults.Faults(deaf, lambda _: None)  # type: ignore[arg-type]
    killing.start()
    for fault in faults.PLAN:
        killing.tell(fault.after)
    ends = time.monotonic() + 20
    while len(killing.made) < len(faults.PLAN) and time.monotonic() < ends:
        time.sleep(0.01)
    killing.end()
    assert killing.wrong == []


def test_every_step_of_taking_down_is_taken_even_if_others_fail(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def run(*words: str, **_: object) -> str:
        asked.append(" ".join(words[:3]))
        if "ls" in words:
            return "thinkfamily/gateway:thinkfamily-test-9400\n"
        raise subprocess.CalledProcessError(1, words)

    def fail() -> None:
        asked.append("end commands")
        raise BrokenPipeError

    monkeypatch.setattr(stacks, "run", run)
    monkeypatch.setattr(commands, "end_all", fail)
    with pytest.raises(subprocess.CalledProcessError):
        stack.__exit__()
    assert asked == ["end commands", "docker compose -p", "docker ps -aq", "docker image ls", "docker image rm"]


def test_commands_of_other_threads_are_ended_and_begin_no_more() -> None:
    commands = Commands()
    failures: list[Exception] = []

    def build() -> None:
        for _ in range(2):
            try:
                commands.run("sleep", "60")
            except subprocess.SubprocessError as failed:
                failures.append(failed)

    thread = threading.Thread(target=build)
    thread.start()
    while not commands._running:
        time.sleep(0.01)
    commands.end_all()
    thread.join(20)
    cut, refused = failures
    assert isinstance(cut, subprocess.CalledProcessError) and cut.returncode == -signal.SIGTERM
    assert "came after the test's end" in str(refused)
    assert commands.run("echo", "down") == "down\n"


def test_a_command_that_takes_too_long_is_ended() -> None:
    commands = Commands()
    with pytest.raises(subprocess.TimeoutExpired):
        commands.run("sleep", "60", seconds=0.1)
    assert [process.poll() for process in commands._running] == [-signal.SIGTERM]


def test_two_on_the_same_ports_exclude_each_other_and_on_others_do_not(stack: Stack) -> None:
    with alone(stack):
        with pytest.raises(CannotTest, match="PORT_BASE=9500"), alone(Stack(9400, stack.scratch)):
            pass
        with alone(Stack(9500, stack.scratch)):
            pass
    with alone(stack):
        pass
    assert Stack(9500, stack.scratch).project != stack.project == stack.environment["THINKFAMILY_TAG"]


LOOKED = """CapEff: 0000000000000000
CapBnd: 0000000000000000
NoNewPrivs: 1
Seccomp: 2
Uid: 10001
/opt/thinkfamily/chassis
/opt/thinkfamily/directory
/opt/thinkfamily/transparency
/opt/thinkfamily/claims
/opt/thinkfamily/vocabulary
"""


def test_a_root_that_can_be_written_is_seen_though_its_user_may_not_write() -> None:
    refused = "touch: cannot touch '/usr/probe': "
    assert list(hardening._seen("claims", f"{LOOKED}{refused}Read-only file system\n")) == []
    assert list(hardening._seen("claims", f"{LOOKED}{refused}Permission denied\n")) == ["its root is not read-only"]


def test_the_source_of_another_program_in_an_image_is_seen() -> None:
    said = f"{LOOKED}Read-only file system\n"
    assert list(hardening._seen("claims-work", said)) == []
    assert list(hardening._seen("consent", said)) == [
        "holds the source of chassis, claims, directory, transparency, vocabulary"
    ]


def test_the_administrators_password_is_found_in_what_escapes_it(stack: Stack) -> None:
    stack.secrets.mkdir()
    (stack.secrets / "admin.json").write_text(json.dumps({"email": "a@b.example", "password": "s3cret-enough"}))
    held: dict[str, Any] = {
        "Config": {"User": "10001:10001", "Env": ['ADMIN={"password": "s3cret-enough"}']},
        "HostConfig": {
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "CapAdd": None,
            "Privileged": False,
            "SecurityOpt": ["no-new-privileges:true"],
            "Memory": 1,
            "PidsLimit": 1,
            "RestartPolicy": {"Name": "unless-stopped"},
            "PortBindings": {},
        },
        "NetworkSettings": {"Networks": {f"{stack.project}_stores": {}}},
        "Mounts": [],
    }
    secrets = hardening._secrets(stack)
    found = list(hardening._told("claims-work", held, secrets, stack.project))
    assert found == ["the engine knows admin.json"]


def test_the_borough_is_large_enough_to_hold_every_story() -> None:
    path = Path(stacks.__file__).with_name("__main__.py")
    spec = importlib.util.spec_from_file_location("compose_test", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.FAMILIES >= SMALLEST
