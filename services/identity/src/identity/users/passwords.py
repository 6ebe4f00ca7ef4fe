"""Passwords that people choose: argon2id, so that a stolen store does not give them away."""

import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from identity.settings import IdentitySettings


class Passwords:
    """Hashes and checks. Each check costs a core and memory for about a tenth of a second, so few run at once."""

    def __init__(self, settings: IdentitySettings) -> None:
        self._hasher = PasswordHasher(time_cost=settings.argon2_passes, memory_cost=settings.argon2_memory)
        self._hashing_slots = threading.BoundedSemaphore(settings.argon2_at_once)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe(16))

    def hash(self, password: str) -> str:
        with self._hashing_slots:
            return self._hasher.hash(password)

    def check(self, password: str, held: str | None) -> bool:
        """Whether this is the password. With nobody's hash (None) it works as hard, and says no."""
        with self._hashing_slots:
            try:
                self._hasher.verify(held or self._nobodys, password)
            except (VerificationError, InvalidHashError):
                return False
        return held is not None

    def outdated(self, held: str) -> bool:
        """Whether the hash was made with weaker settings than today's."""
        return self._hasher.check_needs_rehash(held)


def make_password() -> str:
    """Shape: four groups of five from 32 letters and digits that look different: 100 random bits."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))
