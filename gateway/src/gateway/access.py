"""Who may ask the gateway: anybody who is signed in. The programs behind it decide what each may see."""

from chassis.auth import SignedIn

__all__ = ["SignedIn"]
