"""Bodies too large for memory go to a file first: a synchronous route cannot stream one."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from typing import Annotated, BinaryIO, cast

from anyio import AsyncFile, TemporaryFile
from fastapi import Depends, Request

from chassis.auth import SignedIn
from chassis.problems import TooLarge, Unavailable
from chassis.runtime import Runtime


@dataclass(frozen=True)
class Spooled:
    """A body in a file that is gone when the request ends, or when its program is killed: it has no name."""

    file: BinaryIO
    sha256: str
    size: int


@dataclass
class Room:
    """What this program's bodies take on the disk now. Units: bytes."""

    taken: int = 0


async def spooled_body(request: Request, caller: SignedIn) -> AsyncIterator[Spooled]:
    """Read the body into a file, once the caller is known.

    Errors: TooLarge; Unavailable while others take all the room: files without a name are counted by nobody else.
    """
    runtime: Runtime = request.app.state.runtime  # no thread slot is held while a slow client sends
    limit = runtime.settings.spooled_body_limit
    folder = runtime.settings.var / "spool"
    folder.mkdir(parents=True, exist_ok=True)
    room: Room = runtime.state.setdefault("spool", Room())
    digest, size = hashlib.sha256(), 0
    async with TemporaryFile(dir=str(folder)) as file:
        try:
            async for block in request.stream():
                size += len(block)
                room.taken += len(block)
                if size > limit:
                    raise TooLarge(limit=limit)
                if room.taken > runtime.settings.spool_limit:
                    raise Unavailable()
                digest.update(block)
                await _write(file, block)
            yield Spooled(cast(BinaryIO, file.wrapped), digest.hexdigest(), size)
        finally:
            room.taken -= size


async def _write(file: AsyncFile[bytes], block: bytes) -> None:
    try:
        await file.write(block)
    except OSError as broken:
        if broken.errno in (ENOSPC, EDQUOT):
            raise Unavailable() from None
        raise


SpooledBody = Annotated[Spooled, Depends(spooled_body, scope="function")]
"""Stands behind the caller in a route's signature, so that nobody unknown or without scope can fill the disk."""
