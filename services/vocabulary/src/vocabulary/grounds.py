"""Grounds: on what somebody acts who is not shown a person by their everyday role."""

from typing import ClassVar

from vocabulary.purposes import BASES, PURPOSES
from vocabulary.source import Entry, expect_known, read_entries


class Ground(Entry):
    """Shape: one with a `basis` carries a sharing by itself; one without says only whom the caller meets.

    One that is `answered` carries what the holder's answer names, and nothing else.
    """

    source: ClassVar[str] = "grounds"

    name: str
    sentence: str
    purposes: frozenset[str]
    basis: str | None = None
    answered: bool = False


GROUNDS = read_entries(Ground)
"""By code."""

for _ground in GROUNDS.values():
    expect_known(_ground, "purposes", _ground.purposes, PURPOSES)
    expect_known(_ground, "basis", [_ground.basis] if _ground.basis else [], BASES)
