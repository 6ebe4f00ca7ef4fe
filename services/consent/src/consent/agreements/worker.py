"""Agreements signed ahead come into force on their day; somebody has to say so when it has come."""

from chassis.db import today
from chassis.runtime import Runtime
from consent.agreements import repository, service


class Announcer:
    """Announces one agreement a step. Decisions do not wait for it: they read the dates themselves."""

    name = "announcer"
    every = 30.0  # only a new day brings it work: what is signed in its time is announced with the signature

    def step(self, runtime: Runtime) -> bool:
        if not self.pending(runtime):
            return False  # a write would queue for the lock, five times a second, for nothing
        with runtime.write() as session:
            agreement = repository.find_unannounced(session, today())
            if agreement is None:
                return False
            service.announce_agreement(session, agreement)
            if not agreement.announced:
                # Its whole time went by unseen, while no worker ran. There is nothing left to announce.
                agreement.announced = True
            return True

    def pending(self, runtime: Runtime) -> int:
        with runtime.read() as session:
            return repository.count_unannounced(session, today())
