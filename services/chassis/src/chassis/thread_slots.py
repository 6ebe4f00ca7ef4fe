"""Thread slots: how many requests are worked on at once (`docs/adr/0005`).

Each synchronous route occupies a thread of one pool, and needs another for a moment when its answer is checked. If
requests that wait for the write lock held all threads, the holder of the lock could never end: of 50 requests that
were sent at once none came back. So requests wait for a slot before they take a thread, and there are always more
threads than slots.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated, TypeVar

from anyio import CapacityLimiter, move_on_after, to_thread
from fastapi import Depends, Request

from chassis.problems import Unavailable

Result = TypeVar("Result")

SPARE_THREADS = 8
"""Threads that are left to the checking of answers. The pool holds 40 (anyio's default)."""


async def hold_thread_slot(request: Request) -> AsyncIterator[None]:
    """Wait for a thread slot, and hold it until the route has answered."""
    slots: asyncio.Semaphore = request.app.state.thread_slots
    async with slots:
        yield


ThreadSlot = Annotated[None, Depends(hold_thread_slot, scope="function")]


def make_thread_slots(threads: int) -> asyncio.Semaphore:
    """As many slots as the pool can serve without getting stuck. Units: `threads` of the pool."""
    return asyncio.Semaphore(max(1, threads - SPARE_THREADS))


class OwnThreads:
    """A few threads that one route has for itself, so that it answers while all slots are held.

    Example: families' requests hold every slot and wait for consent, and consent waits for families' word on a person.
    If that word needed a slot too, none of them could go on before its time is up.
    """

    def __init__(self, threads: int) -> None:
        self._limiter = CapacityLimiter(threads)

    async def run(self, work: Callable[[], Result], patience: float) -> Result:
        """What `work` returns. Units: `patience` in seconds. Errors: Unavailable when it takes longer."""
        with move_on_after(patience):
            return await to_thread.run_sync(work, limiter=self._limiter, abandon_on_cancel=True)
        raise Unavailable()
