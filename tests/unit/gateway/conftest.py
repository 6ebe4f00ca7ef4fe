import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures.platform import logging_to
from fixtures.stack import Programs
from unit.gateway.under_test import Gateway


@pytest.fixture(scope="module")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    programs = Programs(tmp_path_factory.mktemp("var"))
    try:
        yield Gateway(programs)
    finally:
        programs.close()


@pytest.fixture
def gateway(_shared: Gateway) -> Gateway:
    """One gateway for all tests of a file, before a stand-in that is as new for each: it remembers nothing anyway."""
    _shared.behind.reset()
    return _shared


@pytest.fixture
def stateless(tmp_path: Path) -> Iterator[Programs]:
    """Programs without a store. The gateway has none, so one footing is enough."""
    programs = Programs(tmp_path)
    try:
        yield programs
    finally:
        programs.close()


@pytest.fixture
def gateway_with(stateless: Programs) -> Callable[..., Gateway]:
    return lambda **settings: Gateway(stateless, **settings)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the programs log meanwhile. The server's thread may still write when the test has ended, which capfd's
    files do not outlive."""
    written = io.StringIO()
    with logging_to(written):
        yield written
