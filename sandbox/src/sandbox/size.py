"""A borough's size, as somebody gives it on a command line."""

import argparse

from sandbox.borough import SMALLEST


def size(text: str) -> int:
    """The number of families. Errors: argparse's own when it is no number, or too small to hold every story."""
    families = int(text)
    if families < SMALLEST:
        raise argparse.ArgumentTypeError(f"{SMALLEST} families or more hold every story, and {families} do not")
    return families
