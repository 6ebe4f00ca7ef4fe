"""Free ports, also for programs that are started again after a kill."""

import random
import socket

from journey.stopping import CannotGoOn

# Below what Linux (from 32768) and macOS (from 49152) give to connections that go out. A port from there may be some
# client's own before its program binds it, or while the program is killed; and then the program never starts.
FOR_PROGRAMS = range(10_000, 20_000)
FOR_SERVERS = range(20_000, 30_000)
"""Apart from the programs': a server takes its port before the programs have bound theirs."""


def find_first_free(count: int, among: range) -> int:
    """The first of so many free ports that follow each other, drawn at random, since tests run side by side.

    Errors: CannotGoOn when there are none.
    """
    starts = range(among.start, among.stop - count + 1)
    for first in random.sample(starts, len(starts)):
        if all(is_free(first + offset) for offset in range(count)):
            return first
    raise CannotGoOn(f"no {count} free ports follow each other from {among.start} to {among.stop - 1}")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True
