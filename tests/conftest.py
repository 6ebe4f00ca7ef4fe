"""Fixtures for everybody. What needs a server starts one of its own."""

from fixtures.footing import footing
from fixtures.stack import programs

__all__ = ["footing", "programs"]
