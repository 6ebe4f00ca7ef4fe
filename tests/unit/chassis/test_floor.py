"""Where a relay may begin to look, in a model of writers that write side by side.

Each writer draws a transaction id, locks a key, draws a number and a place for its event, and commits, in steps that
others come between; the relay looks, sends, marks and looks again. Each wrong way must be seen to lose or disorder.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest

from chassis.relay import Floor

SCHEDULES = 1_500
WRITERS, KEYS, STEPS = 4, "ABC", 90
BATCH = 3


@dataclass
class Row:
    seq: int
    key: str
    number: int
    writer: int
    marked: bool = False


@dataclass
class Writer:
    """A transaction. Shape: `row` is what it placed; it shows at the commit."""

    id: int
    key: str
    number: int = 0
    row: Row | None = None


@dataclass
class Store:
    """What PostgreSQL does: ids in the order of the first write, places in the order of drawing, snapshots.

    Shape: `reserved` is the highest id that has been given; `ended` the highest one that is over.
    """

    locks_keys: bool = True
    reserved: int = 99
    ended: int = 99
    placed: int = 0
    running: dict[int, Writer | None] = field(default_factory=dict)
    shown: list[Row] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    locked: dict[str, int] = field(default_factory=dict)

    def begin(self, writer: Writer | None = None) -> int:
        self.reserved += 1
        self.running[self.reserved] = writer
        return self.reserved

    def end(self, id: int) -> None:
        writer = self.running.pop(id)
        self.ended = max(self.ended, id)
        if writer and writer.row:
            self.shown.append(writer.row)
            self.numbers[writer.key] = max(self.numbers.get(writer.key, 0), writer.number)
        for key in [key for key, holder in self.locked.items() if holder == id]:
            del self.locked[key]

    def oldest(self) -> int:
        return min([self.ended + 1, *self.running])

    def go_on(self, writer: Writer) -> None:
        """The writer's next step, if nobody is in its way: lock and number, place, commit."""
        if not writer.number:
            if self.locks_keys and self.locked.setdefault(writer.key, writer.id) != writer.id:
                return
            writer.number = self.numbers.get(writer.key, 0) + 1
        elif writer.row is None:
            self.placed += 1
            writer.row = Row(self.placed, writer.key, writer.number, writer.id)
        else:
            self.end(writer.id)


Rise = Callable[[Floor, Store, int, list[Row], int], None]
"""How the floor rises after a look: floor, store, the oldest id of the snapshot, what was sent, the mark's id."""


def as_the_relay_does(floor: Floor, store: Store, oldest: int, sent: list[Row], marked: int) -> None:
    floor.rise(oldest, sent[-1].seq if len(sent) == BATCH else None)
    if sent:
        floor.note(sent[-1].seq, marked)


def behind_what_was_sent_last(floor: Floor, store: Store, oldest: int, sent: list[Row], marked: int) -> None:
    if sent:
        floor.after = sent[-1].seq


def below_the_events_own_transactions(floor: Floor, store: Store, oldest: int, sent: list[Row], marked: int) -> None:
    for row in sent:
        if row.writer >= oldest:
            break
        floor.after = row.seq


def above_the_end_of_a_snapshot(floor: Floor, store: Store, oldest: int, sent: list[Row], marked: int) -> None:
    """As the relay does, with a snapshot's upper end, which is behind the last id that ended, not that was given."""
    floor.rise(oldest, sent[-1].seq if len(sent) == BATCH else None)
    if sent:
        floor.note(sent[-1].seq, store.ended)


def find_fault(seed: int, rise: Rise, locks_keys: bool = True) -> str:
    """What went wrong in one order of steps, or nothing: an event lost, or out of its key's order, or said twice."""
    random, store, floor = Random(seed), Store(locks_keys), Floor()
    told: list[Row] = []
    look: tuple[list[Row], int] | None = None
    for step in range(STEPS * 2):
        over = step >= STEPS
        writers = [writer for writer in store.running.values() if writer]
        if not over and len(writers) < WRITERS and random.random() < 0.4:
            writer = Writer(0, random.choice(KEYS))
            writer.id = store.begin(writer)
        elif writers and random.random() < 0.6:
            store.go_on(random.choice(writers))
        elif look is None:  # a snapshot: what waits above the floor, and which transactions still run
            waiting = sorted((row for row in store.shown if row.seq > floor.after and not row.marked), key=_seq_of)
            look = waiting[:BATCH], store.oldest()
        else:  # sent, and marked by a transaction of its own
            sent, oldest = look
            look = None
            told += sent
            marked = store.begin() if sent else 0
            for row in sent:
                row.marked = True
            rise(floor, store, oldest, sent, marked)
            if sent:
                store.end(marked)
    if any(store.running.values()):
        return ""  # somebody is still waiting: this order is not over
    for _ in range(len(store.shown)):
        rest = sorted((row for row in store.shown if row.seq > floor.after and not row.marked), key=_seq_of)[:BATCH]
        told += rest
        for row in rest:
            row.marked = True
    if len(told) < len(store.shown):
        return "lost"
    for key in KEYS:
        numbers = [row.number for row in told if row.key == key]
        if numbers != list(range(1, len(numbers) + 1)):
            return "out of order"
    return ""


def _seq_of(row: Row) -> int:
    return row.seq


def test_nothing_is_lost_or_out_of_its_keys_order() -> None:
    assert [seed for seed in range(SCHEDULES) if find_fault(seed, as_the_relay_does)] == []


def test_the_floor_rises() -> None:
    floor = Floor()
    floor.note(7, marked=103)
    floor.rise(103, None)
    assert floor.after == 0, "the mark itself is not over"
    floor.note(9, marked=105)
    floor.rise(104, 5)
    assert (floor.after, floor.sent) == (5, 7), "a full batch shows no more than itself"
    floor.rise(104, None)
    assert (floor.after, floor.sent) == (7, None)


@pytest.mark.parametrize(
    ("rise", "locks_keys", "fault"),
    [
        (behind_what_was_sent_last, True, "lost"),
        (below_the_events_own_transactions, True, "lost"),
        (above_the_end_of_a_snapshot, True, "lost"),
        (as_the_relay_does, False, "out of order"),
    ],
)
def test_the_model_finds_what_goes_wrong_without_the_care(rise: Rise, locks_keys: bool, fault: str) -> None:
    assert fault in {find_fault(seed, rise, locks_keys) for seed in range(SCHEDULES)}
