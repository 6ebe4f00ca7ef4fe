"""Composes families of the persons of whom something new was said, in batches."""

from chassis.runtime import Runtime
from families.composition import repository, service


class Composer:
    """Take persons off the queue; read and compute outside of any write; then write, short."""

    name = "compose"

    def __init__(self, batch: int = 500, patient: bool = True) -> None:
        self._batch, self._patient = batch, patient

    def step(self, runtime: Runtime) -> bool:
        with runtime.read() as session:
            if not repository.count_waiting(session) or (self._patient and repository.should_wait(session)):
                return False
        with runtime.write() as session:
            taken = repository.take(session, self._batch)
        with runtime.read() as session:
            news = repository.read_news(session, taken)
            found = repository.read_neighbourhood(session, news) if news else None
        changes = service.plan(found) if found else None
        with runtime.write() as session:
            if not repository.is_ours(session, taken):
                return True
            if found is None or changes is None or service.apply(session, found, changes):
                repository.finish(session, taken, news)
        return True

    def pending(self, runtime: Runtime) -> int:
        with runtime.read() as session:
            return repository.count_waiting(session)
