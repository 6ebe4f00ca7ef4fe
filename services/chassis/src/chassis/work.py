"""Work in the background: small steps, each leaving the store whole."""

from typing import Protocol

from chassis.runtime import Runtime


class Worker(Protocol):
    """A loop calls `step` again at once while it answers True, and looks again a little later when it answers False.

    A step may be killed at any moment; what it did is in the store, or was not done. A worker may have `every`: how
    many seconds lie between its looks once it has found nothing, where no commit brings it work.
    """

    name: str

    def step(self, runtime: Runtime) -> bool: ...

    def pending(self, runtime: Runtime) -> int:
        """How much waits to be done, for operators; 0 when idle."""
