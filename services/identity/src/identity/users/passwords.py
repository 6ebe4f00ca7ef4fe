"""Passwords that people choose: argon2id, so that a stolen store does not give them away."""

import asyncio
import secrets
import threading
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from identity.settings import IdentitySettings

Result = TypeVar("Result")


class PasswordsBusy(Exception):
    """As many wait for a password check as may wait."""


class Passwords:
    """Hashes and checks. Each check costs a core and memory for about a tenth of a second, so few run at once.

    What strangers send is checked in a few threads of their own, with a bounded queue (`in_queue`). So a flood of it
    keeps nobody waiting but its like: not tokens, and not an administrator who sets a password.
    """

    def __init__(self, settings: IdentitySettings) -> None:
        self._hasher = PasswordHasher(time_cost=settings.argon2_passes, memory_cost=settings.argon2_memory)
        self._hashing_slots = threading.BoundedSemaphore(settings.argon2_at_once)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe(16))
        self._threads = CapacityLimiter(settings.argon2_at_once)
        self._free, self._most_waiting = settings.argon2_at_once, settings.passwords_waiting
        self._queues: tuple[deque[asyncio.Future[None]], deque[asyncio.Future[None]]] = deque(), deque()

    async def in_queue(self, work: Callable[[], Result], *, known: bool) -> Result:
        """What `work` returns, run when its turn has come. Errors: PasswordsBusy.

        Shape: whoever comes with a `known` device waits in a queue of its own, which is served first.
        """
        queue = self._queues[0 if known else 1]
        if self._free:
            self._free -= 1
        elif len(queue) >= self._most_waiting:
            raise PasswordsBusy()
        else:
            called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            queue.append(called)
            await called
        try:
            return await to_thread.run_sync(work, limiter=self._threads)
        finally:
            self._give_on()

    @property
    def waiting(self) -> int:
        """How many checks wait for their turn."""
        return sum(len(queue) for queue in self._queues)

    def _give_on(self) -> None:
        for queue in self._queues:
            while queue:
                called = queue.popleft()
                if not called.done():  # who waited may have gone
                    called.set_result(None)
                    return
        self._free += 1

    def hash(self, password: str) -> str:
        """For who is signed in: an administrator's few requests at a time."""
        with self._hashing_slots:
            return self._hasher.hash(password)

    def hash_queued(self, password: str) -> str:
        """For who has waited for their turn: `in_queue`."""
        return self._hasher.hash(password)

    def check(self, password: str, held: str | None) -> bool:
        """Whether this is the password. With nobody's hash (None) it works as hard, and says no. Slow: `in_queue`."""
        try:
            self._hasher.verify(held or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return held is not None

    def renew(self, password: str, held: str) -> str | None:
        """A new hash where the one held was made with weaker settings than today's. May take long: `in_queue`."""
        return self._hasher.hash(password) if self._hasher.check_needs_rehash(held) else None


def make_password() -> str:
    """Shape: four groups of five from 32 letters and digits that look different: 100 random bits."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))
