"""The keys as this process knows them: which one signs, which are published, which one checks a token."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from joserfc.jwk import ECKey
from sqlalchemy.orm import Session

from chassis.clock import now
from chassis.problems import Unavailable
from identity.keys import repository
from identity.keys.key_wrapping import KeyWrapping
from identity.settings import IdentitySettings

MARGIN = 60
"""Seconds that a key is published beyond the last token that it signed: clocks differ, tokens travel."""


@dataclass(frozen=True)
class HeldKey:
    kid: str
    public: dict[str, Any]
    wrapped: str
    signs_from: datetime
    published_until: datetime | None
    checks: ECKey


class Keyring:
    """A `KeySource` for the chassis, and the signer for tokens.

    Reads the store when what it holds is older than `keys_cached`, or when a token names a key that it does not hold,
    the latter at most once a second: forged tokens cannot be used to flood the store.
    """

    def __init__(
        self, read: Callable[[], AbstractContextManager[Session]], wrapping: KeyWrapping, settings: IdentitySettings
    ) -> None:
        self._read, self._wrapping, self._settings = read, wrapping, settings
        self._held: list[HeldKey] = []
        self._signer: tuple[str, ECKey] | None = None
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def find_key(self, kid: str) -> ECKey | None:
        """The public key, when it is at hand and fresh; never waits."""
        return self._find(kid) if time.monotonic() - self._read_at < self._settings.keys_cached else None

    def fetch(self, kid: str) -> ECKey | None:
        """The public key, from the store if need be; None when no trusted key has this id."""
        self._refresh(self._settings.keys_cached)
        if self._find(kid) is None:
            self._refresh(1.0)
        return self._find(kid)

    def has_keys(self) -> bool:
        """True: they are this program's own, and before the bootstrap there is nobody whom it would keep out."""
        return True

    def is_fresh(self) -> bool:
        """Whether `signer` answers without waiting for the store."""
        return self._signer is not None and time.monotonic() - self._read_at < self._settings.keys_cached

    def signer(self) -> tuple[str, ECKey]:
        """The key that signs now, with its id. Errors: Unavailable before the first key is made."""
        self._refresh(self._settings.keys_cached)
        held = self._current() or self._again()
        if held is None:
            raise Unavailable("There is no signing key yet. Run `python -m identity.bootstrap`.")
        if self._signer is None or self._signer[0] != held.kid:
            private = orjson.loads(self._wrapping.unwrap(held.wrapped, held.kid))
            self._signer = held.kid, ECKey.import_key(private)
        return self._signer

    def published(self) -> list[dict[str, Any]]:
        """The JWKS: keys that will sign, the one that signs, and those whose last tokens may still be met."""
        self._refresh(self._settings.keys_cached)
        if not self._held:
            self._again()
        moment = now()
        return [held.public for held in self._held if held.published_until is None or held.published_until > moment]

    def forget(self) -> None:
        """Read the store at the next use: keys have just been changed by this process."""
        self._read_at = float("-inf")

    def _find(self, kid: str) -> ECKey | None:
        moment = now()
        for held in self._held:
            if held.kid == kid and (held.published_until is None or held.published_until > moment):
                return held.checks
        return None

    def _current(self) -> HeldKey | None:
        moment = now()
        return next((held for held in self._held if held.signs_from <= moment), None)

    def _again(self) -> HeldKey | None:
        self._refresh(1.0)
        return self._current()

    def _refresh(self, older_than: float) -> None:
        with self._lock:
            if time.monotonic() - self._read_at < older_than:
                return
            with self._read() as session:
                rows = repository.list_trusted(session)
                keep = timedelta(seconds=self._settings.access_token_seconds + MARGIN)
                # Rows come newest first: each key's last token was signed as the one before it in the list took over.
                taken_over = [None, *(row.signs_from + keep for row in rows)]
                self._held = [
                    HeldKey(row.kid, row.public, row.wrapped, row.signs_from, until, ECKey.import_key(row.public))
                    for row, until in zip(rows, taken_over, strict=False)
                ]
            self._read_at = time.monotonic()
