"""Who may come in by which door: anybody whom identity knows. What they may see, the programs behind decide."""

from chassis.auth import SignedIn

__all__ = ["SignedIn"]
