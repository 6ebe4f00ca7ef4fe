"""What is deployed follows from the vocabulary's programs: manifests, settings, policies, and the file for compose.

`generate` returns the files' texts; `deploy/generate.py` writes them, and `tests/deploy` holds the committed ones to
them. What a program is, the vocabulary says; how much room it gets, `sizes.py`; what every pod has, `workloads.py`.
"""

from collections.abc import Mapping

from generator import base, compose, dev
from generator.emit import is_made
from vocabulary.programs import DeclaredProgram

__all__ = ["generate", "is_made"]


def generate(programs: Mapping[str, DeclaredProgram], version: str) -> dict[str, str]:
    """Shape: path from the repository's root → text. `version` is the tag of the images where no overlay says it."""
    return {**base.files(programs, version), **dev.files(programs), **compose.files(programs)}
