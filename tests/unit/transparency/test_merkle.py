"""The arithmetic of the tree, against vectors that others published and against the definition itself."""

import hashlib
from collections.abc import Sequence
from random import Random

import pytest
from verify_log import Roots

from transparency.merkle import (
    EMPTY,
    Tree,
    fold_nodes,
    hash_leaf,
    hash_nodes,
    verify_consistency,
    verify_inclusion,
)

# Inputs, roots and paths of the reference implementations of RFC 6962 (Certificate Transparency, merkle_tree_test).
INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCY = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}


class Listed:
    """Hashes in a list, as a store would give them: the leaves, and the roots of whole blocks of 256 and 65,536."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.levels = {0: list(leaves)}
        for level in (8, 16):
            below = self.levels[level - 8]
            self.levels[level] = [fold_nodes(below[i : i + 256]) for i in range(0, len(below) >> 8 << 8, 256)]

    def read_nodes(self, level: int, first: int, end: int) -> list[bytes]:
        return self.levels[level][first:end]


def tree_of(inputs: Sequence[bytes]) -> Tree:
    return Tree(Listed([hash_leaf(one) for one in inputs]), len(inputs))


def root_by_definition(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162 §2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = max(1 << power for power in range(20) if 1 << power < len(leaves))
    return hash_nodes(root_by_definition(leaves[:split]), root_by_definition(leaves[split:]))


def test_roots_are_those_of_the_reference_implementations() -> None:
    assert tree_of([]).root().hex() == EMPTY.hex() == hashlib.sha256(b"").hexdigest()
    tree, alone = tree_of(INPUTS), Roots()
    for size, root in enumerate(ROOTS, 1):
        alone.add(hash_leaf(INPUTS[size - 1]))
        assert tree.root(size).hex() == alone.root().hex() == root


def test_proofs_are_those_of_the_reference_implementations() -> None:
    tree = tree_of(INPUTS)
    for (position, size), path in INCLUSION.items():
        assert [step.hex() for step in tree.prove_inclusion(position, size)] == path
    for (first, second), path in CONSISTENCY.items():
        assert [step.hex() for step in tree.prove_consistency(first, second)] == path


@pytest.mark.parametrize("size", [*range(1, 20), 255, 256, 257, 511, 513, 1000])
def test_each_proof_proves_itself_and_nothing_else(size: int) -> None:
    dice = Random(size)
    leaves = [hash_leaf(number.to_bytes(4, "big")) for number in range(size)]
    tree = Tree(Listed(leaves), size)
    root = tree.root()
    assert root == root_by_definition(leaves)
    for position in {0, size - 1, *(dice.randrange(size) for _ in range(6))}:
        path = tree.prove_inclusion(position, size)
        assert verify_inclusion(leaves[position], position, size, path, root)
        assert not verify_inclusion(leaves[position], position, size, [*path, root], root)
        assert not verify_inclusion(hash_leaf(b"another"), position, size, path, root)
        assert not verify_inclusion(leaves[position], size, size, path, root)
        if path:
            assert not verify_inclusion(leaves[position], position, size, path[:-1], root)
            assert not verify_inclusion(leaves[position], position ^ 1, size, path, root)
    for first in {1, size, *(dice.randrange(1, size + 1) for _ in range(6))}:
        path, before = tree.prove_consistency(first, size), tree.root(first)
        assert before == root_by_definition(leaves[:first])
        assert verify_consistency(first, size, before, root, path)
        if first < size:
            assert not verify_consistency(first, size, hash_leaf(b"another"), root, path)
            assert not verify_consistency(first, size, before, hash_leaf(b"another"), path)
            assert not verify_consistency(first, size, before, root, path[:-1])
            assert not verify_consistency(first, size, before, root, [])
    assert not verify_consistency(0, size, EMPTY, root, []), "every tree adds to the empty one: that proves nothing"
    assert not verify_consistency(size + 1, size, root, root, [root])
