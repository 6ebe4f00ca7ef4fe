"""Which process is which part: a relay and the one that stands by run the same command."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from journey import platform as platforms
from journey.platform import Addresses, Platform

DIE_WITH_PARENT = str(Path(platforms.__file__).with_name("die_with_parent.py"))
COMMAND = [sys.executable, DIE_WITH_PARENT, sys.executable, "-c", "import time; time.sleep(60)", "chassis.cli"]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process does not tell its name")


@pytest.fixture
def started() -> Iterator[dict[str, int]]:
    """Processes as the supervisor starts them, the one that stands by before the relay; one is nameless."""
    named = {"families.relay.standby": "relay", "families.relay": "relay", "claims.relay": "relay", "": "work"}
    with ExitStack() as until_the_end:
        found: dict[str, int] = {}
        for name, command in named.items():
            environment = os.environ | ({"SUPERVISOR_PROCESS_NAME": name} if name else {})
            words = [*COMMAND, name.partition(".")[0] or "families", command]
            process = until_the_end.enter_context(subprocess.Popen(words, env=environment))
            until_the_end.callback(process.kill)
            found[name or "families.work"] = process.pid
        wait_until_replaced(found)
        yield found


def wait_until_replaced(started: dict[str, int]) -> None:
    """Each process replaces itself by what it is to run; until then its command is not to be seen, or another."""
    until = time.monotonic() + 30
    while any(
        "chassis.cli" not in words or DIE_WITH_PARENT in words
        for pid, words in platforms.children_of(os.getpid())
        if pid in started.values()
    ):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_part_is_known_by_the_name_that_the_supervisor_gave_it(started: dict[str, int], tmp_path: Path) -> None:
    running = Platform(tmp_path, Addresses(), "production")
    assert running.processes(os.getpid()) == started


def test_where_no_name_is_to_be_seen_the_older_of_two_counts_as_the_first(
    started: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platforms, "variable_of", lambda pid, name: "")
    found = Platform(tmp_path, Addresses(), "production").processes(os.getpid())
    assert found["families.relay"] == started["families.relay.standby"]
    assert found["families.relay.standby"] == started["families.relay"]
    assert found["claims.relay"] == started["claims.relay"] and found["families.work"] == started["families.work"]
    assert "claims.relay.standby" not in found
