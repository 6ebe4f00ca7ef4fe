"""Composes families of the persons of whom something new was said, in batches."""

from chassis.runtime import Runtime
from families.composition import repository, service
from families.composition_queue import repository as queue


class Composer:
    """Take persons off the queue; read and compute outside of any write; then write, short."""

    name = "compose"

    def __init__(self, batch: int = 500, patient: bool = True) -> None:
        self._batch, self._patient = batch, patient

    def step(self, runtime: Runtime) -> bool:
        with runtime.read() as session:
            if not queue.count_waiting(session) or (self._patient and queue.should_wait(session)):
                return False
        with runtime.write() as session:
            taken = queue.take_marked(session, self._batch)
        with runtime.read() as session:
            news = repository.read_news(session, taken)
            found = repository.read_neighbourhood(session, news) if news else None
        changes = service.plan_changes(found) if found else None
        with runtime.write() as session:
            if not queue.is_taken_by_us(session, taken):
                return True
            if found is None or changes is None or service.apply_changes(session, found, changes):
                queue.finish_taken(session, taken, news)
        return True

    def pending(self, runtime: Runtime) -> int:
        with runtime.read() as session:
            return queue.count_waiting(session)
