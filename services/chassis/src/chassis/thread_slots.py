"""How many requests are worked on at once.

Each synchronous route occupies a thread of one pool, and needs another for a moment when its answer is checked. If
those who wait for the write lock held all of them, its holder could never end (tried: 50 at once, none came back).
So requests wait for a slot before they take a thread, and there are always more threads than slots.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

SPARE_THREADS = 8
"""The pool holds 40 threads (anyio's default)."""


async def hold_thread_slot(request: Request) -> AsyncIterator[None]:
    slots: asyncio.Semaphore = request.app.state.thread_slots
    async with slots:
        yield


ThreadSlot = Annotated[None, Depends(hold_thread_slot, scope="function")]


def make_thread_slots(threads: int) -> asyncio.Semaphore:
    return asyncio.Semaphore(max(1, threads - SPARE_THREADS))
