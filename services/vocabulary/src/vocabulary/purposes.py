"""Purposes for which data may be shared, and the lawful bases of sharing."""

from typing import ClassVar

from vocabulary.source import Entry, read_entries


class Purpose(Entry):
    """Shape: a name for screens and a sentence for the people whom it concerns.

    One that is `on_ground` is only stated together with a ground, and carried by no agreement.
    """

    source: ClassVar[str] = "purposes"

    name: str
    sentence: str
    on_ground: bool = False


class Basis(Entry):
    """What makes sharing lawful. Shape: as a purpose."""

    source: ClassVar[str] = "bases"

    name: str
    sentence: str


PURPOSES = read_entries(Purpose)
BASES = read_entries(Basis)

ON_GROUND = frozenset(code for code, purpose in PURPOSES.items() if purpose.on_ground)
"""Purposes that are stated with a ground, or not at all."""
