"""A world for each test."""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from chassis.db import new_id
from fixtures.stack import Programs
from unit.claims.world import World, build


@pytest.fixture
def world(programs: Programs) -> Iterator[World]:
    """Set CLAIMS_TEST_POSTGRES to a server's address to run on PostgreSQL, on a database of its own."""
    server = os.environ.get("CLAIMS_TEST_POSTGRES")
    if not server:
        yield build(programs)
        return
    name = f"claims_{new_id().hex}"
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield build(programs, database_url=f"{server}/{name}")
    finally:
        programs.close()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()
