"""The synthetic borough of Thornbury: families with known truth, and their agencies' feeds with real-life errors."""

from sandbox.borough import Borough
from sandbox.size import size

__all__ = ["Borough", "size"]
