"""Fixtures for everybody. What needs a server starts one of its own."""

from fixtures.stack import programs

__all__ = ["programs"]
