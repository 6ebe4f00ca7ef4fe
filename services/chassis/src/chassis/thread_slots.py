"""Thread slots: how many requests are worked on at once (`docs/adr/0005`).

Each synchronous route occupies a thread of one pool, and needs another for a moment when its answer is checked. If
requests that wait for the write lock held all threads, the holder of the lock could never end: of 50 requests that
were sent at once none came back. So requests wait for a slot before they take a thread, and there are always more
threads than slots.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

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
