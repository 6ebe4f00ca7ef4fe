"""Which counts of a report are withheld: small ones, and those that would give a small one back. Pure.

Shape: a count is small from 1 to `below` - 1; nought tells of nobody.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

Line = TypeVar("Line")


def withhold_in_row(counts: Sequence[int], below: int) -> tuple[list[bool], list[bool]]:
    """Of counts one after the other, and of the sums up to each, which are told. Shape: counts told, sums told.

    The difference of two sums that are told is never small, so neither is a count that is missing between them.
    Example: of 7, 2, 0, 9 and 3, below 5, the counts 7 and 0 and the sums 7 and 18 are told. 2 is withheld as small,
    9 as it would give 2 back from 18 and 7; 3 and the last sum stay open.
    """
    told, sums = [True] * len(counts), [True] * len(counts)
    waiting: list[int] = []
    for index, count in enumerate(counts):
        if not waiting and not _is_small(count, below):
            continue
        waiting.append(index)
        sums[index] = False
        hidden = [each for each in waiting if counts[each]]
        # Of one hidden count alone the two sums around it would tell how much it is.
        if len(hidden) > 1 and sum(counts[each] for each in hidden) >= below:
            sums[index] = True
            waiting = _hide(told, hidden)
    _hide(told, [each for each in waiting if counts[each]])
    return told, sums


def withhold_in_table(counts: Mapping[Line, int], rows: Collection[Collection[Line]], below: int) -> set[Line]:
    """Which cells of a table are withheld. `rows`: the cells that add up to a total which somebody may know.

    No total less what is told of its row gives a small count back: at least two cells of a row are withheld, or none,
    and together they are not small either. Where a row has no other cell to withhold, all of it is.
    """
    hidden = {cell for cell, count in counts.items() if _is_small(count, below)}
    while True:
        more: set[Line] = set()
        for row in rows:
            inside = [cell for cell in row if cell in hidden]
            others = sorted((cell for cell in row if cell not in hidden and counts[cell]), key=lambda c: counts[c])
            if inside and others and (len(inside) < 2 or sum(counts[cell] for cell in inside) < below):
                more.add(others[0])
        if not more:
            return hidden
        hidden |= more


def _hide(told: list[bool], which: Collection[int]) -> list[int]:
    for index in which:
        told[index] = False
    return []


def _is_small(count: int, below: int) -> bool:
    return 0 < count < below
