"""Forgets what can be met no longer: codes, used tokens and assertions, old sessions, failed sign-ins."""

import time
from datetime import timedelta

from chassis.clock import now
from chassis.runtime import Runtime
from identity.approvals.service import let_lapse
from identity.revocations import repository as revocations
from identity.revocations.feed import MARGIN
from identity.sign_in import throttle
from identity.tokens import repository

EVERY = 600.0
CODES_KEPT = timedelta(days=1)
SESSIONS_KEPT = timedelta(days=90)
BATCH = 1000


class Sweeper:
    name = "sweep"

    def __init__(self) -> None:
        self._next = time.monotonic() + EVERY

    def step(self, runtime: Runtime) -> bool:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY
            self.sweep(runtime)
        return False

    def sweep(self, runtime: Runtime) -> None:
        moment = now()
        with runtime.write() as session:
            repository.sweep(session, moment - CODES_KEPT, moment - SESSIONS_KEPT, moment)
            revocations.forget(session, moment - timedelta(seconds=runtime.settings.longest_token_life + MARGIN))
            throttle.sweep(session, runtime.settings)
        while let_lapse(runtime):
            pass
        # By the minute of a busy day there are many: each transaction is short, so that tokens are not kept waiting.
        left = BATCH
        while left == BATCH:
            with runtime.write() as session:
                left = repository.forget_assertions(session, moment, BATCH)

    def pending(self, runtime: Runtime) -> int:
        return 0
