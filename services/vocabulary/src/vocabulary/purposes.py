"""Purposes for which data may be shared, and the lawful bases of sharing."""

from typing import ClassVar

from vocabulary.source import Entry, read_entries


class Purpose(Entry):
    """Shape: a name for screens and a sentence for the people whom it concerns."""

    source: ClassVar[str] = "purposes"

    name: str
    sentence: str


class Basis(Entry):
    """What makes sharing lawful. Shape: as a purpose."""

    source: ClassVar[str] = "bases"

    name: str
    sentence: str


PURPOSES = read_entries(Purpose)
BASES = read_entries(Basis)
