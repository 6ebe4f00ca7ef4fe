"""A world for each test."""

import pytest

from fixtures.stack import Programs
from unit.claims.world import World, build


@pytest.fixture
def world(programs: Programs) -> World:
    return build(programs)
