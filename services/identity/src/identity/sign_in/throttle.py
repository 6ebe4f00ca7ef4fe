"""Failed sign-ins in a row make who tries wait, whether anybody has the address or not.

A device that is known at an address counts for itself. All others count twice: at this address from their source, with
waits that double; and at this address from wherever, with waits that stay short, since they meet the right person at a
new device as well. Only failures are written. What is under way is counted in memory, so that many guesses at once get
no more tries than one after another; with several replicas each lets as many be under way.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from chassis.clock import now
from chassis.db import upsert
from identity.models import FailedSignIn
from identity.settings import IdentitySettings


@dataclass(frozen=True)
class Row:
    """Failures in a row under one key, which is a keyed digest: no address stands in the store. Units: seconds."""

    key: str
    free: int
    first_wait: int
    longest_wait: int


def rows_of(key: bytes, email_key: str, source: str, device: str | None, settings: IdentitySettings) -> list[Row]:
    """What an attempt is counted under."""
    free, first, longest = settings.failures_free, settings.failures_wait, settings.failures_wait_most
    if device is not None:
        return [Row(_digest(key, "device", email_key, device), free, first, longest)]
    anywhere = settings.failures_free_anywhere
    return [
        Row(_digest(key, "source", email_key, source), free, first, longest),
        Row(
            _digest(key, "address", email_key),
            anywhere,
            settings.failures_wait_anywhere,
            settings.failures_wait_anywhere_most,
        ),
    ]


def digest_address(key: bytes, email_key: str) -> str:
    """How an address that nobody has is called in the audit, so that tries at one can be told from tries at many."""
    return _digest(key, "audit", email_key)


def rows_of_own_password(key: bytes, subject: str, settings: IdentitySettings) -> list[Row]:
    """What an attempt at one's own password is counted under, for who is signed in and wants another."""
    free, first, longest = settings.failures_free, settings.failures_wait, settings.failures_wait_most
    return [Row(_digest(key, "own password", subject), free, first, longest)]


class UnderWay:
    """Attempts of this process whose password is being looked at."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    @contextmanager
    def attempt(self, rows: Sequence[Row]) -> Iterator[list[int]]:
        """How many are under way of each row, this one among them, counted before anybody looks into the store."""
        keys = [row.key for row in rows]
        self._counts.update(keys)
        try:
            yield [self._counts[key] for key in keys]
        finally:
            self._counts.subtract(keys)
            for key in keys:
                if not self._counts[key]:
                    del self._counts[key]


def find_wait(
    session: Session, rows: Sequence[Row], under_way: Sequence[int], settings: IdentitySettings
) -> datetime | None:
    """None: go on; else the time until which to wait."""
    moment = now()
    found = select(FailedSignIn).where(FailedSignIn.address.in_([row.key for row in rows]))
    held = {row.address: row for row in session.scalars(found)}
    waits = []
    for row, at_once in zip(rows, under_way, strict=True):
        kept = held.get(row.key)
        fresh = kept is not None and kept.last_at >= moment - timedelta(seconds=settings.failures_kept)
        failures = kept.failures if kept and fresh else 0
        if kept and fresh and kept.waits_until and kept.waits_until > moment:
            waits.append(kept.waits_until)
        elif at_once > max(1, row.free - failures):
            waits.append(moment + timedelta(seconds=1))
    return max(waits, default=None)


def record_failure(session: Session, rows: Sequence[Row], settings: IdentitySettings) -> None:
    """Count a failure under each row, and say how long the next attempt waits."""
    moment = now()
    forgotten = moment - timedelta(seconds=settings.failures_kept)
    for row in rows:
        session.execute(delete(FailedSignIn).where(FailedSignIn.address == row.key, FailedSignIn.last_at < forgotten))
        fresh = {"address": row.key, "failures": 0, "last_at": moment, "waits_until": None}
        upsert(session, FailedSignIn, [fresh], key=["address"])
        mine = update(FailedSignIn).where(FailedSignIn.address == row.key)
        counted = mine.values(failures=FailedSignIn.failures + 1, last_at=moment).returning(FailedSignIn.failures)
        failures = session.scalars(counted).one()
        if failures >= row.free:
            beyond = min(failures - row.free, 16)  # a larger power would only overflow
            wait = min(row.first_wait * 2**beyond, row.longest_wait)
            session.execute(mine.values(waits_until=moment + timedelta(seconds=wait)))


def clear(session: Session, rows: Sequence[Row]) -> None:
    """The attempt succeeded: the row of failures is broken."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.address.in_([row.key for row in rows])))


def sweep(session: Session, settings: IdentitySettings) -> None:
    """Forget what is too old to count, so that guesses at strangers' addresses do not pile up."""
    old = now() - timedelta(seconds=settings.failures_kept)
    session.execute(delete(FailedSignIn).where(FailedSignIn.last_at < old))


def _digest(key: bytes, *parts: str) -> str:
    # Lengths stand before the parts, so that none can borrow from its neighbour.
    message = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.new(key, message.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
