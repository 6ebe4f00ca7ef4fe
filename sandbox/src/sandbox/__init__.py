"""The synthetic borough of Thornbury: families with known truth, and their agencies' feeds with real-life errors."""

from sandbox.borough import Borough

__all__ = ["Borough"]
