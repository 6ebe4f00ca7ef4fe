"""What ends and what begins again when a server of our own is killed."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from journey.servers import Postgres, postgres
from journey.servers.process import await_end, children

BUSY = "SELECT count(*) FROM (SELECT generate_series(1, 200000000)) AS counted"
"""Keeps a backend at work for a good while, in which it looks neither at its client nor at whoever started it."""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Postgres]:
    cluster = Postgres(tmp_path / "postgres", durable=False)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.forget()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who a process's children are")
@pytest.mark.servers
def test_a_cluster_that_is_killed_starts_again_although_one_of_its_backends_was_busy(
    cluster: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LINGER_SECONDS", 1.0)
    with cluster.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    busy = cluster.connect()
    backends = children(cluster.pid)
    assert busy.info.backend_pid in backends

    def work() -> None:
        with suppress(psycopg.OperationalError):  # it is killed in the middle of it
            busy.execute(BUSY)

    worker = threading.Thread(target=work)
    worker.start()
    time.sleep(0.5)
    try:
        cluster.kill()
        cluster.start()
    finally:
        await_end(backends, 0.0)
        worker.join()
        busy.close()
    with cluster.connect() as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who a process's children are")
def test_of_a_number_that_another_process_has_by_now_nothing_is_awaited_and_nothing_ended() -> None:
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        began = children(os.getpid())[sleeper.pid]
        await_end({sleeper.pid: began - 1}, 30.0)
        assert sleeper.poll() is None
        await_end({sleeper.pid: began}, 0.0)
        assert sleeper.wait(10) == -9
