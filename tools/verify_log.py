#!/usr/bin/env python3
"""Check a copy of a log: `verify_log.py log.ndjson heads.ndjson [heads.ndjson of others …] --log NAME [--key HEX]`.

It uses nothing of this platform, so that an auditor can read it whole: Python and, for signatures, `cryptography`.
A copy is made by `python -m transparency.export`. Each line of `log.ndjson` is a leaf:

    {"position": 0, "hash": hex, "salt": hex or null, "entry": text or null, "erased": false}

`hash` is SHA-256(00 ‖ salt ‖ entry), the hash of a leaf in RFC 6962 and RFC 9162. A line `{"unlogged": …}` names
something that is stored and has no leaf. Each line of `heads.ndjson` is a signed head:

    {"log": name, "seen_by": name or null, "size": 7, "at": ms, "root": hex, "signature": hex, "key": hex}

Give the heads that *others* have heard as well: a store that was rolled back with its own heads is found by them alone.
With `--key` (the log's public key as you were given it once) heads of any other key are a fault.
Ends with 0 when the log is whole, else with 1 and a line a fault. Leaves without a position are counted, not checked.
"""

import argparse
import hashlib
import json
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

EMPTY = hashlib.sha256(b"").digest()
Line = dict[str, Any]


def hash_leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_nodes(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Roots:
    """The root over the leaves that were added so far, with one hash for each whole subtree."""

    def __init__(self) -> None:
        self.size = 0
        self._stack: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        level, node = 0, leaf
        while self._stack and self._stack[-1][0] == level:
            level, node = level + 1, hash_nodes(self._stack.pop()[1], node)
        self._stack.append((level, node))
        self.size += 1

    def root(self) -> bytes:
        if not self._stack:
            return EMPTY
        root = self._stack[-1][1]
        for _, node in self._stack[-2::-1]:
            root = hash_nodes(node, root)
        return root


def is_signed(head: Line) -> bool:
    """ECDSA on P-256 with SHA-256 over what RFC 6962 §3.5 says: version, kind, time, size, root."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(bytes.fromhex(head["key"]))
        assert isinstance(key, EllipticCurvePublicKey)
        signed = struct.pack(">BBQQ", 0, 1, head["at"], head["size"]) + bytes.fromhex(head["root"])
        key.verify(bytes.fromhex(head["signature"]), signed, ECDSA(SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, AssertionError, struct.error):
        return False
    return True


def check_leaf(line: Line) -> str:
    """What is wrong with one leaf; empty when nothing is."""
    if line["salt"] is None:
        return "" if line["erased"] and line["entry"] is None else "its salt is gone, and it was not erased"
    if line["entry"] is None:
        return "what it stands for is gone"
    digest = hash_leaf(bytes.fromhex(line["salt"]) + line["entry"].encode())
    return "" if digest.hex() == line["hash"] else "what it stands for was changed"


def check_log(
    log: str,
    lines: Iterable[Line],
    heads: Iterable[Line],
    key: str | None = None,
    signed: Callable[[Line], bool] = is_signed,
) -> Iterator[str]:
    """Every fault, a text each. Shape: `lines` of log.ndjson, `heads` of all heads.ndjson together."""
    leaves: dict[int, Line] = {}
    for line in lines:
        if "unlogged" in line:
            yield f"stored and not in the log: {' '.join(str(part) for part in line['unlogged'])}"
        elif line["position"] is None:
            if fault := check_leaf(line):
                yield f"a leaf without a position: {fault}"
        elif line["position"] in leaves:
            yield f"position {line['position']}: two leaves stand there"
        else:
            leaves[line["position"]] = line
    by_size: dict[int, list[Line]] = {}
    own: set[int] = set()
    keys = {key} if key else set()
    for head in heads:
        if head["log"] != log:
            continue
        if not key:
            keys.add(head["key"])
        if head["key"] not in keys:
            yield f"head {head['size']}: signed by another key"
        if not signed(head):
            yield f"head {head['size']}: its signature is not good"
        by_size.setdefault(head["size"], []).append(head)
        if not head["seen_by"]:
            own.add(head["size"])
    if len(keys) > 1:
        yield f"{len(keys)} keys signed heads: only one can be the log's"
    if not by_size:
        yield "there is no head of this log: nothing can be said of it"
    elif lost := sorted(set(by_size) - own):
        last = max(own, default=0)
        yield f"others hold heads of {lost} leaves, the log does not, and its last has {last}: it was rolled back"
    roots = Roots()
    yield from check_heads(by_size.get(0, ()), roots)
    for position in range(len(leaves)):
        if position not in leaves:
            yield f"position {position}: no leaf stands there"
            return
        if fault := check_leaf(leaves[position]):
            yield f"position {position}: {fault}"
        roots.add(bytes.fromhex(leaves[position]["hash"]))
        yield from check_heads(by_size.get(roots.size, ()), roots)
    if by_size and roots.size != max(by_size):
        yield f"the log has {roots.size} leaves with a position, and its last head {max(by_size)}"


def check_heads(heads: Iterable[Line], roots: Roots) -> Iterator[str]:
    for head in heads:
        if bytes.fromhex(head["root"]) != roots.root():
            heard = f" as {head['seen_by']} heard it" if head["seen_by"] else ""
            yield f"head {head['size']}{heard}: the leaves have another root"


def read_lines(paths: Iterable[Path]) -> Iterator[Line]:
    for path in paths:
        with path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="verify_log", description=__doc__)
    parser.add_argument("leaves", type=Path)
    parser.add_argument("heads", type=Path, nargs="+")
    parser.add_argument("--log", required=True)
    parser.add_argument("--key", help="the log's public key, in hex")
    chosen = parser.parse_args(arguments)
    faults = list(check_log(chosen.log, read_lines([chosen.leaves]), read_lines(chosen.heads), chosen.key))
    for fault in faults:
        print(fault)
    print("NOT WHOLE" if faults else "whole")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
