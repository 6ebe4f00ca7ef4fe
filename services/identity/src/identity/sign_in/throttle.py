"""Failed sign-ins in a row make an account wait, whether anybody has it or not.

Attempts are counted before the password is looked at: many guesses at once get no more tries than one after another.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from chassis.clock import now
from chassis.db import upsert
from identity.models import FailedSignIn
from identity.settings import IdentitySettings


def address_key(key: bytes, email_key: str) -> str:
    """What failures are counted under: a keyed digest, so that the table holds nobody's address."""
    return hmac.new(key, email_key.encode(), hashlib.sha256).hexdigest()


def take_attempt(session: Session, address: str, settings: IdentitySettings) -> datetime | None:
    """Count one attempt as failed until it has succeeded. None: go on; else the time until which to wait."""
    moment = now()
    forgotten = moment - timedelta(seconds=settings.failures_kept)
    session.execute(delete(FailedSignIn).where(FailedSignIn.address == address, FailedSignIn.last_at < forgotten))
    fresh = {"address": address, "failures": 0, "last_at": moment, "waits_until": None}
    upsert(session, FailedSignIn, [fresh], key=["address"])
    open_now = or_(FailedSignIn.waits_until.is_(None), FailedSignIn.waits_until <= moment)
    counted = (
        update(FailedSignIn)
        .where(FailedSignIn.address == address, open_now)
        .values(failures=FailedSignIn.failures + 1, last_at=moment)
        .returning(FailedSignIn.failures)
    )
    failures = session.scalar(counted)
    if failures is None:
        held = session.get_one(FailedSignIn, address, populate_existing=True)
        return held.waits_until or moment
    if failures >= settings.failures_free:
        beyond = min(failures - settings.failures_free, 16)  # a larger power would only overflow
        wait = min(settings.failures_wait * 2**beyond, settings.failures_wait_most)
        waiting = update(FailedSignIn).where(FailedSignIn.address == address)
        session.execute(waiting.values(waits_until=moment + timedelta(seconds=wait)))
    return None


def clear(session: Session, address: str) -> None:
    """The attempt succeeded: the row of failures is broken."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.address == address))


def sweep(session: Session, settings: IdentitySettings) -> None:
    """Forget what is too old to count, so that guesses at strangers' addresses do not pile up."""
    old = now() - timedelta(seconds=settings.failures_kept)
    session.execute(delete(FailedSignIn).where(FailedSignIn.last_at < old))
