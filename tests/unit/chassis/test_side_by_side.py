"""Writers that share the writers' lock, on a real PostgreSQL: what is slow holds nobody up, and nothing is lost."""

import json
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import OperationalError

from chassis.outbox import emit
from chassis.problems import Unavailable
from chassis.relay import Floor, Relay, relay_once
from fixtures.footing import ON_PRODUCTION
from fixtures.stack import Programs, Running

from .toys.app import Heard, Toy, ToyMade, program

WRITERS, EACH = 8, 25


@pytest.fixture
def toys(programs: Programs) -> Running:
    return programs.start(program)


def told(toys: Running) -> dict[str, list[int]]:
    """The numbers of each key in the log, in the log's order."""
    found: dict[str, list[int]] = defaultdict(list)
    reached: dict[str, int] = {}
    while entries := toys.runtime.log.read("toys", ["toys.toy"], reached, 500):
        for entry in entries:
            envelope = json.loads(entry.value)
            found[envelope["subject"]].append(envelope["sequence"])
        reached |= {entry.stream: entry.position for entry in entries}
    return found


@ON_PRODUCTION
def test_what_a_slow_writer_placed_early_is_sent_when_it_commits(toys: Running) -> None:
    early, late = uuid4(), uuid4()
    relay = Relay(toys.runtime, program.topics)
    placed, may_end = Event(), Event()

    def write_slowly() -> None:
        with toys.runtime.write(beside="sharers") as session:
            emit(session, ToyMade(toy=early))
            placed.set()
            may_end.wait(60)

    slow = Thread(target=write_slowly)
    slow.start()
    assert placed.wait(60)
    for _ in range(2):
        with toys.runtime.write(beside="sharers") as session:  # it does not wait for the slow one
            emit(session, ToyMade(toy=late))
        assert relay.step()
        assert not relay.step() and not relay.step()
    assert told(toys) == {str(late): [1, 2]}
    may_end.set()
    slow.join()
    assert relay.step(), "it was placed before what was sent already"
    assert told(toys) == {str(late): [1, 2], str(early): [1]}


@ON_PRODUCTION
def test_who_tells_of_one_key_waits_for_the_first_to_commit(toys: Running) -> None:
    toy = uuid4()
    with ThreadPoolExecutor(1) as other, toys.runtime.write(beside="sharers") as session:
        emit(session, ToyMade(toy=toy))

        def tell_without_patience() -> None:
            with toys.runtime.write(beside="sharers") as second:
                second.execute(text("SET LOCAL lock_timeout = '100ms'"))
                emit(second, ToyMade(toy=toy))

        with pytest.raises(OperationalError) as refused:
            other.submit(tell_without_patience).result()
        assert isinstance(refused.value.orig, psycopg.errors.LockNotAvailable)


@ON_PRODUCTION
def test_eight_writers_and_two_relays_keep_each_keys_order_and_lose_nothing(toys: Running) -> None:
    keys = [uuid4() for _ in range(5)]
    toys.relay.step()
    begin, done = Barrier(WRITERS), Event()

    def write(number: int) -> int:
        begin.wait()
        for round in range(EACH):
            chosen = [keys[(number + round) % 5]] if round % 3 else [keys[(number * round + n) % 5] for n in range(3)]
            with toys.runtime.write(beside="sharers") as session:
                emit(session, *[ToyMade(toy=key) for key in chosen])
                if round % 5 == 4:
                    session.rollback()
        return sum(1 if round % 3 else 3 for round in range(EACH) if round % 5 != 4)

    def relay_and_be_relieved() -> None:
        relay = Relay(toys.runtime, program.topics)
        for looks in range(100_000):
            idle = not relay.step()
            if looks % 7 == 6:
                relay = Relay(toys.runtime, program.topics)  # another one takes over, and knows nothing of the floor
            if idle and done.is_set() and not relay.step():
                return

    with ThreadPoolExecutor(WRITERS + 1) as threads:
        relaying = threads.submit(relay_and_be_relieved)
        written = sum(threads.map(write, range(WRITERS)))
        done.set()
        relaying.result()
    found = told(toys)
    assert {key: numbers for key, numbers in found.items() if numbers != list(range(1, len(numbers) + 1))} == {}
    assert sum(len(numbers) for numbers in found.values()) == written


@ON_PRODUCTION
def test_the_floor_rises_once_older_writers_are_over(toys: Running) -> None:
    floor = Floor()
    toys.relay.step()
    for _ in range(3):
        with toys.runtime.write(beside="sharers") as session:
            emit(session, ToyMade(toy=uuid4()))
        assert relay_once(toys.runtime, floor) is floor
    for _ in range(200):  # other databases of the server have writers too
        if floor.after:
            break
        relay_once(toys.runtime, floor)
    assert floor.after > 0


@ON_PRODUCTION
def test_who_writes_alone_waits_for_those_who_share_and_they_for_it(toys: Running) -> None:
    def write_without_patience(beside: str) -> None:
        with toys.runtime.write(beside=beside) as session:  # type: ignore[arg-type]
            session.execute(text("SELECT 1"))

    def is_let_in(holder: str, other: str) -> bool:
        with ThreadPoolExecutor(1) as thread, toys.runtime.write(beside=holder) as session:  # type: ignore[arg-type]
            session.execute(text("SELECT 1"))
            waiting = thread.submit(write_without_patience, other)
            while not waiting.done():
                blocked = session.scalar(
                    text(
                        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
                        "WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
                    )
                )
                if blocked:
                    session.rollback()
                    waiting.result()
                    return False
            return True

    kinds = ("nobody", "sharers", "everybody")
    assert {(a, b) for a in kinds for b in kinds if not is_let_in(a, b)} == {
        ("nobody", "nobody"),
        ("nobody", "sharers"),
        ("sharers", "nobody"),
    }


@ON_PRODUCTION
def test_who_comes_second_with_a_key_is_asked_to_try_again(toys: Running) -> None:
    toy, begin = uuid4(), Barrier(2)

    def write(_: int) -> str:
        try:
            with toys.runtime.write(beside="sharers") as session:
                assert session.get(Heard, toy) is None
                begin.wait(60)
                session.execute(insert(Heard).values(toy=toy, times=1))
        except Unavailable:
            return "try again"
        return "written"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(write, range(2))) == ["try again", "written"]


@ON_PRODUCTION
def test_of_two_who_wait_for_each_other_one_is_told_that_the_store_is_busy(toys: Running) -> None:
    from chassis.db import store_is_away

    keys, begin = (uuid4(), uuid4()), Barrier(2)

    def write(order: tuple[UUID, ...]) -> bool:
        try:
            with toys.runtime.write(beside="sharers") as session:
                emit(session, ToyMade(toy=order[0]))
                begin.wait(60)
                emit(session, ToyMade(toy=order[1]))
        except OperationalError as refused:
            assert isinstance(refused.orig, psycopg.errors.DeadlockDetected) and store_is_away(refused)
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(write, [keys, keys[::-1]])) == [False, True]
    with toys.runtime.read() as session:
        assert not session.scalars(select(Toy)).all()
