"""How much somebody may ask for in a while. Counted in memory, by each replica for itself.

A count in the store would be a write for each request, which is the flood itself. So with two replicas a caller may
get twice what is stated; what must hold across replicas is counted elsewhere, such as failed sign-ins.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Annotated

from fastapi import Depends, Request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

NETWORK = 64
"""Bits of an IPv6 address that tell a subscriber; the others they choose as they like."""
SWEEP_EVERY = 10.0
MOST_COUNTERS = 100_000


@dataclass(frozen=True)
class Limit:
    """Shape: `name` stands in the headers; `allowed` is like `60/minute`."""

    name: str
    allowed: str

    @property
    def item(self) -> RateLimitItem:
        return parse(self.allowed)


@dataclass(frozen=True)
class Taken:
    """What is left of a limit once a request has been counted. Units: `seconds` until it is whole again."""

    name: str
    quota: int
    window: int
    left: int
    seconds: int
    refused: bool


class Limiter:
    """Counts requests against limits, each under a key such as an address."""

    def __init__(self, *limits: Limit) -> None:
        self._items = {limit.name: limit.item for limit in limits}
        self._storage = _Storage()
        self._windows = FixedWindowRateLimiter(self._storage)

    def take(self, name: str, key: str) -> Taken:
        """Count one request, and tell whether it is one too many."""
        item = self._items[name]
        return self._tell(name, key, refused=not self._windows.hit(item, name, key))

    def look(self, name: str, key: str) -> Taken:
        """Whether one more would be too many; nothing is counted."""
        item = self._items[name]
        return self._tell(name, key, refused=not self._windows.test(item, name, key))

    def _tell(self, name: str, key: str, *, refused: bool) -> Taken:
        item = self._items[name]
        resets, left = self._windows.get_window_stats(item, name, key)
        seconds = max(1, ceil(resets - time.time()))
        return Taken(name, item.amount, item.get_expiry(), left, seconds, refused)


class _Storage(MemoryStorage):
    """`limits`' own starts a thread for each look at what is over, a hundred times a second, and has no bound."""

    def __init__(self) -> None:
        super().__init__()
        self._swept = time.monotonic()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        if time.monotonic() - self._swept > SWEEP_EVERY or len(self.storage) > MOST_COUNTERS:
            self._sweep()
        count = self.get(key) + amount
        if count == amount:
            self.expirations[key] = time.time() + expiry
        self.storage[key] = count
        return count

    def _sweep(self) -> None:
        self._swept, moment = time.monotonic(), time.time()
        for key in [key for key, ends in self.expirations.items() if ends <= moment]:
            self.clear(key)
        if len(self.storage) > MOST_COUNTERS:
            # As many addresses as nobody has but an attacker: they begin anew, and so does everybody.
            self.reset()


def headers_of(taken: Iterable[Taken]) -> dict[str, str]:
    """`RateLimit-Policy`, `RateLimit`, and `Retry-After` where one is refused.

    Source: draft-ietf-httpapi-ratelimit-headers-10.
    """
    every = list(taken)
    if not every:
        return {}
    headers = {
        "RateLimit-Policy": ", ".join(f'"{one.name}";q={one.quota};w={one.window}' for one in every),
        "RateLimit": ", ".join(f'"{one.name}";r={one.left};t={one.seconds}' for one in every),
    }
    waits = [one.seconds for one in every if one.refused]
    return headers | ({"Retry-After": str(max(waits))} if waits else {})


async def source_of(request: Request) -> str:
    """Whence a request comes: the address that connected, or the one that a trusted proxy names (`trusted_proxies`).

    Shape: an IPv6 address counts with its whole network.
    """
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> (128 - NETWORK) << (128 - NETWORK)))


Source = Annotated[str, Depends(source_of)]
