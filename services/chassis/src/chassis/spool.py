"""Bodies too large for memory go to a file first: a synchronous route cannot stream one (design 16)."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, BinaryIO, cast

from anyio import TemporaryFile
from fastapi import Depends, Request

from chassis.auth import SignedIn
from chassis.problems import TooLarge
from chassis.runtime import Runtime


@dataclass(frozen=True)
class Spooled:
    """A body in a file that is gone when the request ends, or when its program is killed: it has no name."""

    file: BinaryIO
    sha256: str
    size: int


async def spooled_body(request: Request, caller: SignedIn) -> AsyncIterator[Spooled]:
    """Read the body into a file, once the caller is known. Errors: TooLarge."""
    runtime: Runtime = request.app.state.runtime  # no turn is held while a slow client sends
    limit = runtime.settings.push_limit
    folder = runtime.settings.var / "spool"
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    async with TemporaryFile(dir=str(folder)) as file:
        async for block in request.stream():
            size += len(block)
            if size > limit:
                raise TooLarge(limit=limit)
            digest.update(block)
            await file.write(block)
        yield Spooled(cast(BinaryIO, file.wrapped), digest.hexdigest(), size)


SpooledBody = Annotated[Spooled, Depends(spooled_body, scope="function")]
"""Stands behind the caller in a route's signature, so that nobody unknown or without scope can fill the disk."""
