"""The arithmetic of a Merkle tree as RFC 6962 and RFC 9162 say it: hashes, roots, proofs and their verification.

Nothing here knows a store. Proofs are made over any `NodeReader`, so that a tree of a million leaves is never loaded.
"""

import hashlib
from collections.abc import Sequence
from typing import Protocol

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


class NodeReader(Protocol):
    def read_nodes(self, level: int, first: int, end: int) -> list[bytes]:
        """The hashes of whole subtrees of 2^level leaves, from index `first` up to `end`."""


def hash_leaf(entry: bytes) -> bytes:
    """Source: RFC 9162 §2.1.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_nodes(left: bytes, right: bytes) -> bytes:
    """Source: RFC 9162 §2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold_nodes(nodes: Sequence[bytes]) -> bytes:
    """The root over whole subtrees of one size. Shape: their number is a power of two."""
    row = list(nodes)
    while len(row) > 1:
        row = [hash_nodes(row[index], row[index + 1]) for index in range(0, len(row), 2)]
    return row[0]


class Tree:
    """A tree of `size` leaves over stored hashes."""

    def __init__(self, reader: NodeReader, size: int) -> None:
        self._reader, self.size = reader, size

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves; all of them unless said otherwise."""
        end = self.size if size is None else size
        return self._hash_range(0, end) if end else EMPTY

    def prove_inclusion(self, position: int, size: int) -> list[bytes]:
        """The path from a leaf to the root over `size` leaves. Source: RFC 9162 §2.1.3.1."""
        start, end = 0, size
        path: list[bytes] = []
        while end - start > 1:
            middle = start + _split(end - start)
            if position < middle:
                path.append(self._hash_range(middle, end))
                end = middle
            else:
                path.append(self._hash_range(start, middle))
                start = middle
        return path[::-1]

    def prove_consistency(self, first: int, second: int) -> list[bytes]:
        """That the tree over `first` leaves is the beginning of the one over `second`. Source: RFC 9162 §2.1.4.1."""
        if not 0 < first < second:
            return []
        start, end, whole = 0, second, True
        path: list[bytes] = []
        while first != end:
            middle = start + _split(end - start)
            if first <= middle:
                path.append(self._hash_range(middle, end))
                end = middle
            else:
                path.append(self._hash_range(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._hash_range(start, end))
        return path[::-1]

    def _hash_range(self, start: int, end: int) -> bytes:
        """The root over the leaves from `start` up to `end`, where a subtree begins at `start`."""
        count = end - start
        if count & (count - 1):
            middle = start + _split(count)
            return hash_nodes(self._hash_range(start, middle), self._hash_range(middle, end))
        level = count.bit_length() - 1
        stored = level - level % BLOCK_BITS
        return fold_nodes(self._reader.read_nodes(stored, start >> stored, end >> stored))


BLOCK_BITS = 8
"""Of the nodes above the leaves only each eighth level is stored, 1/255 of the leaves: the others are worked out."""


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def verify_inclusion(leaf: bytes, position: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a leaf hash stands at a position under a root. Source: RFC 9162 §2.1.3.2."""
    if not 0 <= position < size or len(leaf) != len(EMPTY):
        return False
    node, last, found = position, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = hash_nodes(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = hash_nodes(found, step)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of `second` leaves only adds to the one of `first`, which is not empty.

    Source: RFC 9162 §2.1.4.2.
    """
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    if not path:
        return False
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = hash_nodes(step, old), hash_nodes(step, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = hash_nodes(new, step)
        node, last = node >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
