"""What runs here: where each program is found by others, and whether it is ready."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from chassis.http import UNDECODED
from chassis.schemas import Schema
from vocabulary.programs import PROGRAMS

OWN = "gateway"
NEWS_SECONDS = 5.0
"""How long what a program said counts. Nobody signs in to ask, so that asking must cost the others nothing."""
PATIENCE_SECONDS = 1.0
MOST_BYTES = 4_000_000
"""The largest answer that is read; the longest OpenAPI document has an eighth of it."""


class ProgramView(Schema):
    """Shape: `address` is where it answers callers, null until it has told."""

    program: str
    title: str
    ready: bool
    address: str | None
    openapi: str | None


class FirstPageView(Schema):
    programs: list[ProgramView]
    graphql: str
    feeds: str
    problems: str
    first_push: str


@dataclass
class Programs:
    """The programs as this gateway sees them. Whoever asks, each of them is asked every five seconds at most."""

    clients: Mapping[str, httpx.AsyncClient]
    own_address: str
    _addresses: dict[str, str] = field(default_factory=dict)
    _heard: dict[tuple[str, str, bool], tuple[float, Any]] = field(default_factory=dict)
    _asking: defaultdict[tuple[str, str, bool], asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def look(self) -> list[ProgramView]:
        """Every program, in the order in which they are started."""
        names = list(PROGRAMS)
        ready = await asyncio.gather(*(self._is_ready(name) for name in names))
        states = dict(zip(names, ready, strict=True))
        await asyncio.gather(*(self._learn_address(name) for name in names if states[name]))
        return [self._view(name, states[name]) for name in names]

    async def get(self, program: str, path: str, *, brief: bool = False) -> Any:
        """What a program shows to everybody; None when it does not answer with JSON in time.

        Shape: `brief` waits a second and no longer, so that one that stands still does not hold the page of all.
        """
        asked = program, path, brief
        async with self._asking[asked]:
            until, answer = self._heard.get(asked, (0.0, None))
            if time.monotonic() >= until:
                answer = await self._ask(program, path, brief=brief)
                self._heard[asked] = time.monotonic() + NEWS_SECONDS, answer
            return answer

    async def _ask(self, program: str, path: str, *, brief: bool) -> Any:
        try:
            client = self.clients[program]
            timeout = PATIENCE_SECONDS if brief else client.timeout
            async with client.stream("GET", path, headers=UNDECODED, timeout=timeout) as answer:
                content = bytearray()
                async for piece in answer.aiter_raw():
                    content += piece
                    if len(content) > MOST_BYTES:
                        return None
            return orjson.loads(content) if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError):
            return None

    async def _is_ready(self, program: str) -> bool:
        return program == OWN or await self.get(program, "/health/ready", brief=True) is not None

    async def _learn_address(self, program: str) -> None:
        """A program's own address is what it tells callers, which need not be the one at which we reach it."""
        if program != OWN and program not in self._addresses:
            document = await self.get(program, "/openapi.json", brief=True)
            servers = document.get("servers") if isinstance(document, dict) else None
            if isinstance(servers, list) and servers and isinstance(servers[0], dict):
                self._addresses[program] = str(servers[0].get("url", ""))

    def _view(self, program: str, ready: bool) -> ProgramView:
        address = self.own_address if program == OWN else self._addresses.get(program)
        return ProgramView(
            program=program,
            title=PROGRAMS[program].title,
            ready=ready,
            address=address,
            openapi=f"{address}/openapi.json" if address else None,
        )
