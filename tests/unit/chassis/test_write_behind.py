"""What is written behind goes out in batches, never more than is held, and is lost rather than waited for."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from chassis.problems import Unavailable
from chassis.write_behind import WriteBehind

NEVER = 3600.0
"""So that nothing is sent before the test says so."""


class Other:
    """The other side: takes batches, or does what it is told."""

    def __init__(self) -> None:
        self.taken: list[list[Any]] = []
        self.refuses: Exception | None = None
        self.heard = threading.Event()

    def send(self, batch: Sequence[Any]) -> None:
        self.heard.set()
        if self.refuses:
            raise self.refuses
        self.taken.append(list(batch))


@pytest.fixture
def other() -> Other:
    return Other()


def test_it_hands_on_in_order_and_in_batches(other: Other) -> None:
    behind = WriteBehind("toys", other.send, every=NEVER, batch=3)
    behind.stop()  # by hand
    for number in range(7):
        behind.add(number)
    assert behind.flush() == 7 and other.taken == [[0, 1, 2], [3, 4, 5], [6]]
    assert behind.flush() == 0 and len(other.taken) == 3


def test_what_finds_no_room_is_lost_and_counted(other: Other) -> None:
    behind = WriteBehind("toys", other.send, every=NEVER, batch=2, most=3)
    behind.stop()
    for number in range(5):
        behind.add(number)
    assert behind.lost == 2
    assert behind.flush() == 3 and other.taken == [[0, 1], [2]]


def test_what_is_not_answered_is_held_in_order_and_what_is_refused_is_lost(other: Other) -> None:
    behind = WriteBehind("toys", other.send, every=NEVER, batch=2)
    behind.stop()
    for number in range(3):
        behind.add(number)
    other.refuses = Unavailable()
    with pytest.raises(Unavailable):
        behind.flush()
    other.refuses = ValueError()
    assert behind.flush() == 0 and behind.lost == 3
    other.refuses = None
    behind.add(9)
    assert behind.flush() == 1 and other.taken == [[9]]


def test_a_full_batch_goes_at_once_and_a_small_one_soon(other: Other) -> None:
    behind = WriteBehind("toys", other.send, every=NEVER, batch=2)
    behind.add(1)
    behind.add(2)
    assert other.heard.wait(20)
    behind.stop()
    other.heard.clear()
    soon = WriteBehind("toys", other.send, every=0.01)
    soon.add(3)
    assert other.heard.wait(20)
    soon.stop()


def test_where_none_are_wanted_none_are_held(other: Other) -> None:
    behind = WriteBehind("toys", other.send, every=0)
    behind.add(1)
    assert behind.flush() == 0 and behind.lost == 0
