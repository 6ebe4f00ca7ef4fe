"""Requests that nobody answered in time: somebody has to say so when the day has passed."""

from chassis.db import today
from chassis.outbox import emit
from chassis.runtime import Runtime
from consent.events import WelfareRequestOverdue
from consent.welfare_requests import repository


class OverdueAnnouncer:
    """Announces one overdue request a step, once for each day by which an answer was due."""

    name = "overdue-announcer"
    every = 30.0  # only a new day brings it work

    def step(self, runtime: Runtime) -> bool:
        if not self.pending(runtime):
            return False  # a write would queue for the lock for nothing
        with runtime.write() as session:
            request = repository.find_untold(session, today())
            if request is None:
                return False
            request.overdue_told = True
            emit(
                session,
                WelfareRequestOverdue(
                    request=request.id, holder=request.holder, service=request.service, due=request.due_on
                ),
            )
            return True

    def pending(self, runtime: Runtime) -> int:
        with runtime.read() as session:
            return repository.count_untold(session, today())
