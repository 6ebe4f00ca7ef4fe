"""Fixtures for everybody. What needs a server starts one of its own."""

import pytest

from fixtures import covering, programs_log, spending
from fixtures.footing import footing, needs_servers, stands_on_servers
from fixtures.soak import SEED, SOAK
from fixtures.stack import programs

__all__ = ["footing", "programs"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--on-files", action="store_true", help="leave out what needs a PostgreSQL or a Kafka")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # What runs on servers comes last, so that they start once: pytest tells two tests' footings apart by their numbers
    # in each test's own list, and would change from one footing to the other between them.
    items.sort(key=stands_on_servers)
    if config.getoption("--on-files"):
        config.hook.pytest_deselected(items=[item for item in items if needs_servers(item)])
        items[:] = [item for item in items if not needs_servers(item)]


def pytest_configure(config: pytest.Config) -> None:
    covering.pytest_configure(config)
    programs_log.pytest_configure(config)
    spending.pytest_configure(config)


def pytest_report_header() -> str | None:
    return f"soak: everything is tried; again with SOAK_SEED={SEED}" if SOAK else None
