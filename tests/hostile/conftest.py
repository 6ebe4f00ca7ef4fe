"""The programs for all tests of this folder, started once: they forget nothing that matters here."""

import io
from collections.abc import Iterator

import pytest

from fixtures.footing import Footing
from fixtures.platform import Platform, logging_to
from fixtures.stack import Programs
from hostile.canaries import found
from hostile.judge import TRIED
from hostile.world import World, furnish


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory, footing: Footing) -> Iterator[Platform]:
    programs = Programs(tmp_path_factory.mktemp("hostile"), footing)
    log = io.StringIO()
    try:
        with logging_to(log):
            started = Platform(programs, log)
        yield started
    finally:
        programs.close()


@pytest.fixture(scope="package")
def world(platform: Platform) -> World:
    with logging_to(platform.log):
        return furnish(platform)


@pytest.fixture(autouse=True)
def silent_log(platform: Platform) -> Iterator[None]:
    """Behind each test: nothing that it sent, and no token, stands in what the programs logged meanwhile."""
    begun = len(platform.log.getvalue())
    with logging_to(platform.log):  # for the test alone: the programs live on, and others' tests read the log as well
        yield
    log = platform.log.getvalue()[begun:]
    assert found(log) == []
    assert "eyJ" not in log


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TRIED:
        terminalreporter.section("bad input: requests by kind")
        for kind, count in sorted(TRIED.items()):
            terminalreporter.write_line(f"{count:6} {kind}")
        terminalreporter.write_line(f"{TRIED.total():6} in all")
